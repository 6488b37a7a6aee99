"""Differences: where moto refuses otherwise than cloudlab, why AWS is on cloudlab's side, and where that is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.truth.two_clouds import Step

MOST = 12


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    why: str
    source: str
    covers: Callable[[Step], bool]


def _is(*operations: str, ours: str | None, theirs: tuple[str, ...]) -> Callable[[Step], bool]:
    return lambda step: step.command.operation in operations and step.ours == ours and step.theirs in theirs


_OF_ANOTHER_SERVICE = {
    ("CreateLoadBalancer", "SubnetNotFound", "InvalidSubnetID.NotFound"),
    ("SetSubnets", "SubnetNotFound", "InvalidSubnetID.NotFound"),
    ("CreateDBSubnetGroup", "InvalidSubnet", "InvalidSubnetID.NotFound"),
    ("CreateAutoScalingGroup", "ValidationError", "InvalidSubnetID.NotFound"),
    ("CreateAutoScalingGroup", "ValidationError", "InvalidLaunchTemplateId.NotFound"),
    ("CreateAutoScalingGroup", "ValidationError", "InvalidLaunchTemplateName.NotFoundException"),
    ("CreateAutoScalingGroup", "ValidationError", "InvalidLaunchTemplateId.VersionNotFound"),
    ("AttachLoadBalancerTargetGroups", "ValidationError", "TargetGroupNotFound"),
    ("AssociateIamInstanceProfile", "InvalidParameterValue", "NoSuchEntity"),
}

DIFFERENCES = (
    Difference(
        "a group named default",
        "AWS refuses the reserved name before it looks at the names there are",
        "semantics 9; 1.5 [P]: Cannot use reserved security group name: default",
        _is("CreateSecurityGroup", ours="InvalidGroup.Reserved", theirs=("InvalidGroup.Duplicate",)),
    ),
    Difference(
        "an Elastic IP in use, given to a NAT gateway",
        "AWS takes the order and the gateway fails afterwards, with FailureCode and FailureMessage",
        "semantics 9; 1.8 [D], VPC user guide: NAT gateway creation fails",
        _is("CreateNatGateway", ours=None, theirs=("Resource.AlreadyAssociated",)),
    ),
    Difference(
        "an instance type that does not exist",
        "AWS calls it a parameter's value",
        "semantics 9; 2.1 [?]: Invalid value 't9.mega' for InstanceType",
        _is("RunInstances", ours="InvalidParameterValue", theirs=("InvalidInstanceType.NotFound",)),
    ),
    Difference(
        "the default network ACL",
        "AWS refuses because it is the default one, whatever is behind it",
        "public logs of EC2: InvalidParameterValue ... cannot delete default network ACL acl-...",
        _is("DeleteNetworkAcl", ours="InvalidParameterValue", theirs=("DependencyViolation",)),
    ),
    Difference(
        "a route to a gateway that does not exist",
        "a route's target may be one of several kinds of gateway, and the code names none of them",
        "EC2 API reference, error codes: InvalidGatewayID.NotFound",
        _is("CreateRoute", "ReplaceRoute", ours="InvalidGatewayID.NotFound", theirs=("InvalidInternetGatewayID.NotFound",)),
    ),
    Difference(
        "the code of another service",
        "moto lets the refusal of the service it asks inside through; AWS's services have codes of their own",
        "botocore service models: the errors these operations list",
        lambda step: (step.command.operation, step.ours, step.theirs) in _OF_ANOTHER_SERVICE,
    ),
    Difference(
        "a launch template that does not exist",
        "moto looks for the other of the two ways to name one",
        "EC2 API reference, error codes: InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateName.NotFoundException",
        lambda step: (
            step.command.operation in ("ModifyLaunchTemplate", "DeleteLaunchTemplate", "CreateLaunchTemplateVersion")
            and step.ours in ("InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException")
            and step.theirs in ("MissingParameter", "InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateId.NotFound")
        ),
    ),
    Difference(
        "the same target group once more",
        "AWS's operation is idempotent: with the same settings it succeeds and makes nothing",
        "botocore elbv2 model, CreateTargetGroup: This operation is idempotent",
        _is("CreateTargetGroup", ours=None, theirs=("DuplicateTargetGroupName",)),
    ),
    Difference(
        "a route table that was associated with a subnet that is gone, and its VPC",
        "a subnet takes its association with it; moto leaves it at the table, and then finds table and VPC in use",
        "VPC user guide: subnet route tables, deleting a subnet",
        _is("DeleteVpc", "DeleteRouteTable", ours=None, theirs=("DependencyViolation",)),
    ),
    Difference(
        "a network ACL that does not exist, described",
        "moto names the kind of another resource",
        "EC2 API reference, error codes: InvalidNetworkAclID.NotFound",
        _is("DescribeNetworkAcls", ours="InvalidNetworkAclID.NotFound", theirs=("InvalidRouteTableID.NotFound",)),
    ),
)


def named(step: Step) -> Difference | None:
    """Return the difference a step is a case of."""
    return next((each for each in DIFFERENCES if each.covers(step)), None)
