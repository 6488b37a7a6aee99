"""What a dialect writes it reads back as the same command, for every command there is and awkward texts."""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.registry import all_commands
from cloudlab.commands.shapes import Boolean, Listing, Number, Parameter, Shape, Table, Text, parameters
from cloudlab.dialects.aws_cli import parse, parse_line, render
from cloudlab.dialects.complete import KnownThings, complete
from cloudlab.dialects.errors import LineError
from cloudlab.dialects.highlight import highlight
from cloudlab.dialects.human import human
from cloudlab.dialects.script import ScriptError, parse_statement
from cloudlab.dialects.shorthand import read_shorthand, write_shorthand
from cloudlab.dialects.tokens import words_of
from cloudlab.dialects.usage import signature

AWKWARD = [
    "",
    " ",
    "two words",
    "[red]x",
    "{}",
    "[]",
    "it's",
    'say "no"',
    "--dry-run",
    "-1",
    "a,b",
    "a=b",
    "a=b,c=d",
    "#",
    "$vpc",
    "$$",
    "\\",
    "\\n",
    "line\nbreak",
    "überall 🙂",
    "file://x",
    "&",
    "->",
    "!",
    "true",
    "null",
    "0",
]
texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True),
)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Return JSON-ready values of a shape."""
    if isinstance(shape, Text):
        return st.sampled_from(shape.choices) | texts if shape.choices else texts
    if isinstance(shape, Number):
        return st.integers(0, 10_000) if shape.whole else st.floats(0, 1_000, allow_nan=False).map(lambda f: round(f, 3))
    if isinstance(shape, Boolean):
        return st.booleans()
    if isinstance(shape, Listing):
        return st.lists(values(shape.member), max_size=3)
    if isinstance(shape, Table):
        return st.dictionaries(texts, values(shape.value), max_size=3)
    return members(shape.members)


def members(of: tuple[Parameter, ...]) -> st.SearchStrategy[dict[str, Any]]:
    required = {p.name: values(p.shape) for p in of if p.required}
    optional = {p.name: values(p.shape) for p in of if not p.required}
    return st.fixed_dictionaries(required, optional=optional)


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.title())
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_rendered_is_parsed_as_the_same_command(command: type[Command], data: st.DataObject) -> None:
    wire = data.draw(members(parameters(command)))
    try:
        asked = command.model_validate(wire)
    except ValidationError:
        assume(False)
        raise
    line = render(asked)
    assert parse(line) == asked
    assert parse(f"aws {line}") == asked
    assert render(parse(line)) == line


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.title())
@settings(max_examples=25)
@given(data=st.data())
def test_every_command_is_told_in_one_line(command: type[Command], data: st.DataObject) -> None:
    try:
        asked = command.model_validate(data.draw(members(parameters(command))))
    except ValidationError:
        assume(False)
        raise
    assert "\n" not in human(asked)
    assert human(asked).strip()


@given(st.lists(texts, max_size=5))
def test_words_are_split_as_a_shell_splits_them(words: list[str]) -> None:
    assert [word.text for word in words_of(shlex.join(words))] == words


@given(
    st.recursive(
        st.dictionaries(texts, texts, min_size=1, max_size=3),
        lambda inner: st.dictionaries(texts, inner | st.lists(inner, max_size=2) | texts, max_size=3),
        max_leaves=6,
    )
)
def test_shorthand_is_read_back(value: dict[str, Any]) -> None:
    written = write_shorthand(value)
    if written is None:  # odd texts are left to JSON
        return
    assert json.dumps(read_shorthand(written)) == json.dumps(value)


SCRAPS = [
    *("ec2", "create-vpc", "describe-vpcs", "--cidr-block", "--tag-specifications", "ResourceType=vpc,Tags=[{", "--", "--query", "a["),
    *(
        "'",
        '"',
        "{",
        "}",
        "[",
        "]",
        "=",
        ",",
        "$x",
        "$",
        "->",
        "&",
        "!",
        "as",
        "#",
        "\\",
        "\n",
        " ",
        "wait",
        "on incident a",
        "end",
        "note",
    ),
]


@given(st.lists(st.sampled_from(SCRAPS).flatmap(lambda scrap: st.sampled_from([scrap, f"{scrap} "])), max_size=9).map("".join), st.data())
def test_whatever_is_typed_is_answered_in_words(text: str, data: st.DataObject) -> None:
    """Nothing typed ever ends in another error than our own, and no place lies outside the text."""
    found = complete(text, data.draw(st.integers(0, len(text))), KnownThings(captured=[("x", "1")]))
    assert 0 <= found.start <= found.end <= len(text)
    at = 0
    for span in highlight(text):
        assert at <= span.start <= span.end <= len(text)
        at = span.end
    assert "\n" not in signature(text)
    with suppress(LineError):
        parse_line(text, {"x": "1"})
    with suppress(ScriptError):
        parse_statement(text, ["x"])
