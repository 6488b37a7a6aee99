"""`cloudlab replay`: verify a journal."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.ending import LOST, WON, guarded_async
from cloudlab.cli.result import print_result

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    replay = commands.add_parser(
        "replay", help="replay a journal and verify it", description="Replay a journal and verify that it is whole."
    )
    replay.add_argument("journal", type=Path, metavar="JOURNAL")
    replay.add_argument("--json", action="store_true")
    replay.set_defaults(run=lambda chosen: guarded_async(lambda: _replay(chosen)))


async def _replay(chosen: argparse.Namespace) -> int:
    from cloudlab.lab.afterwards import replayed
    from cloudlab.lab.futures import stars

    result, verdict = replayed(chosen.journal)
    print_result(result, await stars(result), as_json=chosen.json, verified=verdict)
    return WON if result.outcome == "won" else LOST
