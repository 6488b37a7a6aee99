"""Wholeness: what has to be so in every World of every run - references lead somewhere, and money and requests add up to the unit."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.arrivals import flow_of
from cloudlab.engine.rules.ledger import bill, cost, cost_by_line, hourly_rate
from cloudlab.engine.rules.traffic import by_hour, tally
from cloudlab.engine.simulation import Simulation
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.fleet import AutoScalingGroup, ScalingPolicy
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.network import (
    Address,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.operations import Meter
from cloudlab.model.people import Person
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import HOUR
from cloudlab.model.world import World

Reference = tuple[str, type, str | None]
"""(who says so, the kind it leads to, the id)"""


def _network(world: World) -> Iterator[Reference]:
    for subnet in world.every(Subnet):
        yield subnet.id, Vpc, subnet.vpc
    for gateway in world.every(InternetGateway):
        yield gateway.id, Vpc, gateway.vpc
    for table in world.every(RouteTable):
        yield table.id, Vpc, table.vpc
        yield from ((table.id, Subnet, a.subnet) for a in table.associations)
    for acl in world.every(NetworkAcl):
        yield acl.id, Vpc, acl.vpc
        yield from ((acl.id, Subnet, subnet) for subnet in acl.subnets)
    for group in world.every(SecurityGroup):
        yield group.id, Vpc, group.vpc
        yield from ((group.id, SecurityGroup, rule.group) for rule in (*group.ingress, *group.egress))
    for address in world.every(Address):
        yield address.id, Instance, address.instance
        yield address.id, NatGateway, address.nat_gateway
    for nat in world.every(NatGateway):
        if nat.state in ("pending", "available", "deleting"):
            yield nat.id, Subnet, nat.subnet
            yield nat.id, Vpc, nat.vpc
    for endpoint in world.every(VpcEndpoint):
        yield endpoint.id, Vpc, endpoint.vpc
        yield from ((endpoint.id, Subnet, node.subnet) for node in endpoint.nodes)
        yield from ((endpoint.id, SecurityGroup, group) for group in endpoint.groups)


def _machines(world: World) -> Iterator[Reference]:
    for machine in world.every(Instance):
        if machine.state != "terminated":
            yield machine.id, Vpc, machine.vpc
            yield machine.id, Subnet, machine.subnet
            yield from ((machine.id, SecurityGroup, group) for group in machine.groups)
            yield machine.id, AutoScalingGroup, machine.fleet
    for group in world.every(AutoScalingGroup):
        yield from ((group.id, Instance, machine) for machine, _ in group.ailing)
        yield from ((group.id, Instance, machine) for machine in group.retiring)
    for policy in world.every(ScalingPolicy):
        yield policy.id, AutoScalingGroup, policy.group
    for balancer in world.every(LoadBalancer):
        yield balancer.id, Vpc, balancer.vpc
        yield from ((balancer.id, Subnet, node.subnet) for node in balancer.nodes)
        yield from ((balancer.id, SecurityGroup, key) for key in balancer.groups)
    for listener in world.every(Listener):
        yield listener.id, LoadBalancer, listener.balancer
        yield listener.id, TargetGroup, listener.group
        yield listener.id, Certificate, listener.certificate
    for target in world.every(Target):
        yield target.id, TargetGroup, target.group
        yield target.id, Instance, target.instance


def _services(world: World) -> Iterator[Reference]:
    for profile in world.every(InstanceProfile):
        yield profile.id, Role, profile.role
    for stored in world.every(StoredObject):
        yield stored.id, Bucket, stored.bucket
    for database in world.every(DbInstance):
        yield database.id, DbSubnetGroup, database.subnet_group
        yield from ((database.id, SecurityGroup, key) for key in database.groups)


def dangling(world: World) -> list[str]:
    """Return what names a thing that is not there.

    As at AWS some things may: a route whose target is gone (a black hole), a group whose launch template is gone (it says so when it
    next launches), a database's subnet group whose subnet is, a target group whose VPC is.
    """
    there = (*_network(world), *_machines(world), *_services(world))
    return [f"{who} names {kind.__name__} {key}" for who, kind, key in there if key is not None and world.find(kind, key) is None]


def every_id(world: World) -> set[str]:
    """Return the ids of all there is, with the things that have none of their own record."""
    return {key for table in world.tables.values() for key in table}


def assert_references(world: World) -> None:
    assert dangling(world) == []
    ids = every_id(world)
    for kind, table in world.tables.items():
        assert all(record.id == key for key, record in table.items()), kind
    for timer in world.timers:
        assert timer.due >= world.now
    assert len({t.seq for t in world.timers}) == len(world.timers)
    assert list(world.timers) == sorted(world.timers)
    for person in world.every(Person):
        assert person.current is None or person.current.due is not None
    for meter in world.every(Meter):
        if meter.since is not None:
            assert meter.rate >= 0
            assert meter.resource in ids or any(meter.resource in key for key in ids), f"{meter.id} runs for nothing"


def assert_conserved(sim: Simulation) -> None:
    """Money and requests, to the unit."""
    world, scenario = sim.world, sim.scenario
    lines = bill(world)
    assert cost(world) == sum(line.micros for line in lines) == sum(cost_by_line(world).values())
    assert all(line.micros >= 0 for line in lines)
    assert hourly_rate(world) == sum(m.rate for m in world.every(Meter) if m.since is not None)
    for need in scenario.needs:
        total = tally(world, scenario, need)
        failed = sum(number for _, number in total.failed)
        flow = flow_of(world, scenario, need)
        assert total.offered == total.served + failed == flow.total(world.now)
        assert 0 <= total.slow <= total.served
        assert 0 <= total.right <= total.served
        assert all(number > 0 for _, number in total.failed)
        hours = by_hour(world, scenario, need, scenario.starts, world.now)
        assert sum(part.offered for _, part in hours) == total.offered
        assert sum(part.served for _, part in hours) == total.served
        assert sum(part.value_micros for _, part in hours) == total.value_micros
        assert [hour % HOUR for hour, _ in hours] == [0] * len(hours)
