"""One human line per command - "Create VPC 10.0.0.0/16 (app)" - for logs, previews and the debrief."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.shapes import Boolean, Listing, Number, Parameter, Record, Text, parameters, scalar
from cloudlab.dialects.render import unfolded

NameOf = Callable[[str], str | None]
"""id -> the Name tag of that resource, where it has one."""

_ACRONYMS = {
    "ip": "IP",
    "id": "id",
    "dns": "DNS",
    "vpc": "VPC",
    "vpcs": "VPCs",
    "iam": "IAM",
    "db": "DB",
    "acl": "ACL",
    "nat": "NAT",
    "v2": "",
}
_BALANCING = re.compile(r"(?:loadbalancer/app|targetgroup|listener/app)/([^/]+)/")
"""ARNs of load balancing carry a name that people chose."""
_SILENT = ("DryRun", "TagSpecifications", "Tags")
_SHOWN = 3
"""Parameters a line names at most."""
_LONGEST = 60


def human(command: Command, name_of: NameOf | None = None) -> str:
    """Return what a command does, in words: its operation, what it is about, and the name it is given.

    An id is replaced by the resource's name where `name_of` knows one.
    """
    flat, wire = unfolded(command)
    shown = [text for text in _telling(command, wire, name_of) if text]
    shown += [_flags(flat, name_of)] if flat else []
    name = name_tag(wire)
    told = ", ".join(text for text in shown if text)
    return " ".join([words(command.operation), *([told] if told else []), *([f"({_short(name)})"] if name else [])])


def _telling(command: Command, wire: Mapping[str, Any], name_of: NameOf | None) -> list[str]:
    """Return what to say of a command: its own name and what it declares to say most, or else required values and references."""
    there = [p for p in parameters(type(command)) if p.name in wire and p.name not in _SILENT]
    if command.human is not None:
        own = [p for p in there if p.required and p.name.endswith("Name") and p.name != command.human][:1]
        return [*(_said(p, wire[p.name], name_of) for p in own), _short(_flat(_inside(wire, command.human.split(".")), name_of))]

    def weight(parameter: Parameter) -> int:
        inner = scalar(parameter.shape)
        return 0 if parameter.required else 1 if isinstance(inner, Text) and (inner.ref or inner.group) else 2

    return [_said(p, wire[p.name], name_of) for p in sorted(there, key=weight)][:_SHOWN]


def _inside(value: Any, path: list[str]) -> Any:
    """Return what lies at a dotted path, across lists; an empty text where nothing does."""
    if isinstance(value, list):
        return [_inside(member, path) for member in value]
    return _inside(value.get(path[0], ""), path[1:]) if path and isinstance(value, Mapping) else value


def _flags(said: Mapping[str, str], name_of: NameOf | None) -> str:
    """Return the aws CLI's own flags in words: `tcp 443 0.0.0.0/0`, `count 2`; the usual count of one goes without saying."""
    if set(said) == {"count"}:
        return "" if said["count"] == "1" else f"count {said['count']}"
    return _short(" ".join(_named(value, name_of) for value in said.values()))


def words(operation: str) -> str:
    """Return an operation as a sentence opens: CreateVpc -> `Create VPC`."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", re.sub(r"V\d$", "", operation))
    lowered = [_ACRONYMS.get(part.lower(), part if part.isupper() else part.lower()) for part in parts]
    text = " ".join(lowered)
    return text[:1].upper() + text[1:]


def _words(flag: str) -> str:
    """Return a flag in words: map-public-ip-on-launch -> `map public IP on launch`."""
    return " ".join(_ACRONYMS.get(part, part) for part in flag.split("-"))


def name_tag(wire: Mapping[str, Any]) -> str | None:
    """Return the Name tag a command sets, if it sets one."""
    specifications = wire.get("TagSpecifications", [])
    tags = [tag for specification in specifications for tag in specification.get("Tags", [])] + [
        tag for tag in wire.get("Tags", []) if isinstance(tag, dict)
    ]
    return next((tag.get("Value") or None for tag in tags if tag.get("Key") == "Name"), None)


def _said(parameter: Parameter, value: Any, name_of: NameOf | None) -> str:
    shape = parameter.shape
    if isinstance(shape, Text):
        return _short(_named(value, name_of))
    if isinstance(shape, Listing) and isinstance(shape.member, Text):
        return _short(", ".join(_named(member, name_of) for member in value))
    if isinstance(shape, Number):
        return f"{_words(parameter.flag)} {value}"
    if isinstance(shape, Boolean):
        return parameter.flag.replace("-", " ") if value else f"no {_words(parameter.flag)}"
    if isinstance(shape, Record) and shape.is_switch:
        on = all(value.values())
        return f"{_words(parameter.flag)} {'on' if on else 'off'}"
    return _short(_flat(value, name_of))


def _flat(value: Any, name_of: NameOf | None) -> str:
    """Return the texts and numbers inside a structure, in order."""
    if isinstance(value, Mapping):
        return " ".join(filter(None, (_flat(inner, name_of) for inner in value.values())))
    if isinstance(value, list):
        return " ".join(filter(None, (_flat(inner, name_of) for inner in value)))
    if isinstance(value, bool):
        return ""
    return _named(str(value), name_of)


def _named(text: str, name_of: NameOf | None) -> str:
    name = name_of(text) if name_of is not None else None
    if name:
        return name
    if text.startswith("arn:"):
        resource = text.rsplit(":", 1)[-1]
        balancing = _BALANCING.match(resource)
        return balancing[1] if balancing is not None else resource
    return "" if text.startswith(("{", "[")) and text.endswith(("}", "]")) else text  # a document says nothing in one line


def _short(text: str) -> str:
    """Return the text on one line, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"
