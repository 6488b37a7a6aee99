"""The cost of waiting: requests that fail per hour because of an incident, times what an answer is worth."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.lab.waiting import WaitingCost, cost_of_waiting, outage, usual_per_hour
from cloudlab.model.operations import Front, Incident, Segment, Serving, Sighting
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.time import at
from tests.support import card, open_simulation, scenario

NEED = Need("scores", "scores", "churn", Traffic(600, (1000,) * 24))
NOW = at(1, "14:00")


def a_world(*fronts: Front):
    frame = scenario(needs=(NEED,), cards={"churn": card(reference_micros=2_000)})
    world = open_simulation().world.at(NOW)
    return frame, world.put(Serving("scores", (Segment(at(1, "09:00"), fronts),)), *(Sighting(f.resource, NOW, None) for f in fronts))


STRUCK = Incident("down", "instance-status-check", "i-1", "failover", "customer", at(1, "13:00"), detected=at(1, "13:03"))


def test_one_of_two_servers_down_costs_half_of_the_hour():
    frame, world = a_world(Front("i-1", 1000, None, "timeout"), Front("i-2", 1000, None))
    assert usual_per_hour(frame, NEED, NOW) == 36_000
    # 36,000 an hour, half of them to i-1, 0.2 cents each: $36
    assert cost_of_waiting(world, frame, STRUCK) == WaitingCost(18_000, 36_000_000)


def test_what_a_weakened_server_still_answers_is_not_lost():
    frame, world = a_world(Front("i-1", 400, None))
    assert cost_of_waiting(world, frame, STRUCK) == WaitingCost(12_000, 24_000_000)


def test_waiting_costs_nobody_anything_where_nothing_fails_or_it_is_over_or_unnoticed():
    frame, world = a_world(Front("i-1", 1000, None), Front("i-2", 1000, None, "timeout"))
    assert cost_of_waiting(world, frame, STRUCK) == WaitingCost(0, 0)
    frame, world = a_world(Front("i-1", 1000, None, "timeout"))
    assert cost_of_waiting(world, frame, replace(STRUCK, resolved=NOW)) == WaitingCost(0, 0)
    assert cost_of_waiting(world, frame, replace(STRUCK, detected=None)) == WaitingCost(0, 0)


def test_a_hole_or_an_open_port_is_not_charged_with_what_something_else_breaks():
    frame, world = a_world(Front("i-1", 1000, None, "timeout"))
    scan = replace(STRUCK, id="scan", kind="security-group-scanned", duty="network-config")
    assert cost_of_waiting(world, frame, scan) == WaitingCost(0, 0)
    assert cost_of_waiting(world, frame, STRUCK) == WaitingCost(36_000, 72_000_000)
    # somebody is in: what fails now may well be their doing
    assert cost_of_waiting(world, frame, replace(scan, failed=True)) == WaitingCost(36_000, 72_000_000)


def test_an_outage_is_known_from_the_last_look_on():
    frame, world = a_world(Front("i-1", 1000, None, "timeout", "i-1 does not answer"))
    assert outage(world, frame) == "i-1 does not answer"
    unseen = world.put(Sighting("i-1", at(1, "09:30"), None))
    fine, down = Segment(at(1, "09:00"), (Front("i-1", 1000, None),)), Segment(at(1, "13:00"), (Front("i-1", 1000, None, "timeout"),))
    assert outage(unseen.put(Serving("scores", (fine, down))), frame) == ""
    frame, nobody = a_world()
    assert outage(nobody, frame) == ""  # no address was ever given: no outage, a beginning


def test_the_night_is_cheaper():
    night = replace(NEED, traffic=Traffic(600, (250,) * 6 + (1000,) * 18))
    frame = scenario(needs=(night,))
    assert usual_per_hour(frame, night, at(2, "03:00")) == 9_000
