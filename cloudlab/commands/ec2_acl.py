"""EC2 actions on network ACLs: the filters at the edge of subnets, which remember nothing."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Cidr, Command, Filter, Ref, Structure, TagSpecification, VpcRef

NetworkAclRef = Annotated[str, Ref("network_acl")]
RuleNumber = Annotated[int, Field(description="the lowest number that matches decides; leave gaps")]
Egress = Annotated[bool, Field(description="about what leaves the subnet; --ingress for what comes in")]
Action = Annotated[str, Choice(("allow", "deny"))]
Protocol = Annotated[str, Choice(("tcp", "udp", "icmp", "-1"))]


class PortRange(Structure):
    first: int = Field(alias="From")
    last: int = Field(alias="To")


class IcmpTypeCode(Structure):
    """-1 stands for every type, or every code."""

    type: int
    code: int


class CreateNetworkAcl(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateNetworkAcl"
    gloss: ClassVar[str] = "Make a filter for the edge of subnets; until you write rules into it, it lets nothing through either way."
    returns: ClassVar[str | None] = "NetworkAcl.NetworkAclId"
    errors: ClassVar[tuple[str, ...]] = ("InvalidVpcID.NotFound", "NetworkAclLimitExceeded", "InvalidParameterValue")

    vpc_id: VpcRef
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DeleteNetworkAcl(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteNetworkAcl"
    gloss: ClassVar[str] = "Give a network ACL back that no subnet uses; the default one goes with its VPC."
    errors: ClassVar[tuple[str, ...]] = ("InvalidNetworkAclID.NotFound", "InvalidParameterValue", "DependencyViolation")

    network_acl_id: NetworkAclRef
    dry_run: bool = False


class AclRule(Command):
    """What making and replacing a rule share."""

    service: ClassVar[str] = "ec2"

    network_acl_id: NetworkAclRef
    rule_number: RuleNumber
    protocol: Protocol
    rule_action: Action
    egress: Egress
    cidr_block: Cidr | None = None
    port_range: PortRange | None = None
    icmp_type_code: IcmpTypeCode | None = None
    dry_run: bool = False


class CreateNetworkAclEntry(AclRule):
    operation: ClassVar[str] = "CreateNetworkAclEntry"
    gloss: ClassVar[str] = "Write a rule at a subnet's edge; answers need a rule of their own, on ports 1024 to 65535."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidNetworkAclID.NotFound",
        "InvalidParameterValue",
        "MissingParameter",
        "NetworkAclEntryAlreadyExists",
        "NetworkAclEntryLimitExceeded",
    )


class ReplaceNetworkAclEntry(AclRule):
    operation: ClassVar[str] = "ReplaceNetworkAclEntry"
    gloss: ClassVar[str] = "Write another rule in place of the one with this number, in one step."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidNetworkAclID.NotFound",
        "InvalidNetworkAclEntry.NotFound",
        "InvalidParameterValue",
        "MissingParameter",
    )


class DeleteNetworkAclEntry(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteNetworkAclEntry"
    gloss: ClassVar[str] = "Strike a rule out of a network ACL; what it decided falls to the rules behind it."
    errors: ClassVar[tuple[str, ...]] = ("InvalidNetworkAclID.NotFound", "InvalidNetworkAclEntry.NotFound", "InvalidParameterValue")

    network_acl_id: NetworkAclRef
    rule_number: RuleNumber
    egress: Egress
    dry_run: bool = False


class ReplaceNetworkAclAssociation(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ReplaceNetworkAclAssociation"
    gloss: ClassVar[str] = "Put another network ACL at the edge of a subnet; every subnet always has exactly one."
    returns: ClassVar[str | None] = "NewAssociationId"
    errors: ClassVar[tuple[str, ...]] = ("InvalidAssociationID.NotFound", "InvalidNetworkAclID.NotFound", "InvalidParameterValue")

    association_id: Annotated[str, Ref("network_acl_association")]
    network_acl_id: NetworkAclRef
    dry_run: bool = False


class DescribeNetworkAcls(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeNetworkAcls"
    gloss: ClassVar[str] = "Look at the filters on the edge of subnets; the default one lets everything through."
    returns: ClassVar[str | None] = "NetworkAcls[].NetworkAclId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidNetworkAclID.NotFound", "InvalidParameterValue")

    network_acl_ids: tuple[NetworkAclRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False
