"""Every refusal of the network's actions: the code AWS gives, a whole sentence, what would be accepted, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudlab.commands.base import Command, Filter
from cloudlab.commands.ec2_access import (
    AllocateAddress,
    AssociateAddress,
    AuthorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress,
    CreateSecurityGroup,
    DeleteSecurityGroup,
    DescribeAddresses,
    DescribeSecurityGroups,
    DisassociateAddress,
    IpPermission,
    IpRange,
    ReleaseAddress,
    RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress,
)
from cloudlab.commands.ec2_acl import DescribeNetworkAcls
from cloudlab.commands.ec2_network import (
    AssociateRouteTable,
    AttachInternetGateway,
    CreateInternetGateway,
    CreateRoute,
    CreateRouteTable,
    CreateSubnet,
    CreateVpc,
    DeleteInternetGateway,
    DeleteRoute,
    DeleteRouteTable,
    DeleteSubnet,
    DeleteVpc,
    DescribeAvailabilityZones,
    DescribeInternetGateways,
    DescribeRouteTables,
    DescribeSubnets,
    DescribeVpcs,
    DetachInternetGateway,
    DisassociateRouteTable,
    ModifySubnetAttribute,
    ModifyVpcAttribute,
    ReplaceRoute,
    ReplaceRouteTableAssociation,
)
from tests.network import OFF, ON, Stage, ask, open_stage, refused, tagged, tcp

Ask = Callable[[Stage], Command]

GONE = "0123456789abcdef0"
EVERYBODY = "0.0.0.0/0"

REFUSALS: list[tuple[str, Ask]] = [
    # 1.1 CreateVpc
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="10.0.0.0/8")),
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="10.0.0.0/15")),
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="10.0.0.0/29")),
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="0.1.0.0/16")),
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="127.0.0.0/16")),
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="169.254.0.0/16")),
    ("InvalidVpc.Range", lambda s: CreateVpc(cidr_block="224.0.0.0/16")),
    ("InvalidParameterValue", lambda s: CreateVpc(cidr_block="x")),
    ("InvalidParameterValue", lambda s: CreateVpc(cidr_block="10.0.0.0")),
    ("InvalidParameterValue", lambda s: CreateVpc(cidr_block="10.0.0.0/33")),
    ("InvalidParameterValue", lambda s: CreateVpc(cidr_block="10.2.0.0/16", instance_tenancy="dedicated")),
    ("InvalidParameterValue", lambda s: CreateVpc(cidr_block="10.2.0.0/16", tag_specifications=tagged("subnet", "app"))),
    ("InvalidVpcID.NotFound", lambda s: DescribeVpcs(vpc_ids=(f"vpc-{GONE}",))),
    ("InvalidVpcID.Malformed", lambda s: DescribeVpcs(vpc_ids=("vpc-x",))),
    ("InvalidParameterValue", lambda s: DescribeVpcs(filters=(Filter(name="colour", values=("red",)),))),
    ("InvalidVpcID.NotFound", lambda s: ModifyVpcAttribute(vpc_id=f"vpc-{GONE}", enable_dns_support=ON)),
    ("InvalidParameterCombination", lambda s: ModifyVpcAttribute(vpc_id=s.a)),
    ("InvalidParameterCombination", lambda s: ModifyVpcAttribute(vpc_id=s.a, enable_dns_support=ON, enable_dns_hostnames=OFF)),
    # 1.2 CreateSubnet
    ("InvalidSubnet.Range", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.1.0.0/24")),
    ("InvalidSubnet.Range", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.2.0/29")),
    ("InvalidSubnet.Range", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.0.0/15")),
    ("InvalidSubnet.Conflict", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.1.0/24")),
    ("InvalidSubnet.Conflict", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.1.128/25")),
    ("InvalidSubnet.Conflict", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.0.0/16")),
    ("InvalidParameterValue", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="here")),
    ("InvalidParameterValue", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.2.0/24", availability_zone="us-east-1z")),
    ("InvalidParameterValue", lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.2.0/24", availability_zone_id="use1-az9")),
    (
        "InvalidParameterCombination",
        lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.2.0/24", availability_zone="us-east-1a", availability_zone_id="use1-az6"),
    ),
    ("InvalidVpcID.NotFound", lambda s: CreateSubnet(vpc_id=f"vpc-{GONE}", cidr_block="10.0.2.0/24")),
    ("InvalidVpcID.Malformed", lambda s: CreateSubnet(vpc_id="mine", cidr_block="10.0.2.0/24")),
    ("InvalidSubnetID.NotFound", lambda s: DescribeSubnets(subnet_ids=(f"subnet-{GONE}",))),
    ("InvalidSubnetID.NotFound", lambda s: ModifySubnetAttribute(subnet_id=f"subnet-{GONE}", map_public_ip_on_launch=ON)),
    ("MissingParameter", lambda s: ModifySubnetAttribute(subnet_id=s.subnet)),
    # 1.3 internet gateways
    ("InvalidParameterValue", lambda s: AttachInternetGateway(internet_gateway_id=s.spare_gateway, vpc_id=s.a)),
    ("Resource.AlreadyAssociated", lambda s: AttachInternetGateway(internet_gateway_id=s.gateway, vpc_id=s.b)),
    ("Resource.AlreadyAssociated", lambda s: AttachInternetGateway(internet_gateway_id=s.gateway, vpc_id=s.a)),
    ("InvalidInternetGatewayID.NotFound", lambda s: AttachInternetGateway(internet_gateway_id=f"igw-{GONE}", vpc_id=s.a)),
    ("InvalidInternetGatewayId.Malformed", lambda s: AttachInternetGateway(internet_gateway_id=s.a, vpc_id=s.a)),
    ("InvalidVpcID.NotFound", lambda s: AttachInternetGateway(internet_gateway_id=s.spare_gateway, vpc_id=f"vpc-{GONE}")),
    ("Gateway.NotAttached", lambda s: DetachInternetGateway(internet_gateway_id=s.spare_gateway, vpc_id=s.a)),
    ("Gateway.NotAttached", lambda s: DetachInternetGateway(internet_gateway_id=s.gateway, vpc_id=s.b)),
    ("DependencyViolation", lambda s: DeleteInternetGateway(internet_gateway_id=s.gateway)),
    ("InvalidInternetGatewayID.NotFound", lambda s: DescribeInternetGateways(internet_gateway_ids=(f"igw-{GONE}",))),
    # 1.4 route tables and routes
    ("InvalidVpcID.NotFound", lambda s: CreateRouteTable(vpc_id=f"vpc-{GONE}")),
    ("MissingParameter", lambda s: CreateRoute(route_table_id=s.table, gateway_id=s.gateway)),
    ("MissingParameter", lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="8.0.0.0/8")),
    (
        "InvalidParameterValue",
        lambda s: CreateRoute(route_table_id=s.table_b, destination_cidr_block=EVERYBODY, gateway_id=s.gateway),
    ),
    (
        "InvalidParameterValue",
        lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="8.0.0.0/8", gateway_id=s.spare_gateway),
    ),
    ("RouteAlreadyExists", lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block=EVERYBODY, gateway_id=s.gateway)),
    ("RouteAlreadyExists", lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="10.0.9.9/16", gateway_id=s.gateway)),
    ("InvalidParameterValue", lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="foo", gateway_id=s.gateway)),
    (
        "InvalidParameterValue",
        lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="10.0.1.0/24", gateway_id=s.gateway),
    ),
    (
        "InvalidRouteTableID.NotFound",
        lambda s: CreateRoute(route_table_id=f"rtb-{GONE}", destination_cidr_block=EVERYBODY, gateway_id=s.gateway),
    ),
    (
        "InvalidGatewayID.NotFound",
        lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="8.0.0.0/8", gateway_id=f"igw-{GONE}"),
    ),
    ("InvalidParameterValue", lambda s: ReplaceRoute(route_table_id=s.table, destination_cidr_block="8.0.0.0/8", gateway_id=s.gateway)),
    (
        "InvalidParameterValue",
        lambda s: ReplaceRoute(route_table_id=s.table, destination_cidr_block="10.0.0.0/16", gateway_id=s.gateway),
    ),
    ("InvalidParameterValue", lambda s: DeleteRoute(route_table_id=s.table, destination_cidr_block="10.0.0.0/16")),
    ("InvalidRoute.NotFound", lambda s: DeleteRoute(route_table_id=s.table, destination_cidr_block="8.0.0.0/8")),
    ("MissingParameter", lambda s: DeleteRoute(route_table_id=s.table)),
    ("Resource.AlreadyAssociated", lambda s: AssociateRouteTable(route_table_id=s.main.id, subnet_id=s.subnet)),
    ("InvalidParameterValue", lambda s: AssociateRouteTable(route_table_id=s.table_b, subnet_id=s.subnet)),
    ("InvalidSubnetID.NotFound", lambda s: AssociateRouteTable(route_table_id=s.table, subnet_id=f"subnet-{GONE}")),
    ("InvalidRouteTableID.NotFound", lambda s: AssociateRouteTable(route_table_id=f"rtb-{GONE}", subnet_id=s.subnet)),
    ("InvalidAssociationID.NotFound", lambda s: DisassociateRouteTable(association_id=f"rtbassoc-{GONE}")),
    ("InvalidAssociationID.Malformed", lambda s: DisassociateRouteTable(association_id=s.table)),
    ("InvalidParameterValue", lambda s: DisassociateRouteTable(association_id=s.main.associations[0].id)),
    ("InvalidParameterValue", lambda s: ReplaceRouteTableAssociation(association_id=s.association, route_table_id=s.table_b)),
    (
        "InvalidParameterValue",
        lambda s: ReplaceRouteTableAssociation(association_id=s.main.associations[0].id, route_table_id=s.table_b),
    ),
    (
        "InvalidAssociationID.NotFound",
        lambda s: ReplaceRouteTableAssociation(association_id=f"rtbassoc-{GONE}", route_table_id=s.table),
    ),
    ("DependencyViolation", lambda s: DeleteRouteTable(route_table_id=s.table)),
    ("DependencyViolation", lambda s: DeleteRouteTable(route_table_id=s.main.id)),
    ("InvalidRouteTableID.NotFound", lambda s: DescribeRouteTables(route_table_ids=(f"rtb-{GONE}",))),
    # 1.5 security groups
    ("InvalidParameterValue", lambda s: CreateSecurityGroup(group_name="sg-web", description="x", vpc_id=s.a)),
    ("InvalidParameterValue", lambda s: CreateSecurityGroup(group_name="w" * 256, description="x", vpc_id=s.a)),
    ("InvalidParameterValue", lambda s: CreateSecurityGroup(group_name="db", description="", vpc_id=s.a)),
    ("InvalidGroup.Reserved", lambda s: CreateSecurityGroup(group_name="default", description="x", vpc_id=s.a)),
    ("InvalidGroup.Duplicate", lambda s: CreateSecurityGroup(group_name="web", description="x", vpc_id=s.a)),
    ("InvalidGroup.Duplicate", lambda s: CreateSecurityGroup(group_name="WEB", description="x", vpc_id=s.a)),
    ("VPCIdNotSpecified", lambda s: CreateSecurityGroup(group_name="db", description="x")),
    ("InvalidVpcID.NotFound", lambda s: CreateSecurityGroup(group_name="db", description="x", vpc_id=f"vpc-{GONE}")),
    ("InvalidGroup.NotFound", lambda s: AuthorizeSecurityGroupIngress(group_id=f"sg-{GONE}", ip_permissions=tcp(443, EVERYBODY))),
    ("InvalidGroupId.Malformed", lambda s: AuthorizeSecurityGroupIngress(group_id="web", ip_permissions=tcp(443, EVERYBODY))),
    ("MissingParameter", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group)),
    ("MissingParameter", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443))),
    ("InvalidParameterValue", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443, "10.0.0.0/33"))),
    ("InvalidParameterValue", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443, "10.0.0.1"))),
    ("InvalidParameterValue", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(65_536, EVERYBODY))),
    ("InvalidParameterValue", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp((65_535, 65_534), EVERYBODY))),
    (
        "InvalidParameterValue",
        lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443, EVERYBODY, protocol="http")),
    ),
    (
        "InvalidParameterValue",
        lambda s: AuthorizeSecurityGroupIngress(
            group_id=s.group, ip_permissions=(IpPermission(ip_protocol="tcp", ip_ranges=(IpRange(cidr_ip=EVERYBODY),)),)
        ),
    ),
    (
        "InvalidParameterCombination",
        lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443, EVERYBODY, s.default_group)),
    ),
    ("InvalidGroup.NotFound", lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443, group=f"sg-{GONE}"))),
    (
        "InvalidPermission.Duplicate",
        lambda s: AuthorizeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(443, EVERYBODY) + tcp(443, EVERYBODY)),
    ),
    (
        "InvalidPermission.Duplicate",
        lambda s: AuthorizeSecurityGroupEgress(group_id=s.group, ip_permissions=tcp(-1, EVERYBODY, protocol="-1")),
    ),
    ("InvalidPermission.NotFound", lambda s: RevokeSecurityGroupIngress(group_id=s.group, ip_permissions=tcp(22, EVERYBODY))),
    ("InvalidPermission.NotFound", lambda s: RevokeSecurityGroupEgress(group_id=s.group, ip_permissions=tcp(443, EVERYBODY))),
    ("CannotDelete", lambda s: DeleteSecurityGroup(group_id=s.default_group)),
    ("InvalidGroup.NotFound", lambda s: DeleteSecurityGroup(group_id=f"sg-{GONE}")),
    ("InvalidGroup.NotFound", lambda s: DescribeSecurityGroups(group_ids=(f"sg-{GONE}",))),
    # 1.6 ACLs, and zones
    ("InvalidNetworkAclID.NotFound", lambda s: DescribeNetworkAcls(network_acl_ids=(f"acl-{GONE}",))),
    ("InvalidParameterValue", lambda s: DescribeAvailabilityZones(zone_names=("us-east-1z",))),
    # 1.7 Elastic IPs
    ("InvalidParameterValue", lambda s: AllocateAddress(domain="standard")),
    ("InvalidAllocationID.NotFound", lambda s: AssociateAddress(allocation_id=f"eipalloc-{GONE}", instance_id=s.put_instance().id)),
    ("InvalidInstanceID.NotFound", lambda s: AssociateAddress(allocation_id=s.address, instance_id=f"i-{GONE}")),
    ("InvalidInstanceID.Malformed", lambda s: AssociateAddress(allocation_id=s.address, instance_id="web-1")),
    ("InvalidInstanceID", lambda s: AssociateAddress(allocation_id=s.address, instance_id=s.put_instance(state="pending").id)),
    ("Gateway.NotAttached", lambda s: AssociateAddress(allocation_id=s.address, instance_id=s.put_instance(subnet=s.subnet_b).id)),
    ("InvalidAssociationID.NotFound", lambda s: DisassociateAddress(association_id=f"eipassoc-{GONE}")),
    ("InvalidAllocationID.NotFound", lambda s: ReleaseAddress(allocation_id=f"eipalloc-{GONE}")),
    ("InvalidAllocationID.NotFound", lambda s: DescribeAddresses(allocation_ids=(f"eipalloc-{GONE}",))),
    # 1.10 delete order
    ("DependencyViolation", lambda s: DeleteVpc(vpc_id=s.a)),
    ("InvalidVpcID.NotFound", lambda s: DeleteVpc(vpc_id=f"vpc-{GONE}")),
    ("InvalidSubnetID.NotFound", lambda s: DeleteSubnet(subnet_id=f"subnet-{GONE}")),
]


@pytest.mark.parametrize(("code", "asked"), REFUSALS)
def test_refusal(code: str, asked: Ask) -> None:
    stage = open_stage()
    command = asked(stage)
    refusal = refused(stage.sim, command)
    assert refusal.code == code
    assert refusal.sentence.endswith(".")
    assert refusal.accepted.endswith(".")
    assert code.endswith(".Malformed") or code in type(command).errors


LIMITS: list[tuple[str, dict[str, int], Ask]] = [
    ("VpcLimitExceeded", {"vpcs_per_region": 2}, lambda s: CreateVpc(cidr_block="10.2.0.0/16")),
    ("SubnetLimitExceeded", {"subnets_per_vpc": 1}, lambda s: CreateSubnet(vpc_id=s.a, cidr_block="10.0.2.0/24")),
    ("InternetGatewayLimitExceeded", {"internet_gateways_per_region": 2}, lambda s: CreateInternetGateway()),
    ("RouteTableLimitExceeded", {"route_tables_per_vpc": 2}, lambda s: CreateRouteTable(vpc_id=s.a)),
    (
        "RouteLimitExceeded",
        {"routes_per_route_table": 2},
        lambda s: CreateRoute(route_table_id=s.table, destination_cidr_block="8.0.0.0/8", gateway_id=s.gateway),
    ),
    (
        "SecurityGroupLimitExceeded",
        {"security_groups_per_region": 3},
        lambda s: CreateSecurityGroup(group_name="db", description="x", vpc_id=s.a),
    ),
    (
        "RulesPerSecurityGroupLimitExceeded",
        {"rules_per_security_group": 1},
        lambda s: AuthorizeSecurityGroupEgress(group_id=s.group, ip_permissions=tcp(443, EVERYBODY)),
    ),
    ("AddressLimitExceeded", {"elastic_ips_per_region": 1}, lambda s: AllocateAddress()),
]


@pytest.mark.parametrize(("code", "quotas", "asked"), LIMITS)
def test_limit(code: str, quotas: dict[str, int], asked: Ask) -> None:
    stage = open_stage(**quotas)
    command = asked(stage)
    refusal = refused(stage.sim, command)
    assert (refusal.code, code in type(command).errors) == (code, True)


def test_the_account_s_own_limits() -> None:
    """Five VPCs and five Elastic IPs is what a new account may have in a region."""
    stage = open_stage()
    for third in (2, 3, 4):
        ask(stage.sim, CreateVpc(cidr_block=f"10.{third}.0.0/16"))
    assert refused(stage.sim, CreateVpc(cidr_block="10.5.0.0/16")).code == "VpcLimitExceeded"
    for _ in range(4):
        ask(stage.sim, AllocateAddress())
    assert refused(stage.sim, AllocateAddress()).code == "AddressLimitExceeded"


def test_a_group_of_another_network_is_no_peer() -> None:
    stage = open_stage()
    other = ask(stage.sim, CreateSecurityGroup(group_name="web", description="x", vpc_id=stage.b))["GroupId"]
    refusal = refused(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, group=other)))
    assert refusal.code == "InvalidGroup.NotFound"
    assert "different networks" in refusal.sentence


def test_only_the_first_bad_entry_is_reported() -> None:
    stage = open_stage()
    bad = tcp(65_536, EVERYBODY) + tcp(443, "nonsense")
    refusal = refused(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=bad))
    assert "65536" in refusal.sentence


def test_a_good_entry_beside_a_bad_one_is_not_granted() -> None:
    stage = open_stage()
    mixed = tcp(443, EVERYBODY) + tcp(444, "nonsense")
    refused(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=mixed))


def test_dns_names_need_dns() -> None:
    stage = open_stage()
    ask(stage.sim, ModifyVpcAttribute(vpc_id=stage.a, enable_dns_support=OFF))
    assert refused(stage.sim, ModifyVpcAttribute(vpc_id=stage.a, enable_dns_hostnames=ON)).code == "InvalidParameterCombination"


def test_a_subnet_with_a_machine_in_it_stays() -> None:
    stage = open_stage()
    stage.put_instance(state="stopped")
    refusal = refused(stage.sim, DeleteSubnet(subnet_id=stage.subnet))
    assert (refusal.code, "i-0000000000000000a" in refusal.accepted) == ("DependencyViolation", True)


def test_a_group_that_is_worn_or_named_stays() -> None:
    stage = open_stage()
    stage.put_instance(state="shutting-down")
    assert refused(stage.sim, DeleteSecurityGroup(group_id=stage.group)).code == "DependencyViolation"
    stage.put_instance(state="terminated")
    named = AuthorizeSecurityGroupIngress(group_id=stage.default_group, ip_permissions=tcp(443, group=stage.group))
    ask(stage.sim, named)
    assert refused(stage.sim, DeleteSecurityGroup(group_id=stage.group)).code == "DependencyViolation"
    ask(stage.sim, RevokeSecurityGroupIngress(group_id=stage.default_group, ip_permissions=tcp(443, group=stage.group)))
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, group=stage.group)))
    ask(stage.sim, DeleteSecurityGroup(group_id=stage.group))


def test_the_gateway_stays_while_something_is_public() -> None:
    stage = open_stage()
    stage.put_instance(public_ip="203.0.113.9")
    detach = DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a)
    assert refused(stage.sim, detach).code == "DependencyViolation"
    stage.put_instance(public_ip=None, state="stopped")
    ask(stage.sim, detach)


def test_an_address_in_use_is_neither_released_nor_moved_against_the_will() -> None:
    stage = open_stage()
    first = stage.put_instance()
    second = stage.put_instance("i-0000000000000000b", private_ip="10.0.1.5")
    ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=first.id))
    assert refused(stage.sim, ReleaseAddress(allocation_id=stage.address)).code == "InvalidIPAddress.InUse"
    stay = AssociateAddress(allocation_id=stage.address, instance_id=second.id, allow_reassociation=False)
    assert refused(stage.sim, stay).code == "Resource.AlreadyAssociated"
    ask(stage.sim, AssociateAddress(allocation_id=stage.address, instance_id=second.id))
