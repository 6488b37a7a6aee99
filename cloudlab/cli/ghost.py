"""`cloudlab ghost`: the other road on a run's seed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.ending import fail, guarded_async

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    ghost = commands.add_parser("ghost", help="compare a run with the other road", description="Play the other road on a run's seed.")
    ghost.add_argument("journal", type=Path, metavar="JOURNAL")
    ghost.set_defaults(run=lambda chosen: guarded_async(lambda: _ghost(chosen)))


async def _ghost(chosen: argparse.Namespace) -> int:
    from cloudlab.lab import open as opening
    from cloudlab.lab.afterwards import replayed
    from cloudlab.lab.debrief import ghost, side
    from cloudlab.lab.plain_debrief import comparison_text, roads_text
    from cloudlab.lab.work import RealWork

    result, _ = replayed(chosen.journal)
    async with opening.runner() as runner:
        other = await ghost(result, RealWork(runner, reuse=True))
    if other is None:
        return fail("This level has no bot for the other road.")
    mine, theirs = side(result), side(other)
    print(comparison_text(mine, theirs))
    print(roads_text(mine, theirs))
    return 0
