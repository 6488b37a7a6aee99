"""Alarms of CloudWatch in a template: what they look at is told by reference, since its id changes with each making."""

from __future__ import annotations

from typing import Any

from cloudlab.dialects.templates.draft import Draft
from cloudlab.model.balancing import LoadBalancer, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.watching import Alarm, Dimensions, Micro
from cloudlab.model.world import World

_NAMED = {"InstanceId": "{}", "AutoScalingGroupName": "asg/{}", "EndpointName": "endpoint/{}", "DBInstanceIdentifier": "db/{}"}
"""Dimensions whose value is an id or a name -> what that goes by in a draft."""


def write_alarms(draft: Draft, world: World) -> None:
    """Write each alarm; one on a machine that is in no template is told of instead."""
    for alarm in world.every(Alarm):
        lost = next((value for name, value in alarm.dimensions if name == "InstanceId" and draft.name(value) is None), None)
        if lost is not None:
            why = "comes with its group, under another id each time" if _of_a_fleet(world, lost) else "is in no template"
            draft.note(f"The alarm {alarm.id} looks at {lost}, which {why}; it is left out.")
            continue
        draft.add("AWS::CloudWatch::Alarm", f"alarm/{alarm.id}", alarm.id, _alarm(draft, world, alarm))


def _of_a_fleet(world: World, instance: str) -> bool:
    found = world.find(Instance, instance)
    return found is not None and found.fleet is not None


def _alarm(draft: Draft, world: World, alarm: Alarm) -> dict[str, Any]:
    return {
        "AlarmName": alarm.id,
        "AlarmDescription": alarm.description or None,
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Dimensions": _dimensions(draft, world, alarm.dimensions),
        "Statistic": alarm.statistic,
        "Period": alarm.period,
        "EvaluationPeriods": alarm.periods,
        "DatapointsToAlarm": alarm.datapoints if alarm.datapoints != alarm.periods else None,
        "Threshold": _number(alarm.threshold),
        "ComparisonOperator": alarm.operator,
        "TreatMissingData": alarm.missing if alarm.missing != "missing" else None,
        "ActionsEnabled": None if alarm.enabled else False,
        "AlarmActions": list(alarm.alarm_actions),
        "OKActions": list(alarm.ok_actions),
        "InsufficientDataActions": list(alarm.data_actions),
    }


def _number(micro: Micro) -> int | float:
    return micro // 1_000_000 if micro % 1_000_000 == 0 else micro / 1_000_000


def _dimensions(draft: Draft, world: World, dimensions: Dimensions) -> list[dict[str, Any]]:
    return [{"Name": name, "Value": _value(draft, world, name, value)} for name, value in dimensions]


def _value(draft: Draft, world: World, name: str, value: str) -> Any:
    """Return a dimension's value: load balancers and target groups go by the last part of their ARN there."""
    if name == "LoadBalancer":
        balancer = next((b.id for b in world.every(LoadBalancer) if b.id.endswith(f"loadbalancer/{value}")), None)
        return value if balancer is None else draft.attribute(balancer, "LoadBalancerFullName")
    if name == "TargetGroup":
        group = next((g.id for g in world.every(TargetGroup) if g.id.endswith(f":{value}")), None)
        return value if group is None else draft.attribute(group, "TargetGroupFullName")
    key = _NAMED.get(name, "").format(value)
    return draft.to(key) if draft.name(key) is not None else value
