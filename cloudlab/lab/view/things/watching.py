"""What looks at the rest and tells the team: alarms."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.alarms import condition_of
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import span, stamp
from cloudlab.model.watching import Alarm
from cloudlab.model.world import World

TONES = {"OK": "ok", "ALARM": "bad", "INSUFFICIENT_DATA": "wait"}


@stands("alarm", Alarm)
def alarm_nodes(world: World) -> Iterator[Placed]:
    for alarm in world.every(Alarm):
        detail = condition_of(alarm) + ("" if alarm.enabled else "; tells nobody")
        yield REGION_WIDE, Node(alarm.id, "alarm", alarm.id, alarm.state, TONES[alarm.state], 0, detail)


@facts(Alarm)
def alarm_facts(world: World, scenario: Scenario, alarm: Alarm) -> Iterator[Row]:
    yield "about", alarm.description
    yield "state", f"{alarm.state} since {stamp(alarm.since)}"
    yield "because", alarm.reason
    yield "metric", f"{alarm.namespace} {alarm.metric}"
    yield from (("of", f"{name} {value}") for name, value in alarm.dimensions)
    yield "goes off", condition_of(alarm)
    yield "looks back", span(alarm.period * alarm.periods)
    yield "missing data", alarm.missing
    yield "actions", ", ".join(alarm.alarm_actions) if alarm.alarm_actions else "pages the team"
    yield "tells", "" if alarm.enabled else "nobody: its actions are off"


@offers(Alarm)
def offer_alarm(world: World, alarm: Alarm) -> Iterator[Offer]:
    yield "look at it", f"cloudwatch describe-alarms --alarm-names {alarm.id}"
    yield "delete it", f"cloudwatch delete-alarms --alarm-names {alarm.id}"
