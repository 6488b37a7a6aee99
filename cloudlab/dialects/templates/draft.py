"""A template being written: logical names for what stands, references between them, and notes on what no template can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudlab.model.network import Tags

Properties = Mapping[str, Any]

ATTRIBUTES = {
    "AWS::EC2::EIP": "AllocationId",
    "AWS::EC2::SecurityGroup": "GroupId",
    "AWS::SageMaker::Model": "ModelName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
}
"""Kinds whose identifier another resource asks for by an attribute; with all others it is what Ref gives."""


@dataclass
class Draft:
    """Resources by logical name, in the order in which they are read best."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _logical: dict[str, str] = field(default_factory=dict)
    """Physical id -> logical name."""
    _comes_with: dict[str, Any] = field(default_factory=dict)
    """Physical id -> reference to what AWS makes along with another resource."""

    def add(self, type_: str, physical: str, name: str, properties: Properties, *, after: str | None = None) -> str:
        """Write a resource down; what is None or empty is left out. `after` is the physical id of what has to stand before it."""
        kind = type_.rpartition("::")[2]
        logical = self._free(_pascal(name) or f"{kind}{_pascal(physical)[-4:]}", kind)
        resource: dict[str, Any] = {"Type": type_}
        if after is not None and after in self._logical:
            resource["DependsOn"] = self._logical[after]
        kept = {key: value for key, value in properties.items() if value is not None and value != () and value != []}
        if kept:
            resource["Properties"] = kept
        self.resources[logical] = resource
        self._logical[physical] = logical
        return logical

    def to(self, physical: str | None) -> Any:
        """Return a reference to what has this id; the id itself where it is not in the template, such as an image."""
        if physical is None or physical not in self._logical:
            return self._comes_with.get(physical or "", physical)
        logical = self._logical[physical]
        attribute = ATTRIBUTES.get(self.resources[logical]["Type"])
        return {"Fn::GetAtt": [logical, attribute]} if attribute else {"Ref": logical}

    def comes_with(self, physical: str, owner: str, attribute: str) -> None:
        """Have references to what AWS makes along with `owner` lead to its attribute."""
        if owner in self._logical:
            self._comes_with[physical] = self.attribute(owner, attribute)

    def all_to(self, physical: tuple[str, ...]) -> list[Any]:
        return [self.to(each) for each in physical]

    def attribute(self, physical: str, attribute: str) -> Any:
        """Return another attribute of it than its identifier, or its id where it is not in the template."""
        return {"Fn::GetAtt": [self._logical[physical], attribute]} if physical in self._logical else physical

    def name(self, physical: str) -> str | None:
        """Return its logical name, if it is in the template."""
        return self._logical.get(physical)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _free(self, wanted: str, kind: str) -> str:
        """Return the name, with the kind behind it where another resource is called so, with a number where that is not enough."""
        if wanted not in self.resources:
            return wanted
        wanted, number = f"{wanted}{kind}", 2
        while (found := wanted if number == 2 else f"{wanted}{number}") in self.resources:
            number += 1
        return found if found not in self.resources else f"{wanted}{number}"


def tag_list(tags: Tags) -> list[dict[str, str]]:
    """Return tags as a template writes them; those of AWS's own are not for others to set."""
    return [{"Key": key, "Value": value} for key, value in tags if not key.startswith("aws:")]


def called(tags: Tags, otherwise: str = "") -> str:
    """Return what a person calls it."""
    return dict(tags).get("Name") or otherwise


def _pascal(text: str) -> str:
    """Return letters and digits only, each word with a capital: a logical name can hold nothing else."""
    words = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text) if word)
    return words if words[:1].isalpha() else f"R{words}" if words else ""
