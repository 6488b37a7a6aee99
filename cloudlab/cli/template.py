"""`cloudlab template`: what stands at the end of a journal as a CloudFormation template, or as Terraform for reading."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlab.cli.ending import guarded_async

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    template = commands.add_parser(
        "template",
        help="write what stands in a journal as a CloudFormation template",
        description="Write what stands at the end of a journal as a CloudFormation template in YAML or JSON, or as Terraform for reading.",
    )
    template.add_argument("journal", type=Path, metavar="JOURNAL")
    form = template.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the template in JSON")
    form.add_argument("--terraform", action="store_true", help="Terraform's language; for reading, nothing here runs it")
    template.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file")
    template.set_defaults(run=lambda chosen: guarded_async(lambda: _template(chosen)))


async def _template(chosen: argparse.Namespace) -> int:
    from cloudlab.dialects.templates.export import template_json, template_text
    from cloudlab.dialects.templates.terraform import terraform_text
    from cloudlab.lab.afterwards import replayed
    from cloudlab.lab.saves import write_whole

    result, _ = replayed(chosen.journal)
    written = template_json if chosen.json else terraform_text if chosen.terraform else template_text
    text = written(result.world)
    if chosen.output is None:
        sys.stdout.write(text)
        return 0
    write_whole(chosen.output, text)
    print(f"Template written to {chosen.output}.")
    return 0
