"""Write cloudlab/dialects/aws_names.py: the services, actions and options the real aws CLI has, so that what is not modelled is named.

Needs `pip install awscli` beside cloudlab; run `python tests/aws_names.py` after declaring a command.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from textwrap import fill

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from awscli.clidriver import create_clidriver  # type: ignore[import-not-found]  # not in the dev extra  # noqa: E402

from cloudlab.commands.registry import COMMANDS  # noqa: E402

SERVICES = """
    ec2 s3api iam ssm sagemaker sagemaker-runtime cloudwatch logs sts elbv2 rds autoscaling application-autoscaling kms cloudformation ecr
    acm service-quotas cloudtrail
"""


def main() -> None:
    driver = create_clidriver()
    commands = driver._get_command_table()
    options: dict[str, list[str]] = {}
    actions: dict[str, list[str]] = {}
    for service in SERVICES.split():
        table = commands[service]._get_command_table()
        actions[service] = sorted(table)
        for verb, action in table.items():
            if (service, verb) in COMMANDS:
                names = {_plain(name, action.arg_table) for name in action.arg_table}
                options[f"{service} {verb}"] = sorted(names - {"cli-input-json", "generate-cli-skeleton"})
    lines = [
        '"""What the real aws CLI has, by name: services, actions, options. Written by tests/aws_names.py; read only to name a refusal."""',
        "",
        "from __future__ import annotations",
        "",
        f'SERVICES = """\n{rows(sorted(commands))}\n"""',
        '"""Every service of the aws CLI."""',
        "",
        "ACTIONS = {",
        *(f'    "{service}": """\n{rows(names)}\n""",' for service, names in actions.items()),
        "}",
        '"""Service -> its actions."""',
        "",
        "OPTIONS = {",
        *(f'    "{title}": """\n{rows(names)}\n""",' for title, names in sorted(options.items())),
        "}",
        '"""`service action` -> its options (without the `--no-` forms), for every action that is modelled."""',
        "",
    ]
    (ROOT / "cloudlab" / "dialects" / "aws_names.py").write_text("\n".join(lines), encoding="utf-8")


AS_THEY_ARE = ("no-reboot",)
"""Switches whose API parameter itself says no."""


def _plain(name: str, others: Collection[str]) -> str:
    """Return an option without the `--no-` the CLI adds for the way back."""
    plain = name.removeprefix("no-")
    return plain if plain in others and name not in AS_THEY_ARE else name


def rows(names: list[str]) -> str:
    return fill(" ".join(names), 130, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


if __name__ == "__main__":
    main()
