"""What a declaration says about its parameters, and that every declaration can be written."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field

from cloudlab.commands.base import AttributeBooleanValue, Choice, Command, Structure, VpcRef, Zone, kebab
from cloudlab.commands.registry import COMMANDS, all_commands, by_operation
from cloudlab.commands.shapes import Boolean, Listing, Number, Record, Table, Text, parameter, parameters, scalar


class Part(Structure):
    size_in_gb: int = Field(alias="SizeInGB")


class Sample(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "Sample"

    vpc_id: VpcRef
    zones: tuple[Zone, ...] = ()
    kind: Annotated[str, Choice(("a", "b"))] | None = None
    mode: Literal["x", "y"] = "x"
    count: Annotated[int, Field(ge=1, description="how many")] = 1
    weight: float = 1.0
    tables: dict[str, tuple[str, ...]] = Field(default={})
    parts: tuple[Part, ...] = ()
    on: AttributeBooleanValue | None = None
    dry_run: bool = False


def test_shapes_of_a_declaration() -> None:
    assert [(p.name, p.flag, p.shape, p.required) for p in parameters(Sample)] == [
        ("VpcId", "vpc-id", Text(ref="vpc"), True),
        ("Zones", "zones", Listing(Text(group="zone")), False),
        ("Kind", "kind", Text(choices=("a", "b")), False),
        ("Mode", "mode", Text(choices=("x", "y")), False),
        ("Count", "count", Number(), False),
        ("Weight", "weight", Number(whole=False), False),
        ("Tables", "tables", Table(Listing(Text())), False),
        ("Parts", "parts", Listing(Record(Part)), False),
        ("On", "on", Record(AttributeBooleanValue), False),
        ("DryRun", "dry-run", Boolean(), False),
    ]


def test_meanings_and_defaults() -> None:
    count, dry_run = parameter(Sample, "Count"), parameter(Sample, "DryRun")
    assert count is not None
    assert dry_run is not None
    assert (count.meaning, count.default) == ("how many", 1)
    assert dry_run.meaning == "only check, change nothing"
    assert parameter(Sample, "Nothing") is None


def test_members_and_switches() -> None:
    assert [m.name for m in Record(Part).members] == ["SizeInGB"]
    assert Record(AttributeBooleanValue).is_switch
    assert not Record(Part).is_switch
    assert scalar(Listing(Listing(Number()))) == Number()


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("CidrBlock", "cidr-block"),
        ("DBInstanceIdentifier", "db-instance-identifier"),
        ("MultiAZ", "multi-az"),
        ("TargetGroupARNs", "target-group-arns"),
        ("VPCZoneIdentifier", "vpc-zone-identifier"),
        ("VolumeSizeInGB", "volume-size-in-gb"),
        ("ListObjectsV2", "list-objects-v2"),
        ("SSEKMSKeyId", "ssekms-key-id"),
    ],
)
def test_flags_are_spelt_as_the_aws_cli_spells_them(name: str, flag: str) -> None:
    assert kebab(name) == flag


def test_every_command_is_found_by_its_names() -> None:
    assert len(COMMANDS) == len(all_commands())
    for command in all_commands():
        assert COMMANDS[command.service, command.verb()] is command
        assert by_operation(f"{command.service}:{command.operation}") is command
    with pytest.raises(KeyError):
        by_operation("ec2:Nothing")
