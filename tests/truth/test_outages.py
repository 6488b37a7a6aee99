"""What the dated outages come to for each design: one zone, two zones by hand, a group, managed; and a hole with its public timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cloudlab.commands.autoscaling import UpdateAutoScalingGroup
from cloudlab.commands.ec2_access import RevokeSecurityGroupIngress
from cloudlab.commands.ec2_compute import RebootInstances, RunInstances, TerminateInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.rules.control_plane import is_out
from cloudlab.engine.rules.databases import lookup_fault
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.rules.traffic import tally
from cloudlab.engine.rules.zones import down_zones
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Software
from cloudlab.model.database import DbInstance
from cloudlab.model.fleet import ScalingActivity
from cloudlab.model.learning import Endpoint
from cloudlab.model.network import ANYWHERE, Permission, SecurityGroup
from cloudlab.model.operations import Incident
from cloudlab.model.scenario import Planned
from cloudlab.model.time import DAY, HOUR, MINUTE, Seconds, at
from tests.balanced import Fleet
from tests.databases import CALLS, Site
from tests.network import ask, refused, tcp
from tests.scaled import open_following
from tests.support import dealt, lay_network, open_simulation, put_server
from tests.truth.outages import (
    PER_MINUTE,
    STRIKES,
    cve,
    dated,
    failed,
    following_group,
    managed_database,
    managed_endpoint,
    one_zone,
    one_zone_balanced,
    own_database,
    strikes,
    two_zones_balanced,
    two_zones_by_address,
)

POWER = [dated("az_outages", date) for date in ("2012-06-14", "2021-12-22", "2022-07-28")]
"""Zones that lost their power, of high confidence: two hours, ten, three."""
BOOTS = 10 * MINUTE
"""Within which machines answer again once the power is back."""


def in_minutes(requests: int) -> float:
    return requests / PER_MINUTE


@pytest.mark.parametrize("event", POWER, ids=lambda e: e.date)
@pytest.mark.parametrize("design", [one_zone, one_zone_balanced])
def test_one_zone_is_down_as_long_as_the_zone(design: Callable[[], Simulation], event) -> None:
    """However many machines, and whatever stands before them."""
    assert event.source
    sim = strikes(design(), "az-outage", f"us-east-1a {event.duration}")
    assert down_zones(sim.world) == ("us-east-1a",)
    lost = failed(sim, STRIKES, STRIKES + event.lasts + HOUR)
    assert event.lasts <= in_minutes(lost) * MINUTE <= event.lasts + BOOTS
    assert down_zones(sim.world) == ()


@pytest.mark.parametrize("event", POWER, ids=lambda e: e.date)
def test_two_addresses_in_two_zones_lose_half_of_the_requests_for_as_long(event) -> None:
    """Callers go on using the address that is dead: nobody told them."""
    sim = strikes(two_zones_by_address(), "az-outage", f"us-east-1a {event.duration}")
    lost = failed(sim, STRIKES, STRIKES + event.lasts + HOUR)
    assert event.lasts <= 2 * in_minutes(lost) * MINUTE <= event.lasts + BOOTS


@pytest.mark.parametrize("event", POWER, ids=lambda e: e.date)
def test_two_zones_behind_a_load_balancer_lose_a_minute(event) -> None:
    """Until two checks have failed and the name has left the node: however long it lasts."""
    sim = strikes(two_zones_balanced(), "az-outage", f"us-east-1a {event.duration}")
    lost = failed(sim, STRIKES, STRIKES + event.lasts + HOUR)
    assert 0.5 <= in_minutes(lost) <= 1
    assert failed(sim, STRIKES + 2 * MINUTE, STRIKES + event.lasts + HOUR) == 0


@pytest.mark.parametrize("event", POWER, ids=lambda e: e.date)
def test_a_group_also_puts_up_again_what_it_lost(event) -> None:
    """In the zone that is left, once there is capacity to be had there: everybody wants it now."""
    fleet = following_group()
    sim = strikes(fleet.sim, "az-outage", f"us-east-1a {event.duration}")
    lost = failed(sim, STRIKES, STRIKES + event.lasts + HOUR)
    assert in_minutes(lost) <= 1.5
    there = members(sim.world, "web")
    assert len(there) == 2
    assert {m.state for m in there} == {"running"}
    assert all(fleet.state(m.id) == "healthy" for m in there)


@pytest.mark.parametrize("event", POWER, ids=lambda e: e.date)
def test_a_managed_endpoint_of_two_is_filled_up_again_in_five_minutes_and_nobody_is_called(event) -> None:
    sim = strikes(managed_endpoint(2), "az-outage", f"us-east-1a {event.duration}")
    assert sim.world.get(Endpoint, "e").lost == 1
    assert failed(sim, STRIKES, STRIKES + event.lasts) == 0
    over = sim.world.get(Incident, "event")
    assert (over.holder, over.resolved) == ("provider", STRIKES + 5 * MINUTE)


def test_a_managed_endpoint_of_one_is_down_for_those_five_minutes() -> None:
    """One instance has no SLA: it is managed, and it is one."""
    sim = strikes(managed_endpoint(1), "az-outage", f"us-east-1a {POWER[1].duration}")
    assert in_minutes(failed(sim, STRIKES, STRIKES + HOUR)) == 5


# the database -----------------------------------------------------------------------------------------------------------------


def silent(site: Site, lasts: Seconds) -> Seconds:
    """Lose the database's zone; return for how long its callers had no answer."""
    zone = next((d.zone for d in site.sim.world.every(DbInstance)), "us-east-1a")
    began = site.sim.now + HOUR
    sim = strikes(site.sim, "az-outage", f"{zone} {lasts // MINUTE}m", began)
    for instant in range(began, began + lasts + HOUR, 5):
        sim.advance(instant)
        if instant > began and lookup_fault(sim.world, CALLS, sim.world.get(Instance, "i-web")) is None:
            return instant - began
    raise AssertionError("it never came back")


@pytest.mark.parametrize("event", POWER, ids=lambda e: e.date)
def test_the_database_that_stands_in_one_zone_waits_for_the_power(event) -> None:
    """Ticked by nobody, or built by hand without a standby: hours. Ticked, or by hand and watched: a minute or two."""
    for site in (managed_database(multi_az=False), own_database(watched=False)):
        assert event.lasts <= silent(site, event.lasts) <= event.lasts + BOOTS
    assert 60 <= silent(managed_database(multi_az=True), event.lasts) <= 130
    assert 60 <= silent(own_database(watched=True), event.lasts) <= 120


# no launches -----------------------------------------------------------------------------------------------------------------

CONTROL_PLANE = dated("region_events", "2025-10-19")
"""DynamoDB's DNS, then EC2 launches: for fourteen and a half hours nothing could be launched, and what ran kept running."""
NO_LAUNCHES = (at(2, "05:00"), at(2, "05:00") + CONTROL_PLANE.lasts)


def struck_by_it(sim: Simulation, *others: Planned) -> Simulation:
    """Deal the event itself, as long as it was; and what else is to happen meanwhile."""
    assert "no launches and no autoscaling, running instances kept running" in CONTROL_PLANE.scope
    began = NO_LAUNCHES[0]
    event = Planned("event", "control-plane-outage", began, began, "first", detail=f"{CONTROL_PLANE.lasts // MINUTE}m")
    for planned in (event, *others):
        dealt(sim, planned)
    sim.scenario = replace(sim.scenario, incidents=(event, *others))
    return sim


def lost_while_it_lasts(fleet: Fleet) -> tuple[int, int]:
    """Return (offered, not answered) between the event's beginning and its end; the rush begins at 08:00."""
    began, ended = NO_LAUNCHES
    fleet.sim.advance(ended - 1)
    got = tally(fleet.sim.world, fleet.sim.scenario, fleet.sim.scenario.needs[0], began, ended - 1)
    return got.offered, got.offered - got.served


def test_a_group_that_grows_with_the_day_cannot_and_half_of_the_rush_is_turned_away() -> None:
    fleet = open_following(2)
    struck_by_it(fleet.sim)
    fleet.sim.advance(NO_LAUNCHES[0])
    before = len(members(fleet.sim.world, "web"))
    offered, lost = lost_while_it_lasts(fleet)
    assert 0.3 * offered <= lost <= 0.5 * offered
    assert len(members(fleet.sim.world, "web")) == before
    failures = [a for a in fleet.sim.world.every(ScalingActivity) if a.status == "Failed"]
    assert {a.message.partition(":")[0] for a in failures} == {"InternalError"}
    fleet.sim.advance(NO_LAUNCHES[1] + 10 * MINUTE)
    assert len(members(fleet.sim.world, "web")) > before


def test_a_group_that_is_as_large_as_its_rush_notices_nothing() -> None:
    """Static stability: what is there does not have to be launched."""
    fleet = open_following(2)
    struck_by_it(fleet.sim)
    ask(fleet.sim, UpdateAutoScalingGroup(auto_scaling_group_name="web", min_size=8, desired_capacity=8))
    assert lost_while_it_lasts(fleet)[1] == 0


def test_a_machine_that_dies_meanwhile_stays_dead_and_the_spare_one_carries_on() -> None:
    """Whoever would replace it by hand is refused; its group tries again and again, and can once the event is over."""
    fleet = following_group()
    dies = NO_LAUNCHES[0] + HOUR
    sim = struck_by_it(fleet.sim, Planned("dies", "instance-status-check", dies, dies, "first"))
    dead, left = members(sim.world, "web")
    sim.advance(dies + MINUTE)
    assert sim.world.get(Incident, "dies").resource == dead.id
    template = RunInstances(image_id="ami-web", instance_type="t3.large", subnet_id="subnet-a")
    for hand in (template, RebootInstances(instance_ids=(dead.id,)), TerminateInstances(instance_ids=(dead.id,))):
        assert refused(sim, hand).code == "InternalError"
    since = sim.now + 2 * MINUTE
    assert failed(sim, since, NO_LAUNCHES[1] - 1) == 0
    assert [m.id for m in members(sim.world, "web")] == [left.id]
    sim.advance(NO_LAUNCHES[1] + 5 * MINUTE)
    assert [fleet.state(m.id) for m in members(sim.world, "web")] == ["healthy", "healthy"]


def test_a_multi_az_database_fails_over_without_a_launch() -> None:
    """Its standby runs already."""
    site = managed_database(multi_az=True)
    struck_by_it(site.sim)
    site.sim.advance(NO_LAUNCHES[0])
    assert is_out(site.sim.world)
    assert silent(site, 2 * HOUR) <= 130


# a hole with its public timeline ------------------------------------------------------------------------------------------------


REGRESSHION = cve("CVE-2024-6387")
"""Disclosed on 1 July 2024, and fixed the same day: sshd lets anybody in who reaches port 22."""


def server(*, ssh: str | None, age: str = "0d", hole: str = "") -> Simulation:
    """A machine that serves on 443 to the world, and is reached over SSH from `ssh`; it has the hole, whose fix came out `age` ago."""
    sim = lay_network(open_simulation())
    rules = [Permission("sgr-1", "tcp", 443, 443, cidr=ANYWHERE)] + ([Permission("sgr-2", "tcp", 22, 22, cidr=ssh)] if ssh else [])
    sim.world = sim.world.change(SecurityGroup, "sg-web", ingress=tuple(rules))
    put_server(sim, software=Software(server_port=443))
    return strikes(sim, "os-cve", f"{hole or REGRESSHION['id']} age={age}", sim.now + HOUR)


def taken(sim: Simulation, days: int = 25) -> bool:
    sim.advance(sim.now + days * DAY)
    return sim.world.get(Instance, "i-1").compromised


def patch(sim: Simulation, reboot: str = "RebootIfNeeded") -> None:
    parameters: dict[str, tuple[str, ...]] = {"Operation": ("Install",), "RebootOption": (reboot,)}
    ask(sim, SendCommand(document_name="AWS-RunPatchBaseline", instance_ids=("i-1",), parameters=parameters))


def test_who_left_port_22_open_to_the_world_and_did_nothing_is_broken_into() -> None:
    sim = server(ssh=ANYWHERE)
    struck = sim.world.get(Incident, "event")
    assert (struck.holder, struck.duty) == ("customer", "os-patching")
    assert struck.due == struck.struck + 5 * DAY
    sim.advance(struck.due - 1)
    assert not sim.world.get(Instance, "i-1").compromised
    sim.advance(struck.due)
    assert sim.world.get(Instance, "i-1").compromised
    assert sim.world.get(Incident, "event").failed


@pytest.mark.parametrize("ssh", [None, "198.51.100.7/32"])
def test_who_lets_only_the_office_in_or_nobody_is_never_reached(ssh: str | None) -> None:
    """`With port 22 closed, or access only through SSM, nobody reaches it`: the hole is there all the same."""
    assert "22 closed" in REGRESSHION["note"]
    assert not taken(server(ssh=ssh))


def test_who_shuts_the_door_on_the_day_is_not_broken_into_and_still_has_the_hole() -> None:
    sim = server(ssh=ANYWHERE)
    sim.advance(sim.now + 2 * HOUR)
    ask(sim, RevokeSecurityGroupIngress(group_id="sg-web", ip_permissions=tcp(22, ANYWHERE)))
    assert not taken(sim)
    assert REGRESSHION["id"] not in sim.world.get(Instance, "i-1").software.patched


def is_patched(sim: Simulation) -> bool:
    sim.advance(sim.now + HOUR)
    return REGRESSHION["id"] in sim.world.get(Instance, "i-1").software.patched


def test_who_only_waits_for_the_default_baseline_is_two_days_late() -> None:
    """It approves a fix seven days after it came out, and the exploit is about after five."""
    sim = server(ssh=ANYWHERE)
    patch(sim)
    assert not is_patched(sim)
    sim.advance(sim.now + 8 * DAY)
    assert sim.world.get(Instance, "i-1").compromised
    patch(sim)
    assert is_patched(sim)
    assert sim.world.get(Instance, "i-1").compromised  # a fix throws nobody out


def test_who_hears_of_it_after_nine_days_and_patches_that_day_is_in_time() -> None:
    sim = server(ssh=ANYWHERE, age="9d")
    patch(sim)
    assert is_patched(sim)
    assert not taken(sim)
    assert sim.world.get(Incident, "event").resolution == "every instance is patched or replaced"


HEARTBLEED = cve("CVE-2014-0160")
"""Disclosed on 7 April 2014: whoever speaks TLS with OpenSSL gives its memory away, and it is loaded until the next start."""


@pytest.mark.parametrize(("reboot", "saved"), [("RebootIfNeeded", True), ("NoReboot", False)])
def test_a_library_in_use_is_mended_by_the_restart(reboot: str, saved: bool) -> None:
    sim = server(ssh=None, hole=HEARTBLEED["id"], age="9d")
    patch(sim, reboot)
    assert taken(sim) is not saved


def test_behind_a_load_balancer_nobody_reaches_the_machine_and_the_balancer_is_mended_by_aws() -> None:
    assert HEARTBLEED["note"].startswith("On load balancers AWS patched it")
    sim = strikes(two_zones_balanced(), "os-cve", f"{HEARTBLEED['id']} age=0d")
    sim.advance(STRIKES + 20 * DAY)
    assert not any(machine.compromised for machine in sim.world.every(Instance))


def test_under_a_managed_endpoint_the_same_hole_is_the_providers() -> None:
    sim = strikes(managed_endpoint(1), "os-cve", f"{REGRESSHION['id']} age=0d")
    struck = sim.world.get(Incident, "event")
    assert struck.holder == "provider"
    sim.advance(STRIKES + DAY)
    assert sim.world.get(Incident, "event").resolved == STRIKES + DAY
    assert failed(sim, STRIKES, STRIKES + 2 * DAY) == 0
