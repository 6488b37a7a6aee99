"""Alarms: when they turn, whom they tell of what, what they refuse and cost; no instant of them is looked for, all are worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloudlab.commands.cloudwatch import DeleteAlarms, DescribeAlarms, PutMetricAlarm
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.alarm_checks import REBOOT
from cloudlab.engine.rules.alarms import foresee, judged, looked_at
from cloudlab.engine.rules.debts import debts_now
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.rules.metrics import short
from cloudlab.engine.simulation import Simulation
from cloudlab.levels.predicates import watched
from cloudlab.model.balancing import Target
from cloudlab.model.compute import Instance, Software
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Handover, Incident
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.time import DAY, HOUR, MINUTE, at
from cloudlab.model.watching import Alarm
from tests.balanced import SPEC, Fleet, open_fleet
from tests.network import ask, refused
from tests.support import MORNING, dealt, lay_network, open_simulation, put_server

BUSY = Need("answers", "Answers", "tiny", Traffic(3_000, (1000,) * 24, noise=0))
DELAY = 60


def order(**changes: Any) -> PutMetricAlarm:
    """Return an alarm on the status of i-1: two failed minutes in a row."""
    asked: dict[str, Any] = {
        "AlarmName": "ail",
        "Namespace": "AWS/EC2",
        "MetricName": "StatusCheckFailed",
        "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 2,
        "Threshold": "1",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    return PutMetricAlarm.model_validate({k: v for k, v in (asked | changes).items() if v is not None})


def lone(**changes: Any) -> Simulation:
    sim = lay_network(open_simulation())
    put_server(sim, **changes)
    return sim


def alarm(sim: Simulation, name: str = "ail") -> Alarm:
    return sim.world.get(Alarm, name)


def on_balancer(fleet: Fleet, metric: str, **changes: Any) -> PutMetricAlarm:
    dimensions = [{"Name": "LoadBalancer", "Value": short(fleet.balancer)}]
    if metric in ("HealthyHostCount", "UnHealthyHostCount"):
        dimensions.append({"Name": "TargetGroup", "Value": short(fleet.group)})
    given_ = {"AlarmName": metric, "Namespace": "AWS/ApplicationELB", "MetricName": metric, "Dimensions": dimensions, "Statistic": "Sum"}
    return order(**(given_ | changes))


def strikes(sim: Simulation, kind: str, after: int = HOUR + 30, **changes: Any) -> int:
    """Deal an incident and let it strike, half a minute past a full one; return the instant."""
    instant = sim.now // MINUTE * MINUTE + after
    dealt(sim, Planned("x", kind, instant, instant, changes.get("aim", "first"), detail=changes.get("detail", "")))
    sim.advance(instant)
    return instant


# turning -------------------------------------------------------------------------------------------------------------------------


def test_a_new_alarm_has_no_data_looks_at_what_there_is_and_is_fine() -> None:
    sim = lone()
    ask(sim, order())
    assert (alarm(sim).state, alarm(sim).reason) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    sim.advance(sim.now + 3 * MINUTE + DELAY)
    assert alarm(sim).state == "OK"
    sim.advance(sim.now + DAY)
    assert alarm(sim).foreseen is None  # nothing is looked at until something changes


@pytest.mark.parametrize(("periods", "seconds"), [(1, 30 + DELAY), (2, 90 + DELAY), (5, 270 + DELAY)])
def test_it_tells_of_a_failed_check_after_so_many_periods_and_its_delay(periods: int, seconds: int) -> None:
    """The strike lies in the middle of a minute, and that minute's datapoint shows it."""
    sim = lone()
    ask(sim, order(EvaluationPeriods=periods))
    struck = strikes(sim, "instance-status-check")
    sim.advance(struck + seconds - 1)
    assert sim.world.get(Incident, "x").detected is None
    sim.advance(struck + seconds)
    assert sim.world.get(Incident, "x").detected == struck + seconds
    assert alarm(sim).state == "ALARM"
    assert "greater than or equal to the threshold (1)" in alarm(sim).reason


def test_without_it_customers_tell_you_three_quarters_of_an_hour_later() -> None:
    sim = lone()
    struck = strikes(sim, "instance-status-check")
    sim.advance(struck + HOUR)
    assert sim.world.get(Incident, "x").detected == struck + 45 * MINUTE


def test_who_is_told_of_nothing_hears_nothing() -> None:
    sim = lone()
    ask(sim, order(ActionsEnabled=False))
    struck = strikes(sim, "instance-status-check")
    sim.advance(struck + HOUR)
    assert alarm(sim).state == "ALARM"
    assert sim.world.get(Incident, "x").detected == struck + 45 * MINUTE


def test_an_alarm_on_another_machine_or_another_ill_tells_nothing_of_it() -> None:
    sim = lone()
    put_server(sim, "i-2")
    ask(sim, order(AlarmName="other", Dimensions=[{"Name": "InstanceId", "Value": "i-2"}]))
    ask(sim, order(AlarmName="system", MetricName="StatusCheckFailed_System"))
    struck = strikes(sim, "instance-status-check")
    sim.advance(struck + HOUR)
    assert {a.state for a in sim.world.every(Alarm)} == {"OK"}
    assert sim.world.get(Incident, "x").detected == struck + 45 * MINUTE


def test_it_may_reboot_what_hangs_and_is_fine_again_by_itself() -> None:
    sim = lone()
    ask(sim, order(AlarmActions=[REBOOT]))
    struck = strikes(sim, "instance-status-check")
    sim.advance(struck + HOUR)
    assert sim.world.get(Incident, "x").resolution == "it was rebooted"
    assert alarm(sim).state == "OK"
    assert alarm(sim).since < struck + 10 * MINUTE


def test_a_full_disk_behind_a_balancer_shows_as_500s_and_ends_with_them() -> None:
    fleet = open_fleet(needs=(BUSY,))
    sim = fleet.sim
    ask(sim, on_balancer(fleet, "HTTPCode_Target_5XX_Count", Threshold="100", EvaluationPeriods=1, TreatMissingData="notBreaching"))
    sim.advance(sim.now + 10 * MINUTE)
    assert sim.world.get(Alarm, "HTTPCode_Target_5XX_Count").state == "OK"
    struck = strikes(sim, "disk-full")
    sim.advance(struck + 30 * MINUTE)
    incident, five = sim.world.get(Incident, "x"), sim.world.get(Alarm, "HTTPCode_Target_5XX_Count")
    # until its health check is failed twice it answers 1,500 requests a minute with HTTP 500; then nothing goes there any more
    assert incident.detected == struck + 30 + DELAY
    assert five.state == "OK"
    assert five.since > incident.detected


def test_who_left_missing_data_alone_ends_without_data_where_nothing_fails_any_more() -> None:
    fleet = open_fleet(needs=(BUSY,))
    sim = fleet.sim
    ask(sim, on_balancer(fleet, "HTTPCode_Target_5XX_Count", Threshold="100", EvaluationPeriods=1))
    struck = strikes(sim, "disk-full")
    sim.advance(struck + 30 * MINUTE)
    assert sim.world.get(Alarm, "HTTPCode_Target_5XX_Count").state == "INSUFFICIENT_DATA"


def test_healthy_hosts_and_what_is_behind_a_balancer() -> None:
    fleet = open_fleet(needs=(BUSY,))
    sim = fleet.sim
    ask(sim, on_balancer(fleet, "UnHealthyHostCount", Statistic="Maximum", EvaluationPeriods=1))
    struck = strikes(sim, "memory-leak")
    assert sim.world.get(Incident, "x").resource == "web-a"
    sim.advance(struck + DAY)
    turned = next(t.turned for t in sim.world.every(Target) if t.state == "unhealthy")
    ringing = sim.world.get(Alarm, "UnHealthyHostCount")
    assert ringing.state == "ALARM"
    assert turned < ringing.since < turned + 5 * MINUTE


def test_memory_tells_of_a_leak_hours_before_it_is_out() -> None:
    """A t3.large has 8,192 MiB; the system takes 600, a leak 512 an hour: 80 % are reached after (6,553.6 - 600) / 512 hours."""
    fleet = open_fleet(needs=(BUSY,))
    sim = fleet.sim
    software = replace(sim.world.get(Instance, "web-a").software, monitoring=True)
    sim.world = sim.world.change(Instance, "web-a", software=software)
    of = [{"Name": "InstanceId", "Value": "web-a"}]
    ask(sim, order(Namespace="CWAgent", MetricName="mem_used_percent", Dimensions=of, Threshold="80", EvaluationPeriods=1))
    struck = strikes(sim, "memory-leak")
    sim.advance(struck + 13 * HOUR)
    assert alarm(sim).state == "ALARM"
    assert 0 <= alarm(sim).since - (struck + int((6_553.6 - 600) / 512 * HOUR)) <= 2 * MINUTE + DELAY


def test_an_endpoint_tells_of_its_errors() -> None:
    sim = lay_network(
        open_simulation(needs=(replace(BUSY, traffic=Traffic(60, (1000,) * 24, noise=0)),), cards=open_fleet().sim.scenario.cards)
    )
    there = Endpoint("shop", "config", "InService", MORNING, (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),), SPEC)
    sim.world = sim.world.put(there, Handover("answers:shop", "answers", "shop", MORNING))
    of = [{"Name": "EndpointName", "Value": "shop"}, {"Name": "VariantName", "Value": "AllTraffic"}]
    ask(sim, order(Namespace="AWS/SageMaker", MetricName="Invocation5XXErrors", Dimensions=of, Statistic="Sum", Threshold="5"))
    struck = strikes(sim, "endpoint-instance-replaced")
    sim.advance(struck + 3 * MINUTE)
    assert alarm(sim).state == "ALARM"
    sim.advance(struck + HOUR)
    assert alarm(sim).state == "OK"  # AWS has put another one there


def test_too_much_to_do_rings_when_the_rush_begins_and_stops_when_it_is_over() -> None:
    hours = (100,) * 12 + (1000,) * 2 + (100,) * 10
    fleet = open_fleet(needs=(replace(BUSY, traffic=Traffic(3_000, hours, noise=0)),))
    sim = fleet.sim
    ask(sim, on_balancer(fleet, "RequestCount", Threshold="1000", EvaluationPeriods=3))
    sim.advance(at(1, "12:00") + 3 * MINUTE + DELAY)
    assert sim.world.get(Alarm, "RequestCount").state == "ALARM"
    sim.advance(at(1, "14:00") + MINUTE + DELAY)
    assert sim.world.get(Alarm, "RequestCount").state == "OK"
    sim.advance(at(20, "12:00") + 3 * MINUTE + DELAY)
    assert sim.world.get(Alarm, "RequestCount").state == "ALARM"


@pytest.mark.parametrize(
    ("missing", "state"), [(None, "INSUFFICIENT_DATA"), ("ignore", "INSUFFICIENT_DATA"), ("breaching", "ALARM"), ("notBreaching", "OK")]
)
def test_what_nobody_sends_counts_as_it_was_told_to(missing: str | None, state: str) -> None:
    sim = lone()
    ask(sim, order(MetricName="StatusChekFailed", TreatMissingData=missing))
    sim.advance(sim.now + HOUR)
    assert alarm(sim).state == state


# worked out, as looked for -------------------------------------------------------------------------------------------------------


def looked_for(sim: Simulation, wanted: Alarm) -> tuple[int, str] | None:
    """Find the next change the long way: look after every period until the run's end."""
    series = looked_at(sim.world, sim.scenario, wanted)
    first = judged(wanted, series, wanted.updated // wanted.period * wanted.period)
    if first.state != wanted.state:
        return wanted.updated + DELAY, first.state
    for end in ends_of_periods(sim, wanted):
        verdict = judged(wanted, series, end)
        if verdict.state != wanted.state:
            return end + DELAY, verdict.state
    return None


def ends_of_periods(sim: Simulation, wanted: Alarm) -> Iterator[int]:
    end = (wanted.updated // wanted.period + 1) * wanted.period
    while end + DELAY <= sim.scenario.ends:
        yield end
        end += wanted.period


@settings(max_examples=60, deadline=None)
@given(
    metric=st.sampled_from(
        [
            ("RequestCount", "Sum"),
            ("TargetResponseTime", "Average"),
            ("TargetResponseTime", "Maximum"),
            ("HTTPCode_ELB_5XX_Count", "Sum"),
            ("HealthyHostCount", "Minimum"),
        ]
    ),
    threshold=st.sampled_from([-1, 0, 1, 20, 200, 900, 1_000, 1_080, 1_200, 2_900, 3_300, 4_000, 20_000]),
    divided=st.sampled_from([1, 10_000]),
    operator=st.sampled_from(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"]),
    period=st.sampled_from([60, 300, 3600]),
    periods=st.integers(1, 4),
    needed=st.integers(1, 4),
    missing=st.sampled_from(["missing", "ignore", "breaching", "notBreaching"]),
    state=st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA"]),
)
@example(
    ("HTTPCode_ELB_5XX_Count", "Sum"), 200, 1, "GreaterThanThreshold", 60, 2, 2, "notBreaching", "OK"
)  # nothing at night, 400 at eight
@example(("HTTPCode_ELB_5XX_Count", "Sum"), 200, 1, "LessThanThreshold", 60, 2, 2, "breaching", "ALARM")
@example(("TargetResponseTime", "Average"), 1_080, 10_000, "GreaterThanThreshold", 300, 3, 2, "missing", "OK")
def test_the_instant_that_is_worked_out_is_the_one_that_looking_would_find(
    metric: tuple[str, str], threshold: int, divided: int, operator: str, period: int, periods: int, needed: int, missing: str, state: str
) -> None:
    hours = (300,) * 8 + (1000,) * 12 + (1250,) * 2 + (600,) * 2
    need = replace(BUSY, traffic=Traffic(3_000, hours, (1000,) * 5 + (300,) * 2, noise=80))
    fleet = FOLLOWED.setdefault("fleet", open_fleet(needs=(need,), ends=at(9, "09:00")))
    name, statistic = metric
    asked = on_balancer(
        fleet,
        name,
        Statistic=statistic,
        Threshold=f"{threshold / divided:.4f}",
        ComparisonOperator=operator,
        Period=period,
        EvaluationPeriods=periods,
        DatapointsToAlarm=min(needed, periods),
        TreatMissingData=missing,
    )
    sim = fleet.sim.fork()
    ask(sim, asked)
    wanted = replace(sim.world.get(Alarm, name), state=state, updated=sim.now, since=sim.now)
    found = foresee(sim.world, sim.scenario, wanted)
    assert (found[:2] if found is not None else None) == looked_for(sim, wanted)


FOLLOWED: dict[str, Fleet] = {}


# asked -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "accepted"),
    [
        ({"Period": None}, "MissingParameter", "Period"),
        ({"Statistic": None, "Threshold": None}, "MissingParameter", "Statistic, Threshold"),
        ({"Period": 90}, "ValidationError", "multiple of 60"),
        ({"Period": 0}, "ValidationError", "1 to 86,400"),
        ({"Period": 3600, "EvaluationPeriods": 25}, "ValidationError", "at most 24"),
        ({"DatapointsToAlarm": 3}, "ValidationError", "1 to 2"),
        ({"Statistic": "Median"}, "ValidationError", "One of these"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "ValidationError", "anomaly"),
        ({"TreatMissingData": "guess"}, "ValidationError", "notBreaching"),
        ({"AlarmName": ""}, "ValidationError", "1 to 255"),
        ({"Namespace": ":EC2"}, "ValidationError", "AWS/EC2"),
        ({"Dimensions": [{"Name": "InstanceId", "Value": "i-1"}, {"Name": "InstanceId", "Value": "i-2"}]}, "ValidationError", "once"),
        ({"AlarmActions": ["page me"]}, "ValidationError", "arn:aws:sns"),
        ({"AlarmActions": ["arn:aws:automate:us-east-1:ec2:recover"]}, "ValidationError", REBOOT),
        ({"OKActions": [REBOOT]}, "ValidationError", "alarm action"),
        ({"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:a"] * 6}, "ValidationError", "At most 5"),
    ],
)
def test_what_is_refused_and_what_would_do(changes: dict[str, Any], code: str, accepted: str) -> None:
    refusal = refused(lone(), order(**changes))
    assert refusal.code == code
    assert accepted in refusal.accepted


def test_it_costs_ten_cents_a_month_until_it_is_deleted() -> None:
    sim = lone()
    ask(sim, order())
    ask(sim, order(Threshold="2"))  # the same alarm with other settings, and no second charge
    began = sim.now
    sim.advance(began + 10 * DAY)
    ask(sim, DeleteAlarms(alarm_names=("ail",)))
    sim.advance(sim.now + 5 * DAY)
    assert 32_800 <= cost_by_line(sim.world)["alarms"] <= 32_960  # 100,000 over 730 hours: 137 an hour, for 240 of them
    assert not sim.world.table(Alarm)
    assert refused(sim, DeleteAlarms(alarm_names=("ail",))).code == "ResourceNotFound"


def test_an_alarm_put_again_keeps_its_state() -> None:
    sim = lone()
    ask(sim, order())
    sim.advance(sim.now + 10 * MINUTE)
    ask(sim, order(EvaluationPeriods=3))
    assert (alarm(sim).state, alarm(sim).periods) == ("OK", 3)


def test_described_in_cloudwatchs_own_shape() -> None:
    sim = lone()
    ask(sim, order(AlarmDescription="it hangs", Threshold="0.5"))
    ask(sim, order(AlarmName="b"))
    sim.advance(sim.now + 10 * MINUTE)
    (first, second) = ask(sim, DescribeAlarms())["MetricAlarms"]
    assert (first["AlarmName"], first["StateValue"], first["Threshold"], first["AlarmDescription"]) == ("ail", "OK", 0.5, "it hangs")
    assert first["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ail"
    assert second["DatapointsToAlarm"] == 2
    assert [a["AlarmName"] for a in ask(sim, DescribeAlarms(alarm_name_prefix="a"))["MetricAlarms"]] == ["ail"]
    assert ask(sim, DescribeAlarms(state_value="ALARM"))["MetricAlarms"] == []
    assert refused(sim, DescribeAlarms(alarm_names=("ail",), alarm_name_prefix="a")).code == "ValidationError"
    assert refused(sim, DescribeAlarms(state_value="RINGING")).code == "ValidationError"


def test_a_machine_with_an_alarm_is_watched_and_one_whose_alarm_is_off_is_not() -> None:
    sim = lone()
    assert ("unmonitored", "i-1") in debts_now(sim.world)
    assert "nothing watches i-1" in watched(sim.world, sim.scenario).evidence
    ask(sim, order())
    assert watched(sim.world, sim.scenario).ok
    assert ("unmonitored", "i-1") not in debts_now(sim.world)
    ask(sim, order(ActionsEnabled=False))
    assert not watched(sim.world, sim.scenario).ok
    ask(sim, order(MetricName="CPUUtilization", Statistic="Average"))
    assert not watched(sim.world, sim.scenario).ok  # a machine that is dead is not busy


def test_replaying_gives_the_same_world() -> None:
    """What is worked out ahead does not depend on how far the clock was let go at a time."""

    def played(step: int) -> str:
        fleet = open_fleet(needs=(BUSY,))
        sim = fleet.sim
        ask(sim, on_balancer(fleet, "HTTPCode_Target_5XX_Count", Threshold="100", TreatMissingData="notBreaching"))
        ask(sim, order(Dimensions=[{"Name": "InstanceId", "Value": "web-a"}]))
        until = sim.now + 5 * HOUR
        instant = sim.now + HOUR
        dealt(sim, Planned("x", "disk-full", instant, instant, "first"))
        while sim.now < until:
            sim.advance(min(sim.now + step, until))
        return sim.world.digest()

    assert played(5 * HOUR) == played(7 * MINUTE + 13)


def test_somebody_who_is_called_cleans_the_disk_and_the_alarm_is_fine() -> None:
    sim = lone(software=Software(runtime=True, serving=SPEC, model=SPEC, server_port=443, monitoring=True))
    ask(sim, order(Namespace="CWAgent", MetricName="disk_used_percent", Threshold="90", EvaluationPeriods=1))
    struck = strikes(sim, "disk-full")
    sim.advance(struck + 3 * MINUTE)
    assert sim.world.get(Incident, "x").detected == struck + 30 + DELAY  # a minute and a half; the agent alone takes three
    ask(sim, SendCommand(document_name="cloudlab-CleanDisk", instance_ids=("i-1",)))
    sim.advance(sim.now + 10 * MINUTE)
    assert alarm(sim).state == "OK"
