"""VPC endpoints: a private subnet reaches S3 by a route and the other services by interfaces, and fails for the right reason."""

from __future__ import annotations

import pytest

from cloudlab.commands.base import AttributeBooleanValue
from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress, CreateSecurityGroup, DeleteSecurityGroup
from cloudlab.commands.ec2_egress import (
    CreateVpcEndpoint,
    DeleteVpcEndpoints,
    DescribePrefixLists,
    DescribeVpcEndpoints,
    DescribeVpcEndpointServices,
    ModifyVpcEndpoint,
)
from cloudlab.commands.ec2_network import (
    CreateSubnet,
    DeleteSubnet,
    DeleteVpc,
    DescribeRouteTables,
    DetachInternetGateway,
    ModifyVpcAttribute,
)
from cloudlab.engine.metering import accrued
from cloudlab.engine.rules.path import Path
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.model.network import ANYWHERE, AclEntry, NetworkAcl, SecurityGroup, Subnet, VpcEndpoint
from cloudlab.model.operations import Meter, ZoneOutage
from tests.network import Stage, ask, open_stage, refused, tcp

HOUR = 3_600
ON = AttributeBooleanValue(value=True)
S3 = "com.amazonaws.us-east-1.s3"
SSM = "com.amazonaws.us-east-1.ssm"
LIST = "pl-63a5400a"


def open_private() -> tuple[Stage, str]:
    """Return the stage and a machine in a second subnet (zone b) whose table leads nowhere."""
    stage = open_stage()
    made = CreateSubnet(vpc_id=stage.a, cidr_block="10.0.2.0/24", availability_zone="us-east-1b")
    subnet = ask(stage.sim, made)["Subnet"]["SubnetId"]
    return stage, stage.put_instance(subnet=subnet, private_ip="10.0.2.4").id


def way(stage: Stage, machine: str, service: str) -> Path:
    return to_service(stage.sim.world, machine, service)


def last(path: Path) -> str:
    return path.sentence().rpartition(" -> ")[2]


def named(stage: Stage) -> None:
    """Let names be given out in the VPC."""
    ask(stage.sim, ModifyVpcAttribute(vpc_id=stage.a, enable_dns_hostnames=ON))


def interface(stage: Stage, *subnets: str, groups: tuple[str, ...] = (), service: str = SSM) -> str:
    command = CreateVpcEndpoint(
        vpc_id=stage.a, service_name=service, vpc_endpoint_type="Interface", subnet_ids=subnets, security_group_ids=groups
    )
    return str(ask(stage.sim, command)["VpcEndpoint"]["VpcEndpointId"])


def subnet_of(stage: Stage, zone: str) -> str:

    return next(s.id for s in stage.sim.world.every(Subnet) if s.vpc == stage.a and s.zone == zone)


def test_a_gateway_endpoint_is_a_route_that_costs_nothing() -> None:
    stage, machine = open_private()
    assert last(way(stage, machine, "s3")) == f"{stage.main.id}: blocked here, no route leads to the internet " + (
        f"({subnet_of(stage, 'us-east-1b')} uses it because it has no table of its own)"
    )
    assert stage.sim.preview("ana", CreateVpcEndpoint(vpc_id=stage.a, service_name=S3)).charges == ()
    made = ask(stage.sim, CreateVpcEndpoint(vpc_id=stage.a, service_name=S3, route_table_ids=(stage.main.id,)))["VpcEndpoint"]
    key = made["VpcEndpointId"]
    assert (made["State"], made["VpcEndpointType"], made["RouteTableIds"]) == ("available", "Gateway", [stage.main.id])
    open_way = way(stage, machine, "s3")
    assert open_way.ok
    assert [h.resource for h in open_way.hops][-2:] == [stage.main.id, key]
    routes = ask(stage.sim, DescribeRouteTables(route_table_ids=(stage.main.id,)))["RouteTables"][0]["Routes"]
    assert routes[1] == {"DestinationPrefixListId": LIST, "GatewayId": key, "State": "active", "Origin": "CreateRoute"}
    assert not way(stage, machine, "ssm").ok
    assert not [m for m in stage.sim.world.every(Meter) if m.line == "vpc-endpoint"]
    ask(stage.sim, DeleteVpcEndpoints(vpc_endpoint_ids=(key,)))
    assert stage.sim.world.find(VpcEndpoint, key) is None
    assert len(stage.main.routes) == 1
    assert not way(stage, machine, "s3").ok


def test_an_interface_endpoint_is_behind_its_own_security_group() -> None:
    stage, machine = open_private()
    named(stage)
    subnet = subnet_of(stage, "us-east-1b")
    guard = ask(stage.sim, CreateSecurityGroup(group_name="endpoints", description="HTTPS from inside", vpc_id=stage.a))["GroupId"]
    key = interface(stage, subnet, groups=(guard,))
    assert not way(stage, machine, "ssm").ok
    stage.sim.advance(stage.sim.now + 90)
    assert last(way(stage, machine, "ssm")) == "endpoints: blocked here, no rule lets tcp/443 in"
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=guard, ip_permissions=tcp(443, group=stage.group)))
    found = way(stage, machine, "ssm")
    assert found.ok
    assert [h.resource for h in found.hops] == [machine, stage.group, guard, key]
    assert not way(stage, machine, "ssmmessages").ok  # each service has an endpoint of its own


def test_the_private_name_takes_calls_even_where_the_internet_is_open() -> None:
    """In the public subnet the call used to go out by the internet; a shut endpoint now stands in its way."""
    stage, _ = open_private()
    public = stage.put_instance("i-0000000000000000b", public_ip="203.0.113.9", private_ip="10.0.1.9")
    named(stage)
    assert way(stage, public.id, "ssm").ok
    key = interface(stage, subnet_of(stage, "us-east-1b"))  # behind the default group, which admits only its own
    stage.sim.advance(stage.sim.now + 90)
    assert last(way(stage, public.id, "ssm")).startswith("default: blocked here, it lets tcp/443 in only from default")
    ask(stage.sim, ModifyVpcEndpoint(vpc_endpoint_id=key, private_dns_enabled=False))
    assert way(stage, public.id, "ssm").ok


def test_it_has_an_address_in_each_zone_and_loses_only_the_one_that_fails() -> None:
    stage, machine = open_private()
    named(stage)
    a, b = subnet_of(stage, "us-east-1a"), subnet_of(stage, "us-east-1b")
    key = interface(stage, a, groups=(stage.group,))
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, "10.0.0.0/16")))
    stage.sim.advance(stage.sim.now + 90)
    assert way(stage, machine, "ssm").ok
    down = ZoneOutage("us-east-1a", stage.sim.now, stage.sim.now + HOUR)
    before = stage.sim.world
    stage.sim.world = before.put(down)
    assert last(way(stage, machine, "ssm")) == f"{key}: blocked here, its zone us-east-1a is down"
    stage.sim.world = before
    ask(stage.sim, ModifyVpcEndpoint(vpc_endpoint_id=key, add_subnet_ids=(b,)))
    stage.sim.world = stage.sim.world.put(down)
    assert way(stage, machine, "ssm").ok


def test_each_zone_of_it_is_paid_by_the_started_hour() -> None:
    stage, _ = open_private()
    named(stage)
    a, b = subnet_of(stage, "us-east-1a"), subnet_of(stage, "us-east-1b")
    command = CreateVpcEndpoint(vpc_id=stage.a, service_name=SSM, vpc_endpoint_type="Interface", subnet_ids=(a, b))
    assert [(c.line, c.micros) for c in stage.sim.preview("ana", command).charges] == [("vpc-endpoint", 20_000)]
    key = ask(stage.sim, command)["VpcEndpoint"]["VpcEndpointId"]
    asked = stage.sim.now
    stage.sim.advance(asked + 90 + 1)
    meter = stage.sim.world.get(Meter, f"vpc-endpoint:{key}")
    assert accrued(meter, stage.sim.now) == 20_000 * HOUR
    ask(stage.sim, DeleteVpcEndpoints(vpc_endpoint_ids=(key,)))
    assert stage.sim.world.get(VpcEndpoint, key).state == "deleting"
    assert refused(stage.sim, DeleteSubnet(subnet_id=b)).code == "DependencyViolation"
    stage.sim.advance(stage.sim.now + 60)
    assert stage.sim.world.find(VpcEndpoint, key) is None
    meter = stage.sim.world.get(Meter, f"vpc-endpoint:{key}")
    assert meter.since is None


def test_names_need_dns_and_are_given_once() -> None:
    stage, _ = open_private()
    subnet = subnet_of(stage, "us-east-1a")
    command = CreateVpcEndpoint(vpc_id=stage.a, service_name=SSM, vpc_endpoint_type="Interface", subnet_ids=(subnet,))
    nameless = refused(stage.sim, command)
    assert nameless.code == "InvalidParameter"
    assert "--enable-dns-hostnames" in nameless.accepted
    named(stage)
    ask(stage.sim, command)
    assert refused(stage.sim, command).code == "InvalidParameter"
    ask(stage.sim, command.model_copy(update={"private_dns_enabled": False}))


def test_without_dns_no_service_is_found_at_all() -> None:
    stage, machine = open_private()
    ask(stage.sim, CreateVpcEndpoint(vpc_id=stage.a, service_name=S3, route_table_ids=(stage.main.id,)))
    ask(stage.sim, ModifyVpcAttribute(vpc_id=stage.a, enable_dns_support=AttributeBooleanValue(value=False)))
    found = way(stage, machine, "s3")
    assert last(found) == f"{stage.a}: blocked here, nobody answers there what the address of s3.us-east-1.amazonaws.com is"


def test_acl_and_group_judge_the_way_to_the_gateway_endpoint_too() -> None:
    stage, machine = open_private()
    ask(stage.sim, CreateVpcEndpoint(vpc_id=stage.a, service_name=S3, route_table_ids=(stage.main.id,)))
    whole = stage.sim.world
    stage.sim.world = whole.change(SecurityGroup, stage.group, egress=())
    assert last(way(stage, machine, "s3")) == "web: blocked here, no rule lets tcp/443 out"
    acl = next(a for a in whole.every(NetworkAcl) if a.vpc == stage.a)
    shut = AclEntry(1, "6", False, False, "52.216.0.0/15", 1_024, 65_535)
    stage.sim.world = whole.change(NetworkAcl, acl.id, entries=(shut, *acl.entries))
    assert last(way(stage, machine, "s3")).endswith(f"its network ACL {acl.id} doesn't let tcp/1024-65535 in")


REFUSALS: dict[str, tuple[dict[str, object], str]] = {
    "no such service": ({"service_name": "com.amazonaws.us-east-1.s4"}, "InvalidServiceName"),
    "no such kind": ({"vpc_endpoint_type": "Tunnel"}, "InvalidParameterValue"),
    "not by a gateway": ({"service_name": SSM}, "InvalidParameter"),
    "not by an interface": ({"vpc_endpoint_type": "Interface"}, "InvalidParameter"),
    "a gateway has no subnets": ({"subnet_ids": ("subnet-00000000",)}, "InvalidParameter"),
    "no such table": ({"route_table_ids": ("rtb-00000000",)}, "InvalidRouteTableID.NotFound"),
    "no such network": ({"vpc_id": "vpc-00000000"}, "InvalidVpcID.NotFound"),
    "an interface has no tables": (
        {"service_name": SSM, "vpc_endpoint_type": "Interface", "route_table_ids": ("rtb-00000000",)},
        "InvalidParameter",
    ),
    "no such subnet": (
        {"service_name": SSM, "vpc_endpoint_type": "Interface", "subnet_ids": ("subnet-00000000",)},
        "InvalidSubnetID.NotFound",
    ),
    "no such group": (
        {"service_name": SSM, "vpc_endpoint_type": "Interface", "security_group_ids": ("sg-00000000",)},
        "InvalidGroup.NotFound",
    ),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_makes_no_sense_is_refused(why: str) -> None:
    stage = open_stage()
    changes, code = REFUSALS[why]
    refusal = refused(stage.sim, CreateVpcEndpoint(vpc_id=stage.a, service_name=S3).model_copy(update=changes))
    assert refusal.code == code
    assert refusal.accepted


def test_tables_subnets_and_groups_belong_to_one_network_and_one_endpoint() -> None:
    stage, _ = open_private()
    named(stage)
    foreign = CreateVpcEndpoint(vpc_id=stage.a, service_name=S3, route_table_ids=(stage.table_b,))
    assert refused(stage.sim, foreign).code == "InvalidParameter"
    first = CreateVpcEndpoint(vpc_id=stage.a, service_name=S3, route_table_ids=(stage.table,))
    key = ask(stage.sim, first)["VpcEndpoint"]["VpcEndpointId"]
    assert refused(stage.sim, first).code == "RouteAlreadyExists"
    ask(stage.sim, ModifyVpcEndpoint(vpc_endpoint_id=key, add_route_table_ids=(stage.main.id,), remove_route_table_ids=(stage.table,)))
    shown = ask(stage.sim, DescribeVpcEndpoints(vpc_endpoint_ids=(key,)))["VpcEndpoints"][0]
    assert shown["RouteTableIds"] == [stage.main.id]
    ask(stage.sim, first)
    assert refused(stage.sim, ModifyVpcEndpoint(vpc_endpoint_id=key, add_subnet_ids=(stage.subnet,))).code == "InvalidParameter"
    twin = ask(stage.sim, CreateSubnet(vpc_id=stage.a, cidr_block="10.0.3.0/24", availability_zone="us-east-1a"))["Subnet"]["SubnetId"]
    both = CreateVpcEndpoint(vpc_id=stage.a, service_name=SSM, vpc_endpoint_type="Interface", subnet_ids=(stage.subnet, twin))
    assert refused(stage.sim, both).code == "DuplicateSubnetsInSameZone"
    abroad = both.model_copy(update={"subnet_ids": (stage.subnet_b,)})
    assert refused(stage.sim, abroad).code == "InvalidParameter"
    inner = interface(stage, twin, groups=(stage.group,))
    assert refused(stage.sim, DeleteSecurityGroup(group_id=stage.group)).code == "DependencyViolation"
    assert refused(stage.sim, ModifyVpcEndpoint(vpc_endpoint_id=inner, add_route_table_ids=(stage.table,))).code == "InvalidParameter"
    assert refused(stage.sim, ModifyVpcEndpoint(vpc_endpoint_id=inner, remove_security_group_ids=(stage.group,))).code == "InvalidParameter"
    assert inner in refused(stage.sim, DeleteVpc(vpc_id=stage.a)).accepted
    ask(stage.sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))  # an endpoint has no public address
    assert refused(stage.sim, DeleteVpcEndpoints(vpc_endpoint_ids=("vpce-00000000",))).code == "InvalidVpcEndpointId.NotFound"


def test_quotas_of_endpoints() -> None:
    stage = open_stage(gateway_endpoints_per_region=1, interface_endpoints_per_vpc=1)
    ask(stage.sim, CreateVpcEndpoint(vpc_id=stage.a, service_name=S3))
    assert refused(stage.sim, CreateVpcEndpoint(vpc_id=stage.b, service_name=S3)).code == "VpcEndpointLimitExceeded"
    command = CreateVpcEndpoint(vpc_id=stage.a, service_name=SSM, vpc_endpoint_type="Interface", private_dns_enabled=False)
    ask(stage.sim, command)
    assert refused(stage.sim, command).code == "VpcEndpointLimitExceeded"


def test_what_there_is_can_be_looked_up() -> None:
    stage = open_stage()
    names = ask(stage.sim, DescribeVpcEndpointServices())["ServiceNames"]
    assert {S3, SSM, "com.amazonaws.us-east-1.sagemaker.runtime"} <= set(names)
    assert refused(stage.sim, DescribeVpcEndpointServices(service_names=("s3",))).code == "InvalidServiceName"
    lists = ask(stage.sim, DescribePrefixLists())["PrefixLists"]
    assert [(p["PrefixListId"], p["PrefixListName"]) for p in lists] == [(LIST, S3)]
    assert ANYWHERE not in lists[0]["Cidrs"]
    assert refused(stage.sim, DescribePrefixLists(prefix_list_ids=("pl-1",))).code == "InvalidPrefixListId.NotFound"
