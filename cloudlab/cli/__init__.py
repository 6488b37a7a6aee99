"""The `cloudlab` command: one module for each of its words; each declares its arguments, hands over, and imports all else late."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cloudlab import __version__
from cloudlab.cli import demo, futures, ghost, level, look_up, play, replay, report, run, serve, template
from cloudlab.cli.ending import LOST

WORDS = (play, demo, run, serve, replay, report, ghost, futures, template, look_up, level)
"""In the order in which `--help` lists them."""


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
    parser.set_defaults(run=play.menu)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for word in WORDS:
        word.declare(commands)
    return parser
