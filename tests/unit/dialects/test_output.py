"""Answers as json, text and table; queries."""

from __future__ import annotations

import pytest

from cloudlab.dialects.errors import MalformedValue
from cloudlab.dialects.output import query, write

VPCS = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "IsDefault": False, "Tags": [{"Key": "Name", "Value": "app"}]}]}


def test_json() -> None:
    assert write({"Vpc": {"VpcId": "vpc-1", "Tags": []}}) == '{\n    "Vpc": {\n        "VpcId": "vpc-1",\n        "Tags": []\n    }\n}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (VPCS, "VPCS\t10.0.0.0/16\tFalse\tvpc-1\nTAGS\tName\tapp"),
        (["vpc-1", "vpc-2"], "vpc-1\tvpc-2"),
        ([["a", "b"], ["c", "d"]], "a\tb\nc\td"),
        ("vpc-1", "vpc-1"),
        (None, "None"),
        (True, "True"),
        ({"Ids": ["a", "b"]}, "IDS\ta\nIDS\tb"),
        ([], ""),
    ],
)
def test_text(value: object, expected: str) -> None:
    assert write(value, "text") == expected


def test_table_of_rows() -> None:
    rows = [{"Id": "a", "State": "ok"}, {"Id": "bb", "State": "down"}]
    assert write(rows, "table", "DescribeThings").splitlines() == [
        "------------------",
        "| DescribeThings |",
        "+----+-----------+",
        "| Id | State     |",
        "+----+-----------+",
        "| a  | ok        |",
        "| bb | down      |",
        "+----+-----------+",
    ]


def test_table_of_what_contains_more() -> None:
    assert write(VPCS, "table").splitlines() == [
        "---------------------------",
        "|           Vpcs          |",
        "+-----------+-------------+",
        "| CidrBlock | 10.0.0.0/16 |",
        "| IsDefault | False       |",
        "| VpcId     | vpc-1       |",
        "+-----------+-------------+",
        "|           Tags          |",
        "+------+------------------+",
        "| Key  | Value            |",
        "+------+------------------+",
        "| Name | app              |",
        "+------+------------------+",
    ]


def test_a_table_of_nothing() -> None:
    assert write([], "table") == ""
    assert write("vpc-1", "table").splitlines()[1] == "| vpc-1 |"


def test_queries() -> None:
    assert query("Vpcs[].VpcId", VPCS) == ["vpc-1"]
    assert query("Vpcs[?IsDefault].VpcId | [0]", VPCS) is None


@pytest.mark.parametrize("expression", ["a[", "sort_by(Vpcs, &Nope.x", "nope(@)", "join(`1`, Vpcs)"])
def test_a_bad_query_is_named(expression: str) -> None:
    with pytest.raises(MalformedValue) as raised:
        query(expression, VPCS)
    assert raised.value.refusal.code == "ParamValidation"
    assert raised.value.sentence.startswith(f"Bad value for --query {expression}: ")


def test_a_table_that_does_not_fit_stands_upright() -> None:
    rows = [{"Id": "i-1", "Name": "a name that is long", "State": "running"}, {"Id": "i-2", "Name": "b", "State": "stopped"}]
    assert max(map(len, write(rows, "table").splitlines())) == 39
    assert write(rows, "table", cells=24).splitlines() == [
        "------------------------",
        "| Id    | i-1          |",
        "| Name  | a name that  |",
        "|       | is long      |",
        "| State | running      |",
        "+-------+--------------+",
        "| Id    | i-2          |",
        "| Name  | b            |",
        "| State | stopped      |",
        "+-------+--------------+",
    ]
    assert write(rows, "table", cells=39) == write(rows, "table")
