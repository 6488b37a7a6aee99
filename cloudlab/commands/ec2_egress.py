"""EC2 actions on the ways out of a private subnet: NAT gateways to the internet, VPC endpoints to AWS's own services."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    AddressRef,
    Choice,
    Command,
    Filter,
    FromCatalogue,
    NatGatewayRef,
    RouteTableRef,
    SecurityGroupRef,
    SubnetRef,
    TagSpecification,
    VpcEndpointRef,
    VpcRef,
)

ServiceName = Annotated[str, FromCatalogue("endpoint-service")]


class CreateNatGateway(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateNatGateway"
    gloss: ClassVar[str] = "Let machines without a public address call out; it stands in one zone, and goes down with it."
    returns: ClassVar[str | None] = "NatGateway.NatGatewayId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidSubnetID.NotFound",
        "InvalidAllocationID.NotFound",
        "MissingParameter",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "NatGatewayLimitExceeded",
    )

    subnet_id: SubnetRef
    allocation_id: AddressRef | None = None
    connectivity_type: Annotated[str, Choice(("public", "private"))] = "public"
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DeleteNatGateway(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteNatGateway"
    gloss: ClassVar[str] = "Give a NAT gateway back; routes that lead to it become black holes, and its address stays yours."
    returns: ClassVar[str | None] = "NatGatewayId"
    errors: ClassVar[tuple[str, ...]] = ("NatGatewayNotFound", "NatGatewayMalformed")

    nat_gateway_id: NatGatewayRef
    dry_run: bool = False


class DescribeNatGateways(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeNatGateways"
    gloss: ClassVar[str] = "Look at your NAT gateways: where they stand, whether they work, and why one failed."
    returns: ClassVar[str | None] = "NatGateways[].NatGatewayId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("NatGatewayNotFound", "NatGatewayMalformed", "InvalidParameterValue")

    nat_gateway_ids: tuple[NatGatewayRef, ...] = ()
    filter: tuple[Filter, ...] = Field((), description="only those that match, such as Name=state,Values=available")
    dry_run: bool = False


class CreateVpcEndpoint(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateVpcEndpoint"
    gloss: ClassVar[str] = "Bring one of AWS's services into the VPC, so that private machines reach it without the internet."
    returns: ClassVar[str | None] = "VpcEndpoint.VpcEndpointId"
    human: ClassVar[str | None] = "ServiceName"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidVpcID.NotFound",
        "InvalidServiceName",
        "InvalidParameter",
        "InvalidParameterValue",
        "InvalidRouteTableID.NotFound",
        "RouteAlreadyExists",
        "InvalidSubnetID.NotFound",
        "DuplicateSubnetsInSameZone",
        "InvalidGroup.NotFound",
        "InsufficientFreeAddressesInSubnet",
        "VpcEndpointLimitExceeded",
    )

    vpc_id: VpcRef
    service_name: ServiceName
    vpc_endpoint_type: Annotated[str, Choice(("Gateway", "Interface"))] = "Gateway"
    route_table_ids: tuple[RouteTableRef, ...] = ()
    subnet_ids: tuple[SubnetRef, ...] = ()
    security_group_ids: tuple[SecurityGroupRef, ...] = ()
    private_dns_enabled: bool | None = Field(None, description="the service's usual name leads here; true for interfaces unless refused")
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class ModifyVpcEndpoint(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ModifyVpcEndpoint"
    gloss: ClassVar[str] = "Give an endpoint to other route tables, subnets or security groups, or switch its private name."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidVpcEndpointId.NotFound",
        "InvalidParameter",
        "InvalidRouteTableID.NotFound",
        "RouteAlreadyExists",
        "InvalidSubnetID.NotFound",
        "DuplicateSubnetsInSameZone",
        "InvalidGroup.NotFound",
        "InsufficientFreeAddressesInSubnet",
    )

    vpc_endpoint_id: VpcEndpointRef
    add_route_table_ids: tuple[RouteTableRef, ...] = ()
    remove_route_table_ids: tuple[RouteTableRef, ...] = ()
    add_subnet_ids: tuple[SubnetRef, ...] = ()
    remove_subnet_ids: tuple[SubnetRef, ...] = ()
    add_security_group_ids: tuple[SecurityGroupRef, ...] = ()
    remove_security_group_ids: tuple[SecurityGroupRef, ...] = ()
    private_dns_enabled: bool | None = None
    dry_run: bool = False


class DeleteVpcEndpoints(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteVpcEndpoints"
    gloss: ClassVar[str] = "Give endpoints back, and with them the routes and names that led to them."
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed")

    vpc_endpoint_ids: tuple[VpcEndpointRef, ...]
    dry_run: bool = False


class DescribeVpcEndpoints(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeVpcEndpoints"
    gloss: ClassVar[str] = "Look at your VPC endpoints: which service, for which tables or subnets, behind which groups."
    returns: ClassVar[str | None] = "VpcEndpoints[].VpcEndpointId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed", "InvalidParameterValue")

    vpc_endpoint_ids: tuple[VpcEndpointRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DescribeVpcEndpointServices(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeVpcEndpointServices"
    gloss: ClassVar[str] = "Look at the services an endpoint can be made for."
    returns: ClassVar[str | None] = "ServiceNames[]"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidServiceName", "InvalidParameterValue")

    service_names: tuple[ServiceName, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DescribePrefixLists(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribePrefixLists"
    gloss: ClassVar[str] = "Look at the addresses behind a name such as pl-63a5400a, which a route table may hold for a service."
    returns: ClassVar[str | None] = "PrefixLists[].PrefixListId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidPrefixListId.NotFound", "InvalidParameterValue")

    prefix_list_ids: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DescribeNetworkInterfaces(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeNetworkInterfaces"
    gloss: ClassVar[str] = "Look at everything that has an address in your subnets, and at what is behind it."
    returns: ClassVar[str | None] = "NetworkInterfaces[].NetworkInterfaceId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidNetworkInterfaceID.NotFound", "InvalidParameterValue")

    network_interface_ids: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False
