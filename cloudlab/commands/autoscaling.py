"""EC2 Auto Scaling actions: groups of machines that are kept at a number, policies that move it, refreshes that replace them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    Choice,
    Command,
    FleetRef,
    InstanceRef,
    ScalingPolicyRef,
    Structure,
    TargetGroupRef,
)
from cloudlab.commands.ec2_compute import TemplateSpecification


class GroupTag(Structure):
    """A tag of the group; with PropagateAtLaunch its machines get it too."""

    key: str
    value: str = ""
    propagate_at_launch: bool = False


class _OnGroup(Command):
    """What the commands on one Auto Scaling group share."""

    auto_scaling_group_name: FleetRef


_HEALTH = Choice(("EC2", "ELB"))


class CreateAutoScalingGroup(Command):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "CreateAutoScalingGroup"
    gloss: ClassVar[str] = "Keep a number of machines running over several zones: what dies is replaced, nobody is woken for it."
    errors: ClassVar[tuple[str, ...]] = ("AlreadyExists", "LimitExceeded", "ValidationError")
    human: ClassVar[str | None] = "AutoScalingGroupName"

    auto_scaling_group_name: str
    launch_template: TemplateSpecification | None = None
    min_size: int
    max_size: int
    desired_capacity: int | None = None
    vpc_zone_identifier: Annotated[str, Field(alias="VPCZoneIdentifier")] = ""
    target_group_arns: Annotated[tuple[TargetGroupRef, ...], Field(alias="TargetGroupARNs")] = ()
    health_check_type: Annotated[str, _HEALTH] = "EC2"
    health_check_grace_period: int | None = None
    default_instance_warmup: int | None = None
    tags: tuple[GroupTag, ...] = ()


class UpdateAutoScalingGroup(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "UpdateAutoScalingGroup"
    gloss: ClassVar[str] = "Change an Auto Scaling group: its bounds, subnets, health check or template; running machines stay as they are."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    launch_template: TemplateSpecification | None = None
    min_size: int | None = None
    max_size: int | None = None
    desired_capacity: int | None = None
    vpc_zone_identifier: Annotated[str | None, Field(alias="VPCZoneIdentifier")] = None
    health_check_type: Annotated[str | None, _HEALTH] = None
    health_check_grace_period: int | None = None
    default_instance_warmup: int | None = None


class SetDesiredCapacity(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "SetDesiredCapacity"
    gloss: ClassVar[str] = "Say how many machines an Auto Scaling group is to have now."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    desired_capacity: int


class TerminateInstanceInAutoScalingGroup(Command):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "TerminateInstanceInAutoScalingGroup"
    gloss: ClassVar[str] = "Take one machine out of its Auto Scaling group and give it back; unless the number is lowered, another follows."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    returns: ClassVar[str | None] = "Activity.ActivityId"

    instance_id: InstanceRef
    should_decrement_desired_capacity: bool


class DeleteAutoScalingGroup(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DeleteAutoScalingGroup"
    gloss: ClassVar[str] = "Delete an Auto Scaling group; with --force-delete its machines go with it."
    errors: ClassVar[tuple[str, ...]] = ("ResourceInUse", "ValidationError")

    force_delete: bool = False


class AttachLoadBalancerTargetGroups(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "AttachLoadBalancerTargetGroups"
    gloss: ClassVar[str] = "Have an Auto Scaling group register its machines in target groups, those it has and those to come."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    target_group_arns: Annotated[tuple[TargetGroupRef, ...], Field(alias="TargetGroupARNs")]


class DetachLoadBalancerTargetGroups(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DetachLoadBalancerTargetGroups"
    gloss: ClassVar[str] = "Take target groups from an Auto Scaling group: its machines are deregistered there."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    target_group_arns: Annotated[tuple[TargetGroupRef, ...], Field(alias="TargetGroupARNs")]


PROCESSES = (
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "ReplaceUnhealthy",
)
"""What a group does by itself, as far as it is modelled."""


class SuspendProcesses(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "SuspendProcesses"
    gloss: ClassVar[str] = "Hold what an Auto Scaling group does by itself, as to look at a sick machine before it is replaced."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    scaling_processes: Annotated[tuple[str, ...], Choice(PROCESSES)] = ()


class ResumeProcesses(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "ResumeProcesses"
    gloss: ClassVar[str] = "Let an Auto Scaling group go on by itself; what was due meanwhile it does now."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    scaling_processes: Annotated[tuple[str, ...], Choice(PROCESSES)] = ()


class DescribeAutoScalingGroups(Command):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DescribeAutoScalingGroups"
    gloss: ClassVar[str] = "Look at Auto Scaling groups: bounds, machines, their health."
    errors: ClassVar[tuple[str, ...]] = ()
    returns: ClassVar[str | None] = "AutoScalingGroups[].Instances[].InstanceId"
    reads: ClassVar[bool] = True

    auto_scaling_group_names: tuple[FleetRef, ...] = ()


class DescribeScalingActivities(Command):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DescribeScalingActivities"
    gloss: ClassVar[str] = "Read what an Auto Scaling group did and why: launches, replacements, and what failed."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    returns: ClassVar[str | None] = "Activities[].Description"
    reads: ClassVar[bool] = True

    auto_scaling_group_name: FleetRef | None = None


# policies -------------------------------------------------------------------------------------------------------------------

METRICS = ("ASGAverageCPUUtilization", "ALBRequestCountPerTarget")


class PredefinedMetric(Structure):
    predefined_metric_type: Annotated[str, Choice(METRICS)]
    resource_label: str | None = None


class TargetTracking(Structure):
    """Keep a metric at a value: percent of CPU, or requests a minute for each target."""

    target_value: Decimal
    predefined_metric_specification: PredefinedMetric
    disable_scale_in: bool = False


class PutScalingPolicy(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "PutScalingPolicy"
    gloss: ClassVar[str] = "Have an Auto Scaling group follow its load: it grows and shrinks to keep a metric at a value."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    returns: ClassVar[str | None] = "PolicyARN"
    human: ClassVar[str | None] = "PolicyName"

    policy_name: str
    policy_type: Annotated[str, Choice(("TargetTrackingScaling",))] = "TargetTrackingScaling"
    target_tracking_configuration: TargetTracking | None = None
    estimated_instance_warmup: int | None = None


class DeletePolicy(Command):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DeletePolicy"
    gloss: ClassVar[str] = "Delete a scaling policy; the group stays at the number it has."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    policy_name: ScalingPolicyRef
    auto_scaling_group_name: FleetRef | None = None


class DescribePolicies(Command):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DescribePolicies"
    gloss: ClassVar[str] = "Look at scaling policies."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    returns: ClassVar[str | None] = "ScalingPolicies[].PolicyName"
    reads: ClassVar[bool] = True

    auto_scaling_group_name: FleetRef | None = None


# refresh --------------------------------------------------------------------------------------------------------------------


class RefreshPreferences(Structure):
    min_healthy_percentage: int = 90
    instance_warmup: int | None = None


class StartInstanceRefresh(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "StartInstanceRefresh"
    gloss: ClassVar[str] = (
        "Replace the machines of a group a few at a time by new ones from its template: so a patched image is rolled out."
    )
    errors: ClassVar[tuple[str, ...]] = ("InstanceRefreshInProgress", "ValidationError")
    returns: ClassVar[str | None] = "InstanceRefreshId"

    preferences: RefreshPreferences = RefreshPreferences()


class CancelInstanceRefresh(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "CancelInstanceRefresh"
    gloss: ClassVar[str] = "Stop a refresh where it is; what was replaced stays replaced."
    errors: ClassVar[tuple[str, ...]] = ("ActiveInstanceRefreshNotFound", "ValidationError")
    returns: ClassVar[str | None] = "InstanceRefreshId"


class DescribeInstanceRefreshes(_OnGroup):
    service: ClassVar[str] = "autoscaling"
    operation: ClassVar[str] = "DescribeInstanceRefreshes"
    gloss: ClassVar[str] = "Look how far a refresh has come."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    returns: ClassVar[str | None] = "InstanceRefreshes[].Status"
    reads: ClassVar[bool] = True
