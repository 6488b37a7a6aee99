"""EC2 actions on the network: VPC, subnet, gateway, route, security group, address."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cloudlab.commands.base import Cidr, Command, Filter, TagSpecification, VpcRef


class CreateVpc(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateVpc"
    gloss: ClassVar[str] = "Open a private network of your own; nothing gets in or out of it until you say how."
    returns: ClassVar[str | None] = "Vpc.VpcId"

    cidr_block: Cidr
    instance_tenancy: str = "default"
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DescribeVpcs(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeVpcs"
    gloss: ClassVar[str] = "Look at your VPCs."
    returns: ClassVar[str | None] = "Vpcs[].VpcId"
    reads: ClassVar[bool] = True

    vpc_ids: tuple[VpcRef, ...] = ()
    filters: tuple[Filter, ...] = Field(default=())
    dry_run: bool = False
