"""Functions of templates: Ref, GetAtt, Sub, Join, Select and GetAZs, worked out once what they refer to is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloudlab.commands.templates.language import FUNCTIONS, Template, TemplateError, holes

Lookup = Callable[[str, str], Any]
"""(logical name, attribute; empty for Ref) -> value."""

NO_VALUE = object()


def values_of(template: Template, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the value of every parameter. Raises TemplateError for what is missing, unknown or not allowed."""
    known = {p.name: p for p in template.parameters}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise TemplateError(
            f"Parameters: [{', '.join(unknown)}] do not exist in the template", f"It has {', '.join(known) or 'no parameters'}."
        )
    missing = [p.name for p in template.parameters if p.name not in given and p.default is None]
    if missing:
        raise TemplateError(
            f"Parameters: [{', '.join(missing)}] must have values", f"ParameterKey={missing[0]},ParameterValue=..., or a Default."
        )
    values: dict[str, Any] = {}
    for name, parameter in known.items():
        value = given.get(name, parameter.default) or ""
        if parameter.allowed and value not in parameter.allowed:
            raise TemplateError(
                f"Parameter '{name}' must be one of AllowedValues", f"One of {', '.join(parameter.allowed)}, not '{value}'."
            )
        if parameter.type == "Number" and not value.lstrip("-").isdecimal():
            raise TemplateError(f"Parameter '{name}' must be a number", f"'{value}' is none.")
        values[name] = [part.strip() for part in value.split(",")] if parameter.type == "CommaDelimitedList" else value
    return values


def worked_out(value: Any, lookup: Lookup, zones: tuple[str, ...]) -> Any:
    """Return a value with its functions replaced by what they come to; members that come to AWS::NoValue are left out."""
    if isinstance(value, list):
        members = [worked_out(each, lookup, zones) for each in value]
        return [m for m in members if m is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inside),) = value.items()
        if name in FUNCTIONS:
            return _applied(name, inside, lookup, zones)
        if name.startswith("Fn::") or name == "Condition":
            raise TemplateError(f"The function {name} is not modelled.", f"One of {', '.join(FUNCTIONS)}.")
    found = {key: worked_out(each, lookup, zones) for key, each in value.items()}
    return {key: each for key, each in found.items() if each is not NO_VALUE}


def _applied(name: str, inside: Any, lookup: Lookup, zones: tuple[str, ...]) -> Any:
    match name:
        case "Ref":
            return NO_VALUE if inside == "AWS::NoValue" else lookup(str(inside), "")
        case "Fn::GetAtt":
            logical, attribute = inside if isinstance(inside, list) else str(inside).split(".", 1)
            return lookup(str(logical), str(attribute))
        case "Fn::Sub":
            text, extra = (inside[0], inside[1]) if isinstance(inside, list) else (inside, {})
            given = {key: worked_out(each, lookup, zones) for key, each in extra.items()}
            for hole in dict.fromkeys(holes(str(text))):
                logical, _, attribute = hole.partition(".")
                text = str(text).replace(f"${{{hole}}}", str(given[hole] if hole in given else lookup(logical, attribute)))
            return str(text).replace("${!", "${")
        case "Fn::Join":
            _is_pair(name, inside)
            return str(inside[0]).join(str(each) for each in worked_out(inside[1], lookup, zones))
        case "Fn::Select":
            _is_pair(name, inside)
            among, at = worked_out(inside[1], lookup, zones), int(inside[0])
            if not 0 <= at < len(among):
                raise TemplateError(f"Template error: Fn::Select cannot select nonexistent value at index {at}")
            return among[at]
        case _:
            return list(zones)


def _is_pair(name: str, inside: Any) -> None:
    if not isinstance(inside, list) or len(inside) != 2:
        raise TemplateError(f"Template error: every {name} object requires two parameters, (1) and (2).")
