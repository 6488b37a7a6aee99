"""`cloudlab futures`: a run's final design on other seeds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.ending import SCRIPT_ERROR, fail, guarded_async

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    futures = commands.add_parser("futures", help="try a run's final design on other seeds", description="A distribution, not an anecdote.")
    futures.add_argument("journal", type=Path, metavar="JOURNAL")
    futures.add_argument("--count", type=int, default=100, metavar="N", help="how many seeds (default: 100)")
    futures.add_argument("--json", action="store_true")
    futures.set_defaults(run=lambda chosen: guarded_async(lambda: _futures(chosen)))


async def _futures(chosen: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict

    from cloudlab.lab.afterwards import replayed
    from cloudlab.lab.futures import futures

    if chosen.count < 1:
        return fail("--count takes a whole number from 1 on.", SCRIPT_ERROR)
    result, _ = replayed(chosen.journal)
    found = await futures(result, chosen.count)
    if chosen.json:
        body = {"won": found.won, "count": len(found.runs), "robust": found.robust, "runs": [asdict(r) for r in found.runs]}
        print(json.dumps(body, indent=2, ensure_ascii=False))
    else:
        print(found.text())
    return 0
