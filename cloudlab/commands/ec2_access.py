"""EC2 actions on who reaches a machine: security groups and Elastic IP addresses."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cloudlab.commands.base import (
    AddressRef,
    Choice,
    Cidr,
    Command,
    Filter,
    InstanceRef,
    Ref,
    SecurityGroupRef,
    Structure,
    TagSpecification,
    VpcRef,
)
from cloudlab.commands.cli import Customisation, PermissionFlags

Protocol = Annotated[str, Choice(("tcp", "udp", "icmp", "-1"))]


class IpRange(Structure):
    cidr_ip: Cidr
    description: str = ""


class UserIdGroupPair(Structure):
    group_id: SecurityGroupRef
    description: str = ""


class IpPermission(Structure):
    """One protocol and port range, with every peer it speaks of."""

    ip_protocol: Protocol
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: tuple[IpRange, ...] = ()
    user_id_group_pairs: tuple[UserIdGroupPair, ...] = ()


class RuleChange(Command):
    """What the four actions on rules share. The aws CLI also takes a single rule flat: `--protocol tcp --port 443 --cidr 0.0.0.0/0`."""

    service: ClassVar[str] = "ec2"
    cli: ClassVar[tuple[Customisation, ...]] = (PermissionFlags(),)

    group_id: SecurityGroupRef
    ip_permissions: tuple[IpPermission, ...] = ()
    dry_run: bool = False


class CreateSecurityGroup(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateSecurityGroup"
    gloss: ClassVar[str] = "Make a firewall to put around machines; it starts by letting nothing in and everything out."
    returns: ClassVar[str | None] = "GroupId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidVpcID.NotFound",
        "VPCIdNotSpecified",
        "InvalidParameterValue",
        "InvalidGroup.Reserved",
        "InvalidGroup.Duplicate",
        "SecurityGroupLimitExceeded",
    )

    group_name: str
    description: str
    vpc_id: VpcRef | None = None
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DeleteSecurityGroup(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteSecurityGroup"
    gloss: ClassVar[str] = "Give a security group back that no machine wears and no other group names."
    errors: ClassVar[tuple[str, ...]] = ("InvalidGroup.NotFound", "CannotDelete", "DependencyViolation")

    group_id: SecurityGroupRef
    dry_run: bool = False


class DescribeSecurityGroups(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeSecurityGroups"
    gloss: ClassVar[str] = "Look at security groups and their rules: who gets in on which port, and what gets out."
    returns: ClassVar[str | None] = "SecurityGroups[].GroupId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidGroup.NotFound", "InvalidParameterValue")

    group_ids: tuple[SecurityGroupRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class AuthorizeSecurityGroupIngress(RuleChange):
    operation: ClassVar[str] = "AuthorizeSecurityGroupIngress"
    gloss: ClassVar[str] = "Let somebody in: a range of addresses or another security group, on one port or a range of them."
    returns: ClassVar[str | None] = "SecurityGroupRules[].SecurityGroupRuleId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidGroup.NotFound",
        "MissingParameter",
        "InvalidParameterValue",
        "InvalidParameterCombination",
        "InvalidPermission.Duplicate",
        "RulesPerSecurityGroupLimitExceeded",
    )


class AuthorizeSecurityGroupEgress(RuleChange):
    operation: ClassVar[str] = "AuthorizeSecurityGroupEgress"
    gloss: ClassVar[str] = "Let machines call out to somebody; only needed where the rule for everything was taken away."
    returns: ClassVar[str | None] = "SecurityGroupRules[].SecurityGroupRuleId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidGroup.NotFound",
        "MissingParameter",
        "InvalidParameterValue",
        "InvalidParameterCombination",
        "InvalidPermission.Duplicate",
        "RulesPerSecurityGroupLimitExceeded",
    )


class RevokeSecurityGroupIngress(RuleChange):
    operation: ClassVar[str] = "RevokeSecurityGroupIngress"
    gloss: ClassVar[str] = "Take a rule back that lets somebody in, named exactly as it was made."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidGroup.NotFound",
        "MissingParameter",
        "InvalidParameterValue",
        "InvalidParameterCombination",
        "InvalidPermission.NotFound",
    )


class RevokeSecurityGroupEgress(RuleChange):
    operation: ClassVar[str] = "RevokeSecurityGroupEgress"
    gloss: ClassVar[str] = "Take a rule back that lets machines call out, named exactly as it was made."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidGroup.NotFound",
        "MissingParameter",
        "InvalidParameterValue",
        "InvalidParameterCombination",
        "InvalidPermission.NotFound",
    )


class AllocateAddress(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "AllocateAddress"
    gloss: ClassVar[str] = "Rent a public address that stays yours through every stop and start, and costs until you give it back."
    returns: ClassVar[str | None] = "AllocationId"
    errors: ClassVar[tuple[str, ...]] = ("AddressLimitExceeded", "InvalidParameterValue")

    domain: Annotated[str, Choice(("vpc",))] = "vpc"
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class AssociateAddress(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "AssociateAddress"
    gloss: ClassVar[str] = "Point an Elastic IP address at a machine; moving it moves the callers with it."
    returns: ClassVar[str | None] = "AssociationId"
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidAllocationID.NotFound",
        "InvalidInstanceID.NotFound",
        "InvalidInstanceID",
        "Gateway.NotAttached",
        "Resource.AlreadyAssociated",
    )

    allocation_id: AddressRef
    instance_id: InstanceRef
    allow_reassociation: bool | None = None
    dry_run: bool = False


class DisassociateAddress(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DisassociateAddress"
    gloss: ClassVar[str] = "Take an Elastic IP address off its machine; it stays yours, and goes on costing."
    errors: ClassVar[tuple[str, ...]] = ("InvalidAssociationID.NotFound", "AuthFailure")

    association_id: Annotated[str, Ref("address_association")]
    dry_run: bool = False


class ReleaseAddress(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ReleaseAddress"
    gloss: ClassVar[str] = "Give an Elastic IP address back; the rent stops, and somebody else may get it."
    errors: ClassVar[tuple[str, ...]] = ("InvalidAllocationID.NotFound", "InvalidIPAddress.InUse")

    allocation_id: AddressRef
    dry_run: bool = False


class DescribeAddresses(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeAddresses"
    gloss: ClassVar[str] = "Look at your Elastic IP addresses and the machines they point at."
    returns: ClassVar[str | None] = "Addresses[].AllocationId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidAllocationID.NotFound", "InvalidParameterValue")

    allocation_ids: tuple[AddressRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False
