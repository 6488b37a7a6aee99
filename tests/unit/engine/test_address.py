"""Elastic IPs: rented by the hour from the first to the last second, moved, taken off."""

from __future__ import annotations

from cloudlab.commands.ec2_access import AllocateAddress, AssociateAddress, DescribeAddresses, DisassociateAddress, ReleaseAddress
from cloudlab.commands.ec2_acl import DescribeNetworkAcls
from cloudlab.commands.ec2_compute import TerminateInstances
from cloudlab.commands.ec2_network import DescribeAvailabilityZones
from cloudlab.commands.sts import GetCallerIdentity
from cloudlab.engine.kernel import evolve
from cloudlab.engine.metering import accrued
from cloudlab.engine.rules.addressing import public_ip_of
from cloudlab.model.compute import Instance
from cloudlab.model.events.billing import MeterStarted
from cloudlab.model.network import Address
from cloudlab.model.operations import Meter
from tests.network import Stage, ask, open_stage, where


def rent(stage: Stage, resource: str) -> Meter | None:
    return stage.sim.world.find(Meter, f"public-ipv4:{resource}")


def test_an_address_costs_half_a_cent_an_hour_used_or_not() -> None:
    stage = open_stage()
    meter = rent(stage, stage.address)
    assert meter is not None
    assert (meter.rate, meter.since) == (5_000, stage.sim.now)
    stage.sim.advance(stage.sim.now + 10 * 3_600)
    meter = rent(stage, stage.address)
    assert meter is not None
    assert accrued(meter, stage.sim.now) == 50_000 * 3_600  # ten hours at 0.005 USD: 0.05 USD
    preview = stage.sim.preview("ana", AllocateAddress())
    assert [(c.line, c.micros, c.per) for c in preview.charges] == [("public-ipv4", 5_000, "hour")]


def test_the_rent_ends_with_the_release() -> None:
    stage = open_stage()
    ask(stage.sim, ReleaseAddress(allocation_id=stage.address))
    meter = rent(stage, stage.address)
    assert meter is not None
    assert meter.since is None
    assert stage.address not in stage.sim.world.table(Address)


def test_an_elastic_address_takes_the_place_of_the_automatic_one() -> None:
    stage = open_stage()
    instance = stage.put_instance(public_ip="203.0.113.9", wants_public_ip=True)
    stage.sim.world = evolve(stage.sim.world, (MeterStarted("public-ipv4", instance.id, 5_000),))
    association = ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=instance.id))["AssociationId"]
    world = stage.sim.world
    address = world.get(Address, stage.address)
    assert (address.instance, address.association) == (instance.id, association)
    assert world.get(Instance, instance.id).public_ip is None
    assert public_ip_of(world, world.get(Instance, instance.id)) == address.public_ip
    meter = rent(stage, instance.id)
    assert meter is not None
    assert meter.since is None
    shown = ask(stage.sim, DescribeAddresses(filters=where("instance-id", instance.id)))["Addresses"][0]
    assert (shown["PublicIp"], shown["PrivateIpAddress"]) == (address.public_ip, "10.0.1.4")


def test_taken_off_it_leaves_an_automatic_one_only_where_launch_asked_for_one() -> None:
    stage = open_stage()
    plain, public = stage.put_instance(), stage.put_instance("i-0000000000000000b", private_ip="10.0.1.5", wants_public_ip=True)
    for instance in (plain, public):
        association = ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=instance.id))["AssociationId"]
        ask(stage.sim, DisassociateAddress(association_id=association))
    world = stage.sim.world
    assert world.get(Instance, plain.id).public_ip is None
    replacement = world.get(Instance, public.id).public_ip
    assert replacement is not None
    assert replacement != world.get(Address, stage.address).public_ip
    meter = rent(stage, public.id)
    assert meter is not None
    assert meter.rate == 5_000


def test_it_moves_without_being_taken_off_first() -> None:
    stage = open_stage()
    first, second = stage.put_instance(), stage.put_instance("i-0000000000000000b", private_ip="10.0.1.5")
    one = ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=first.id))["AssociationId"]
    again = ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=first.id))["AssociationId"]
    two = ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=second.id))["AssociationId"]
    assert one == again
    assert one != two
    assert stage.sim.world.get(Address, stage.address).instance == second.id


def test_a_machine_has_one_elastic_address_at_a_time() -> None:
    stage = open_stage()
    instance = stage.put_instance()
    other = ask(stage.sim, AllocateAddress())["AllocationId"]
    ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=instance.id))
    ask(stage.sim, AssociateAddress(allocation_id=other, instance_id=instance.id))
    assert stage.sim.world.get(Address, stage.address).instance is None
    assert stage.sim.world.get(Address, other).instance == instance.id


def test_a_machine_that_ends_lets_go_of_its_address_which_stays_rented() -> None:
    stage = open_stage()
    instance = stage.put_instance()
    ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=instance.id))
    ask(stage.sim, TerminateInstances(instance_ids=(instance.id,)))
    assert stage.sim.world.get(Address, stage.address).instance is None
    meter = rent(stage, stage.address)
    assert meter is not None
    assert meter.since is not None


def test_rented_addresses_differ() -> None:
    stage = open_stage()
    for _ in range(4):
        ask(stage.sim, AllocateAddress())
    assert len({a.public_ip for a in stage.sim.world.every(Address)}) == 5


def test_who_and_where_we_are() -> None:
    stage = open_stage()
    assert ask(stage.sim, GetCallerIdentity())["Account"] == "123456789012"
    zones = ask(stage.sim, DescribeAvailabilityZones())["AvailabilityZones"]
    assert [z["ZoneName"] for z in zones] == [f"us-east-1{letter}" for letter in "abcdef"]
    only = ask(stage.sim, DescribeAvailabilityZones(filters=where("zone-id", "use1-az4")))["AvailabilityZones"]
    assert [z["ZoneName"] for z in only] == ["us-east-1d"]


def test_the_default_acl_lets_everything_through_and_denies_the_rest() -> None:
    stage = open_stage()
    acl = ask(stage.sim, DescribeNetworkAcls(filters=where("association.subnet-id", stage.subnet)))["NetworkAcls"][0]
    assert (acl["VpcId"], acl["IsDefault"]) == (stage.a, True)
    assert [(e["RuleNumber"], e["Egress"], e["RuleAction"]) for e in acl["Entries"]] == [
        (100, True, "allow"),
        (32767, True, "deny"),
        (100, False, "allow"),
        (32767, False, "deny"),
    ]
