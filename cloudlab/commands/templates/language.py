"""The template language: text in YAML or JSON to parameters, resources and outputs; what is not modelled is refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import yaml

SECTIONS = ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Resources", "Outputs")
PSEUDO = ("AWS::AccountId", "AWS::Region", "AWS::StackName", "AWS::Partition", "AWS::NoValue")
FUNCTIONS = ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::GetAZs")
_PARAMETER_KEYS = ("Type", "Default", "AllowedValues", "Description", "NoEcho", "ConstraintDescription")
_PARAMETER_TYPES = ("String", "Number", "CommaDelimitedList")
_RESOURCE_KEYS = ("Type", "Properties", "DependsOn", "DeletionPolicy", "Metadata", "UpdateReplacePolicy")
_OUTPUT_KEYS = ("Value", "Description")
BODY_LIMIT = 51_200
"""Bytes of a template given as text (CreateStack, TemplateBody)."""


class TemplateError(Exception):
    """A template CloudFormation would not take: a sentence, and what would be accepted."""

    def __init__(self, sentence: str, accepted: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    default: str | None = None
    allowed: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    logical: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    keep: str = ""
    """DeletionPolicy: Delete, Retain or Snapshot; empty where the template says nothing."""
    keep_replaced: str = ""
    """UpdateReplacePolicy, for what an update made anew elsewhere."""


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    value: Any
    description: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    description: str
    parameters: tuple[Parameter, ...]
    resources: tuple[Resource, ...]
    outputs: tuple[Output, ...] = field(default=())

    def resource(self, logical: str) -> Resource | None:
        return next((r for r in self.resources if r.logical == logical), None)


# text --------------------------------------------------------------------------------------------------------------------


class _Loader(yaml.CSafeLoader):
    """YAML as CloudFormation reads it: its short functions, and dates stay text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _function(loader: Any, suffix: str, node: yaml.Node) -> Any:
    name = suffix if suffix == "Ref" else f"Fn::{suffix}"
    if name not in FUNCTIONS:
        short = ", ".join("!" + each.removeprefix("Fn::") for each in FUNCTIONS)
        raise TemplateError(f"The function !{suffix} is not modelled.", f"One of {short}.")
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
    value = loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _function)


def parse(text: str) -> Template:
    """Read a template. Raises TemplateError; a sentence about YAML names line and column."""
    if len(text.encode()) > BODY_LIMIT:
        raise TemplateError(f"The template is longer than {BODY_LIMIT:,} bytes.", "Split it into several stacks.")
    try:
        found = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""
        raise TemplateError(f"Template format error: YAML not well-formed.{where} {wrong.problem or ''}".rstrip()) from wrong
    if not isinstance(found, dict):
        raise TemplateError("Template format error: unsupported structure.", "A mapping with a Resources block.")
    _known(found, SECTIONS, "At the top of the template")
    resources = found.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise TemplateError("Template format error: At least one Resources member must be defined.", "Resources: {Name: {Type: ...}}")
    template = Template(
        str(found.get("Description") or ""),
        tuple(_parameter(name, body) for name, body in _block(found, "Parameters")),
        tuple(_resource(name, body) for name, body in resources.items()),
        tuple(_output(name, body) for name, body in _block(found, "Outputs")),
    )
    _resolves(template)
    return template


def _block(found: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    block = found.get(name) or {}
    if not isinstance(block, dict):
        raise TemplateError(f"Template format error: {name} must be a mapping.")
    return list(block.items())


def _known(body: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in body:
        if key not in keys:
            near = get_close_matches(str(key), keys, 1)
            raise TemplateError(f"{where}: '{key}' is not modelled.", f"Did you mean {near[0]}?" if near else f"One of {', '.join(keys)}.")


def _mapping(body: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise TemplateError(f"Template format error: {where} must be a mapping.")
    return body


def _parameter(name: str, body: Any) -> Parameter:
    body = _mapping(body, f"parameter {name}")
    _known(body, _PARAMETER_KEYS, f"Parameter {name}")
    kind = str(body.get("Type", ""))
    if kind not in _PARAMETER_TYPES and not kind.startswith("AWS::EC2::"):
        raise TemplateError(
            f"Template format error: Unrecognized parameter type: {kind or 'none'}", f"One of {', '.join(_PARAMETER_TYPES)}."
        )
    default = body.get("Default")
    allowed = tuple(str(value) for value in body.get("AllowedValues") or ())
    return Parameter(name, kind, None if default is None else str(default), allowed, bool(body.get("NoEcho")))


def _resource(name: str, body: Any) -> Resource:
    if not name.isalnum():
        raise TemplateError(f"Template format error: Resource name {name} is non alphanumeric.", "Letters and digits only.")
    body = _mapping(body, f"resource {name}")
    _known(body, _RESOURCE_KEYS, f"Resource {name}")
    if "Type" not in body:
        raise TemplateError(f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member.")
    depends = body.get("DependsOn") or []
    properties = _mapping(body.get("Properties") or {}, f"Properties of {name}")
    after = (depends,) if isinstance(depends, str) else tuple(depends)
    keep, keep_replaced = (str(body.get(policy, "")) for policy in ("DeletionPolicy", "UpdateReplacePolicy"))
    return Resource(name, str(body["Type"]), properties, after, keep, keep_replaced)


def _output(name: str, body: Any) -> Output:
    body = _mapping(body, f"output {name}")
    _known(body, _OUTPUT_KEYS, f"Output {name}")
    if "Value" not in body:
        raise TemplateError(f"Template format error: Output {name} is missing its Value.")
    return Output(name, body["Value"], str(body.get("Description", "")))


# references --------------------------------------------------------------------------------------------------------------


def references(value: Any) -> Iterator[str]:
    """Yield the logical names a value refers to, parameters and pseudo parameters among them."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, inside),) = value.items()
            if name == "Ref":
                yield str(inside)
                return
            if name == "Fn::GetAtt":
                yield str(inside[0] if isinstance(inside, list) else str(inside).split(".", 1)[0])
                return
            if name == "Fn::Sub":
                text, extra = (inside[0], inside[1]) if isinstance(inside, list) else (inside, {})
                yield from (part.split(".", 1)[0] for part in holes(str(text)) if part not in extra)
                yield from references(list(extra.values()))
                return
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from references(each)


def holes(text: str) -> list[str]:
    """Return what stands between ${ and } in a text for Fn::Sub; ${!Literal} is none."""
    found, at = [], 0
    while (begin := text.find("${", at)) >= 0 and (end := text.find("}", begin)) >= 0:
        if text[begin + 2] != "!":
            found.append(text[begin + 2 : end])
        at = end + 1
    return found


def needs(template: Template, resource: Resource) -> tuple[str, ...]:
    """Return the other resources a resource has to wait for."""
    names = {r.logical for r in template.resources}
    wanted = dict.fromkeys([*resource.depends_on, *references(resource.properties)])
    return tuple(name for name in wanted if name in names and name != resource.logical)


def _resolves(template: Template) -> None:
    """Refuse what refers to nothing, and what waits for itself."""
    names = {r.logical for r in template.resources}
    there = names | {p.name for p in template.parameters} | set(PSEUDO)
    missing = [n for r in template.resources for n in (*r.depends_on, *references(r.properties)) if n not in there]
    if missing:
        raise TemplateError(
            "Template format error: Unresolved resource dependencies "
            f"[{', '.join(dict.fromkeys(missing))}] in the Resources block of the template",
            _nearest(missing[0], sorted(there)),
        )
    missing = [n for o in template.outputs for n in references(o.value) if n not in there]
    if missing:
        raise TemplateError(
            f"Template format error: Unresolved dependencies [{', '.join(dict.fromkeys(missing))}] in the Outputs block of the template",
            _nearest(missing[0], sorted(there)),
        )
    in_order(template)


def _nearest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There is {', '.join(known[:8])}."


def in_order(template: Template) -> tuple[Resource, ...]:
    """Return the resources so that each comes after what it waits for. Raises TemplateError where that goes round in a circle."""
    waits = {r.logical: set(needs(template, r)) for r in template.resources}
    done: dict[str, None] = {}
    while len(done) < len(waits):
        ready = [name for name, after in waits.items() if name not in done and after <= done.keys()]
        if not ready:
            round_about = [name for name in waits if name not in done]
            raise TemplateError(f"Circular dependency between resources: [{', '.join(round_about)}]", "Take one of the references out.")
        done |= dict.fromkeys(ready)
    by_name = {r.logical: r for r in template.resources}
    return tuple(by_name[name] for name in done)
