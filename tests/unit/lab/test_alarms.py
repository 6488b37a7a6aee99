"""Alarms as text: those that ring first, why, and who would fail unheard."""

from __future__ import annotations

from cloudlab.commands.ec2_compute import DescribeInstances
from cloudlab.lab.alarms import alarms_text
from cloudlab.lab.telling import tell
from cloudlab.model.events.watching import AlarmStateChanged
from cloudlab.model.time import HOUR
from tests.network import ask
from tests.unit.engine.test_alarm import lone, order, strikes


def test_without_one_it_says_who_would_fail_unheard() -> None:
    sim = lone()
    assert alarms_text(sim.world).startswith("There is no alarm.")
    ask(sim, DescribeInstances())
    assert "Neither agent nor alarm tells of i-1: customers would." in alarms_text(sim.world)


def test_what_rings_comes_first_with_its_reason_and_a_metric_nobody_sends_is_named() -> None:
    sim = lone()
    ask(sim, order(AlarmName="typo", MetricName="StatusChekFailed"))
    ask(sim, order())
    struck = strikes(sim, "instance-status-check")
    happenings = sim.advance(struck + HOUR).happenings
    lines = alarms_text(sim.world).splitlines()
    assert lines[0].startswith("ail: ALARM since day 1 10:")
    assert lines[0].endswith("Maximum StatusCheckFailed >= 1 in 2 of 2 times 60 s, of i-1.")
    assert "Threshold Crossed: 2 datapoints were greater than or equal to the threshold (1)" in lines[1]
    assert "Nothing sends such a metric" in lines[4]
    said = [tell(h, sim.world, sim.scenario.catalogue) for h in happenings if isinstance(h.event, AlarmStateChanged)]
    assert [line.text.partition(":")[0] for line in said if line is not None] == ["alarm ail is ALARM"]


def test_one_whose_actions_are_off_tells_nobody() -> None:
    sim = lone()
    ask(sim, order(ActionsEnabled=False))
    struck = strikes(sim, "instance-status-check")
    happenings = sim.advance(struck + HOUR).happenings
    changes = [h for h in happenings if isinstance(h.event, AlarmStateChanged)]
    assert changes
    assert [tell(h, sim.world, sim.scenario.catalogue) for h in changes] == [None] * len(changes)
    assert "it tells nobody" in alarms_text(sim.world)
