"""EC2 actions on the network: VPC, subnet, gateway, route, zone."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cloudlab.commands.base import (
    AttributeBooleanValue,
    Choice,
    Cidr,
    Command,
    Filter,
    InstanceRef,
    InternetGatewayRef,
    NatGatewayRef,
    Ref,
    RouteTableRef,
    SubnetRef,
    TagSpecification,
    VpcRef,
    Zone,
)

AssociationRef = Annotated[str, Ref("association")]


class CreateVpc(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateVpc"
    gloss: ClassVar[str] = "Open a private network of your own; nothing gets in or out of it until you say how."
    returns: ClassVar[str | None] = "Vpc.VpcId"
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpc.Range", "InvalidParameterValue", "VpcLimitExceeded")

    cidr_block: Cidr
    instance_tenancy: Annotated[str, Choice(("default",))] = "default"
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DescribeVpcs(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeVpcs"
    gloss: ClassVar[str] = "Look at your VPCs."
    returns: ClassVar[str | None] = "Vpcs[].VpcId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcID.NotFound", "InvalidVpcID.Malformed", "InvalidParameterValue")

    vpc_ids: tuple[VpcRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DeleteVpc(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteVpc"
    gloss: ClassVar[str] = "Give a VPC back; only an empty one goes, so whatever is inside has to go first."
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcID.NotFound", "DependencyViolation")

    vpc_id: VpcRef
    dry_run: bool = False


class ModifyVpcAttribute(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ModifyVpcAttribute"
    gloss: ClassVar[str] = "Switch DNS in a VPC: whether names are answered there, and whether public addresses get names."
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcID.NotFound", "InvalidParameterCombination")

    vpc_id: VpcRef
    enable_dns_support: AttributeBooleanValue | None = None
    enable_dns_hostnames: AttributeBooleanValue | None = None


class CreateSubnet(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateSubnet"
    gloss: ClassVar[str] = "Cut a range of addresses out of a VPC and pin it to one Availability Zone; machines live in subnets."
    returns: ClassVar[str | None] = "Subnet.SubnetId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidVpcID.NotFound",
        "InvalidSubnet.Range",
        "InvalidSubnet.Conflict",
        "InvalidParameterValue",
        "SubnetLimitExceeded",
        "InvalidParameterCombination",
    )

    vpc_id: VpcRef
    cidr_block: Cidr
    availability_zone: Zone | None = None
    availability_zone_id: str | None = None
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DescribeSubnets(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeSubnets"
    gloss: ClassVar[str] = "Look at your subnets: their zone, their range, how many addresses are free."
    returns: ClassVar[str | None] = "Subnets[].SubnetId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidSubnetID.NotFound", "InvalidParameterValue")

    subnet_ids: tuple[SubnetRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DeleteSubnet(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteSubnet"
    gloss: ClassVar[str] = "Give a subnet back, once no machine lives in it."
    errors: ClassVar[tuple[str, ...]] = ("InvalidSubnetID.NotFound", "DependencyViolation")

    subnet_id: SubnetRef
    dry_run: bool = False


class ModifySubnetAttribute(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ModifySubnetAttribute"
    gloss: ClassVar[str] = "Say whether machines launched into a subnet from now on get a public address by themselves."
    errors: ClassVar[tuple[str, ...]] = ("InvalidSubnetID.NotFound", "MissingParameter")

    subnet_id: SubnetRef
    map_public_ip_on_launch: AttributeBooleanValue | None = None


class CreateInternetGateway(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateInternetGateway"
    gloss: ClassVar[str] = "Make the door between a VPC and the internet; it leads nowhere until it is attached and routed to."
    returns: ClassVar[str | None] = "InternetGateway.InternetGatewayId"
    errors: ClassVar[tuple[str, ...]] = ("InternetGatewayLimitExceeded", "InvalidParameterValue")

    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class AttachInternetGateway(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "AttachInternetGateway"
    gloss: ClassVar[str] = "Hang an internet gateway onto a VPC; one gateway for each VPC, one VPC for each gateway."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidInternetGatewayID.NotFound",
        "InvalidVpcID.NotFound",
        "InvalidParameterValue",
        "Resource.AlreadyAssociated",
    )

    internet_gateway_id: InternetGatewayRef
    vpc_id: VpcRef
    dry_run: bool = False


class DetachInternetGateway(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DetachInternetGateway"
    gloss: ClassVar[str] = "Take the internet gateway off a VPC, once nothing inside has a public address any more."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidInternetGatewayID.NotFound",
        "InvalidVpcID.NotFound",
        "Gateway.NotAttached",
        "DependencyViolation",
    )

    internet_gateway_id: InternetGatewayRef
    vpc_id: VpcRef
    dry_run: bool = False


class DeleteInternetGateway(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteInternetGateway"
    gloss: ClassVar[str] = "Give a detached internet gateway back; routes that still point at it become black holes."
    errors: ClassVar[tuple[str, ...]] = ("InvalidInternetGatewayID.NotFound", "DependencyViolation")

    internet_gateway_id: InternetGatewayRef
    dry_run: bool = False


class DescribeInternetGateways(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeInternetGateways"
    gloss: ClassVar[str] = "Look at your internet gateways and what they are attached to."
    returns: ClassVar[str | None] = "InternetGateways[].InternetGatewayId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidInternetGatewayID.NotFound", "InvalidParameterValue")

    internet_gateway_ids: tuple[InternetGatewayRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class CreateRouteTable(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateRouteTable"
    gloss: ClassVar[str] = "Make a table that says where packets leaving a subnet go; at first they only go around the VPC."
    returns: ClassVar[str | None] = "RouteTable.RouteTableId"
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcID.NotFound", "RouteTableLimitExceeded", "InvalidParameterValue")

    vpc_id: VpcRef
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DeleteRouteTable(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteRouteTable"
    gloss: ClassVar[str] = "Give a route table back that no subnet uses; the main table of a VPC stays."
    errors: ClassVar[tuple[str, ...]] = ("InvalidRouteTableID.NotFound", "DependencyViolation")

    route_table_id: RouteTableRef
    dry_run: bool = False


class DescribeRouteTables(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeRouteTables"
    gloss: ClassVar[str] = "Look at route tables: their routes, whether these are alive, and which subnets use them."
    returns: ClassVar[str | None] = "RouteTables[].RouteTableId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidRouteTableID.NotFound", "InvalidParameterValue")

    route_table_ids: tuple[RouteTableRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class CreateRoute(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateRoute"
    gloss: ClassVar[str] = "Say where packets for a range of addresses go, such as everything (0.0.0.0/0) to the internet gateway."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidRouteTableID.NotFound",
        "InvalidGatewayID.NotFound",
        "InvalidNatGatewayID.NotFound",
        "InvalidInstanceID.NotFound",
        "MissingParameter",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "RouteAlreadyExists",
        "RouteLimitExceeded",
    )

    route_table_id: RouteTableRef
    destination_cidr_block: Cidr | None = None
    gateway_id: InternetGatewayRef | None = None
    nat_gateway_id: NatGatewayRef | None = None
    instance_id: InstanceRef | None = None
    dry_run: bool = False


class ReplaceRoute(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ReplaceRoute"
    gloss: ClassVar[str] = "Point a route that exists somewhere else, in one step and without a gap."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidRouteTableID.NotFound",
        "InvalidGatewayID.NotFound",
        "InvalidNatGatewayID.NotFound",
        "InvalidInstanceID.NotFound",
        "MissingParameter",
        "InvalidParameterCombination",
        "InvalidParameterValue",
    )

    route_table_id: RouteTableRef
    destination_cidr_block: Cidr | None = None
    gateway_id: InternetGatewayRef | None = None
    nat_gateway_id: NatGatewayRef | None = None
    instance_id: InstanceRef | None = None
    dry_run: bool = False


class DeleteRoute(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteRoute"
    gloss: ClassVar[str] = "Take a route out of a table; the local one always stays."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidRouteTableID.NotFound",
        "InvalidRoute.NotFound",
        "MissingParameter",
        "InvalidParameterValue",
    )

    route_table_id: RouteTableRef
    destination_cidr_block: Cidr | None = None
    dry_run: bool = False


class AssociateRouteTable(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "AssociateRouteTable"
    gloss: ClassVar[str] = "Make a subnet use this route table instead of the VPC's main one."
    returns: ClassVar[str | None] = "AssociationId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidRouteTableID.NotFound",
        "InvalidSubnetID.NotFound",
        "InvalidParameterValue",
        "Resource.AlreadyAssociated",
    )

    route_table_id: RouteTableRef
    subnet_id: SubnetRef
    dry_run: bool = False


class DisassociateRouteTable(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DisassociateRouteTable"
    gloss: ClassVar[str] = "Let a subnet fall back to the VPC's main route table."
    errors: ClassVar[tuple[str, ...]] = ("InvalidAssociationID.NotFound", "InvalidParameterValue")

    association_id: AssociationRef
    dry_run: bool = False


class ReplaceRouteTableAssociation(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ReplaceRouteTableAssociation"
    gloss: ClassVar[str] = "Swap the route table of a subnet, or the main table of a VPC, in one step."
    returns: ClassVar[str | None] = "NewAssociationId"
    errors: ClassVar[tuple[str, ...]] = ("InvalidAssociationID.NotFound", "InvalidRouteTableID.NotFound", "InvalidParameterValue")

    association_id: AssociationRef
    route_table_id: RouteTableRef
    dry_run: bool = False


class DescribeAvailabilityZones(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeAvailabilityZones"
    gloss: ClassVar[str] = "Look at the region's Availability Zones: separate buildings that rarely fail together."
    returns: ClassVar[str | None] = "AvailabilityZones[].ZoneName"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidParameterValue",)

    zone_names: tuple[Zone, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False
