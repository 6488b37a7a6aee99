"""`cloudlab report`: a run written down to keep, to hand in, to show - as a page, as Markdown or as JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.ending import guarded_async

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    report = commands.add_parser(
        "report",
        help="write the report of a journal",
        description="Write a run's report, with the other road beside it: a page with plots that loads nothing, Markdown, or JSON.",
    )
    report.add_argument("journal", type=Path, metavar="JOURNAL")
    form = report.add_mutually_exclusive_group()
    for name, told in (
        ("html", "a self-contained page, with plots and 100 futures"),
        ("markdown", "Markdown"),
        ("json", "one JSON object"),
    ):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=told)
    report.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write to a file; its ending chooses the form unless one is given"
    )
    report.add_argument("--no-ghost", action="store_true", help="without the other road")
    report.add_argument("--no-futures", action="store_true", help="without the futures on the page")
    report.set_defaults(run=lambda chosen: guarded_async(lambda: _report(chosen)))


async def _report(chosen: argparse.Namespace) -> int:
    from cloudlab.lab import open as opening
    from cloudlab.lab.afterwards import replayed
    from cloudlab.lab.debrief import ghost, side
    from cloudlab.lab.futures import futures
    from cloudlab.lab.report import form_of, written
    from cloudlab.lab.saves import write_whole
    from cloudlab.lab.work import RealWork

    form = chosen.form or (form_of(chosen.output) if chosen.output is not None else "markdown")
    result, _ = replayed(chosen.journal)
    other = None
    if not chosen.no_ghost:
        async with opening.runner() as runner:
            played = await ghost(result, RealWork(runner, reuse=True))
        other = side(played) if played is not None else None
    tells_futures = form == "html" and result.world.over and not chosen.no_futures
    text = written(form, result, other, await futures(result) if tells_futures else None)
    if chosen.output is None:
        sys.stdout.write(text)
        return 0
    write_whole(chosen.output, text)
    print(f"Report written to {chosen.output}.")
    return 0
