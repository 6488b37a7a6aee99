"""Thirty days of a fleet that scales by itself, beside two naive tellings of it; and a command's preview among a thousand resources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Network
from statistics import median
from time import perf_counter
from typing import Any

import pytest

from cloudlab.commands.base import Command, Filter
from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress, CreateSecurityGroup
from cloudlab.commands.ec2_compute import DescribeInstances, RunInstances, StopInstances
from cloudlab.commands.ec2_network import CreateRoute, CreateSubnet, CreateVpc
from cloudlab.engine.rules import traffic
from cloudlab.engine.rules.arrivals import arrivals
from cloudlab.engine.rules.traffic import tally
from cloudlab.engine.simulation import Simulation
from cloudlab.model.images import AL2023
from cloudlab.model.network import ANYWHERE, SecurityGroup, Subnet
from tests.balanced import lay_two_zones
from tests.network import tcp
from tests.scaled import NEED, engine_totals, open_following, told_for_models
from tests.support import put_server
from tests.truth.fleet_models import by_simpy, by_the_minute

RUNS = 9
WEEKENDS = replace(NEED, traffic=replace(NEED.traffic, base_per_minute=3_600, hours=(1000,) * 24, weekdays=(1000,) * 5 + (600,) * 2))
"""Steady through the day, and less of it on weekends."""


def timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


@pytest.mark.parametrize(("rhythm", "need"), [("quieter on weekends", WEEKENDS), ("a rush every day", NEED)])
def test_thirty_days_of_a_fleet_that_scales(rhythm: str, need: Any, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = open_following(30, need)
    told, totals = told_for_models(fleet), engine_totals(fleet)
    sim, ends = fleet.sim, fleet.sim.scenario.ends
    runs = [sim.fork() for _ in range(RUNS)]
    advanced = [timed(partial(run.advance, ends)) for run in runs]
    settled = []
    for run in runs:
        traffic._settle_and_keep.cache_clear()
        settled.append(timed(partial(tally, run.world, run.scenario, run.scenario.needs[0])))
    events = len(sim.fork().advance(ends).happenings)
    minutes, processes = median(timed(lambda: by_the_minute(told)) for _ in range(3)), timed(lambda: by_simpy(told))
    assert totals == by_the_minute(told) == by_simpy(told)
    flow = sim.scenario.needs[0].traffic, "answers", sim.scenario.starts, ends, 99
    drawn = timed(lambda: arrivals(*flow))
    with capsys.disabled():
        print(
            f"\n30 days, {rhythm}: {totals.changes} changes of the number, {events} events, {totals.failed:,} of {totals.offered:,} failed"
            f"\n  engine {median(advanced):.1f} ms ({min(advanced):.1f} to {max(advanced):.1f}), settling {median(settled):.1f} ms; "
            f"arrivals, once a run and seed, {drawn:.1f} ms\n  loop over minutes {minutes:.1f} ms, SimPy {processes:.1f} ms"
        )


def test_cost_grows_with_events_and_not_with_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    """A fleet that is at rest costs the same for ten days as for ninety."""
    took = {}
    for days in (10, 90):
        fleet = open_following(days, replace(WEEKENDS, traffic=replace(WEEKENDS.traffic, weekdays=(1000,) * 7, noise=0)))
        took[days] = median(timed(lambda sim=fleet.sim: sim.fork().advance(sim.scenario.ends)) for _ in range(RUNS))  # type: ignore[misc]
    with capsys.disabled():
        print(f"\na fleet at rest: 10 days {took[10]:.2f} ms, 90 days {took[90]:.2f} ms")


def a_thousand() -> tuple[Simulation, list[str]]:
    """Put 40 VPCs, 160 subnets, 160 groups of one's own and 600 machines into a run; return it with the VPCs' ids."""
    sim = lay_two_zones(quotas={"vpcs_per_region": 100, "on_demand_standard_vcpus": 10_000})
    vpcs = [sim.build(f"v{n}", CreateVpc(cidr_block=f"10.{100 + n}.0.0/16"))["Vpc"]["VpcId"] for n in range(40)]
    places: list[tuple[str, str, str, str]] = []
    for number, vpc in enumerate(vpcs):
        groups = [
            sim.build(f"g{number}-{n}", CreateSecurityGroup(group_name=f"group-{n}", description="x", vpc_id=vpc))["GroupId"]
            for n in range(4)
        ]
        for n in range(4):
            made = CreateSubnet(vpc_id=vpc, cidr_block=f"10.{100 + number}.{n}.0/24", availability_zone=f"us-east-1{'abcd'[n]}")
            places.append((vpc, sim.build(f"s{number}-{n}", made)["Subnet"]["SubnetId"], f"us-east-1{'abcd'[n]}", groups[0]))
    for number in range(600):
        vpc, subnet, zone, group = places[number % len(places)]
        where = {"vpc": vpc, "subnet": subnet, "zone": zone, "groups": (group,), "public_ip": None, "wants_public_ip": False}
        address = str(IPv4Network(sim.world.get(Subnet, subnet).cidr)[4 + number // len(places)])
        put_server(sim, f"i-{number:017x}", private_ip=address, **where)
    sim.build("settled", CreateSecurityGroup(group_name="settled", description="x", vpc_id=vpcs[0]))
    return sim, vpcs


def test_a_command_and_its_preview_among_a_thousand_resources(capsys: pytest.CaptureFixture[str]) -> None:
    sim, vpcs = a_thousand()
    vpc = vpcs[7]
    subnet = next(s.id for s in sim.world.every(Subnet) if s.vpc == vpc)
    group = next(g.id for g in sim.world.every(SecurityGroup) if g.vpc == vpc and g.name == "group-0")
    assert sum(len(table) for table in sim.world.tables.values()) >= 1_000
    commands: tuple[Command, ...] = (
        CreateSubnet(vpc_id=vpc, cidr_block="10.107.9.0/24"),
        CreateSecurityGroup(group_name="another", description="x", vpc_id=vpc),
        AuthorizeSecurityGroupIngress(group_id=group, ip_permissions=tcp(443, ANYWHERE)),
        CreateRoute(route_table_id="rtb-1", destination_cidr_block="52.0.0.0/8", gateway_id="igw-1"),
        RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id=subnet),
        StopInstances(instance_ids=(f"i-{7:017x}",)),
        DescribeInstances(filters=(Filter(name="vpc-id", values=(vpc,)),)),
    )
    previews = {c.title(): [timed(lambda c=c: sim.preview("ana", c)) for _ in range(41)] for c in commands}  # type: ignore[misc]
    gives = {c.title(): [timed(lambda c=c, n=n: sim.fork().build(f"b{n}", c)) for n in range(21)] for c in commands}  # type: ignore[misc]
    with capsys.disabled():
        print(f"\n{sum(len(table) for table in sim.world.tables.values()):,} records")
        for title, took in previews.items():
            print(f"  {title}: preview {median(took):.2f} ms, taking effect {median(gives[title]):.2f} ms")
        print(f"  median over commands: preview {median(map(median, previews.values())):.2f} ms")
