"""Elastic Load Balancing actions (`aws elbv2`): application load balancers, target groups and their targets, listeners."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    CertificateRef,
    Choice,
    Command,
    InstanceRef,
    ListenerRef,
    LoadBalancerRef,
    SecurityGroupRef,
    Structure,
    SubnetRef,
    Tag,
    TargetGroupRef,
    VpcRef,
)

BalancerAttribute = Annotated[str, Choice(("deletion_protection.enabled",))]
GroupAttribute = Annotated[str, Choice(("deregistration_delay.timeout_seconds", "load_balancing.cross_zone.enabled"))]
Protocol = Annotated[str, Choice(("HTTP", "HTTPS"))]


class Matcher(Structure):
    """Which HTTP codes count as healthy: `HttpCode=200`, `200,202` or `200-299`."""

    http_code: str


class TargetDescription(Structure):
    """`Id=i-...,Port=8080`; without a port, the target group's."""

    id: InstanceRef
    port: int | None = None


class CertificateOfListener(Structure):
    certificate_arn: CertificateRef


class Action(Structure):
    """`Type=forward,TargetGroupArn=arn:...`"""

    type: Annotated[str, Choice(("forward",))]
    target_group_arn: TargetGroupRef | None = None


class BalancerSetting(Structure):
    key: BalancerAttribute
    value: str = ""


class GroupSetting(Structure):
    key: GroupAttribute
    value: str = ""


class CreateLoadBalancer(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "CreateLoadBalancer"
    gloss: ClassVar[str] = (
        "Make a load balancer: one name for callers, a node in each of two zones or more, and behind it whatever is healthy."
    )
    returns: ClassVar[str | None] = "LoadBalancers[].LoadBalancerArn"
    human: ClassVar[str | None] = "Scheme"
    errors: ClassVar[tuple[str, ...]] = (
        "ValidationError",
        "InvalidConfigurationRequest",
        "SubnetNotFound",
        "InvalidSubnet",
        "InvalidSecurityGroup",
        "DuplicateLoadBalancerName",
        "TooManyLoadBalancers",
    )

    name: str
    subnets: tuple[SubnetRef, ...] = Field(default=(), description="one in each zone it shall have a node in, two at least")
    security_groups: tuple[SecurityGroupRef, ...] = Field(
        default=(), description="what its nodes wear; the VPC's default group where left out"
    )
    scheme: Annotated[str, Choice(("internet-facing", "internal"))] = Field(default="internet-facing", description="who may call it")
    type: Annotated[str, Choice(("application",))] = Field(default="application", description="the only type here")
    tags: tuple[Tag, ...] = ()


class DeleteLoadBalancer(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DeleteLoadBalancer"
    gloss: ClassVar[str] = "Give a load balancer back; its listeners go with it, target groups and their targets stay."
    errors: ClassVar[tuple[str, ...]] = ("LoadBalancerNotFound", "OperationNotPermitted", "ValidationError")

    load_balancer_arn: LoadBalancerRef


class DescribeLoadBalancers(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DescribeLoadBalancers"
    gloss: ClassVar[str] = "Look at your load balancers: state, name for callers, zones."
    returns: ClassVar[str | None] = "LoadBalancers[].LoadBalancerArn"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("LoadBalancerNotFound", "ValidationError")

    load_balancer_arns: tuple[LoadBalancerRef, ...] = ()
    names: tuple[str, ...] = ()


class SetSubnets(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "SetSubnets"
    gloss: ClassVar[str] = "Say anew in which subnets a load balancer has its nodes; again two zones at least."
    errors: ClassVar[tuple[str, ...]] = (
        "LoadBalancerNotFound",
        "ValidationError",
        "InvalidConfigurationRequest",
        "SubnetNotFound",
        "InvalidSubnet",
    )

    load_balancer_arn: LoadBalancerRef
    subnets: tuple[SubnetRef, ...]


class SetSecurityGroups(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "SetSecurityGroups"
    gloss: ClassVar[str] = "Say anew which security groups the nodes of a load balancer wear."
    errors: ClassVar[tuple[str, ...]] = ("LoadBalancerNotFound", "ValidationError", "InvalidSecurityGroup")

    load_balancer_arn: LoadBalancerRef
    security_groups: tuple[SecurityGroupRef, ...]


class ModifyLoadBalancerAttributes(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "ModifyLoadBalancerAttributes"
    gloss: ClassVar[str] = "Change a setting of a load balancer; here: whether it can be deleted."
    errors: ClassVar[tuple[str, ...]] = ("LoadBalancerNotFound", "ValidationError")

    load_balancer_arn: LoadBalancerRef
    attributes: tuple[BalancerSetting, ...]


class DescribeLoadBalancerAttributes(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DescribeLoadBalancerAttributes"
    gloss: ClassVar[str] = "Look at the settings of a load balancer."
    returns: ClassVar[str | None] = "Attributes[].Value"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("LoadBalancerNotFound", "ValidationError")

    load_balancer_arn: LoadBalancerRef


class CreateTargetGroup(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "CreateTargetGroup"
    gloss: ClassVar[str] = "Make a group of targets: on which port they take requests, and how they are asked whether they are well."
    returns: ClassVar[str | None] = "TargetGroups[].TargetGroupArn"
    human: ClassVar[str | None] = "Port"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError", "InvalidConfigurationRequest", "DuplicateTargetGroupName")

    name: str
    protocol: Protocol | None = None
    port: int | None = None
    vpc_id: VpcRef | None = None
    target_type: Annotated[str, Choice(("instance",))] = Field(default="instance", description="the only type here")
    health_check_protocol: Protocol | None = None
    health_check_port: str | None = Field(default=None, description="traffic-port (where requests go), or a number")
    health_check_path: str | None = Field(default=None, description="what is asked for; the model server answers 200 at /ping")
    health_check_interval_seconds: int | None = Field(default=None, description="from one check to the next; 30 where left out")
    health_check_timeout_seconds: int | None = Field(default=None, description="how long a check waits for its answer; 5 where left out")
    healthy_threshold_count: int | None = Field(default=None, description="successes in a row that make it healthy; 5 where left out")
    unhealthy_threshold_count: int | None = Field(default=None, description="failures in a row that make it unhealthy; 2 where left out")
    matcher: Matcher | None = None
    tags: tuple[Tag, ...] = ()


class ModifyTargetGroup(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "ModifyTargetGroup"
    gloss: ClassVar[str] = "Change how the targets of a group are asked whether they are well."
    returns: ClassVar[str | None] = "TargetGroups[].TargetGroupArn"
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "ValidationError", "InvalidConfigurationRequest")

    target_group_arn: TargetGroupRef
    health_check_protocol: Protocol | None = None
    health_check_port: str | None = None
    health_check_path: str | None = None
    health_check_interval_seconds: int | None = None
    health_check_timeout_seconds: int | None = None
    healthy_threshold_count: int | None = None
    unhealthy_threshold_count: int | None = None
    matcher: Matcher | None = None


class ModifyTargetGroupAttributes(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "ModifyTargetGroupAttributes"
    gloss: ClassVar[str] = "Change how long a leaving target may finish its work, and whether nodes send across zones."
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "ValidationError")

    target_group_arn: TargetGroupRef
    attributes: tuple[GroupSetting, ...]


class DescribeTargetGroupAttributes(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DescribeTargetGroupAttributes"
    gloss: ClassVar[str] = "Look at the settings of a target group."
    returns: ClassVar[str | None] = "Attributes[].Value"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "ValidationError")

    target_group_arn: TargetGroupRef


class DeleteTargetGroup(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DeleteTargetGroup"
    gloss: ClassVar[str] = "Take a target group away that no listener forwards to; its targets go on running."
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "ResourceInUse", "ValidationError")

    target_group_arn: TargetGroupRef


class DescribeTargetGroups(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DescribeTargetGroups"
    gloss: ClassVar[str] = "Look at your target groups and how they check their targets."
    returns: ClassVar[str | None] = "TargetGroups[].TargetGroupArn"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "LoadBalancerNotFound", "ValidationError")

    load_balancer_arn: LoadBalancerRef | None = None
    target_group_arns: tuple[TargetGroupRef, ...] = ()
    names: tuple[str, ...] = ()


class RegisterTargets(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "RegisterTargets"
    gloss: ClassVar[str] = "Put instances behind the load balancer; each gets requests once its health checks succeed."
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "InvalidTarget", "TooManyTargets", "ValidationError")

    target_group_arn: TargetGroupRef
    targets: tuple[TargetDescription, ...]


class DeregisterTargets(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DeregisterTargets"
    gloss: ClassVar[str] = "Take instances out of the load balancer without breaking a request: nothing new comes, what has begun may end."
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "InvalidTarget", "ValidationError")

    target_group_arn: TargetGroupRef
    targets: tuple[TargetDescription, ...]


class DescribeTargetHealth(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DescribeTargetHealth"
    gloss: ClassVar[str] = "Look at how the targets of a group are, and why."
    returns: ClassVar[str | None] = "TargetHealthDescriptions[].TargetHealth.State"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("TargetGroupNotFound", "InvalidTarget", "ValidationError")

    target_group_arn: TargetGroupRef
    targets: tuple[TargetDescription, ...] = ()


class CreateListener(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "CreateListener"
    gloss: ClassVar[str] = "Let a load balancer listen on a port and forward what comes to a target group; HTTPS needs a certificate."
    returns: ClassVar[str | None] = "Listeners[].ListenerArn"
    human: ClassVar[str | None] = "Port"
    errors: ClassVar[tuple[str, ...]] = (
        "LoadBalancerNotFound",
        "TargetGroupNotFound",
        "CertificateNotFound",
        "UnsupportedCertificate",
        "DuplicateListener",
        "TargetGroupAssociationLimit",
        "TooManyListeners",
        "InvalidConfigurationRequest",
        "ValidationError",
    )

    load_balancer_arn: LoadBalancerRef
    protocol: Protocol | None = None
    port: int | None = None
    certificates: tuple[CertificateOfListener, ...] = ()
    default_actions: tuple[Action, ...]
    tags: tuple[Tag, ...] = ()


class ModifyListener(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "ModifyListener"
    gloss: ClassVar[str] = "Change port, protocol, certificate or target group of a listener."
    returns: ClassVar[str | None] = "Listeners[].ListenerArn"
    errors: ClassVar[tuple[str, ...]] = (
        "ListenerNotFound",
        "TargetGroupNotFound",
        "CertificateNotFound",
        "UnsupportedCertificate",
        "DuplicateListener",
        "TargetGroupAssociationLimit",
        "InvalidConfigurationRequest",
        "ValidationError",
    )

    listener_arn: ListenerRef
    port: int | None = None
    protocol: Protocol | None = None
    certificates: tuple[CertificateOfListener, ...] = ()
    default_actions: tuple[Action, ...] = ()


class DeleteListener(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DeleteListener"
    gloss: ClassVar[str] = "Take a listener away; nobody gets in by its port any more."
    errors: ClassVar[tuple[str, ...]] = ("ListenerNotFound", "ValidationError")

    listener_arn: ListenerRef


class DescribeListeners(Command):
    service: ClassVar[str] = "elbv2"
    operation: ClassVar[str] = "DescribeListeners"
    gloss: ClassVar[str] = "Look at the listeners of a load balancer: port, certificate, where they forward to."
    returns: ClassVar[str | None] = "Listeners[].ListenerArn"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("LoadBalancerNotFound", "ListenerNotFound", "ValidationError")

    load_balancer_arn: LoadBalancerRef | None = None
    listener_arns: tuple[ListenerRef, ...] = ()
