"""Usage lines: how a command or a verb of the script grammar is written."""

from __future__ import annotations

from cloudlab.commands.base import Command
from cloudlab.commands.cli import negative
from cloudlab.dialects import aws_cli
from cloudlab.dialects.aws_cli import NamedFlag
from cloudlab.dialects.errors import LineError
from cloudlab.dialects.script import VERBS
from cloudlab.dialects.tokens import Word, statements
from cloudlab.dialects.values import placeholder


def usage(command: type[Command]) -> str:
    """Return `ec2 create-subnet --vpc-id VPC --cidr-block CIDR [--availability-zone ZONE] ...`."""
    written = [written_flag(flag) for flag in aws_cli.flags_of(command).values()]
    return " ".join([command.title(), *written])


def written_flag(flag: NamedFlag) -> str:
    """Return one flag with what it takes, in brackets where it may be left out."""
    both = "" if negative(flag.name).startswith("no-") else f"|--{negative(flag.name)}"
    text = f"--{flag.name}{both}" if flag.is_switch else f"--{flag.name} {takes(flag)}"
    return text if flag.required else f"[{text}]"


def takes(flag: NamedFlag) -> str:
    """Return what stands for the value of a flag; empty for a switch."""
    if flag.is_switch:
        return ""
    if flag.parameter is not None:
        return placeholder(flag.parameter.shape)
    if flag.extra is not None:
        if flag.extra.ref:
            return flag.extra.ref.replace("_", "-").upper()
        return flag.extra.example or flag.extra.name.upper()
    return {"query": "JMESPATH", "output": "json|text|table"}.get(flag.name, "us-east-1")


def signature(text: str) -> str:
    """Return the usage line of what is being typed: a command, the verbs of a service, or a verb of the script grammar."""
    found = statements(text, forgiving=True)
    words = without_prefix(found[-1].words) if found else ()
    if not words:
        return ""
    opening = words[1:] if words[0].text == "aws" else words
    if opening and opening[0].text in VERBS:
        return VERBS[opening[0].text]
    try:
        return usage(aws_cli.resolve(words)[0])
    except LineError:
        service = opening[0].text if opening else ""
        return f"{service} {'|'.join(aws_cli.verbs(service))}" if service in aws_cli.services() else ""


def without_prefix(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return a statement's words without `as PERSON` and `! CODE` before them."""
    while words and (words[0].is_bare("as") or words[0].is_bare("!")):
        words = words[2:]
    return words
