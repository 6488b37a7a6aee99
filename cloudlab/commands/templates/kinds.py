"""Kinds of resources in templates: their properties, and the commands that make and delete one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.templates.language import Resource, TemplateError

Properties = Mapping[str, Any]
Order = tuple[type[Command], dict[str, Any]]
"""A command and its parameters in AWS's names; `SELF` stands for the id of what the first one made."""

SELF = "$self"
ASSOCIATION_OF = "$acl-association-of"
"""`{ASSOCIATION_OF: subnet}` stands for what ties a subnet to its ACL now, `{DEFAULT_OF: subnet}` for the ACL its VPC began with."""
DEFAULT_OF = "$default-acl-of"


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource type: what a template may say of it, and which orders it comes down to."""

    type: str
    properties: tuple[str, ...]
    required: tuple[str, ...]
    makes: Callable[[Properties, str], list[Order]]
    """(resolved properties, a name of its own where AWS would make one up) -> orders, the first of which makes it."""
    unmakes: Callable[[Properties, str], list[Order]]
    """(resolved properties, physical id) -> orders."""
    identity: str = ""
    """Where the first order's answer has the physical id: a path such as `Vpc.VpcId`; empty: the name it was given."""
    named: str = ""
    """The property that names it, for kinds whose physical id is a name."""
    capability: str = ""
    """What the caller has to acknowledge (CAPABILITY_IAM, CAPABILITY_NAMED_IAM)."""


KINDS: dict[str, Kind] = {}


def kind(
    type_name: str, properties: str, required: str = "", *, identity: str = "", named: str = "", capability: str = ""
) -> Callable[[Callable[[Properties, str], list[Order]]], Callable[[Callable[[Properties, str], list[Order]]], None]]:
    """Register a kind: `@kind(...)` over what makes one gives the decorator for what unmakes one."""

    def making(makes: Callable[[Properties, str], list[Order]]) -> Callable[[Callable[[Properties, str], list[Order]]], None]:
        def unmaking(unmakes: Callable[[Properties, str], list[Order]]) -> None:
            assert type_name not in KINDS, f"two kinds called {type_name}"
            KINDS[type_name] = Kind(
                type_name, tuple(properties.split()), tuple(required.split()), makes, unmakes, identity, named, capability
            )

        return unmaking

    return making


def kind_of(resource: Resource) -> Kind:
    """Return the kind of a resource; refuse unknown types and properties by name."""
    found = KINDS.get(resource.type)
    if found is None:
        near = get_close_matches(resource.type, KINDS, 1, 0.7)
        hint = f"Did you mean {near[0]}?" if near else "docs/stacks.md lists the types there are."
        raise TemplateError(f"Template format error: Unrecognized resource types: [{resource.type}]", hint)
    for name in resource.properties:
        if name not in found.properties:
            near = get_close_matches(name, found.properties, 1)
            raise TemplateError(
                f"Properties validation failed for resource {resource.logical}: extraneous key [{name}] is not permitted or not modelled",
                f"Did you mean {near[0]}?" if near else f"One of {', '.join(found.properties)}.",
            )
    missing = [name for name in found.required if name not in resource.properties]
    if missing:
        raise TemplateError(
            f"Properties validation failed for resource {resource.logical}: required key [{missing[0]}] not found",
            f"{resource.type} needs {', '.join(found.required)}.",
        )
    return found


# helpers of the tables below ---------------------------------------------------------------------------------------------


def said(properties: Properties, *names: str) -> dict[str, Any]:
    """Return these properties, as far as the template gives them; the command's parameters have the same names."""
    return {name: properties[name] for name in names if name in properties}


def tagged(properties: Properties, resource_type: str) -> dict[str, Any]:
    """Return the tags as EC2 takes them at birth."""
    tags = properties.get("Tags")
    return {"TagSpecifications": [{"ResourceType": resource_type, "Tags": tags}]} if tags else {}


def settings(pairs: Any) -> list[dict[str, str]]:
    """Return attributes of load balancing as their commands take them: a template may write true or 60 without quotes."""
    return [{"Key": each["Key"], "Value": str(each["Value"]).lower()} for each in pairs]


def yes(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def permission(rule: Properties, peer: str) -> dict[str, Any]:
    """Return a rule of a template as one of IpPermissions; `peer` is the property that names another group."""
    found: dict[str, Any] = {"IpProtocol": str(rule.get("IpProtocol", "-1"))}
    for port in ("FromPort", "ToPort"):
        if port in rule:
            found[port] = int(rule[port])
    told = {"Description": rule["Description"]} if "Description" in rule else {}
    if "CidrIp" in rule:
        found["IpRanges"] = [{"CidrIp": rule["CidrIp"]} | told]
    if peer in rule:
        found["UserIdGroupPairs"] = [{"GroupId": rule[peer]} | told]
    return found
