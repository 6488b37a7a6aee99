"""`cloudlab`, `cloudlab play`: the menu, and a level in screens or as plain text, from its start or where it was left."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.arguments import checked_level, no_screen, seed
from cloudlab.cli.ending import LOST, WON, fail, guarded, guarded_async

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    play = commands.add_parser("play", help="play a level", description="Play a level, in screens or as plain text.")
    play.add_argument("level", nargs="?", metavar="LEVEL", help="a level's id or number, as in 01-first-server or 1")
    play.add_argument("--seed", type=seed, help="the seed that fixes traffic and fate; a new one unless given")
    play.add_argument(
        "--mood", choices=("learn", "win"), default="learn", help="learn: free hints and rewind; win: neither (default: learn)"
    )
    play.add_argument("--plain", action="store_true", help="linear text for screen readers, pipes and dumb terminals")
    play.add_argument(
        "--resume", nargs="?", const="", metavar="JOURNAL", help="go on with a saved run: the newest of the level, or this file"
    )
    play.add_argument("--start", default="", metavar="ID", help="which of the level's starts; the first unless given")
    play.add_argument("--player", default="you", help="the name in the journal's header")
    play.set_defaults(run=_play)


def menu(_: argparse.Namespace) -> int:
    if (problem := no_screen()) is not None:
        return fail(problem)
    from cloudlab.app.main import Start, run_app

    return run_app(Start())


def _play(chosen: argparse.Namespace) -> int:
    if chosen.level is None and chosen.resume is None:
        return menu(chosen)
    if chosen.plain:
        return guarded_async(lambda: _play_plain(chosen))
    if (problem := no_screen()) is not None:
        return fail(problem)

    def play() -> int:
        from cloudlab.app.main import Start, run_app

        level = checked_level(chosen.level) if chosen.level is not None else None
        resume = _resume_path(chosen) if chosen.resume is not None else None
        return run_app(Start(level=level, seed=chosen.seed, mood=chosen.mood, player=chosen.player, resume=resume, start=chosen.start))

    return guarded(play)


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
            number = chosen.seed if chosen.seed is not None else opening.fresh_seed()
            level = opening.level(chosen.level, chosen.start)
            session = opening.open_run(level, live, seed=number, mood=chosen.mood, player=chosen.player)
        write(f"Saved as you go in {session.journal.path}")
        try:
            outcome = await PlainFace(session, RealWork(runner, reuse=True), write, _asked, date.today()).play()
        finally:
            session.close()
    return WON if outcome == "won" else LOST


def _asked(prompt: str) -> str:
    """Read a line. Everything stands still meanwhile, so Ctrl-C has to end it here: asyncio's own handler would wait for the line."""
    import asyncio
    import signal

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        playing = asyncio.current_task()
        if playing is not None and playing.cancelling():  # it came while the last line was being done
            raise KeyboardInterrupt
        return input(prompt)
    finally:
        signal.signal(signal.SIGINT, before)


def _resume_path(chosen: argparse.Namespace) -> Path:
    from cloudlab.lab.saves import SaveError, latest_unfinished, unusable_since

    if chosen.resume:
        return Path(chosen.resume)
    level = checked_level(chosen.level) if chosen.level is not None else None
    found = latest_unfinished(level)
    for lost in unusable_since(found, level):
        print(f"cloudlab: {lost.damage}", file=sys.stderr)
    if found is None:
        raise SaveError("There is no unfinished run to resume. Start one with: cloudlab play LEVEL")
    return found
