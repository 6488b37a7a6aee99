"""The aws CLI's own spelling: one line parsed into a Command, with its place for every error; and written back by `render`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.cli import ExtraFlag, WrongValue, negative
from cloudlab.commands.registry import COMMANDS
from cloudlab.commands.shapes import Boolean, Parameter, Record, parameters
from cloudlab.dialects.errors import (
    AmbiguousWord,
    MalformedValue,
    MissingParameter,
    NotModelled,
    UnknownWord,
    did_you_mean,
    either,
)
from cloudlab.dialects.output import FORMATS, checked_query
from cloudlab.dialects.render import render
from cloudlab.dialects.tokens import Variables, Word, words_of
from cloudlab.dialects.values import Span, example, value_of
from cloudlab.model.ids import REGION

__all__ = ["GENERIC", "Line", "NamedFlag", "flags_of", "parse", "parse_line", "parse_words", "render", "resolve", "services", "verbs"]

GENERIC = {
    "query": "a JMESPath expression: what of the answer to show or capture",
    "output": "how to show the answer: json, text or table",
    "region": f"the region; there is only {REGION} here",
}
"""Options every command takes."""

_NOT_MODELLED = """
    debug endpoint-url no-verify-ssl no-paginate profile version color no-sign-request ca-bundle cli-read-timeout
    cli-connect-timeout cli-binary-format no-cli-pager cli-auto-prompt no-cli-auto-prompt cli-input-json cli-input-yaml
    generate-cli-skeleton max-items page-size starting-token
"""
"""Options every command of the real aws CLI takes, refused by name here."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one aws CLI line asks for: the command, and what to do with its answer."""

    command: Command
    query: str | None = None
    """JMESPath into the response."""
    output: str | None = None
    """json, text or table."""


@dataclass(frozen=True, slots=True)
class NamedFlag:
    """One flag a command takes: a parameter's own, or one the aws CLI adds."""

    name: str
    """Without dashes."""
    parameter: Parameter | None = None
    extra: ExtraFlag | None = None

    @property
    def is_switch(self) -> bool:
        """It takes no value and has a form that switches it off."""
        shape = self.parameter.shape if self.parameter else None
        return isinstance(shape, Boolean) or (isinstance(shape, Record) and shape.is_switch)

    @property
    def required(self) -> bool:
        return self.parameter is not None and self.parameter.required

    @property
    def meaning(self) -> str:
        return self.parameter.meaning if self.parameter else self.extra.meaning if self.extra else GENERIC[self.name]


def parse(line: str, variables: Variables | None = None) -> Command:
    """Return the command a line says. Raises LineError."""
    return parse_line(line, variables).command


def parse_line(line: str, variables: Variables | None = None) -> Line:
    """Return everything a line says; with `variables`, `$name` is replaced. Raises LineError."""
    return parse_words(words_of(line, variables))


def parse_words(words: Sequence[Word]) -> Line:
    """Return what words, variables already filled in, say. Raises LineError."""
    command, rest = resolve(words)
    given: dict[str, tuple[Word, list[Word]]] = {}
    index = 0
    while index < len(rest):
        word = rest[index]
        if not is_flag(word):
            raise UnknownWord(f"Unknown options: {word.text}", usage_hint(command), word.span)
        name, values = _split(word)
        flag, positive = flag_named(command, word)
        index += 1
        if flag.is_switch and not (values or _takes_words(flag, rest, index)):
            values = [Word(("true" if positive else "false",), word.start, word.end)]
        else:
            while index < len(rest) and not is_flag(rest[index]):
                values.append(rest[index])
                index += 1
            if flag.is_switch and not positive:
                raise MalformedValue(f"argument --{name}: expected no value.", f"Write --{name} alone.", word.span)
        given[flag.name] = (word, values)
    return _line(command, given, words)


def resolve(words: Sequence[Word]) -> tuple[type[Command], Sequence[Word]]:
    """Return the command class that a line opens with, and its words after service and verb. Raises LineError."""
    start = 1 if words and words[0].text == "aws" else 0
    end = words[-1].end if words else 0
    if len(words) == start:
        raise MissingParameter("A line opens with a service.", f"One of {either(services())}.", (end, end))
    service = words[start]
    if is_flag(service):
        raise UnknownWord(f"{service.text} stands before the service.", "Write options after the verb.", service.span)
    if service.text not in services():
        _unknown_service(service)
    if len(words) == start + 1:
        raise MissingParameter(f"{service.text} needs a verb.", f"Such as {either(verbs(service.text)[:4])}.", (end, end))
    verb = words[start + 1]
    command = COMMANDS.get((service.text, verb.text))
    if command is None:
        _unknown_verb(service.text, verb)
    return command, words[start + 2 :]


@cache
def services() -> tuple[str, ...]:
    """Return every service there is, in the order of declaration."""
    return tuple(dict.fromkeys(service for service, _ in COMMANDS))


@cache
def verbs(service: str) -> tuple[str, ...]:
    """Return every verb of a service."""
    return tuple(verb for other, verb in COMMANDS if other == service)


@cache
def flags_of(command: type[Command]) -> Mapping[str, NamedFlag]:
    """Return every flag of a command by name: required ones first, then the aws CLI's own, then optional ones."""
    replaced = {name for custom in command.cli for name in custom.replaces}
    own = [NamedFlag(p.flag, parameter=p) for p in parameters(command) if p.name not in replaced]
    extra = [NamedFlag(flag.name, extra=flag) for custom in command.cli for flag in custom.flags]
    ordered = [flag for flag in own if flag.required] + extra + [flag for flag in own if not flag.required]
    return {flag.name: flag for flag in ordered}


def is_flag(word: Word) -> bool:
    """Does this word name a flag, rather than being a value?"""
    return not word.quoted and word.text.startswith("--") and len(word.text) > 2


def usage_hint(command: type[Command]) -> str:
    """Return the flags a command takes, for an error."""
    names = [f"--{name}" for name in flags_of(command)]
    return f"{command.title()} takes {', '.join(names)}." if names else f"{command.title()} takes no options of its own."


def _split(word: Word) -> tuple[str, list[Word]]:
    """Split `--flag=value`."""
    name, equals, value = word.text[2:].partition("=")
    return name, [Word((value,), word.start + len(name) + 3, word.end, quoted=True)] if equals else []


def _takes_words(flag: NamedFlag, rest: Sequence[Word], index: int) -> bool:
    """Is the switch given as the structure it is (`--flag Value=true`)?"""
    structured = flag.parameter is not None and isinstance(flag.parameter.shape, Record)
    return structured and index < len(rest) and not is_flag(rest[index])


def flag_named(command: type[Command], word: Word) -> tuple[NamedFlag, bool]:
    """Return the flag a word names, written out or as an unambiguous beginning, and whether it is the positive form.

    Raises UnknownWord, NotModelled, AmbiguousWord.
    """
    name = _split(word)[0]
    known = flags_of(command)
    there: dict[str, tuple[NamedFlag, bool]] = {}
    for flag in (*known.values(), *(NamedFlag(generic) for generic in GENERIC)):
        there[flag.name] = (flag, True)
        if flag.is_switch:
            there[negative(flag.name)] = (flag, False)
    if name in there:
        return there[name]
    real = _real_options(command)
    bare = name.removeprefix("no-")
    if name in real or bare in real or name in _NOT_MODELLED.split():
        where = "the aws CLI" if name in _NOT_MODELLED.split() else command.title()
        raise NotModelled(f"--{name} of {where} is not modelled.", usage_hint(command), word.span)
    longer = [other for other in dict.fromkeys((*there, *sorted(real))) if other.startswith(name)]
    modelled = [other for other in longer if other in there]
    if len(longer) == 1 and modelled:
        return there[modelled[0]]
    if modelled:
        shown = either(f"--{other}" for other in (modelled if len(modelled) > 1 else longer))
        raise AmbiguousWord(f"ambiguous option: --{name} could match {shown}.", "Write more of it.", word.span)
    if longer and not modelled:
        raise NotModelled(f"--{name}: {either(f'--{other}' for other in longer)} is not modelled.", usage_hint(command), word.span)
    hint = did_you_mean(f"--{name}", (f"--{other}" for other in there)) or usage_hint(command)
    raise UnknownWord(f"Unknown options: --{name}", hint, word.span)


def _real_options(command: type[Command]) -> frozenset[str]:
    from cloudlab.dialects.aws_names import OPTIONS

    return frozenset(OPTIONS.get(command.title(), "").split())


def _unknown_service(word: Word) -> NoReturn:
    from cloudlab.dialects.aws_names import SERVICES

    there = f"Modelled: {', '.join(services())}."
    if word.text == "s3":
        raise NotModelled("The high-level s3 commands are not modelled.", "Use s3api: s3api put-object, s3api create-bucket.", word.span)
    if word.text in SERVICES.split():
        raise NotModelled(f"The service {word.text} is not modelled.", there, word.span)
    meant = did_you_mean(word.text, services())
    of_verb = next((service for service, verb in COMMANDS if verb == word.text), None)
    if of_verb:
        meant = f"Did you mean {of_verb} {word.text}?"
    raise UnknownWord(f"There is no service '{word.text}'.", f"{meant} {there}".strip(), word.span)


def _unknown_verb(service: str, word: Word) -> NoReturn:
    from cloudlab.dialects.aws_names import ACTIONS

    meant = did_you_mean(
        word.text, verbs(service), "The nearest here:" if word.text in ACTIONS.get(service, "").split() else "Did you mean"
    )
    if word.text in ACTIONS.get(service, "").split():
        raise NotModelled(f"{service} {word.text} is not modelled.", meant or f"`commands {service}` lists what is.", word.span)
    raise UnknownWord(f"{service} has no verb '{word.text}'.", meant or f"Its verbs: {', '.join(verbs(service))}.", word.span)


def _line(command: type[Command], given: dict[str, tuple[Word, list[Word]]], words: Sequence[Word]) -> Line:
    known = flags_of(command)
    wire: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for name, (word, values) in given.items():
        flag = known.get(name)
        if flag is None:
            continue
        if flag.parameter is None:
            extra[name] = _single(name, word, values)
            continue
        shape = flag.parameter.shape
        if isinstance(shape, Record) and shape.is_switch and len(values) == 1 and values[0].text in ("true", "false"):
            wire[flag.parameter.name] = {shape.members[0].name: values[0].text == "true"}
        else:
            wire[flag.parameter.name] = value_of(shape, values, name, word.span)
    wire = _folded(command, extra, given, wire)
    end = words[-1].end if words else 0
    _require(command, wire, (end, end))
    query, output = (_single(name, *given[name]) if name in given else None for name in ("query", "output"))
    if query is not None:
        checked_query(query, given["query"][1][0].span)
    if output is not None and output not in FORMATS:
        raise MalformedValue(f"Unknown output type: {output}", f"Valid: {either(FORMATS)}.", given["output"][1][0].span)
    if "region" in given and (region := _single("region", *given["region"])) != REGION:
        raise NotModelled(f"The region {region} is not modelled.", f"Everything happens in {REGION}.", given["region"][1][0].span)
    return Line(_built(command, wire, given), query, output)


def _single(name: str, word: Word, values: Sequence[Word]) -> str:
    if not values:
        raise MissingParameter(f"argument --{name}: expected one argument.", f"Write --{name} VALUE.", word.span)
    if len(values) > 1:
        raise UnknownWord(f"Unknown options: {values[1].text}", f"--{name} takes one value.", values[1].span)
    return values[0].text


def _folded(
    command: type[Command], extra: dict[str, str], given: Mapping[str, tuple[Word, list[Word]]], wire: dict[str, Any]
) -> dict[str, Any]:
    """Let each customisation put its flags where the API wants them."""
    for custom in command.cli:
        mine = {flag.name: extra[flag.name] for flag in custom.flags if flag.name in extra}
        try:
            wire = custom.fold(mine, wire)
        except WrongValue as wrong:
            word, values = given[wrong.flag]
            raise MalformedValue(f"{wrong.sentence}.", wrong.accepted, (values[0] if values else word).span) from None
    return wire


def _require(command: type[Command], wire: Mapping[str, Any], at: Span) -> None:
    missing = [p for p in parameters(command) if p.required and p.name not in wire]
    if missing:
        names = ", ".join(f"--{p.flag}" for p in missing)
        written = " ".join(example(p.shape, p.flag) for p in missing)
        raise MissingParameter(f"the following arguments are required: {names}", f"Add {written}", at)


def _built(command: type[Command], wire: dict[str, Any], given: Mapping[str, tuple[Word, list[Word]]]) -> Command:
    try:
        return command.model_validate(wire)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        top = str(first["loc"][0]) if first["loc"] else ""
        flag = next((p.flag for p in parameters(command) if top in (p.name, p.field)), "")
        word, values = given.get(flag, (None, []))
        span = values[0].span if values else word.span if word else (0, 0)
        raise MalformedValue(f"Invalid value for parameter {path}: {first['msg']}.", "", span) from None
