"""The aws CLI's shorthand, case by case; the expected values are the real aws CLI's."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.dialects.shorthand import ShorthandError, read_shorthand, write_shorthand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=b", {"a": "b"}),
        ("a=b,c=d", {"a": "b", "c": "d"}),
        ("a=b,c", {"a": ["b", "c"]}),
        ("a=b,c,d=e", {"a": ["b", "c"], "d": "e"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ("a=,b=c", {"a": "", "b": "c"}),
        ("a=[b,c],d=e", {"a": ["b", "c"], "d": "e"}),
        ("a=[]", {"a": []}),
        ("a={b=c,d=[e]}", {"a": {"b": "c", "d": ["e"]}}),
        ("Tags=[{Key=Name,Value=web 1}]", {"Tags": [{"Key": "Name", "Value": "web 1"}]}),
        ("a='b,c'", {"a": "b,c"}),
        ('a="b \\"c\\""', {"a": 'b "c"'}),
        ("a=b\\,c", {"a": "b,c"}),
        ("tag:Name=x", {"tag:Name": "x"}),
        ("a=s3://b/c,d=1", {"a": "s3://b/c", "d": "1"}),
    ],
)
def test_reading(text: str, expected: dict[str, Any]) -> None:
    assert read_shorthand(text) == expected


@pytest.mark.parametrize(("text", "column"), [("abc", 0), ("a=b,", 4), ("a=[b", 4), ("a={b=c", 6), ("a=b,a=c", 4), ("=b", 0), ("a=b]", 3)])
def test_what_is_wrong_has_its_column(text: str, column: int) -> None:
    with pytest.raises(ShorthandError) as raised:
        read_shorthand(text)
    assert raised.value.at == column


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Name": "tag:Name", "Values": ["web", "app"]}, "Name=tag:Name,Values=web,app"),
        ({"Tags": [{"Key": "Name", "Value": "web"}]}, "Tags=[{Key=Name,Value=web}]"),
        ({"a": {"b": ["c", "d"]}}, "a={b=[c,d]}"),
        ({"a": True, "b": 3}, "a=true,b=3"),
        ({"a": "two words"}, None),
        ({"a": ""}, None),
        ({"a": []}, None),
        ({}, None),
    ],
)
def test_writing(value: dict[str, Any], expected: str | None) -> None:
    assert write_shorthand(value) == expected
