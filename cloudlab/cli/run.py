"""`cloudlab run`: a script plays a level."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.arguments import seed
from cloudlab.cli.ending import LOST, SCRIPT_ERROR, WON, fail, guarded_async
from cloudlab.cli.result import print_result

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    run = commands.add_parser("run", help="play a level by a script", description="Play a level by a script and say how it ended.")
    run.add_argument("level", metavar="LEVEL")
    run.add_argument("--script", required=True, type=Path, metavar="FILE")
    run.add_argument("--seed", type=seed, default=1, help="default: 1")
    run.add_argument("--mood", choices=("learn", "win"), default="learn")
    run.add_argument("--start", default="", metavar="ID", help="which of the level's starts; the first unless given")
    run.add_argument("--json", action="store_true", help="print one JSON object")
    run.add_argument("--reuse", action="store_true", help="take stored results of earlier trainings instead of training anew")
    run.set_defaults(run=lambda chosen: guarded_async(lambda: _run(chosen)))


async def _run(chosen: argparse.Namespace) -> int:
    from cloudlab.lab import open as opening
    from cloudlab.lab.futures import stars
    from cloudlab.lab.script_run import read_script, run_script
    from cloudlab.lab.work import RealWork

    level = opening.level(chosen.level, chosen.start)
    try:
        script = read_script(chosen.script)
    except (OSError, UnicodeDecodeError) as error:
        return fail(f"The script {chosen.script} cannot be read: {getattr(error, 'strerror', None) or error}.", SCRIPT_ERROR)
    async with opening.runner() as runner:
        session = opening.open_run(level, RealWork(runner, reuse=chosen.reuse), seed=chosen.seed, mood=chosen.mood, player="script")
        try:
            result = await run_script(session, script)
        finally:
            session.close()
    print_result(result, await stars(result), as_json=chosen.json)
    return WON if result.outcome == "won" else LOST
