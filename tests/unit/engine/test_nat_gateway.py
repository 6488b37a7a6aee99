"""NAT gateways: minutes until they work or have failed, the private way out hop by hop, and how they go."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from cloudlab.commands.ec2_access import (
    AssociateAddress,
    DescribeAddresses,
    DisassociateAddress,
    ReleaseAddress,
)
from cloudlab.commands.ec2_egress import CreateNatGateway, DeleteNatGateway, DescribeNatGateways, DescribeNetworkInterfaces
from cloudlab.commands.ec2_network import (
    AssociateRouteTable,
    CreateRoute,
    CreateRouteTable,
    CreateSubnet,
    DeleteSubnet,
    DeleteVpc,
    DescribeRouteTables,
    DescribeSubnets,
    DetachInternetGateway,
    ReplaceRoute,
)
from cloudlab.engine.metering import accrued
from cloudlab.engine.rules.reachability import from_internet, to_internet
from cloudlab.model.network import ANYWHERE, AclEntry, Address, NatGateway, NetworkAcl, RouteTable, Subnet
from cloudlab.model.operations import Meter, ZoneOutage
from tests.network import Stage, ask, open_stage, refused, where

HOUR = 3_600


@dataclass
class Private:
    """The stage, with a private subnet in zone b whose table leads to a NAT gateway in the public subnet of zone a."""

    stage: Stage
    nat: str
    subnet: str
    table: str
    instance: str

    def path(self) -> tuple[bool, str]:
        found = to_internet(self.stage.sim.world, self.instance)
        return found.ok, found.sentence()


def asked_for(stage: Stage, **changes: object) -> str:
    """Return the id of a NAT gateway that was asked for."""
    command = CreateNatGateway(subnet_id=stage.subnet, allocation_id=stage.address)
    return str(ask(stage.sim, command.model_copy(update=changes))["NatGateway"]["NatGatewayId"])


def state(stage: Stage, nat: str) -> str:
    return stage.sim.world.get(NatGateway, nat).state


def open_private() -> Private:
    stage = open_stage()
    nat = asked_for(stage)
    stage.sim.advance(stage.sim.now + 120)
    made = CreateSubnet(vpc_id=stage.a, cidr_block="10.0.2.0/24", availability_zone="us-east-1b")
    subnet = ask(stage.sim, made)["Subnet"]["SubnetId"]
    table = ask(stage.sim, CreateRouteTable(vpc_id=stage.a))["RouteTable"]["RouteTableId"]
    ask(stage.sim, AssociateRouteTable(route_table_id=table, subnet_id=subnet))
    ask(stage.sim, CreateRoute(route_table_id=table, destination_cidr_block=ANYWHERE, nat_gateway_id=nat))
    machine = stage.put_instance(subnet=subnet, private_ip="10.0.2.4")
    return Private(stage, nat, subnet, table, machine.id)


def test_it_works_two_minutes_later_and_is_paid_by_the_started_hour() -> None:
    stage = open_stage()
    preview = stage.sim.preview("ana", CreateNatGateway(subnet_id=stage.subnet, allocation_id=stage.address))
    assert [(c.line, c.micros, c.per) for c in preview.charges] == [("nat-gateway", 45_000, "hour")]
    nat = asked_for(stage)
    asked = stage.sim.now
    stage.sim.advance(asked + 119)
    assert state(stage, nat) == "pending"
    assert stage.sim.world.find(Meter, f"nat-gateway:{nat}") is None
    stage.sim.advance(asked + 120)
    assert state(stage, nat) == "available"
    stage.sim.advance(asked + 120 + HOUR + 1)
    meter = stage.sim.world.get(Meter, f"nat-gateway:{nat}")
    assert accrued(meter, stage.sim.now) == 2 * 45_000 * HOUR
    shown = ask(stage.sim, DescribeNatGateways(filter=where("state", "available")))["NatGateways"]
    assert [g["NatGatewayId"] for g in shown] == [nat]
    place = shown[0]["NatGatewayAddresses"][0]
    assert (place["AllocationId"], place["PrivateIp"]) == (stage.address, "10.0.1.4")
    assert place["PublicIp"] == stage.sim.world.get(Address, stage.address).public_ip


def test_the_private_way_out_is_told_hop_by_hop() -> None:
    private = open_private()
    found = to_internet(private.stage.sim.world, private.instance)
    assert found.ok, found.sentence()
    stage = private.stage
    hops = [h.resource for h in found.hops]
    assert hops == [
        private.instance,
        stage.group,
        private.subnet,
        private.table,
        stage.subnet,
        private.nat,
        stage.subnet,
        stage.table,
        stage.gateway,
        "internet",
    ]
    assert not from_internet(stage.sim.world, private.instance, 443).ok


def test_it_goes_down_with_its_zone() -> None:
    private = open_private()
    world = private.stage.sim.world
    private.stage.sim.world = world.put(ZoneOutage("us-east-1a", world.now, world.now + HOUR))
    ok, told = private.path()
    assert not ok
    assert told.endswith(f"{private.nat}: blocked here, its zone us-east-1a is down, and a NAT gateway goes down with its zone")


def test_each_thing_it_stands_on_is_named_where_it_is_missing() -> None:
    private = open_private()
    sim, stage = private.stage.sim, private.stage
    whole = sim.world

    def told() -> str:
        ok, text = private.path()
        assert not ok
        return text.rpartition(" -> ")[2]

    local = whole.get(RouteTable, stage.table).routes[0]
    sim.world = whole.change(RouteTable, stage.table, routes=(local,))
    assert told() == f"{stage.table}: blocked here, no route leads to the internet"
    sim.world = whole.change(NatGateway, private.nat, connectivity="private")
    assert told() == f"{private.nat}: blocked here, it is a private NAT gateway, which has no public address to lend"
    acl = next(a for a in whole.every(NetworkAcl) if stage.subnet in a.subnets)
    first = AclEntry(1, "6", False, False, "10.0.2.4/32", 443, 443)
    sim.world = whole.change(NetworkAcl, acl.id, entries=(first, *acl.entries))
    assert told() == f"{stage.subnet}: blocked here, its network ACL {acl.id} doesn't let tcp/443 in"
    back = AclEntry(1, "6", False, True, "10.0.2.0/24", 1_024, 65_535)
    sim.world = whole.change(NetworkAcl, acl.id, entries=(back, *acl.entries))
    assert told() == f"{stage.subnet}: blocked here, its network ACL {acl.id} doesn't let tcp/1024-65535 out"


def test_deleted_it_leaves_a_black_hole_and_a_free_address() -> None:
    private = open_private()
    sim, stage = private.stage.sim, private.stage
    assert refused(sim, ReleaseAddress(allocation_id=stage.address)).code == "InvalidIPAddress.InUse"
    ask(sim, DeleteNatGateway(nat_gateway_id=private.nat))
    assert state(stage, private.nat) == "deleting"
    meter = sim.world.get(Meter, f"nat-gateway:{private.nat}")
    assert meter.since is None
    sim.advance(sim.now + 60)
    assert state(stage, private.nat) == "deleted"
    assert private.path()[1].endswith(f"blocked here, its route 0.0.0.0/0 is a black hole: {private.nat} does not work any more")
    routes = ask(sim, DescribeRouteTables(route_table_ids=(private.table,)))["RouteTables"][0]["Routes"]
    assert routes[1] == {
        "DestinationCidrBlock": ANYWHERE,
        "NatGatewayId": private.nat,
        "State": "blackhole",
        "Origin": "CreateRoute",
    }
    ask(sim, ReleaseAddress(allocation_id=stage.address))
    sim.advance(sim.now + HOUR)
    assert sim.world.find(NatGateway, private.nat) is None
    assert refused(sim, DeleteNatGateway(nat_gateway_id=private.nat)).code == "NatGatewayNotFound"


def test_what_it_stands_on_cannot_go_before_it() -> None:
    private = open_private()
    sim, stage = private.stage.sim, private.stage
    kept = refused(sim, DeleteSubnet(subnet_id=stage.subnet))
    assert (kept.code, private.nat in kept.accepted) == ("DependencyViolation", True)
    door = refused(sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))
    assert (door.code, private.nat in door.accepted) == ("DependencyViolation", True)
    whole = refused(sim, DeleteVpc(vpc_id=stage.a))
    assert (whole.code, private.nat in whole.accepted) == ("DependencyViolation", True)
    association = sim.world.get(Address, stage.address).association
    assert refused(sim, DisassociateAddress(association_id=association or "")).code == "AuthFailure"
    moved = AssociateAddress(allocation_id=stage.address, instance_id=private.instance)
    assert refused(sim, moved).code == "Resource.AlreadyAssociated"
    shown = ask(sim, DescribeAddresses(allocation_ids=(stage.address,)))["Addresses"][0]
    assert shown["PrivateIpAddress"] == "10.0.1.4"
    assert "InstanceId" not in shown
    there = ask(sim, DescribeNetworkInterfaces(filters=where("subnet-id", stage.subnet)))["NetworkInterfaces"]
    assert [(i["InterfaceType"], i["NetworkInterfaceId"]) for i in there] == [("nat_gateway", shown["NetworkInterfaceId"])]
    assert ask(sim, DescribeSubnets(subnet_ids=(stage.subnet,)))["Subnets"][0]["AvailableIpAddressCount"] == 250


def test_what_aws_finds_out_later_fails_later() -> None:
    """Said yes to at once, failed half a minute after; the address was never touched, the gateway costs nothing and is forgotten."""
    stage = open_stage()
    machine = stage.put_instance()
    ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=machine.id))
    nat = asked_for(stage)
    asked = stage.sim.now
    assert state(stage, nat) == "pending"
    stage.sim.advance(asked + 30)
    shown = ask(stage.sim, DescribeNatGateways(nat_gateway_ids=(nat,)))["NatGateways"][0]
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")
    assert shown["FailureMessage"] == f"Elastic IP address {stage.address} is already associated"
    assert stage.sim.world.get(Address, stage.address).instance == machine.id
    assert stage.sim.world.find(Meter, f"nat-gateway:{nat}") is None
    dead = CreateRoute(route_table_id=stage.main.id, destination_cidr_block=ANYWHERE, nat_gateway_id=nat)
    assert refused(stage.sim, dead).code == "InvalidNatGatewayID.NotFound"
    stage.sim.advance(asked + 30 + HOUR)
    assert stage.sim.world.find(NatGateway, nat) is None


def test_no_gateway_and_no_room_are_found_out_later_too() -> None:
    stage = open_stage()
    nat = asked_for(stage, subnet_id=stage.subnet_b)
    stage.sim.advance(stage.sim.now + 30)
    failure = stage.sim.world.get(NatGateway, nat).failure
    assert failure == ("Gateway.NotAttached", f"Network {stage.b} has no Internet gateway attached")
    world = stage.sim.world
    stage.sim.world = world.put(replace(world.get(Subnet, stage.subnet), cidr="10.0.1.0/28"))
    for number in range(4, 15):
        stage.put_instance(f"i-{number:017x}", private_ip=f"10.0.1.{number}")
    full = asked_for(stage)
    stage.sim.advance(stage.sim.now + 30)
    failure = stage.sim.world.get(NatGateway, full).failure
    assert failure == ("InsufficientFreeAddressesInSubnet", "Subnet has insufficient free addresses to create this NAT gateway")


REFUSALS: dict[str, tuple[dict[str, object], str]] = {
    "a public one needs an address": ({"allocation_id": None}, "MissingParameter"),
    "a private one takes none": ({"connectivity_type": "private"}, "InvalidParameterCombination"),
    "no such kind": ({"connectivity_type": "open"}, "InvalidParameterValue"),
    "no such subnet": ({"subnet_id": "subnet-00000000"}, "InvalidSubnetID.NotFound"),
    "no such address": ({"allocation_id": "eipalloc-00000000"}, "InvalidAllocationID.NotFound"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_the_request_itself_shows_is_refused(why: str) -> None:
    stage = open_stage()
    changes, code = REFUSALS[why]
    command = CreateNatGateway(subnet_id=stage.subnet, allocation_id=stage.address)
    refusal = refused(stage.sim, command.model_copy(update=changes))
    assert refusal.code == code
    assert refusal.accepted


def test_the_quota_is_per_zone_and_counts_what_lives() -> None:
    stage = open_stage(nat_gateways_per_az=1)
    private = {"connectivity_type": "private", "allocation_id": None}
    first = asked_for(stage, **private)
    again = CreateNatGateway(subnet_id=stage.subnet, connectivity_type="private")
    assert refused(stage.sim, again).code == "NatGatewayLimitExceeded"
    asked_for(stage, **private, subnet_id=stage.subnet_b)
    ask(stage.sim, DeleteNatGateway(nat_gateway_id=first))
    assert refused(stage.sim, again).code == "NatGatewayLimitExceeded"
    stage.sim.advance(stage.sim.now + 60)
    ask(stage.sim, again)


def test_deleted_while_it_comes_up_it_never_works() -> None:
    stage = open_stage()
    nat = asked_for(stage)
    ask(stage.sim, DeleteNatGateway(nat_gateway_id=nat))
    stage.sim.advance(stage.sim.now + 200)
    assert state(stage, nat) == "deleted"
    assert stage.sim.world.find(Meter, f"nat-gateway:{nat}") is None
    ask(stage.sim, DeleteNatGateway(nat_gateway_id=nat))  # while it is still shown, that is no error
    assert state(stage, nat) == "deleted"


def test_a_route_has_one_target_of_its_own_network() -> None:
    private = open_private()
    sim, stage = private.stage.sim, private.stage

    def code(table: str, **targets: str) -> str:
        command = CreateRoute(route_table_id=table, destination_cidr_block="52.0.0.0/8", **targets)  # type: ignore[arg-type]
        return refused(sim, command).code

    assert code(stage.table, nat_gateway_id=private.nat, gateway_id=stage.gateway) == "InvalidParameterCombination"
    assert code(stage.table) == "MissingParameter"
    assert code(stage.table_b, nat_gateway_id=private.nat) == "InvalidParameterValue"
    assert code(stage.table, nat_gateway_id="nat-00000000") == "InvalidNatGatewayID.NotFound"
    assert code(stage.table, instance_id="i-00000000") == "InvalidInstanceID.NotFound"
    assert code(stage.table_b, instance_id=private.instance) == "InvalidParameterValue"
    ask(sim, ReplaceRoute(route_table_id=private.table, destination_cidr_block=ANYWHERE, instance_id=private.instance))
    ok, told = private.path()
    assert not ok
    assert told.endswith("which drops whatever is not meant for itself: its source/destination check, which cannot be switched off here")


def test_only_a_whole_subnet_is_led_past_the_local_route() -> None:
    private = open_private()
    sim, stage = private.stage.sim, private.stage

    def route(destination: str, **target: str) -> CreateRoute:
        return CreateRoute(route_table_id=private.table, destination_cidr_block=destination, **target)  # type: ignore[arg-type]

    assert refused(sim, route("10.0.1.0/25", nat_gateway_id=private.nat)).code == "InvalidParameterValue"
    assert refused(sim, route("10.0.1.0/24", gateway_id=stage.gateway)).code == "InvalidParameterValue"
    ask(sim, route("10.0.1.0/24", nat_gateway_id=private.nat))
