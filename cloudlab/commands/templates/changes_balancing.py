"""Changes in place of fleets and of what spreads requests over them."""

from __future__ import annotations

from typing import Any

from cloudlab.commands import autoscaling, elbv2
from cloudlab.commands.templates.changing import change, differ
from cloudlab.commands.templates.kinds import KINDS, Order, Properties, said, settings


@change(
    "AWS::AutoScaling::AutoScalingGroup",
    "LaunchTemplate MinSize MaxSize DesiredCapacity VPCZoneIdentifier TargetGroupARNs HealthCheckType HealthCheckGracePeriod "
    "DefaultInstanceWarmup",
)
def fleet(old: Properties, new: Properties, key: str) -> list[Order]:
    ((_, whole),) = KINDS["AWS::AutoScaling::AutoScalingGroup"].makes(new, key)
    asked = {name: value for name, value in whole.items() if name not in ("TargetGroupARNs", "Tags")}
    orders: list[Order] = [(autoscaling.UpdateAutoScalingGroup, asked)]
    before, after = old.get("TargetGroupARNs") or [], new.get("TargetGroupARNs") or []
    for command, arns in (
        (autoscaling.AttachLoadBalancerTargetGroups, [arn for arn in after if arn not in before]),
        (autoscaling.DetachLoadBalancerTargetGroups, [arn for arn in before if arn not in after]),
    ):
        if arns:
            orders.append((command, {"AutoScalingGroupName": key, "TargetGroupARNs": arns}))
    return orders


@change("AWS::AutoScaling::ScalingPolicy", "PolicyType TargetTrackingConfiguration EstimatedInstanceWarmup")
def scaling_policy(old: Properties, new: Properties, key: str) -> list[Order]:
    """The physical id is the policy's ARN, whose last part is its name; a policy of the same name is written over."""
    return KINDS["AWS::AutoScaling::ScalingPolicy"].makes(new, key.rsplit("policyName/", 1)[-1])


_UNSAID = {
    "deletion_protection.enabled": "false",
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
}
"""What attributes of load balancing are where nobody says anything."""


def _reset(old: Properties, new: Properties, name: str) -> list[dict[str, str]]:
    """Return attributes as they are to be; one that is said no more becomes again what it was before anybody said it."""
    said_now = settings(new.get(name) or ())
    left = {each["Key"] for each in said_now}
    gone = [each["Key"] for each in old.get(name) or () if each["Key"] not in left]
    return [*said_now, *({"Key": key, "Value": _UNSAID[key]} for key in gone if key in _UNSAID)]


@change("AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets SecurityGroups LoadBalancerAttributes")
def load_balancer(old: Properties, new: Properties, key: str) -> list[Order]:
    orders: list[Order] = []
    for name, command in (("Subnets", elbv2.SetSubnets), ("SecurityGroups", elbv2.SetSecurityGroups)):
        if differ(old, new, name):
            orders.append((command, {"LoadBalancerArn": key, name: new.get(name) or []}))
    if differ(old, new, "LoadBalancerAttributes"):
        told = _reset(old, new, "LoadBalancerAttributes")
        orders.append((elbv2.ModifyLoadBalancerAttributes, {"LoadBalancerArn": key, "Attributes": told}))
    return orders


_CHECK = (
    "HealthCheckProtocol HealthCheckPort HealthCheckPath HealthCheckIntervalSeconds HealthCheckTimeoutSeconds HealthyThresholdCount "
    "UnhealthyThresholdCount Matcher"
)


@change("AWS::ElasticLoadBalancingV2::TargetGroup", f"{_CHECK} TargetGroupAttributes Targets")
def target_group(old: Properties, new: Properties, key: str) -> list[Order]:
    orders: list[Order] = []
    if differ(old, new, *_CHECK.split()):
        whole = KINDS["AWS::ElasticLoadBalancingV2::TargetGroup"].makes(new, "unused")[0][1]
        orders.append((elbv2.ModifyTargetGroup, {"TargetGroupArn": key} | said(whole, *_CHECK.split())))
    if differ(old, new, "TargetGroupAttributes"):
        told = _reset(old, new, "TargetGroupAttributes")
        orders.append((elbv2.ModifyTargetGroupAttributes, {"TargetGroupArn": key, "Attributes": told}))
    before, after = _targets(old), _targets(new)
    for command, targets in (
        (elbv2.RegisterTargets, [t for t in after if t not in before]),
        (elbv2.DeregisterTargets, [t for t in before if t not in after]),
    ):
        if targets:
            orders.append((command, {"TargetGroupArn": key, "Targets": targets}))
    return orders


def _targets(p: Properties) -> list[dict[str, Any]]:
    return [dict(t) | ({"Port": int(t["Port"])} if "Port" in t else {}) for t in p.get("Targets") or ()]


@change("AWS::ElasticLoadBalancingV2::Listener", "Protocol Port Certificates DefaultActions")
def listener(old: Properties, new: Properties, key: str) -> list[Order]:
    asked = said(new, "Protocol", "Certificates", "DefaultActions") | ({"Port": int(new["Port"])} if "Port" in new else {})
    return [(elbv2.ModifyListener, {"ListenerArn": key} | asked)]
