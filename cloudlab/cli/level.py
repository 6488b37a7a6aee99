"""`cloudlab level`: what authors of levels ask of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cloudlab.cli.ending import SCRIPT_ERROR, fail, guarded_async

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    level = commands.add_parser("level", help="for authors of levels")
    level.set_defaults(run=lambda _: _help(level))
    verbs = level.add_subparsers(title="verbs", metavar="VERB")
    check = verbs.add_parser(
        "check", help="prove a level with its bots", description="Play a level's bots over seeds: won with the lesson, lost without."
    )
    check.add_argument("level", nargs="?", metavar="LEVEL")
    check.add_argument("--all", action="store_true", help="every level")
    check.add_argument("--seeds", type=int, default=5, metavar="N", help="how many seeds (default: 5)")
    check.add_argument("--train", action="store_true", help="train anew instead of taking stored results")
    check.set_defaults(run=lambda chosen: guarded_async(lambda: _check(chosen)))


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


async def _check(chosen: argparse.Namespace) -> int:
    from cloudlab import paths
    from cloudlab.lab import open as opening
    from cloudlab.lab.check import check, table
    from cloudlab.lab.work import RealWork
    from cloudlab.levels.loader import level_ids

    if chosen.level is None and not chosen.all:
        return fail("Say which level, or --all.", SCRIPT_ERROR)
    green = True
    async with opening.runner() as runner:
        for word in level_ids(paths.levels_dir()) if chosen.all else (chosen.level,):
            checked = await check(opening.level(word), RealWork(runner, reuse=not chosen.train), tuple(range(1, chosen.seeds + 1)))
            print(table(checked))
            green = green and checked.ok
    return 0 if green else 1
