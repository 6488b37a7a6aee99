"""The `cloudlab` command: reads its arguments and hands over; everything heavier than that is imported late."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab import __version__

if TYPE_CHECKING:
    from cloudlab.lab.result import Result

WON, LOST, SCRIPT_ERROR, LEVEL_OR_SAVE_ERROR = 0, 1, 2, 3
"""Exit statuses; a fixed interface. 1 stands for lost and for unfinished; 2 for a bad script or bad arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        print("\nStopped. What was played is saved.", file=sys.stderr)
        return LOST
    except BrokenPipeError:
        # whoever read our output has gone; Python would complain once more at exit
        sys.stderr.close()
        return LOST


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cloudlab",
        description="A terminal game about what you own and what you hand over in the cloud. Without a command: the menu.",
        epilog="Exit status: 0 won or done, 1 lost or unfinished, 2 script or argument error, 3 level or save error.",
    )
    parser.add_argument("--version", action="version", version=f"cloudlab {__version__}")
    parser.set_defaults(run=_menu)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    play = commands.add_parser("play", help="play a level", description="Play a level, in screens or as plain text.")
    play.add_argument("level", nargs="?", metavar="LEVEL", help="a level's id or number, as in 01-first-server or 1")
    play.add_argument("--seed", type=_seed, help="the seed that fixes traffic and fate; a new one unless given")
    play.add_argument(
        "--mood", choices=("learn", "win"), default="learn", help="learn: free hints and rewind; win: neither (default: learn)"
    )
    play.add_argument("--plain", action="store_true", help="linear text for screen readers, pipes and dumb terminals")
    play.add_argument(
        "--resume", nargs="?", const="", metavar="JOURNAL", help="go on with a saved run: the newest of the level, or this file"
    )
    play.add_argument("--player", default="you", help="the name in the journal's header")
    play.set_defaults(run=_play)

    demo = commands.add_parser("demo", help="watch a level being played", description="A level's own bot plays it; any key ends that.")
    demo.add_argument("--level", default="1", metavar="LEVEL", help="default: 1")
    demo.add_argument("--road", choices=("hand-built", "managed"), default="managed", help="default: managed")
    demo.set_defaults(run=_demo)

    run = commands.add_parser("run", help="play a level by a script", description="Play a level by a script and say how it ended.")
    run.add_argument("level", metavar="LEVEL")
    run.add_argument("--script", required=True, type=Path, metavar="FILE")
    run.add_argument("--seed", type=_seed, default=1, help="default: 1")
    run.add_argument("--mood", choices=("learn", "win"), default="learn")
    run.add_argument("--json", action="store_true", help="print one JSON object")
    run.add_argument("--reuse", action="store_true", help="take stored results of earlier trainings instead of training anew")
    run.set_defaults(run=_run)

    serve = commands.add_parser("serve", help="the same game in a browser", description="Let browsers play the game this machine runs.")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: 127.0.0.1, this machine only)")
    serve.add_argument("--port", type=int, default=8765, help="default: 8765; 0 takes any free one")
    serve.add_argument("--open", action="store_true", help="open the page in this machine's browser")
    serve.add_argument("--code", help="a code players need; without one, others' machines get one made up and this machine needs none")
    serve.add_argument("--max-sessions", type=int, default=8, metavar="N", help="how many may play at the same time (default: 8)")
    serve.set_defaults(run=_serve)

    replay = commands.add_parser(
        "replay", help="replay a journal and verify it", description="Replay a journal and verify that it is whole."
    )
    replay.add_argument("journal", type=Path, metavar="JOURNAL")
    replay.add_argument("--json", action="store_true")
    replay.set_defaults(run=_replay)

    report = commands.add_parser(
        "report", help="write the report of a journal", description="Write a run's report, with the other road beside it."
    )
    report.add_argument("journal", type=Path, metavar="JOURNAL")
    report.add_argument("--json", action="store_true", help="JSON instead of Markdown")
    report.add_argument("--no-ghost", action="store_true", help="without the other road")
    report.set_defaults(run=_report)

    ghost = commands.add_parser("ghost", help="compare a run with the other road", description="Play the other road on a run's seed.")
    ghost.add_argument("journal", type=Path, metavar="JOURNAL")
    ghost.set_defaults(run=_ghost)

    futures = commands.add_parser("futures", help="try a run's final design on other seeds", description="A distribution, not an anecdote.")
    futures.add_argument("journal", type=Path, metavar="JOURNAL")
    futures.add_argument("--count", type=int, default=100, metavar="N", help="how many seeds (default: 100)")
    futures.add_argument("--json", action="store_true")
    futures.set_defaults(run=_futures)

    facts = commands.add_parser("facts", help="show what the game takes to be so, with sources")
    facts.add_argument("word", nargs="?", default="", metavar="WORD")
    facts.add_argument("--json", action="store_true")
    facts.set_defaults(run=_facts)

    reference = commands.add_parser("commands", help="show the commands one can give in the game")
    reference.add_argument("word", nargs="?", default="", metavar="WORD")
    reference.add_argument("--json", action="store_true")
    reference.set_defaults(run=_commands)

    data = commands.add_parser("data", help="show the data cards: what a set is, stands for and is worth")
    data.add_argument("word", nargs="?", default="", metavar="WORD")
    data.add_argument("--json", action="store_true")
    data.set_defaults(run=_data)

    level = commands.add_parser("level", help="for authors of levels")
    level.set_defaults(run=lambda _: _print_help(level))
    verbs = level.add_subparsers(title="verbs", metavar="VERB")
    check = verbs.add_parser(
        "check", help="prove a level with its bots", description="Play a level's bots over seeds: won with the lesson, lost without."
    )
    check.add_argument("level", nargs="?", metavar="LEVEL")
    check.add_argument("--all", action="store_true", help="every level")
    check.add_argument("--seeds", type=int, default=5, metavar="N", help="how many seeds (default: 5)")
    check.add_argument("--train", action="store_true", help="train anew instead of taking stored results")
    check.set_defaults(run=_level_check)
    return parser


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no seed; give a whole number from 0 on")
    return int(text)


def _print_help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


# playing --------------------------------------------------------------------------------------------------------------


def _menu(_: argparse.Namespace) -> int:
    if (problem := _no_screen()) is not None:
        return _fail(problem)
    from cloudlab.app.main import Start, run_app

    return run_app(Start())


def _play(chosen: argparse.Namespace) -> int:
    if chosen.level is None and chosen.resume is None:
        return _menu(chosen)
    if chosen.plain:
        return _guarded(lambda: asyncio.run(_play_plain(chosen)))
    if (problem := _no_screen()) is not None:
        return _fail(problem)

    def play() -> int:
        from cloudlab.app.main import Start, run_app

        level = _checked_level(chosen.level) if chosen.level is not None else None
        resume = _resume_path(chosen) if chosen.resume is not None else None
        return run_app(Start(level=level, seed=chosen.seed, mood=chosen.mood, player=chosen.player, resume=resume))

    return _guarded(play)


def _demo(chosen: argparse.Namespace) -> int:
    if (problem := _no_screen()) is not None:
        return _fail(problem)

    def demo() -> int:
        from cloudlab.app.main import Start, run_app

        return run_app(Start(level=_checked_level(chosen.level), demo=chosen.road))

    return _guarded(demo)


async def _play_plain(chosen: argparse.Namespace) -> int:
    from datetime import date
    from shutil import get_terminal_size

    from cloudlab.lab import open as opening
    from cloudlab.lab.plain import PlainFace, tell_progress
    from cloudlab.lab.work import RealWork
    from cloudlab.lab.wrap import wrapped

    def write(text: str) -> None:
        print(wrapped(text, get_terminal_size().columns - 1) if sys.stdout.isatty() else text, flush=True)

    async with opening.runner() as runner:
        live = RealWork(runner, reuse=False, begun=tell_progress(write))
        if chosen.resume is not None:
            session = opening.resume_run(_resume_path(chosen), live)
            if session.journal.repair:
                write(session.journal.repair)
        else:
            seed = chosen.seed if chosen.seed is not None else opening.fresh_seed()
            session = opening.open_run(opening.level(chosen.level), live, seed=seed, mood=chosen.mood, player=chosen.player)
        write(f"Saved as you go in {session.journal.path}")
        try:
            outcome = await PlainFace(session, RealWork(runner, reuse=True), write, _asked, date.today()).play()
        finally:
            session.close()
    return WON if outcome == "won" else LOST


def _serve(chosen: argparse.Namespace) -> int:
    from cloudlab.gateway.main import CannotServe, Serving, run_gateway

    serving = Serving(chosen.host, chosen.port, chosen.code, chosen.max_sessions, chosen.open)
    try:
        return run_gateway(serving, lambda line: print(line, flush=True))
    except CannotServe as error:
        return _fail(str(error))


def _asked(prompt: str) -> str:
    """Read a line. Everything stands still meanwhile, so Ctrl-C has to end it here: asyncio's own handler would wait for the line."""
    import signal

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        playing = asyncio.current_task()
        if playing is not None and playing.cancelling():  # it came while the last line was being done
            raise KeyboardInterrupt
        return input(prompt)
    finally:
        signal.signal(signal.SIGINT, before)


def _run(chosen: argparse.Namespace) -> int:
    return _guarded(lambda: asyncio.run(_run_script(chosen)))


async def _run_script(chosen: argparse.Namespace) -> int:
    from cloudlab.lab import open as opening
    from cloudlab.lab.futures import stars
    from cloudlab.lab.script_run import read_script, run_script
    from cloudlab.lab.work import RealWork

    level = opening.level(chosen.level)
    try:
        script = read_script(chosen.script)
    except (OSError, UnicodeDecodeError) as error:
        return _fail(f"The script {chosen.script} cannot be read: {getattr(error, 'strerror', None) or error}.", SCRIPT_ERROR)
    async with opening.runner() as runner:
        session = opening.open_run(level, RealWork(runner, reuse=chosen.reuse), seed=chosen.seed, mood=chosen.mood, player="script")
        try:
            result = await run_script(session, script)
        finally:
            session.close()
    _print_result(result, await stars(result), as_json=chosen.json)
    return WON if result.outcome == "won" else LOST


def _print_result(result: Result, stars: int, *, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps(result.json(stars), indent=2, ensure_ascii=False))
        return
    from cloudlab.lab.debrief import debrief
    from cloudlab.lab.plain import debrief_text

    print(debrief_text(debrief(result), stars))
    print(f"Journal: {result.journal}")


# afterwards -----------------------------------------------------------------------------------------------------------


def _replay(chosen: argparse.Namespace) -> int:
    def replay() -> int:
        import json

        from cloudlab.lab.afterwards import replayed
        from cloudlab.lab.futures import stars

        result, verdict = replayed(chosen.journal)
        earned = asyncio.run(stars(result))
        if chosen.json:
            print(json.dumps(result.json(earned) | {"verified": verdict}, indent=2, ensure_ascii=False))
        else:
            _print_result(result, earned, as_json=False)
            print(f"Verified: {verdict}")
        return WON if result.outcome == "won" else LOST

    return _guarded(replay)


def _report(chosen: argparse.Namespace) -> int:
    async def report() -> int:
        from cloudlab.lab import open as opening
        from cloudlab.lab.afterwards import replayed
        from cloudlab.lab.debrief import debrief, ghost, side
        from cloudlab.lab.report import as_json, markdown
        from cloudlab.lab.work import RealWork

        result, _ = replayed(chosen.journal)
        other = None
        if not chosen.no_ghost:
            async with opening.runner() as runner:
                played = await ghost(result, RealWork(runner, reuse=True))
            other = side(played) if played is not None else None
        print((as_json if chosen.json else markdown)(result, debrief(result), other))
        return 0

    return _guarded(lambda: asyncio.run(report()))


def _ghost(chosen: argparse.Namespace) -> int:
    async def compared() -> int:
        from cloudlab.lab import open as opening
        from cloudlab.lab.afterwards import replayed
        from cloudlab.lab.debrief import ghost, side
        from cloudlab.lab.plain import comparison_text
        from cloudlab.lab.work import RealWork

        result, _ = replayed(chosen.journal)
        async with opening.runner() as runner:
            other = await ghost(result, RealWork(runner, reuse=True))
        if other is None:
            return _fail("This level has no bot for the other road.")
        print(comparison_text(side(result), side(other)))
        return 0

    return _guarded(lambda: asyncio.run(compared()))


def _futures(chosen: argparse.Namespace) -> int:
    async def distribution() -> int:
        import json
        from dataclasses import asdict

        from cloudlab.lab.afterwards import replayed
        from cloudlab.lab.futures import futures

        if chosen.count < 1:
            return _fail("--count takes a whole number from 1 on.", SCRIPT_ERROR)
        result, _ = replayed(chosen.journal)
        found = await futures(result, chosen.count)
        if chosen.json:
            body = {"won": found.won, "count": len(found.runs), "robust": found.robust, "runs": [asdict(r) for r in found.runs]}
            print(json.dumps(body, indent=2, ensure_ascii=False))
        else:
            print(found.text())
        return 0

    return _guarded(lambda: asyncio.run(distribution()))


# looking up -----------------------------------------------------------------------------------------------------------


def _facts(chosen: argparse.Namespace) -> int:
    def show() -> int:
        from cloudlab import paths
        from cloudlab.lab.facts import facts_json, facts_text
        from cloudlab.levels.catalogue import load_catalogue

        catalogue = load_catalogue(paths.assets_dir())
        print(facts_json(catalogue, chosen.word) if chosen.json else facts_text(catalogue, chosen.word))
        return 0

    return _guarded(show)


def _data(chosen: argparse.Namespace) -> int:
    def show() -> int:
        from cloudlab import paths
        from cloudlab.lab.data_cards import cards_json, cards_text
        from cloudlab.levels.cards import load_cards

        cards = load_cards(paths.assets_dir() / "data")
        print(cards_json(cards, chosen.word) if chosen.json else cards_text(cards, chosen.word), end="")
        return 0

    return _guarded(show)


def _commands(chosen: argparse.Namespace) -> int:
    def show() -> int:
        from cloudlab.lab.reference import as_json, as_text

        print(as_json(chosen.word or None) if chosen.json else as_text(chosen.word or None))
        return 0

    return _guarded(show)


def _level_check(chosen: argparse.Namespace) -> int:
    async def check_levels() -> int:
        from cloudlab import paths
        from cloudlab.lab import open as opening
        from cloudlab.lab.check import check, table
        from cloudlab.lab.work import RealWork
        from cloudlab.levels.loader import level_ids

        if chosen.level is None and not chosen.all:
            return _fail("Say which level, or --all.", SCRIPT_ERROR)
        green = True
        async with opening.runner() as runner:
            for word in level_ids(paths.levels_dir()) if chosen.all else (chosen.level,):
                checked = await check(opening.level(word), RealWork(runner, reuse=not chosen.train), tuple(range(1, chosen.seeds + 1)))
                print(table(checked))
                green = green and checked.ok
        return 0 if green else 1

    return _guarded(lambda: asyncio.run(check_levels()))


# shared ---------------------------------------------------------------------------------------------------------------


def _guarded(work: Callable[[], int]) -> int:
    """Turn the errors of levels, saves and scripts into one clear sentence and their fixed exit status."""
    from cloudlab.dialects.script import ScriptError
    from cloudlab.journal.error import JournalError
    from cloudlab.lab.saves import SaveError
    from cloudlab.lab.work import WorkFailed
    from cloudlab.levels.error import LevelError

    try:
        return work()
    except ScriptError as error:
        return _fail(str(error), SCRIPT_ERROR)
    except (LevelError, JournalError, SaveError, WorkFailed) as error:
        return _fail(str(error))


def _fail(sentence: str, status: int = LEVEL_OR_SAVE_ERROR) -> int:
    print(f"cloudlab: {sentence}", file=sys.stderr)
    return status


def _checked_level(word: str) -> str:
    """Return the level's whole id, so that a misspelt one is told before the screen opens."""
    from cloudlab import paths
    from cloudlab.levels.loader import find_level

    return find_level(paths.levels_dir(), word)


def _resume_path(chosen: argparse.Namespace) -> Path:
    from cloudlab.lab.saves import SaveError, latest_unfinished, unusable_since

    if chosen.resume:
        return Path(chosen.resume)
    level = _checked_level(chosen.level) if chosen.level is not None else None
    found = latest_unfinished(level)
    for lost in unusable_since(found, level):
        print(f"cloudlab: {lost.damage}", file=sys.stderr)
    if found is None:
        raise SaveError("There is no unfinished run to resume. Start one with: cloudlab play LEVEL")
    return found


def _no_screen() -> str | None:
    """Return why the screens cannot open here, or None."""
    import os

    if os.environ.get("TEXTUAL_DRIVER"):
        return None  # the screen is elsewhere: a browser, behind the pipes
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "No terminal is attached. Use `cloudlab play LEVEL --plain` for text, or `cloudlab run LEVEL --script FILE`."
    size = os.get_terminal_size()
    if size.columns < 80 or size.lines < 24:
        return f"This terminal is {size.columns}x{size.lines}; the screens need 80x24. Enlarge it, or play with --plain."
    return None


if __name__ == "__main__":
    sys.exit(main())
