"""How long a journal of 2,000 accepted commands takes to read, and to replay in level 01 with its referee. Prints, does not judge noise."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.registry import by_operation
from cloudlab.engine.simulation import RULES, Simulation
from cloudlab.journal.file import Journal, read
from cloudlab.journal.record import Header
from cloudlab.journal.replay import replay
from cloudlab.levels.judge import LevelReferee
from cloudlab.levels.loader import Level, load_level
from cloudlab.model.inputs import Given
from cloudlab.model.network import InternetGateway, RouteTable, SecurityGroup, Subnet, Vpc
from cloudlab.model.people import Person
from cloudlab.paths import assets_dir, levels_dir

COMMANDS = 2_000
ROUNDS = 15
LIMIT_S = 0.2


def ec2(operation: str, **params: object) -> Command:
    return by_operation(f"ec2:{operation}").model_validate(params)


def orders(simulation: Simulation) -> Iterator[Command]:
    """Yield a network's worth of commands, then everyday changes and looks for ever; each is accepted."""

    def newest(kind: type) -> str:
        return list(simulation.world.table(kind))[-1]

    yield ec2("CreateVpc", CidrBlock="10.0.0.0/16")
    vpc = newest(Vpc)
    for index in range(6):
        yield ec2("CreateSubnet", VpcId=vpc, CidrBlock=f"10.0.{index}.0/24")
    yield ec2("CreateInternetGateway")
    yield ec2("AttachInternetGateway", InternetGatewayId=newest(InternetGateway), VpcId=vpc)
    yield ec2("CreateRouteTable", VpcId=vpc)
    table, gateway = newest(RouteTable), newest(InternetGateway)
    yield ec2("AssociateRouteTable", RouteTableId=table, SubnetId=newest(Subnet))
    yield ec2("CreateSecurityGroup", GroupName="web", Description="web", VpcId=vpc)
    group = newest(SecurityGroup)
    port = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    while True:
        yield ec2("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        yield ec2("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=port)
        yield ec2("DescribeSubnets")
        yield ec2("DescribeSecurityGroups", GroupIds=[group])
        yield ec2("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=port)
        yield ec2("DeleteRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


@pytest.fixture(scope="module")
def level() -> Level:
    return load_level(levels_dir(), assets_dir(), "01-first-server")


def opened(level: Level) -> Simulation:
    return Simulation.open(level.scenario, 1, LevelReferee(level.file))


@pytest.fixture(scope="module")
def journal(level: Level, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play 2,000 commands, each carried out before the next, and keep their journal."""
    path = tmp_path_factory.mktemp("bench") / "run.jsonl"
    simulation = opened(level)
    header = Header(level.id, level.scenario.digest, level.scenario.catalogue.digest, 1, RULES, "learn", "")
    people = list(simulation.world.table(Person))
    asked = orders(simulation)
    with Journal.create(path, header) as journal:
        for n in range(1, COMMANDS + 1):
            person = people[0]
            given = Given(f"i{n}", person, next(asked))
            journal.append_input(at=simulation.now, given=given)
            outcome = simulation.submit(given)
            assert outcome.refusal is None, outcome.refusal
            while (current := simulation.world.get(Person, person).current) is not None:
                assert current.due is not None
                simulation.advance(current.due)
    assert simulation.world.over is None
    return path


def timed(what: str, work: Callable[[], object]) -> float:
    """Run `work` some times, print least, median and most seconds, return the median."""
    work()
    took = []
    for _ in range(ROUNDS):
        gc.collect()
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    print(f"\n{what}: min {min(took) * 1000:.0f} ms, median {median(took) * 1000:.0f} ms, max {max(took) * 1000:.0f} ms")
    return median(took)


def test_reading_2000_records(journal: Path) -> None:
    assert timed(f"read {COMMANDS} records ({journal.stat().st_size // 1024} KiB)", lambda: read(journal)) < LIMIT_S


def test_replaying_2000_commands(journal: Path, level: Level) -> None:
    reading = read(journal)
    assert len(reading.records) == COMMANDS
    assert timed(f"replay {COMMANDS} commands", lambda: replay(reading.header, reading.records, opened(level))) < LIMIT_S


def test_appending_a_record(tmp_path: Path, level: Level) -> None:
    given = Given("i1", "ana", ec2("CreateVpc", CidrBlock="10.0.0.0/16"))
    with Journal.create(tmp_path / "run.jsonl", Header(level.id, "", "", 1, RULES, "learn", "")) as journal:
        timed("append a record, synced, 100 times", lambda: [journal.append_input(at=0, given=given) for _ in range(100)])
