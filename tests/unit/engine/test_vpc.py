"""VPCs and subnets: what comes with them, what is reserved, what goes with them."""

from __future__ import annotations

from cloudlab.commands.ec2_access import DeleteSecurityGroup
from cloudlab.commands.ec2_network import (
    CreateSubnet,
    CreateVpc,
    DeleteInternetGateway,
    DeleteRouteTable,
    DeleteSubnet,
    DeleteVpc,
    DescribeSubnets,
    DescribeVpcs,
    DetachInternetGateway,
    DisassociateRouteTable,
    ModifySubnetAttribute,
    ModifyVpcAttribute,
)
from cloudlab.engine.rules.addressing import free_address, free_count, public_address
from cloudlab.engine.rules.knowledge import known
from cloudlab.model.network import ANYWHERE, NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc
from cloudlab.model.operations import Sighting
from tests.network import OFF, ON, ask, open_stage, tagged, where
from tests.support import open_simulation


def test_a_vpc_comes_with_a_main_table_an_acl_and_a_group() -> None:
    sim = open_simulation()
    answer = ask(sim, CreateVpc(cidr_block="10.0.1.5/16", tag_specifications=tagged("vpc", "app")))["Vpc"]
    assert answer["CidrBlock"] == "10.0.0.0/16"
    assert answer["State"] == "available"
    assert answer["Tags"] == [{"Key": "Name", "Value": "app"}]
    world = sim.world
    (table,), (acl,), (group,) = world.every(RouteTable), world.every(NetworkAcl), world.every(SecurityGroup)
    assert table.is_main
    assert [(r.destination, r.target) for r in table.routes] == [("10.0.0.0/16", "local")]
    assert [(e.number, e.protocol, e.allow, e.egress, e.cidr) for e in acl.entries] == [
        (100, "-1", True, False, ANYWHERE),
        (100, "-1", True, True, ANYWHERE),
    ]
    assert group.name == "default"
    assert [(r.protocol, r.cidr, r.group) for r in group.ingress] == [("-1", None, group.id)]
    assert [(r.protocol, r.cidr, r.group) for r in group.egress] == [("-1", ANYWHERE, None)]


def test_dns_is_on_and_names_are_off_until_asked_for() -> None:
    stage = open_stage()
    vpc = stage.sim.world.get(Vpc, stage.a)
    assert (vpc.dns_support, vpc.dns_hostnames) == (True, False)
    ask(stage.sim, ModifyVpcAttribute(vpc_id=stage.a, enable_dns_hostnames=ON))
    ask(stage.sim, ModifyVpcAttribute(vpc_id=stage.a, enable_dns_support=OFF))
    vpc = stage.sim.world.get(Vpc, stage.a)
    assert (vpc.dns_support, vpc.dns_hostnames) == (False, True)


def test_two_vpcs_may_have_the_same_range() -> None:
    sim = open_simulation()
    ids = [ask(sim, CreateVpc(cidr_block="10.0.0.0/16"))["Vpc"]["VpcId"] for _ in range(2)]
    assert len(set(ids)) == 2


def test_public_ranges_are_accepted_for_a_vpc() -> None:
    """As the real service does, if to nobody's good: 100.64.0.0/10, 240.0.0.0/4 and any public range."""
    sim = open_simulation()
    for block in ("100.64.0.0/16", "240.0.0.0/16", "8.8.0.0/16"):
        ask(sim, CreateVpc(cidr_block=block))


def test_five_addresses_of_each_subnet_are_reserved() -> None:
    stage = open_stage()
    assert free_count(stage.sim.world, stage.subnet) == 251
    small = ask(stage.sim, CreateSubnet(vpc_id=stage.a, cidr_block="10.0.9.16/28"))["Subnet"]
    assert small["AvailableIpAddressCount"] == 11
    assert free_address(stage.sim.world, small["SubnetId"]) == "10.0.9.20"


def test_the_first_machine_gets_the_fourth_address_and_a_full_subnet_none() -> None:
    stage = open_stage()
    small = ask(stage.sim, CreateSubnet(vpc_id=stage.a, cidr_block="10.0.9.0/28"))["Subnet"]["SubnetId"]
    given = []
    for number in range(11):
        address = free_address(stage.sim.world, small)
        assert address is not None
        given.append(address)
        stage.put_instance(f"i-{number:017x}", small, private_ip=address)
    assert given == [f"10.0.9.{n}" for n in range(4, 15)]
    assert free_address(stage.sim.world, small) is None
    assert free_count(stage.sim.world, small) == 0
    stage.put_instance(f"i-{3:017x}", small, private_ip="10.0.9.7", state="terminated")
    assert free_address(stage.sim.world, small) == "10.0.9.7"


def test_a_subnet_without_a_zone_gets_one_by_dice_the_same_one_each_time() -> None:
    def zones(seed: int) -> list[str]:
        sim = open_simulation(seed)
        vpc = ask(sim, CreateVpc(cidr_block="10.0.0.0/16"))["Vpc"]["VpcId"]
        return [ask(sim, CreateSubnet(vpc_id=vpc, cidr_block=f"10.0.{n}.0/24"))["Subnet"]["AvailabilityZone"] for n in range(8)]

    assert zones(1) == zones(1)
    assert zones(1) != zones(2)
    assert 1 < len(set(zones(1))) < 8


def test_a_zone_can_be_named_by_its_physical_id() -> None:
    stage = open_stage()
    made = ask(stage.sim, CreateSubnet(vpc_id=stage.a, cidr_block="10.0.9.0/24", availability_zone_id="use1-az4"))["Subnet"]
    assert (made["AvailabilityZone"], made["AvailabilityZoneId"]) == ("us-east-1d", "use1-az4")


def test_public_addresses_at_launch_are_a_setting_of_the_subnet() -> None:
    stage = open_stage()
    assert stage.sim.world.get(Subnet, stage.subnet).map_public_ip is False
    ask(stage.sim, ModifySubnetAttribute(subnet_id=stage.subnet, map_public_ip_on_launch=ON))
    assert ask(stage.sim, DescribeSubnets(subnet_ids=(stage.subnet,)))["Subnets"][0]["MapPublicIpOnLaunch"] is True
    ask(stage.sim, ModifySubnetAttribute(subnet_id=stage.subnet, map_public_ip_on_launch=OFF))
    assert stage.sim.world.get(Subnet, stage.subnet).map_public_ip is False


def test_everything_goes_in_the_order_of_its_dependencies() -> None:
    stage = open_stage()
    ask(stage.sim, DisassociateRouteTable(association_id=stage.association))
    ask(stage.sim, DeleteSubnet(subnet_id=stage.subnet))
    ask(stage.sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))
    ask(stage.sim, DeleteInternetGateway(internet_gateway_id=stage.gateway))
    ask(stage.sim, DeleteRouteTable(route_table_id=stage.table))
    ask(stage.sim, DeleteSecurityGroup(group_id=stage.group))
    ask(stage.sim, DeleteVpc(vpc_id=stage.a))
    world = stage.sim.world
    assert stage.a not in world.table(Vpc)
    assert all(t.vpc == stage.b for t in world.every(RouteTable))
    assert all(g.vpc == stage.b for g in world.every(SecurityGroup))
    assert all(a.vpc == stage.b for a in world.every(NetworkAcl))


def test_a_subnet_takes_its_associations_with_it() -> None:
    stage = open_stage()
    ask(stage.sim, DeleteSubnet(subnet_id=stage.subnet))
    world = stage.sim.world
    assert world.get(RouteTable, stage.table).associations == ()
    assert all(stage.subnet not in acl.subnets for acl in world.every(NetworkAcl))


def test_the_team_knows_what_it_made_and_forgets_what_it_took_away() -> None:
    stage = open_stage()
    assert known(stage.sim.world, Subnet, stage.subnet) is not None
    assert known(stage.sim.world, Vpc, stage.a) is not None
    ask(stage.sim, DeleteSubnet(subnet_id=stage.subnet))
    assert known(stage.sim.world, Subnet, stage.subnet) is None
    assert stage.subnet not in stage.sim.world.table(Sighting)


def test_looking_by_filter() -> None:
    stage = open_stage()
    found = ask(stage.sim, DescribeSubnets(filters=where("vpc-id", stage.b)))["Subnets"]
    assert [s["SubnetId"] for s in found] == [stage.subnet_b]
    found = ask(stage.sim, DescribeSubnets(filters=where("availability-zone", "us-east-1a", "us-east-1c")))["Subnets"]
    assert [s["SubnetId"] for s in found] == [stage.subnet]
    assert len(ask(stage.sim, DescribeVpcs(filters=where("cidr-block", "10.?.0.0/16")))["Vpcs"]) == 2
    assert ask(stage.sim, DescribeVpcs(filters=where("tag:Name", "app")))["Vpcs"] == []


def test_public_addresses_come_from_documentation_ranges_and_follow_from_the_origin() -> None:
    addresses = [public_address(f"order-{n}") for n in range(300)]
    assert all(a.rpartition(".")[0] in ("203.0.113", "198.51.100", "192.0.2") for a in addresses)
    assert not any(a.endswith((".0", ".255")) for a in addresses)
    assert addresses == [public_address(f"order-{n}") for n in range(300)]
    assert len(set(addresses)) > 200
