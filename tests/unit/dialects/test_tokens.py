"""Words of a line: quoting, continuation, comments, variables."""

from __future__ import annotations

import pytest

from cloudlab.dialects.tokens import OpenQuote, UnknownVariable, statements, words_of


def texts(line: str, **variables: str | tuple[str, ...]) -> list[str]:
    return [word.text for word in words_of(line, variables if variables else None)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ec2 create-vpc", ["ec2", "create-vpc"]),
        ("  a\tb  ", ["a", "b"]),
        ("a 'b c' d", ["a", "b c", "d"]),
        ('a "b \\"c\\" \\\\ \\n"', ["a", 'b "c" \\ \\n']),
        ("'it'\"'\"'s'", ["it's"]),
        ("a\\ b", ["a b"]),
        ("a \\\n  b", ["a", "b"]),
        ("a\\\nb", ["ab"]),
        ("a # b c", ["a"]),
        ("a#b", ["a#b"]),
        ("--x=''", ["--x="]),
        ("''", [""]),
        ('\'[{"Key": "a"}]\'', ['[{"Key": "a"}]']),
        ("a $b", ["a", "$b"]),
    ],
)
def test_splitting(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


def test_a_word_knows_its_place() -> None:
    line = "ec2 create-vpc --cidr-block '10.0.0.0/16'"
    word = words_of(line)[3]
    assert line[word.start : word.end] == "'10.0.0.0/16'"
    assert word.quoted
    assert not words_of(line)[2].quoted


def test_an_open_quote_is_found() -> None:
    with pytest.raises(OpenQuote) as raised:
        words_of("a 'b c")
    assert (raised.value.start, raised.value.end) == (2, 6)


def test_variables_are_filled_in_everywhere() -> None:
    assert texts('--a $x --b=$x "$x!" \'{"Id":"$x"}\'', x="vpc-1") == ["--a", "vpc-1", "--b=vpc-1", "vpc-1!", '{"Id":"vpc-1"}']


def test_a_list_alone_is_several_words() -> None:
    assert texts("--ids $both end", both=("i-1", "i-2")) == ["--ids", "i-1", "i-2", "end"]


def test_a_list_inside_a_word_is_joined() -> None:
    assert texts("Values=$both", both=("i-1", "i-2")) == ["Values=i-1,i-2"]
    assert texts("'[\"$both\"]'", both=("i-1", "i-2")) == ['["i-1","i-2"]']


def test_what_a_variable_brings_is_a_value() -> None:
    (word,) = words_of("$x", {"x": "--dry-run"})
    assert word.quoted


def test_dollars_that_are_none() -> None:
    assert texts("$$x $5 ${aws:username} a$", x="1") == ["$x", "$5", "${aws:username}", "a$"]


def test_attributes_belong_to_the_incident_only() -> None:
    assert texts("$incident.id s3://$b.tar", **{"incident.id": "inc-1", "b": "x"}) == ["inc-1", "s3://x.tar"]


def test_an_unknown_variable_names_the_nearest() -> None:
    with pytest.raises(UnknownVariable) as raised:
        words_of("a $subnt", {"subnet": "s-1"})
    assert raised.value.accepted == "Did you mean $subnet?"


def test_statements_have_comments_and_lines() -> None:
    found = statements("a b # c\n\n  # only\nd \\\n e\n'f\ng' h")
    assert [[word.text for word in s.words] for s in found] == [["a", "b"], [], ["d", "e"], ["f\ng", "h"]]
    assert found[0].comment == (4, 7)


def test_a_verbatim_line_keeps_its_quotes() -> None:
    (statement,) = statements("note don't # stop", verbatim=("note",))
    assert [word.text for word in statement.words] == ["note", "don't # stop"]
