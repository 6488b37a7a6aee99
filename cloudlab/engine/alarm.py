"""Alarms: put, described, deleted; their state changes at the instant that was worked out, and who is told then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from cloudlab.commands.cloudwatch import STATES, DeleteAlarms, DescribeAlarms, PutMetricAlarm
from cloudlab.engine.alarm_checks import REBOOT, a_text, check_alarm, checked, invalid, so_many, sorted_dimensions
from cloudlab.engine.instance_life import reboot
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, reacts_to, refuse
from cloudlab.engine.rules.alarms import basis, foresee
from cloudlab.engine.rules.billing import Charge, prices
from cloudlab.engine.rules.constraints import between, one_of
from cloudlab.engine.rules.knowledge import SHOWS
from cloudlab.engine.rules.metrics import INSTANCE, subjects
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.incidents import IncidentDetected
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.watching import AlarmDeleted, AlarmForeseen, AlarmPut, AlarmStateChanged
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.ids import arn
from cloudlab.model.learning import Endpoint
from cloudlab.model.money import hourly_from_monthly
from cloudlab.model.operations import Incident, Serving, Surge
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.watching import Alarm, Gauge
from cloudlab.model.world import Timer, World

LINE, TURNS = "alarms", "alarm-turns"
_MOST_NAMES = 100


# put -------------------------------------------------------------------------------------------------------------------------


@decides(PutMetricAlarm)
def decide_put_metric_alarm(ctx: Context, command: PutMetricAlarm) -> Events:
    """An alarm put again under its name gets the new settings, and keeps its state until it has looked."""
    check_alarm(command)
    period, periods, threshold = command.period, command.evaluation_periods, command.threshold
    assert period is not None
    assert periods is not None
    assert threshold is not None
    before = ctx.world.find(Alarm, command.alarm_name)
    alarm = Alarm(
        command.alarm_name,
        command.namespace or "",
        command.metric_name or "",
        sorted_dimensions(command.dimensions),
        command.statistic or "",
        period,
        periods,
        periods if command.datapoints_to_alarm is None else command.datapoints_to_alarm,
        int(threshold * 1_000_000),
        command.comparison_operator or "",
        command.treat_missing_data or "missing",
        command.alarm_description or "",
        command.actions_enabled,
        command.alarm_actions,
        command.ok_actions,
        command.insufficient_data_actions,
        ctx.now,
        since=ctx.now,
    )
    if before is not None:
        alarm = replace(alarm, state=before.state, since=before.since, reason=before.reason)
    yield AlarmPut(alarm)
    if before is None:
        yield MeterStarted(LINE, alarm.id, _rate(ctx.scenario))
    yield ResourcesSeen((("Alarm", alarm.id),))


@evolves(AlarmPut)
def evolve_alarm_put(world: World, event: AlarmPut) -> World:
    return world.put(event.alarm)


@prices(PutMetricAlarm)
def price_put_metric_alarm(command: PutMetricAlarm, scenario: Scenario) -> tuple[Charge, ...]:
    return (Charge(LINE, _rate(scenario), "hour"),)


def _rate(scenario: Scenario) -> int:
    return hourly_from_monthly(scenario.catalogue.price("cloudwatch_alarm_month"))


@answers(PutMetricAlarm)
def answer_put_metric_alarm(ctx: Context, command: PutMetricAlarm) -> dict[str, Any]:
    return {}


# delete and look ---------------------------------------------------------------------------------------------------------------


@decides(DeleteAlarms)
def decide_delete_alarms(ctx: Context, command: DeleteAlarms) -> Events:
    """All or none: where one of them does not exist, none is deleted."""
    names = tuple(dict.fromkeys(command.alarm_names))
    checked(so_many(command.alarm_names, "alarmNames", _MOST_NAMES), *(c for n in names for c in a_text(n, "alarmNames.member", 255)))
    for name in names:
        if name not in ctx.world.table(Alarm):
            there = ", ".join(ctx.world.table(Alarm)) or "none"
            refuse("ResourceNotFound", f"Alarm {name} does not exist.", f"There is {there}.")
    for name in names:
        yield AlarmDeleted(name)
        yield MeterStopped(LINE, name)


@evolves(AlarmDeleted)
def evolve_alarm_deleted(world: World, event: AlarmDeleted) -> World:
    return world.unschedule(TURNS, event.alarm).drop(Alarm, event.alarm)


@decides(DescribeAlarms)
def decide_describe_alarms(ctx: Context, command: DescribeAlarms) -> Events:
    checked(
        so_many(command.alarm_names, "alarmNames", _MOST_NAMES),
        *(c for n in command.alarm_names for c in a_text(n, "alarmNames.member", 255)),
        *a_text(command.alarm_name_prefix, "alarmNamePrefix", 255),
        one_of(command.state_value, "stateValue", STATES, "One of these.") if command.state_value is not None else None,
        between(command.max_records, "maxRecords", 1, 100) if command.max_records is not None else None,
    )
    if command.alarm_names and command.alarm_name_prefix is not None:
        invalid("AlarmNamePrefix and AlarmNames cannot be used together.", "One of the two.")
    yield ResourcesSeen(tuple(("Alarm", a.id) for a in _listed(ctx, command)))


@answers(DescribeAlarms)
def answer_describe_alarms(ctx: Context, command: DescribeAlarms) -> dict[str, Any]:
    return {"MetricAlarms": [_described(a) for a in _listed(ctx, command)]}


def _listed(ctx: Context, command: DescribeAlarms) -> list[Alarm]:
    found = [
        alarm
        for alarm in ctx.world.every(Alarm)
        if (not command.alarm_names or alarm.id in command.alarm_names)
        and alarm.id.startswith(command.alarm_name_prefix or "")
        and command.state_value in (None, alarm.state)
    ]
    return sorted(found, key=lambda alarm: alarm.id)[: command.max_records]


def _described(alarm: Alarm) -> dict[str, Any]:
    described: dict[str, Any] = {
        "AlarmName": alarm.id,
        "AlarmArn": arn("cloudwatch", f"alarm:{alarm.id}"),
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm.updated),
        "ActionsEnabled": alarm.enabled,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions),
        "InsufficientDataActions": list(alarm.data_actions),
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateUpdatedTimestamp": stamp(alarm.since),
        "MetricName": alarm.metric,
        "Namespace": alarm.namespace,
        "Statistic": alarm.statistic,
        "Dimensions": [{"Name": name, "Value": value} for name, value in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.periods,
        "DatapointsToAlarm": alarm.datapoints,
        "Threshold": float(Decimal(alarm.threshold) / 1_000_000),
        "ComparisonOperator": alarm.operator,
        "TreatMissingData": alarm.missing,
    }
    if not alarm.description:
        del described["AlarmDescription"]
    return described


# by itself -------------------------------------------------------------------------------------------------------------------

_DECIDES = (Alarm, Gauge, Serving, Surge, Instance, Endpoint, AutoScalingGroup, Target, TargetGroup, Listener, LoadBalancer)


@reacts_to(*_DECIDES)
def react_alarms(before: World, ctx: Context) -> Events:
    """Work out anew when an alarm will turn, whenever what decides it is otherwise than it was."""
    for alarm in ctx.world.every(Alarm):
        now = basis(ctx.world, ctx.scenario, alarm)
        if now != alarm.watched:
            yield AlarmForeseen(alarm.id, now, foresee(ctx.world, ctx.scenario, alarm))


@evolves(AlarmForeseen)
def evolve_alarm_foreseen(world: World, event: AlarmForeseen) -> World:
    world = world.unschedule(TURNS, event.alarm).change(Alarm, event.alarm, watched=event.watched, foreseen=event.foreseen)
    return world if event.foreseen is None else world.schedule(event.foreseen[0], TURNS, event.alarm)


@fires(TURNS)
def fire_alarm_turns(ctx: Context, timer: Timer) -> Events:
    """The state changes. An alarm that goes off has somebody look at what it watches, and do what its actions say."""
    alarm = ctx.world.get(Alarm, timer.target)
    assert alarm.foreseen is not None
    _, state, reason = alarm.foreseen
    yield AlarmStateChanged(alarm.id, state, reason, not alarm.enabled)
    if state != "ALARM" or not alarm.enabled:
        return
    watched = subjects(ctx.world, alarm.dimensions)
    yield from _news(ctx, alarm, watched)
    yield ResourcesSeen(tuple(("Instance", key) for key in watched if key in ctx.world.table(Instance)))
    if REBOOT in alarm.alarm_actions:
        machine = ctx.world.find(Instance, dict(alarm.dimensions).get(INSTANCE))
        if machine is not None and machine.state == "running":
            yield reboot(ctx, machine.id)


def _news(ctx: Context, alarm: Alarm, watched: tuple[str, ...]) -> Events:
    """Who is called looks at it, and sees what no longer works; holes and open doors show in no metric."""
    for incident in ctx.world.every(Incident):
        unheard = incident.is_open and incident.detected is None and incident.resource in watched
        if unheard and ctx.scenario.catalogue.incident(incident.kind).severity in SHOWS:
            yield IncidentDetected(incident.id, f"alarm {alarm.id}")


@evolves(AlarmStateChanged)
def evolve_alarm_state_changed(world: World, event: AlarmStateChanged) -> World:
    return world.change(Alarm, event.alarm, state=event.state, since=world.now, reason=event.reason)
