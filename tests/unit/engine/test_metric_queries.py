"""Metrics looked up: what is sent, and datapoints that add up to what the traffic was settled to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.commands.cloudwatch import GetMetricStatistics, ListMetrics
from cloudlab.commands.ec2_compute import RebootInstances, RunInstances
from cloudlab.engine.rules.metrics import short
from cloudlab.engine.rules.traffic import tally
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Handover
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.time import HOUR, MINUTE, stamp
from tests.balanced import SCORED, SPEC, Fleet, open_fleet
from tests.network import ask, refused
from tests.support import MORNING, card, dealt, lay_network, open_simulation, put_server

from cloudlab.model.world import fact_key  # isort: skip

BUSY = Need("answers", "Answers", "tiny", Traffic(3_000, (1000,) * 24, noise=100))


def asked(sim: Simulation, name: str, namespace: str, since: int, until: int, *statistics: str, period: int = 60, **of: str) -> list[Any]:
    command = GetMetricStatistics.model_validate(
        {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in of.items()],
            "StartTime": stamp(since),
            "EndTime": stamp(until),
            "Period": period,
            "Statistics": list(statistics),
        }
    )
    return list(ask(sim, command)["Datapoints"])


def on_balancer(fleet: Fleet, name: str, since: int, until: int, *statistics: str, period: int = 60) -> list[Any]:
    return asked(fleet.sim, name, "AWS/ApplicationELB", since, until, *statistics, period=period, LoadBalancer=short(fleet.balancer))


@pytest.mark.parametrize("period", [60, 300, 3600])
def test_what_a_balancer_counted_is_what_the_traffic_was_settled_to(period: int) -> None:
    """Three hours with a full disk, a rush and a machine that hangs: requests, those answered and both kinds of errors, to the unit."""
    fleet = open_fleet(needs=(BUSY,))
    sim = fleet.sim
    since = -(-sim.now // HOUR) * HOUR
    planned = tuple(
        Planned(kind, kind, since + minute * MINUTE + 20, since + minute * MINUTE + 20, "busiest", detail=detail)
        for kind, minute, detail in (("disk-full", 11, ""), ("traffic-spike", 40, "4x 1h"), ("instance-status-check", 95, ""))
    )
    for one in planned:
        dealt(sim, one)
    sim.scenario = replace(sim.scenario, incidents=planned)
    sim.advance(since + 3 * HOUR)
    want = tally(sim.world, sim.scenario, BUSY, since, since + 3 * HOUR)
    assert {"overload", "error", "HTTP 504"} <= set(dict(want.failed))

    def summed(name: str) -> float:
        return float(sum(p["Sum"] for p in on_balancer(fleet, name, since, since + 3 * HOUR, "Sum", period=period)))

    failed = dict(want.failed)
    assert summed("RequestCount") == want.offered
    assert summed("HTTPCode_Target_5XX_Count") == failed["error"]
    assert summed("HTTPCode_ELB_5XX_Count") == failed["overload"] + failed["HTTP 504"]
    times = on_balancer(fleet, "TargetResponseTime", since, since + 3 * HOUR, "SampleCount", "Average", period=period)
    assert sum(p["SampleCount"] for p in times) == want.served
    steps = {s.latency_ms / 1000 for s in sim.scenario.catalogue.latency}
    assert all(min(steps) <= p["Average"] <= max(steps) for p in times)


def test_a_machine_is_as_busy_as_its_capacity_is_used_and_says_so_every_five_minutes() -> None:
    fleet = open_fleet(needs=(replace(BUSY, traffic=Traffic(1_800, (1000,) * 24, noise=0)),))
    sim, since = fleet.sim, -(-fleet.sim.now // HOUR) * HOUR
    sim.advance(since + HOUR)
    every = asked(sim, "CPUUtilization", "AWS/EC2", since, since + HOUR, "Average", InstanceId="web-a")
    assert len(every) == 12
    assert {p["Average"] for p in every} == {50.0}
    (hour,) = asked(sim, "CPUUtilization", "AWS/EC2", since, since + HOUR, "Average", "Maximum", period=3600, InstanceId="web-a")
    assert (hour["Average"], hour["Maximum"], hour["Unit"]) == (50.0, 50.0, "Percent")


def test_checks_are_told_as_they_were_then_not_as_they_are_now() -> None:
    sim = lay_network(open_simulation())
    launch = RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a")
    key = ask(sim, launch)["Instances"][0]["InstanceId"]
    sim.advance(sim.now + 10 * MINUTE)
    struck = -(-sim.now // HOUR) * HOUR + 30
    dealt(sim, Planned("x", "instance-status-check", struck, struck, "first"))
    sim.advance(struck + 10 * MINUTE)
    ask(sim, RebootInstances(instance_ids=(key,)))
    sim.advance(struck + HOUR)
    points = asked(sim, "StatusCheckFailed_Instance", "AWS/EC2", struck - 10 * MINUTE - 30, struck + HOUR, "Maximum", InstanceId=key)
    told = {p["Timestamp"]: p["Maximum"] for p in points}
    assert told[stamp(struck - MINUTE)] == 0
    assert told[stamp(struck)] == told[stamp(struck + 9 * MINUTE)] == 1
    assert points[-1]["Maximum"] == 0
    assert len(points) < 69  # while it restarted nothing was sent


def test_an_endpoint_sends_a_one_for_each_error() -> None:
    few = replace(BUSY, traffic=Traffic(60, (1000,) * 24, noise=0))
    sim = lay_network(open_simulation(needs=(few,), cards={"tiny": card()}))
    sim.world = sim.world.with_fact(fact_key(SCORED), SCORED)
    there = Endpoint("shop", "config", "InService", MORNING, (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),), SPEC)
    sim.world = sim.world.put(there, Handover("answers:shop", "answers", "shop", MORNING))
    dealt(sim, Planned("x", "endpoint-instance-replaced", MORNING + HOUR, MORNING + HOUR, "first"))
    sim.advance(MORNING + 2 * HOUR)
    until = MORNING + 2 * HOUR
    of = {"EndpointName": "shop", "VariantName": "AllTraffic"}
    (errors,) = asked(sim, "Invocation5XXErrors", "AWS/SageMaker", MORNING + HOUR, until, "Sum", "SampleCount", period=3600, **of)
    assert (errors["Sum"], errors["SampleCount"]) == (5 * 60, 60 * 60)
    (calls,) = asked(sim, "Invocations", "AWS/SageMaker", MORNING + HOUR, until, "Sum", period=3600, **of)
    assert calls["Sum"] == 3600
    (took,) = asked(sim, "ModelLatency", "AWS/SageMaker", MORNING + HOUR, until, "Minimum", period=3600, **of)
    assert took["Minimum"] == sim.scenario.catalogue.latency[0].latency_ms * 1000


def test_what_is_sent_has_the_dimensions_an_alarm_needs() -> None:
    fleet = open_fleet()
    there = ask(fleet.sim, ListMetrics())["Metrics"]
    names = {(m["Namespace"], m["MetricName"]) for m in there}
    assert ("AWS/EC2", "StatusCheckFailed") in names
    assert ("AWS/ApplicationELB", "HealthyHostCount") in names
    assert not [name for name in names if name[0] in ("CWAgent", "AWS/SageMaker", "AWS/RDS")]
    (healthy,) = ask(fleet.sim, ListMetrics(metric_name="HealthyHostCount"))["Metrics"]
    assert {d["Name"]: d["Value"] for d in healthy["Dimensions"]} == {
        "LoadBalancer": short(fleet.balancer),
        "TargetGroup": short(fleet.group),
    }
    software = replace(fleet.sim.world.get(Instance, "web-a").software, monitoring=True)
    fleet.sim.world = fleet.sim.world.change(Instance, "web-a", software=software)
    agent = ask(fleet.sim, ListMetrics(namespace="CWAgent"))["Metrics"]
    assert [m["MetricName"] for m in agent] == ["disk_used_percent", "mem_used_percent"]
    of = ListMetrics.model_validate({"Dimensions": [{"Name": "InstanceId", "Value": "web-b"}]})
    assert {m["MetricName"] for m in ask(fleet.sim, of)["Metrics"]} == {
        "StatusCheckFailed",
        "StatusCheckFailed_Instance",
        "StatusCheckFailed_System",
        "CPUUtilization",
    }


@pytest.mark.parametrize(
    ("changes", "code", "accepted"),
    [
        ({"Statistics": []}, "MissingParameter", "--statistics"),
        ({"Statistics": ["p99"]}, "InvalidParameterValue", "Maximum"),
        ({"Period": 61}, "InvalidParameterValue", "60"),
        ({"StartTime": "yesterday"}, "InvalidParameterValue", "day 2 14:20"),
        ({"EndTime": "day 1 09:00"}, "InvalidParameterCombination", "begin before"),
        ({"EndTime": "day 9 09:00"}, "InvalidParameterCombination", "A period of"),
    ],
)
def test_what_is_refused_and_what_would_do(changes: dict[str, Any], code: str, accepted: str) -> None:
    whole: dict[str, Any] = {
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "StartTime": "day 1 10:00",
        "EndTime": "day 1 11:00",
        "Period": 60,
        "Statistics": ["Average"],
    }
    refusal = refused(lay_network(open_simulation()), GetMetricStatistics.model_validate(whole | changes))
    assert refusal.code == code
    assert accepted in refusal.accepted


def test_what_nobody_sends_has_no_datapoints_and_is_no_error() -> None:
    sim = lay_network(open_simulation())
    put_server(sim)
    sim.advance(sim.now + HOUR)
    assert asked(sim, "NoSuchThing", "AWS/EC2", MORNING, MORNING + HOUR, "Sum", InstanceId="i-1") == []
    assert asked(sim, "RequestCount", "AWS/ApplicationELB", MORNING, MORNING + HOUR, "Sum", LoadBalancer="app/none/0") == []
