"""Groups that follow their load, and machines replaced a few at a time: every instant worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.autoscaling import (
    CreateAutoScalingGroup,
    DeletePolicy,
    DescribeInstanceRefreshes,
    DescribePolicies,
    PutScalingPolicy,
    StartInstanceRefresh,
)
from cloudlab.commands.ec2_template import CreateLaunchTemplate
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.rules.traffic import tally
from cloudlab.model.compute import Image, Instance
from cloudlab.model.fleet import AutoScalingGroup, ScalingActivity
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.time import HOUR, at
from tests.balanced import SERVES, Fleet, lay_two_zones, open_fleet
from tests.network import ask, refused

# 600 requests a minute, from 12:00 on a fifth of that
NEED = Need("answers", "Answers", "tiny", Traffic(600, tuple(200 if hour >= 12 else 1000 for hour in range(24)), noise=0))


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Two machines of a baked image behind a load balancer, both healthy."""
    monkeypatch.setattr("tests.balanced.lay_two_zones", lambda: lay_two_zones(needs=(NEED,)))
    fleet = open_fleet(instances=())
    sim = fleet.sim
    for key in ("web-a", "web-b"):
        sim.world = sim.world.drop(Instance, key)
    sim.world = sim.world.put(Image("ami-web", "web", "web-a", sim.now, sim.now, SERVES, 8, False, state="available"))
    data = {"ImageId": "ami-web", "InstanceType": "t3.large", "SecurityGroupIds": ["sg-app"]}
    ask(sim, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "web", "LaunchTemplateData": data}))
    group = {
        "AutoScalingGroupName": "web",
        "LaunchTemplate": {"LaunchTemplateName": "web"},
        "MinSize": 1,
        "MaxSize": 5,
        "DesiredCapacity": 2,
        "VPCZoneIdentifier": "subnet-a,subnet-b",
        "TargetGroupARNs": [fleet.group],
        "HealthCheckType": "ELB",
        "HealthCheckGracePeriod": 300,
    }
    ask(sim, CreateAutoScalingGroup.model_validate(group))
    sim.advance(sim.now + 300)
    assert [fleet.state(i.id) for i in members(sim.world, "web")] == ["healthy", "healthy"]
    return fleet


def policy(**changes: Any) -> PutScalingPolicy:
    tracking = {"TargetValue": 200, "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"}}
    return PutScalingPolicy.model_validate(
        {"AutoScalingGroupName": "web", "PolicyName": "follow", "TargetTrackingConfiguration": tracking} | changes
    )


def by_requests(fleet: Fleet, value: int = 200) -> PutScalingPolicy:
    label = f"{fleet.balancer.partition('loadbalancer/')[2]}/{fleet.group.rpartition(':')[2]}"
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    return policy(TargetTrackingConfiguration={"TargetValue": value, "PredefinedMetricSpecification": metric})


def desired(fleet: Fleet) -> int:
    return fleet.sim.world.get(AutoScalingGroup, "web").desired


def test_machines_of_the_image_serve_behind_the_load_balancer(fleet: Fleet) -> None:
    assert [front[2] for front in fleet.fronts()] == [None, None]
    since = fleet.sim.now
    fleet.sim.advance(since + 600)
    got = tally(fleet.sim.world, fleet.sim.scenario, NEED, since, since + 600)
    assert (got.offered, got.served) == (6_000, 6_000)


def test_three_minutes_above_the_target_and_it_grows(fleet: Fleet) -> None:
    """600 requests to two machines are 300 each, over 200; three are wanted. The first whole minute after the order begins the count."""
    ask(fleet.sim, by_requests(fleet))
    first_minute = -(-fleet.sim.now // 60) * 60
    fleet.sim.advance(first_minute + 179)
    assert desired(fleet) == 2
    fleet.sim.advance(first_minute + 180)
    assert desired(fleet) == 3
    assert len(members(fleet.sim.world, "web")) == 3
    told = [a.description for a in fleet.sim.world.every(ScalingActivity)]
    assert "Changing the desired capacity from 2 to 3" in told
    fleet.sim.advance(first_minute + 2 * 60 * 60)
    assert desired(fleet) == 3  # 200 each is not above 200


def test_fifteen_minutes_below_nine_tenths_and_it_shrinks(fleet: Fleet) -> None:
    """From 12:00 on 120 requests come: 40 to each of three. One machine would have 120, below 200: one it is, at 12:15."""
    ask(fleet.sim, by_requests(fleet))
    fleet.sim.advance(at(1, "12:15") - 1)
    assert desired(fleet) == 3
    fleet.sim.advance(at(1, "12:15"))
    assert desired(fleet) == 1
    fleet.sim.advance(at(1, "13:00"))
    assert sum(i.state == "running" for i in fleet.sim.world.every(Instance) if i.fleet == "web") == 1
    got = tally(fleet.sim.world, fleet.sim.scenario, NEED, at(1, "12:00"), at(1, "13:00"))
    assert (got.offered, got.served) == (7_200, 7_200)  # what leaves is drained first


def test_without_scaling_in_it_stays(fleet: Fleet) -> None:
    order = by_requests(fleet)
    tracking = order.target_tracking_configuration
    assert tracking is not None
    ask(fleet.sim, order.model_copy(update={"target_tracking_configuration": tracking.model_copy(update={"disable_scale_in": True})}))
    fleet.sim.advance(at(1, "18:00"))
    assert desired(fleet) == 3


def test_the_cpu_is_known_five_minutes_later(fleet: Fleet) -> None:
    """The target is four fifths of what 300 requests keep a machine busy: 600 / 240 wants three."""
    capacity = fleet.now()[0].capacity
    share = 300 * 100 / capacity
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    ask(fleet.sim, policy(TargetTrackingConfiguration={"TargetValue": str(round(share * 0.8, 3)), "PredefinedMetricSpecification": metric}))
    first_minute = -(-fleet.sim.now // 60) * 60
    fleet.sim.advance(first_minute + 180 + 299)
    assert desired(fleet) == 2
    fleet.sim.advance(first_minute + 180 + 300)
    assert desired(fleet) == 3


def test_it_grows_no_further_than_its_bound(fleet: Fleet) -> None:
    ask(fleet.sim, by_requests(fleet, 10))
    fleet.sim.advance(fleet.sim.now + HOUR)
    assert desired(fleet) == 5


def test_however_time_is_cut_the_same_comes_of_it(fleet: Fleet) -> None:
    ask(fleet.sim, by_requests(fleet))
    whole, cut = fleet.sim.fork(), fleet.sim.fork()
    whole.advance(at(1, "14:00"))
    for minute in range(cut.now, at(1, "14:00"), 37):
        cut.advance(minute)
    cut.advance(at(1, "14:00"))
    assert whole.digest() == cut.digest()


def test_a_deleted_policy_acts_no_more(fleet: Fleet) -> None:
    ask(fleet.sim, by_requests(fleet))
    assert [p["PolicyName"] for p in ask(fleet.sim, DescribePolicies())["ScalingPolicies"]] == ["follow"]
    ask(fleet.sim, DeletePolicy(policy_name="follow", auto_scaling_group_name="web"))
    fleet.sim.advance(fleet.sim.now + HOUR)
    assert desired(fleet) == 2


def test_a_label_that_names_nothing_is_refused(fleet: Fleet) -> None:
    refusal = refused(fleet.sim, policy())
    assert refusal.code == "ValidationError"
    assert "app/web/" in refusal.accepted


def test_a_refresh_replaces_one_after_the_other_and_loses_no_request(fleet: Fleet) -> None:
    """90 % of two have to stay: both. So one at a time, the next when the newest has warmed up for five minutes."""
    before = [i.id for i in members(fleet.sim.world, "web")]
    since = fleet.sim.now
    ask(fleet.sim, StartInstanceRefresh(auto_scaling_group_name="web"))
    fleet.sim.advance(fleet.sim.now + 60)
    there = [i.id for i in members(fleet.sim.world, "web")]
    assert len(there) == 2
    assert len(set(there) & set(before)) == 1
    fleet.sim.advance(fleet.sim.now + HOUR)
    assert not set(before) & {i.id for i in members(fleet.sim.world, "web")}
    refresh = ask(fleet.sim, DescribeInstanceRefreshes(auto_scaling_group_name="web"))["InstanceRefreshes"][0]
    assert (refresh["Status"], refresh["PercentageComplete"]) == ("Successful", 100)
    got = tally(fleet.sim.world, fleet.sim.scenario, NEED, since, since + HOUR)
    assert got.served == got.offered
