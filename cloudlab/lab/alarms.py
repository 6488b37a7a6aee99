"""Alarms as linear text: what each looks at, how it stands and why, and what else is sent that nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.alarms import condition_of, is_watched
from cloudlab.engine.rules.knowledge import believed
from cloudlab.engine.rules.metrics import find_metric
from cloudlab.model.compute import Instance
from cloudlab.model.time import stamp
from cloudlab.model.watching import Alarm
from cloudlab.model.world import World

_PUT = "cloudwatch put-metric-alarm; cloudwatch list-metrics tells what is sent, with its dimensions."


def alarms_text(world: World) -> str:
    """Return every alarm, those that ring first; then the machines that would fail unheard."""
    ringing = sorted(world.every(Alarm), key=lambda a: (a.state != "ALARM", a.state == "OK", a.id))
    lines = [line for alarm in ringing for line in _told(alarm)]
    blind = [i.id for i in believed(world).every(Instance) if i.state == "running" and not i.software.monitoring]
    unheard = [key for key in blind if not is_watched(world, key)]
    if unheard:
        lines.append(f"Neither agent nor alarm tells of {', '.join(unheard)}: customers would.")
    return "\n".join([*(lines or ["There is no alarm."]), f"To have one: {_PUT}"])


def _told(alarm: Alarm) -> Iterator[str]:
    things = ", ".join(value for _, value in alarm.dimensions) or "no dimension"
    quiet = "" if alarm.enabled else " (its actions are off: it tells nobody)"
    yield f"{alarm.id}: {alarm.state} since {stamp(alarm.since)}{quiet}. {condition_of(alarm)}, of {things}."
    yield f"  {alarm.reason}"
    if find_metric(alarm.namespace, alarm.metric, alarm.dimensions) is None:
        yield "  Nothing sends such a metric under these dimensions: look at cloudwatch list-metrics."
