"""VPCs, zones and subnets: the boxes everything else stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.filtering import acl_of
from cloudlab.engine.rules.routing import table_of
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, tags_text, yes
from cloudlab.model.compute import Instance
from cloudlab.model.ids import ZONE_IDS
from cloudlab.model.network import InternetGateway, RouteTable, Subnet, Vpc
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Zone:
    """An Availability Zone as one VPC's subnets use it. AWS keeps no such record; the map has a box for it."""

    id: str
    vpc: str
    name: str


def zone_id(vpc: str, name: str) -> str:
    """Return the id of a zone's box inside a VPC."""
    return f"{vpc}/{name}"


def zones_of(world: World) -> Iterator[Zone]:
    """Yield each zone that a VPC has subnets in, by name within its VPC."""
    for vpc in world.every(Vpc):
        for name in sorted({s.zone for s in world.every(Subnet) if s.vpc == vpc.id}):
            yield Zone(zone_id(vpc.id, name), vpc.id, name)


@stands("vpc", Vpc)
def vpc_nodes(world: World) -> Iterator[Placed]:
    for vpc in world.every(Vpc):
        yield REGION_WIDE, Node(vpc.id, "vpc", name_of(vpc), vpc.state, "ok", 0, vpc.cidr)


@facts(Vpc)
def vpc_facts(world: World, scenario: Scenario, vpc: Vpc) -> Iterator[Row]:
    yield "addresses", vpc.cidr
    yield "state", vpc.state
    yield "subnets", ", ".join(f"{s.id} {s.cidr}" for s in world.every(Subnet) if s.vpc == vpc.id) or "none"
    yield "gateway", next((g.id for g in world.every(InternetGateway) if g.vpc == vpc.id), "none: nothing here reaches the internet")
    yield "DNS hostnames", yes(vpc.dns_hostnames)
    yield "tags", tags_text(vpc.tags)


@offers(Vpc)
def offer_vpc(world: World, vpc: Vpc) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-vpcs --vpc-ids {vpc.id}"
    yield "make a subnet in it", f"ec2 create-subnet --vpc-id {vpc.id} --cidr-block "
    yield "make a security group in it", f"ec2 create-security-group --vpc-id {vpc.id} --description web --group-name "
    for gateway in world.every(InternetGateway):
        if gateway.vpc is None:
            yield "attach the internet gateway", f"ec2 attach-internet-gateway --internet-gateway-id {gateway.id} --vpc-id {vpc.id}"
    yield "make a route table in it", f"ec2 create-route-table --vpc-id {vpc.id}"
    yield "make a network ACL in it", f"ec2 create-network-acl --vpc-id {vpc.id}"
    yield "bring one of AWS's services into it", f"ec2 create-vpc-endpoint --vpc-id {vpc.id} --service-name "
    yield "delete it", f"ec2 delete-vpc --vpc-id {vpc.id}"


@stands("zone", Zone, find=lambda world, key: next((z for z in zones_of(world) if z.id == key), None))
def zone_nodes(world: World) -> Iterator[Placed]:
    for zone in zones_of(world):
        yield ("vpc", zone.vpc), Node(zone.id, "zone", zone.name, "", "plain", 0)


@facts(Zone)
def zone_facts(world: World, scenario: Scenario, zone: Zone) -> Iterator[Row]:
    subnets = [s for s in world.every(Subnet) if (s.vpc, s.zone) == (zone.vpc, zone.name)]
    inside = {s.id for s in subnets}
    machines = [i for i in world.every(Instance) if i.subnet in inside and i.state != "terminated"]
    elsewhere = {s.zone for s in world.every(Subnet) if s.vpc == zone.vpc} - {zone.name}
    yield "VPC", zone.vpc
    yield "building", f"{ZONE_IDS[zone.name]}: one or more data centres with power and network of their own"
    yield "subnets", f"{len(subnets)}: {', '.join(s.cidr for s in subnets)}"
    yield "instances", f"{sum(i.state == 'running' for i in machines)} running of {len(machines)}" if machines else "none you know of"
    yield "other zones", ", ".join(sorted(elsewhere)) or "none: if this zone fails, nothing of this VPC stands elsewhere"


@offers(Zone)
def offer_zone(world: World, zone: Zone) -> Iterator[Offer]:
    subnets = [s.id for s in world.every(Subnet) if (s.vpc, s.zone) == (zone.vpc, zone.name)]
    yield "look at its subnets", f"ec2 describe-subnets --subnet-ids {' '.join(subnets)}"
    yield "look at the zone", f"ec2 describe-availability-zones --zone-names {zone.name}"
    yield "make a subnet in it", f"ec2 create-subnet --vpc-id {zone.vpc} --availability-zone {zone.name} --cidr-block "
    for subnet in subnets:
        yield f"launch an instance in {subnet}", f"ec2 run-instances --subnet-id {subnet} --image-id "


@stands("subnet", Subnet)
def subnet_nodes(world: World) -> Iterator[Placed]:
    for subnet in world.every(Subnet):
        yield ("zone", zone_id(subnet.vpc, subnet.zone)), Node(subnet.id, "subnet", name_of(subnet), "", "ok", 0, subnet.cidr)


@facts(Subnet)
def subnet_facts(world: World, scenario: Scenario, subnet: Subnet) -> Iterator[Row]:
    table = table_of(world, subnet)
    yield "addresses", subnet.cidr
    yield "zone", subnet.zone
    yield "VPC", subnet.vpc
    yield "route table", table.id + (" (the VPC's main one)" if table.is_main else "")
    yield "public", "yes: its routes lead to the internet gateway" if reachability.is_public_subnet(world, subnet.id) else "no"
    acl = acl_of(world, subnet.id)
    yield "network ACL", acl.id + (" (the VPC's default one)" if acl.is_default else "")
    yield "public at launch", yes(subnet.map_public_ip)
    yield "tags", tags_text(subnet.tags)


@offers(Subnet)
def offer_subnet(world: World, subnet: Subnet) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-subnets --subnet-ids {subnet.id}"
    yield "launch an instance in it", f"ec2 run-instances --subnet-id {subnet.id} --image-id "
    flag = "--no-map-public-ip-on-launch" if subnet.map_public_ip else "--map-public-ip-on-launch"
    wish = "no longer give new instances a public address" if subnet.map_public_ip else "give new instances a public address"
    yield wish, f"ec2 modify-subnet-attribute --subnet-id {subnet.id} {flag}"
    for table in world.every(RouteTable):
        if table.vpc == subnet.vpc and not any(a.subnet == subnet.id for a in table.associations):
            yield f"use route table {table.id}", f"ec2 associate-route-table --route-table-id {table.id} --subnet-id {subnet.id}"
    yield "make a NAT gateway in it", f"ec2 create-nat-gateway --subnet-id {subnet.id} --allocation-id "
    yield "delete it", f"ec2 delete-subnet --subnet-id {subnet.id}"
