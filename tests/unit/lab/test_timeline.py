"""The timeline of an incident: from the strike, over who noticed and what was done, to its end."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.commands.ec2_compute import DescribeInstances, RebootInstances
from cloudlab.engine.simulation import Happening
from cloudlab.lab.telling import Line
from cloudlab.lab.timeline import timeline
from cloudlab.model.events.incidents import IncidentAcknowledged, IncidentDetected, IncidentResolved
from cloudlab.model.events.work import OrderFinished, WorkStarted
from cloudlab.model.operations import Incident
from cloudlab.model.people import Order
from cloudlab.model.time import at
from tests.support import catalogue, open_simulation

WEB = "i-0123456789abcdef0"
DOWN = Incident("down", "instance-status-check", WEB, "failover", "customer", at(1, "13:00"), detected=at(1, "13:03"))


def test_only_what_is_about_the_incident_is_told_in_its_order():
    reboot = Order("i7", "ana", RebootInstances(instance_ids=(WEB,)), at(1, "13:10"), at(1, "13:11"), 60)
    other = Order("i8", "ana", DescribeInstances(), at(1, "13:12"), at(1, "13:13"), 20)
    history = [
        Happening(at(1, "12:00"), OrderFinished(reboot)),  # before it began
        Happening(at(1, "13:03"), IncidentDetected("down", "monitoring")),
        Happening(at(1, "13:05"), IncidentAcknowledged("down")),
        Happening(at(1, "13:05"), IncidentAcknowledged("another")),
        Happening(at(1, "13:10"), WorkStarted(reboot)),
        Happening(at(1, "13:11"), OrderFinished(reboot)),
        Happening(at(1, "13:12"), OrderFinished(other)),
        Happening(at(1, "13:14"), IncidentResolved("down", "it came back")),
        Happening(at(1, "14:00"), OrderFinished(reboot)),  # after it was over
    ]
    world = open_simulation().world.put(replace(DOWN, resolved=at(1, "13:14")))
    told = timeline(world, history, "down", catalogue())
    assert [(line.at, line.tone) for line in told] == [
        (at(1, "13:00"), "bad"),
        (at(1, "13:03"), "page"),
        (at(1, "13:05"), "quiet"),
        (at(1, "13:10"), "work"),
        (at(1, "13:11"), "good"),
        (at(1, "13:14"), "good"),
    ]
    assert told[0] == Line(at(1, "13:00"), "bad", "it began; nobody knew yet")
    assert told[1].text == "noticed by monitoring, 3 min after it began"
    assert told[5].text == "over after 14 min: it came back"


def test_what_nobody_has_noticed_has_no_timeline():
    world = open_simulation().world.put(replace(DOWN, detected=None))
    assert timeline(world, [], "down", catalogue()) == ()
    assert timeline(world, [], "another", catalogue()) == ()
