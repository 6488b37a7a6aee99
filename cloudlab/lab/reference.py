"""The reference of commands: `cloudlab commands [WORD]` as text and JSON, and docs/commands.md, all from the declarations."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.registry import all_commands
from cloudlab.commands.shapes import Boolean, Listing, Number, Record, Shape, Table, Text
from cloudlab.dialects.aws_cli import GENERIC, NamedFlag, flags_of, services
from cloudlab.dialects.errors import did_you_mean
from cloudlab.dialects.script import VERBS
from cloudlab.dialects.usage import takes, usage
from cloudlab.engine.documents import TABLE
from cloudlab.lab import documents

PAGE = Path("docs") / "commands.md"
"""The generated page, seen from the top of a checkout."""


def chosen(word: str | None) -> tuple[type[Command], ...]:
    """Return every command, those of a service, the one of a verb, or those whose verb or gloss holds the word."""
    every = all_commands()
    if word is None:
        return every
    low = word.lower().removeprefix("aws ")
    for fits in (
        lambda c: low in (c.verb(), c.title(), c.operation.lower()),
        lambda c: low == c.service,
        lambda c: low in c.verb(),
        lambda c: low in c.gloss.lower(),
    ):
        if found := tuple(c for c in every if fits(c)):
            return found
    return ()


def as_text(word: str | None = None) -> str:
    """Return the list of commands, or the whole entry where the word names one; a sentence where it names none."""
    document = documents.named(word) if word is not None else None
    if document is not None:
        return documents.page(document)
    found = chosen(word)
    if not found:
        assert word is not None
        names = [*(c.verb() for c in all_commands()), *(d.name for d in TABLE)]
        return f"There is no command '{word}'. {did_you_mean(word, (*names, *services()))}".strip() + "\n"
    if len(found) == 1:
        return _entry_text(found[0])
    lines: list[str] = []
    for service in dict.fromkeys(c.service for c in found):
        lines += ["", service]
        lines += [f"  {c.verb():<36} {c.gloss}" for c in found if c.service == service]
    if word is None:
        lines += ["", "verbs of scripts and of the terminal pane"]
        lines += [f"  {verb:<36} {written}" for verb, written in VERBS.items()]
        lines += ["", "`cloudlab commands VERB` tells one whole: its parameters, an example, its errors."]
    return "\n".join(lines[1:]) + "\n"


def as_json(word: str | None = None) -> str:
    """Return the same as JSON: a list of commands with their parameters."""
    return json.dumps([described(c) for c in chosen(word)], indent=2, ensure_ascii=False) + "\n"


def described(command: type[Command]) -> dict[str, Any]:
    """Return one command's entry as plain data."""
    return {
        "service": command.service,
        "verb": command.verb(),
        "operation": command.operation,
        "gloss": command.gloss,
        "usage": usage(command),
        "example": example(command),
        "looks_only": command.reads,
        "captures": command.returns,
        "parameters": [
            {
                "flag": f"--{flag.name}",
                "parameter": flag.parameter.name if flag.parameter else None,
                "type": kind(flag),
                "required": flag.required,
                "default": _default(flag),
                "values": list(choices(flag)),
                "meaning": meaning(flag),
            }
            for flag in flags_of(command).values()
        ],
        "errors": list(command.errors),
    }


def _entry_text(command: type[Command]) -> str:
    lines = [command.title(), f"  {command.gloss}", "", f"usage  {usage(command)}", f"e.g.   {example(command)}"]
    rows = [(f"--{flag.name}", kind(flag), "required" if flag.required else "", meaning(flag)) for flag in flags_of(command).values()]
    if rows:
        wide = [max(len(row[column]) for row in rows) for column in range(3)]
        lines += ["", "parameters"]
        lines += ["  " + "  ".join([*(cell.ljust(w) for cell, w in zip(row[:3], wide, strict=True)), row[3]]).rstrip() for row in rows]
    if command.returns:
        lines += ["", f"`-> $name` captures {command.returns}"]
    if command.verb() == "send-command":
        lines += ["", "documents; `help NAME` tells one whole", *documents.listed()]
    if command.errors:
        lines += ["", f"may be refused with {', '.join(command.errors)}"]
    return "\n".join(lines) + "\n"


def kind(flag: NamedFlag) -> str:
    """Return the type of a flag's value in words."""
    if flag.is_switch:
        return "switch"
    return _kind(flag.parameter.shape) if flag.parameter is not None else "text"


def _kind(shape: Shape) -> str:
    match shape:
        case Text(ref=str(ref)):
            return ref.replace("_", " ")
        case Text():
            return "text"
        case Number():
            return "whole number" if shape.whole else "number"
        case Boolean():
            return "true or false"
        case Listing():
            return f"list of {_kind(shape.member)}"
        case Table():
            return f"map to {_kind(shape.value)}"
        case Record():
            return "structure"


def choices(flag: NamedFlag) -> tuple[str, ...]:
    """Return the values a flag's declaration names."""
    if flag.extra is not None:
        return flag.extra.choices
    shape = flag.parameter.shape if flag.parameter else None
    return shape.choices if isinstance(shape, Text) else ()


def meaning(flag: NamedFlag) -> str:
    """Return what a parameter means, its values and its default, as far as the declaration says."""
    parts = [flag.meaning]
    shape = flag.parameter.shape if flag.parameter else None
    inner = shape.member if isinstance(shape, Listing) else shape
    if isinstance(inner, Record) and not flag.is_switch:
        parts.append(takes(flag).removesuffix(" ..."))
    if values := choices(flag):
        parts.append(" | ".join(values))
    if (default := _default(flag)) not in (None, "", False, [], {}):
        parts.append(f"default {default}")
    return "; ".join(part for part in parts if part)


def _default(flag: NamedFlag) -> Any:
    default = flag.parameter.default if flag.parameter else None
    return default if isinstance(default, str | int | bool) else None


def example(command: type[Command]) -> str:
    """Return a line that shows how the command is given: a written one, else every required parameter filled with plausible values."""
    if command.title() in _WRITTEN:
        return f"{command.title()} {_WRITTEN[command.title()]}"
    words = [command.title()]
    for flag in flags_of(command).values():
        if flag.required:
            words.append(f"--{flag.name}" if flag.is_switch else f"--{flag.name} {_sample(flag.name, _shape(flag))}")
        elif flag.extra is not None and flag.extra.example:
            words.append(f"--{flag.name} {flag.extra.example}")
    return " ".join(words)


def _shape(flag: NamedFlag) -> Shape:
    assert flag.parameter is not None
    return flag.parameter.shape


_SAMPLES = {
    "vpc": "vpc-1a2b",
    "subnet": "subnet-1a2b",
    "internet_gateway": "igw-1a2b",
    "route_table": "rtb-1a2b",
    "security_group": "sg-1a2b",
    "address": "eipalloc-1a2b",
    "instance": "i-1a2b",
    "role_arn": "arn:aws:iam::123456789012:role/trainer",
    "role": "trainer",
    "bucket": "churn-data",
    "cidr": "10.0.0.0/16",
    "instance-type": "t3.small",
    "ml-type": "ml.m5.large",
    "zone": "us-east-1a",
    "image": "ami-1a2b",
    "document": "AWS-RunPatchBaseline",
    "policy": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    "trust-policy": '\'{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}\'',
    "file": "churn/train.csv",
}
"""Plausible values for examples, by kind of record or catalogue group."""


_XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
_WRITTEN = {
    "sagemaker create-training-job": "--training-job-name churn-1 --role-arn arn:aws:iam::123456789012:role/trainer"
    f" --algorithm-specification TrainingImage={_XGBOOST},TrainingInputMode=File"
    " --input-data-config ChannelName=train,DataSource={S3DataSource={S3DataType=S3Prefix,S3Uri=s3://churn-data/train/}},"
    "ContentType=text/csv"
    " ChannelName=validation,DataSource={S3DataSource={S3DataType=S3Prefix,S3Uri=s3://churn-data/validation/}},ContentType=text/csv"
    " --output-data-config S3OutputPath=s3://churn-data/models"
    " --resource-config InstanceType=ml.m5.large,InstanceCount=1,VolumeSizeInGB=10"
    " --stopping-condition MaxRuntimeInSeconds=7200 --hyper-parameters objective=binary:logistic,num_round=100",
    "sagemaker create-model": "--model-name churn --execution-role-arn arn:aws:iam::123456789012:role/trainer"
    f" --primary-container Image={_XGBOOST},ModelDataUrl=s3://churn-data/models/churn-1/output/model.tar.gz",
    "sagemaker-runtime invoke-endpoint": "--endpoint-name churn --content-type text/csv --body 12,3,1,0,0,1,40,2,0,1,0,5,1,0,0,7",
    "cloudwatch put-metric-alarm": "--alarm-name web-1-fails --namespace AWS/EC2 --metric-name StatusCheckFailed"
    " --dimensions Name=InstanceId,Value=i-1a2b --statistic Maximum --period 60 --evaluation-periods 2 --threshold 1"
    " --comparison-operator GreaterThanOrEqualToThreshold",
    "cloudwatch get-metric-statistics": "--namespace AWS/EC2 --metric-name CPUUtilization --dimensions Name=InstanceId,Value=i-1a2b"
    ' --start-time "day 2 14:00" --end-time "day 2 15:00" --period 300 --statistics Average',
    "ssm create-maintenance-window": '--name sundays --schedule "cron(0 2 ? * SUN *)" --duration 3 --cutoff 1'
    " --no-allow-unassociated-targets",
    "ssm register-target-with-maintenance-window": "--window-id mw-0a1b2c3d4e5f60718 --resource-type INSTANCE"
    " --targets Key=tag:Name,Values=web",
    "ssm register-task-with-maintenance-window": "--window-id mw-0a1b2c3d4e5f60718 --task-type RUN_COMMAND"
    " --task-arn AWS-RunPatchBaseline --targets Key=WindowTargetIds,Values=0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
    " --task-invocation-parameters RunCommand={Parameters={Operation=Install}} --max-concurrency 1 --max-errors 0",
    "ssm send-command": "--document-name AWS-RunPatchBaseline --instance-ids i-1a2b --parameters Operation=Scan",
}
"""Examples in which the required parameters alone would not do."""


def _sample(name: str, shape: Shape, depth: int = 0) -> str:
    match shape:
        case Text():
            known = _SAMPLES.get(shape.ref or "") or _SAMPLES.get(shape.group or "")
            return known or (shape.choices[0] if shape.choices else _SAMPLES.get(name) or f"my-{name.split('-')[0]}")
        case Number():
            return "1"
        case Boolean():
            return "true"
        case Listing():
            inner = _sample(name, shape.member, depth + 1)
            return f"[{inner}]" if depth else inner
        case Table():
            return f"key={_sample(name, shape.value, depth + 1)}"
        case Record():
            told = [m for m in shape.members if m.required] or list(shape.members[:1])
            written = ",".join(f"{m.name}={_sample(m.flag, m.shape, max(depth, 1))}" for m in told)
            return f"{{{written}}}" if depth > 1 else written


def page() -> str:
    """Return docs/commands.md: every command with its usage and parameters."""
    lines = [
        "# Commands",
        "",
        "<!-- Written from the declarations by `python -m cloudlab.lab.reference`; a test checks that it is up to date. -->",
        "",
        "Every command is an AWS action under its own name, written as on the aws CLI (the `aws` prefix is optional). An option that",
        "exists at AWS and is not listed here is refused by name. Each command also takes:",
        "",
        *(f"- `--{name}`: {told}" for name, told in GENERIC.items()),
        "",
        "Scripts and the terminal pane know a few verbs besides:",
        "",
        "```",
        *(text for text in VERBS.values()),
        "```",
    ]
    for service in services():
        lines += ["", f"## {service}"]
        for command in (c for c in all_commands() if c.service == service):
            lines += ["", *_section(command)]
    return "\n".join(lines) + "\n"


def _section(command: type[Command]) -> Iterable[str]:
    yield f"### {command.verb()}"
    yield ""
    yield command.gloss
    yield ""
    yield "```"
    yield example(command)
    yield "```"
    flags = flags_of(command)
    if flags:
        yield ""
        yield "| parameter | type | | |"
        yield "|---|---|---|---|"
        for flag in flags.values():
            told = meaning(flag).replace("|", "\\|")
            yield f"| `--{flag.name}` | {kind(flag)} | {'required' if flag.required else ''} | {told} |"
    if command.returns:
        yield ""
        yield f"`-> $name` captures `{command.returns}`."
    if command.errors:
        yield ""
        yield f"May be refused with {', '.join(f'`{code}`' for code in command.errors)}."


def main() -> None:
    """Write the page into the checkout one stands in."""
    if not PAGE.parent.is_dir():
        sys.exit("Run this at the top of a checkout: it writes docs/commands.md.")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
