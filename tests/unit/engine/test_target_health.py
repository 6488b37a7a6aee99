"""Target health by hand: checks 30 s apart from registration on, five successes in, two failures out, five seconds for each answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.ec2_compute import RebootInstances, StartInstances, StopInstances
from cloudlab.commands.elbv2 import (
    DeregisterTargets,
    DescribeTargetHealth,
    GroupSetting,
    Matcher,
    ModifyTargetGroup,
    ModifyTargetGroupAttributes,
    RegisterTargets,
    TargetDescription,
)
from cloudlab.engine.rules.balancing import found_out
from cloudlab.engine.rules.fronts import fronts
from cloudlab.engine.rules.traffic import tally
from cloudlab.model.balancing import LoadBalancer, Target
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import InstanceRebooting, SoftwareChanged
from cloudlab.model.events.zones import ZoneCameBack, ZoneWentDown
from cloudlab.model.operations import Handover, ZoneOutage
from cloudlab.model.time import HOUR
from tests.balanced import NEED, SERVES, Fleet, open_fleet
from tests.network import ask


def happens(fleet: Fleet, *events: object) -> None:
    """Let something happen to the World now, and what follows of itself."""
    fleet.sim._apply(events, "test")  # type: ignore[arg-type]


def health(fleet: Fleet) -> dict[str, tuple[str, str]]:
    answer = ask(fleet.sim, DescribeTargetHealth(target_group_arn=fleet.group))["TargetHealthDescriptions"]
    return {d["Target"]["Id"]: (d["TargetHealth"]["State"], d["TargetHealth"].get("Reason", "")) for d in answer}


def test_five_checks_half_a_minute_apart_make_a_new_target_healthy() -> None:
    fleet = open_fleet(healthy=False)
    begun = fleet.sim.now
    assert fleet.state("web-a") == "initial"
    assert fleet.target("web-a").due == begun + 150
    fleet.sim.advance(begun + 149)
    assert fleet.state("web-a") == "initial"
    fleet.sim.advance(begun + 150)
    assert fleet.state("web-a") == fleet.state("web-b") == "healthy"


def test_what_describe_says_of_a_target_that_is_new() -> None:
    fleet = open_fleet(healthy=False)
    assert health(fleet)["web-a"] == ("initial", "Elb.RegistrationInProgress")  # looking takes 20 s: no check has come yet
    assert health(fleet)["web-a"] == ("initial", "Elb.InitialHealthChecking")


def test_two_unanswered_checks_take_a_target_out() -> None:
    """Checked from t on. At t + 160 the server hangs: the checks at 180 and 210 get no answer, and the second is given up at 215."""
    fleet = open_fleet()
    begun = fleet.target("web-a").checked_from
    fleet.sim.advance(begun + 160)
    happens(fleet, InstanceRebooting("web-a", begun + 100_000, begun + 100_060))
    assert fleet.state("web-a") == "healthy"
    assert fleet.fronts() == [("web-a", 1, "HTTP 504"), ("web-b", 1, None)]
    fleet.sim.advance(begun + 214)
    assert fleet.state("web-a") == "healthy"
    fleet.sim.advance(begun + 215)
    assert (fleet.state("web-a"), fleet.target("web-a").reason) == ("unhealthy", "Target.Timeout")
    assert fleet.fronts() == [("web-b", 1, None)]


def test_a_refused_check_fails_at_once() -> None:
    """Nothing listens from t + 160 on: the checks at 180 and 210 are refused, and so are half the requests meanwhile."""
    fleet = open_fleet()
    begun = fleet.target("web-a").checked_from
    fleet.sim.advance(begun + 160)
    happens(fleet, SoftwareChanged("web-a", replace(SERVES, server_port=9000)))
    assert fleet.fronts() == [("web-a", 1, "HTTP 502"), ("web-b", 1, None)]
    fleet.sim.advance(begun + 209)
    assert fleet.state("web-a") == "healthy"
    fleet.sim.advance(begun + 210)
    assert (fleet.state("web-a"), fleet.target("web-a").reason) == ("unhealthy", "Target.FailedHealthChecks")


def test_one_failed_check_in_between_does_not_count() -> None:
    fleet = open_fleet()
    begun = fleet.target("web-a").checked_from
    fleet.sim.advance(begun + 170)
    happens(fleet, SoftwareChanged("web-a", replace(SERVES, server_port=9000)))  # the check at 180 fails
    fleet.sim.advance(begun + 200)
    happens(fleet, SoftwareChanged("web-a", SERVES))  # the one at 210 succeeds
    fleet.sim.advance(begun + 1_000)
    assert fleet.state("web-a") == "healthy"


def test_thresholds_interval_and_timeout_are_the_groups_own() -> None:
    """Every 10 s, two in, three out, 4 s to answer: t + 20 healthy; down at t + 31, so 40, 50 and 60 fail, the last at 64; up at 71:
    80 and 90 succeed."""
    fleet = open_fleet(
        healthy=False,
        check={
            "health_check_interval_seconds": 10,
            "health_check_timeout_seconds": 4,
            "healthy_threshold_count": 2,
            "unhealthy_threshold_count": 3,
        },
    )
    begun = fleet.target("web-a").checked_from
    turns = {}
    for second in range(1, 100):
        before = fleet.state("web-a")
        fleet.sim.advance(begun + second)
        if second == 31:
            happens(fleet, InstanceRebooting("web-a", begun + 71, begun + 131))
        if fleet.state("web-a") != before:
            turns[second] = fleet.state("web-a")
    assert turns == {20: "healthy", 64: "unhealthy", 90: "healthy"}


def test_a_changed_check_counts_from_then_on() -> None:
    fleet = open_fleet(healthy=False)
    begun = fleet.target("web-a").checked_from
    ask(fleet.sim, ModifyTargetGroup(target_group_arn=fleet.group, healthy_threshold_count=3))  # takes a minute
    assert fleet.target("web-a").due == begun + 90


@pytest.mark.parametrize(
    ("path", "matcher", "found"),
    [
        ("/ping", "200", ("healthy", "")),
        ("/", "200", ("unhealthy", "Target.ResponseCodeMismatch")),  # the model server knows /ping and /invocations: 404
        ("/", "200-404", ("healthy", "")),
        ("/", "200,404", ("healthy", "")),
        ("/invocations", "405", ("healthy", "")),
    ],
)
def test_path_and_matcher_decide(path: str, matcher: str, found: tuple[str, str]) -> None:
    fleet = open_fleet(healthy=False, check={"health_check_path": path, "matcher": Matcher(http_code=matcher)})
    fleet.sim.advance(fleet.sim.now + 200)
    assert health(fleet)["web-a"] == found


def test_a_full_disk_fails_the_check_too() -> None:
    fleet = open_fleet()
    fleet.sim.world = fleet.sim.world.change(Instance, "web-a", disk="full")
    happens(fleet, SoftwareChanged("web-a", SERVES))
    assert fleet.fronts() == [("web-a", 1, "error"), ("web-b", 1, None)]
    fleet.sim.advance(fleet.sim.now + 60)
    assert fleet.target("web-a").description == "Health checks failed with these codes: [500]"
    assert fleet.fronts() == [("web-b", 1, None)]


def test_with_nothing_healthy_it_sends_to_all() -> None:
    fleet = open_fleet()
    for each in ("web-a", "web-b"):
        happens(fleet, SoftwareChanged(each, replace(SERVES, server_port=9000)))
    fleet.sim.advance(fleet.sim.now + 60)
    assert (fleet.state("web-a"), fleet.state("web-b")) == ("unhealthy", "unhealthy")
    assert fleet.fronts() == [("web-a", 1, "HTTP 502"), ("web-b", 1, "HTTP 502")]
    happens(fleet, SoftwareChanged("web-b", SERVES))  # it answers again, and gets its share before any check has found out
    assert fleet.fronts() == [("web-a", 1, "HTTP 502"), ("web-b", 1, None)]


def test_a_target_in_a_zone_without_a_node_is_not_used() -> None:
    fleet = open_fleet()
    fleet.sim.world = fleet.sim.world.put(replace(fleet.sim.world.get(Instance, "web-a"), id="web-c", subnet="subnet-c", zone="us-east-1c"))
    ask(fleet.sim, RegisterTargets(target_group_arn=fleet.group, targets=(TargetDescription(id="web-c"),)))
    assert health(fleet)["web-c"] == ("unused", "Target.NotInUse")
    assert [r for r, _, _ in fleet.fronts()] == ["web-a", "web-b"]


def test_a_stopped_target_is_not_used_and_checked_anew_when_it_is_back() -> None:
    fleet = open_fleet()
    ask(fleet.sim, StopInstances(instance_ids=("web-a",)))
    fleet.sim.advance(fleet.sim.now + HOUR)
    assert health(fleet)["web-a"] == ("unused", "Target.InvalidState")
    ask(fleet.sim, StartInstances(instance_ids=("web-a",)))
    assert fleet.state("web-a") == "initial"
    fleet.sim.advance(fleet.sim.now + HOUR)
    assert fleet.state("web-a") == "healthy"


# leaving --------------------------------------------------------------------------------------------------------------------


def test_a_leaving_target_gets_nothing_new_and_is_gone_when_its_time_is_up() -> None:
    fleet = open_fleet()
    ask(fleet.sim, DeregisterTargets(target_group_arn=fleet.group, targets=(TargetDescription(id="web-a"),)))
    left = fleet.sim.now
    assert (fleet.state("web-a"), fleet.target("web-a").reason) == ("draining", "Target.DeregistrationInProgress")
    assert fleet.fronts() == [("web-b", 1, None)]
    fleet.sim.advance(left + 299)
    assert len(fleet.sim.world.table(Target)) == 2
    fleet.sim.advance(left + 300)
    assert [t.instance for t in fleet.sim.world.every(Target)] == ["web-b"]


def test_who_comes_back_while_leaving_begins_anew() -> None:
    fleet = open_fleet()
    one = (TargetDescription(id="web-a"),)
    ask(fleet.sim, DeregisterTargets(target_group_arn=fleet.group, targets=one))
    ask(fleet.sim, RegisterTargets(target_group_arn=fleet.group, targets=one))
    assert fleet.state("web-a") == "initial"
    fleet.sim.advance(fleet.sim.now + 1_000)
    assert fleet.state("web-a") == "healthy"


def test_without_delay_a_target_leaves_at_once() -> None:
    fleet = open_fleet()
    setting = GroupSetting(key="deregistration_delay.timeout_seconds", value="0")
    ask(fleet.sim, ModifyTargetGroupAttributes(target_group_arn=fleet.group, attributes=(setting,)))
    ask(fleet.sim, DeregisterTargets(target_group_arn=fleet.group, targets=(TargetDescription(id="web-a"),)))
    assert [t.instance for t in fleet.sim.world.every(Target)] == ["web-b"]


def failed_since(fleet: Fleet, since: int) -> dict[str, int]:
    return dict(tally(fleet.sim.world, fleet.sim.scenario, NEED, since, fleet.sim.now).failed)


def test_a_reboot_behind_the_balancer_costs_the_share_of_its_target_until_it_is_noticed() -> None:
    """600 requests a minute, half of them to web-a. It is down from t + 160 on for the 60 s of a reboot; the checks at 180 and 210
    fail, the second at 215. So it fails for 55 s: 300 / 60 * 55 = 275 requests, and not one more, though it is down 5 s longer."""
    fleet = open_fleet()
    begun = fleet.target("web-a").checked_from
    fleet.sim.advance(begun + 160)
    since = fleet.sim.now
    happens(fleet, InstanceRebooting("web-a", since + 60, since + 120))
    fleet.sim.advance(since + 600)
    assert failed_since(fleet, since) == {"HTTP 504": 275}
    assert fleet.state("web-a") == "healthy"


def test_a_reboot_after_draining_costs_nothing() -> None:
    fleet = open_fleet()
    since = fleet.sim.now
    one = (TargetDescription(id="web-a"),)
    ask(fleet.sim, DeregisterTargets(target_group_arn=fleet.group, targets=one))
    fleet.sim.advance(fleet.sim.now + 300)
    ask(fleet.sim, RebootInstances(instance_ids=("web-a",)))
    fleet.sim.advance(fleet.sim.now + 600)
    ask(fleet.sim, RegisterTargets(target_group_arn=fleet.group, targets=one))
    fleet.sim.advance(fleet.sim.now + 600)
    assert failed_since(fleet, since) == {}
    assert fleet.fronts() == [("web-b", 1, None), ("web-a", 1, None)]


# losing a zone --------------------------------------------------------------------------------------------------------------


def test_a_lost_zone_costs_its_node_a_minute_and_its_target_until_it_is_noticed() -> None:
    """Two nodes take half each. Of node a all fails for the 60 s its address is still used; of node b the half that it sends to web-a,
    until the check of t + 210 is given up at 215. The zone goes at t + 160: 300 a minute for 60 s, 150 a minute for 55 s."""
    fleet = open_fleet()
    begun = fleet.target("web-a").checked_from
    fleet.sim.advance(begun + 160)
    since = fleet.sim.now
    happens(fleet, ZoneWentDown(ZoneOutage("us-east-1a", since, since + HOUR)))
    assert fleet.fronts() == [(fleet.balancer, 2, "timeout"), ("web-a", 1, "HTTP 504"), ("web-b", 1, None)]
    fleet.sim.advance(since + 55)
    assert fleet.fronts() == [(fleet.balancer, 1, "timeout"), ("web-b", 1, None)]
    fleet.sim.advance(since + 60)
    assert fleet.fronts() == [("web-b", 1, None)]
    fleet.sim.advance(since + 120)
    got = failed_since(fleet, since)
    assert abs(got["timeout"] - 300) <= 1
    assert abs(got["HTTP 504"] - 137) <= 1  # 150 / 60 * 55 = 137.5
    assert [n.out for n in fleet.sim.world.get(LoadBalancer, fleet.balancer).nodes] == [True, False]


def test_a_zone_that_is_back_gets_its_node_and_its_target_back() -> None:
    fleet = open_fleet()
    since = fleet.sim.now
    happens(fleet, ZoneWentDown(ZoneOutage("us-east-1a", since, since + HOUR)))
    fleet.sim.advance(since + 600)
    happens(fleet, ZoneCameBack("us-east-1a"))
    fleet.sim.advance(since + 659)
    assert fleet.fronts() == [("web-b", 1, None)]
    fleet.sim.advance(since + 1_200)
    assert fleet.fronts() == [("web-a", 1, None), ("web-b", 1, None)]
    assert failed_since(fleet, since + 600) == {}


def test_within_its_zone_each_node_sends_to_its_own_targets_only() -> None:
    """Two servers in zone a, one in b: across zones a third each; within them node a's half is shared by two."""
    fleet = open_fleet()
    world = fleet.sim.world
    fleet.sim.world = world.put(replace(world.get(Instance, "web-a"), id="web-a2", private_ip="10.0.0.99"))
    ask(fleet.sim, RegisterTargets(target_group_arn=fleet.group, targets=(TargetDescription(id="web-a2"),)))
    fleet.sim.advance(fleet.sim.now + 200)
    assert fleet.fronts() == [("web-a", 1, None), ("web-b", 1, None), ("web-a2", 1, None)]
    setting = GroupSetting(key="load_balancing.cross_zone.enabled", value="false")
    ask(fleet.sim, ModifyTargetGroupAttributes(target_group_arn=fleet.group, attributes=(setting,)))
    assert fleet.fronts() == [("web-a", 1, None), ("web-a2", 1, None), ("web-b", 2, None)]
    happens(fleet, SoftwareChanged("web-b", replace(SERVES, server_port=9000)))
    fleet.sim.advance(fleet.sim.now + 60)  # nothing healthy in zone b: its node sends to what there is
    assert fleet.fronts()[-1] == ("web-b", 2, "HTTP 502")
    fleet.sim.advance(fleet.sim.now + 60)  # and then the name no longer leads there
    assert fleet.fronts() == [("web-a", 1, None), ("web-a2", 1, None)]


def test_what_a_lost_zone_comes_to_can_be_asked_beforehand() -> None:
    fleet = open_fleet()
    lost = fleet.sim.world.put(ZoneOutage("us-east-1a", fleet.sim.now, fleet.sim.now + HOUR))
    met = fronts(found_out(lost), fleet.sim.scenario, NEED)
    assert [(f.resource, f.cause) for f in met] == [("web-b", None)]
    assert fronts(found_out(fleet.sim.world), fleet.sim.scenario, NEED) == fleet.now()
    both = lost.put(ZoneOutage("us-east-1b", fleet.sim.now, fleet.sim.now + HOUR))
    assert {f.cause for f in fronts(found_out(both), fleet.sim.scenario, NEED)} == {"timeout"}


# the address callers use ----------------------------------------------------------------------------------------------------


def test_callers_get_the_name_once_a_server_behind_it_is_in_service() -> None:
    fleet = open_fleet(healthy=False)
    assert list(fleet.sim.world.table(Handover)) == []
    fleet.sim.advance(fleet.sim.now + 150)
    assert list(fleet.sim.world.table(Handover)) == [f"answers:{fleet.balancer}"]
    assert fleet.fronts() == [("web-a", 1, None), ("web-b", 1, None)]
    assert {f.via for f in fleet.now()} == {fleet.balancer}


def test_the_name_takes_the_place_of_addresses_behind_it() -> None:
    fleet = open_fleet(healthy=False)
    fleet.sim.world = fleet.sim.world.put(
        Handover("answers:web-a", "answers", "web-a", 0), Handover("answers:other", "answers", "other", 0)
    )
    fleet.sim.advance(fleet.sim.now + 150)
    assert list(fleet.sim.world.table(Handover)) == ["answers:other", f"answers:{fleet.balancer}"]


def test_the_name_is_taken_back_with_the_last_server_and_not_for_a_fault() -> None:
    fleet = open_fleet()
    for each in ("web-a", "web-b"):
        happens(fleet, InstanceRebooting(each, fleet.sim.now + HOUR, fleet.sim.now + 2 * HOUR))
    fleet.sim.advance(fleet.sim.now + 600)
    assert list(fleet.sim.world.table(Handover)) == [f"answers:{fleet.balancer}"]
    ask(fleet.sim, DeregisterTargets(target_group_arn=fleet.group, targets=(TargetDescription(id="web-a"), TargetDescription(id="web-b"))))
    assert list(fleet.sim.world.table(Handover)) == []
