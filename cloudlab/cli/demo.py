"""`cloudlab demo`: a level plays itself on the play screen."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cloudlab.cli.arguments import checked_level, no_screen
from cloudlab.cli.ending import fail, guarded

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    demo = commands.add_parser(
        "demo",
        help="watch a level being played",
        description="Its bots play it; any key ends that.",
    )
    demo.add_argument("--level", default="1", metavar="LEVEL", help="default: 1")
    demo.add_argument("--road", choices=("hand-built", "managed"), default="managed", help="default: managed")
    demo.set_defaults(run=_demo)


def _demo(chosen: argparse.Namespace) -> int:
    if (problem := no_screen()) is not None:
        return fail(problem)

    def demo() -> int:
        from cloudlab.app.main import Start, run_app

        return run_app(Start(level=checked_level(chosen.level), demo=chosen.road))

    return guarded(demo)
