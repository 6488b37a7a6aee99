"""A hole in a library: patches of the system don't help; new libraries, another endpoint or a stopped server do; else somebody gets in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.ec2_compute import DescribeInstances
from cloudlab.commands.sagemaker import DeleteEndpoint
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.rules.debts import debts_now
from cloudlab.engine.simulation import Simulation
from cloudlab.lab.patches import patches_text
from cloudlab.levels.predicates import breached
from cloudlab.model.compute import Image, Instance
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Handover, Incident, Serving
from cloudlab.model.scenario import Planned
from cloudlab.model.time import DAY, HOUR, MINUTE
from tests.balanced import NEED, SCORED, SERVES, SPEC
from tests.network import ask
from tests.support import MORNING, card, dealt, lay_network, open_simulation, put_server

from cloudlab.model.world import fact_key  # isort: skip

LOG4SHELL = "CVE-2021-44228 age=1d"


def site(detail: str = LOG4SHELL, aim: str = "first", *, endpoint: bool = True) -> Simulation:
    """A server and an endpoint answer one need; an hour later the hole is published."""
    sim = lay_network(open_simulation(needs=(NEED,), cards={"tiny": card()}))
    sim.world = sim.world.with_fact(fact_key(SCORED), SCORED)
    put_server(sim, software=replace(SERVES, server_port=443))
    sim.world = sim.world.put(Handover("answers:i-1", "answers", "i-1", MORNING))
    if endpoint:
        there = Endpoint("shop", "config", "InService", MORNING, (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),), SPEC)
        sim.world = sim.world.put(there, Handover("answers:shop", "answers", "shop", MORNING))
    dealt(sim, Planned("x", "runtime-cve", MORNING + HOUR, MORNING + HOUR, aim, detail=detail))
    sim.advance(MORNING + HOUR)
    return sim


def hole(sim: Simulation) -> Incident:
    return sim.world.get(Incident, "x")


def installed(sim: Simulation, document: str = "cloudlab-InstallRuntime", **parameters: tuple[str, ...]) -> None:
    ask(sim, SendCommand(document_name=document, instance_ids=("i-1",), parameters=parameters))
    sim.advance(sim.now + 15 * MINUTE)


def causes(sim: Simulation) -> dict[str, str | None]:
    return {f.resource: f.cause for f in sim.world.get(Serving, "answers").segments[-1].fronts}


def test_it_is_the_customers_on_a_machine_and_on_an_endpoint() -> None:
    sim = site()
    assert (hole(sim).resource, hole(sim).holder, hole(sim).duty) == ("i-1", "customer", "libraries")
    assert causes(sim) == {"i-1": None, "shop": None}
    assert ("unpatched", "i-1") in debts_now(sim.world)
    only = lay_network(open_simulation(needs=(NEED,), cards={"tiny": card()}))
    there = Endpoint("shop", "config", "InService", MORNING, (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),), SPEC)
    only.world = only.world.put(there)
    dealt(only, Planned("x", "runtime-cve", MORNING + HOUR, MORNING + HOUR, "first"))
    only.advance(MORNING + HOUR)
    assert (hole(only).resource, hole(only).holder) == ("shop", "customer")


def test_who_waits_is_broken_into_on_both_roads_and_nobody_is_answered() -> None:
    sim = site()
    due = hole(sim).due
    assert due == MORNING + HOUR + 4 * DAY  # five days to the exploit, one of them gone
    sim.advance(due - 1)
    assert causes(sim) == {"i-1": None, "shop": None}
    sim.advance(due)
    assert causes(sim) == {"i-1": "error", "shop": "error"}
    assert hole(sim).failed
    found = breached(sim.world, sim.scenario)
    assert found.ok
    assert "i-1 was taken over: critical hole in a library CVE-2021-44228" in found.evidence


def test_patching_the_system_does_not_help_new_libraries_do() -> None:
    sim = site(endpoint=False)
    installed(sim, "AWS-RunPatchBaseline", Operation=("Install",), RebootOption=("RebootIfNeeded",))
    assert hole(sim).is_open
    installed(sim)
    assert hole(sim).resolution == "nothing runs with the old library any more"
    assert sim.world.get(Instance, "i-1").software.serving == SPEC
    assert ("unpatched", "i-1") not in debts_now(sim.world)
    sim.advance(MORNING + 10 * DAY)
    assert causes(sim) == {"i-1": None}


def test_another_endpoint_has_the_mended_image_the_old_one_never_gets_it() -> None:
    sim = site()
    installed(sim)
    assert hole(sim).is_open
    newer = replace(sim.world.get(Endpoint, "shop"), id="shop-2", created=sim.now)
    sim.world = sim.world.put(newer, Handover("answers:shop-2", "answers", "shop-2", sim.now))
    ask(sim, DeleteEndpoint(endpoint_name="shop"))
    sim.advance(sim.now + HOUR)
    assert hole(sim).resolution == "nothing runs with the old library any more"
    sim.advance(MORNING + 10 * DAY)
    assert causes(sim) == {"i-1": None, "shop-2": None}


def test_a_server_that_is_stopped_takes_no_bytes_and_one_started_again_too_late_is_taken_at_once() -> None:
    sim = site(endpoint=False)
    installed(sim, "cloudlab-StopModelServer")
    assert not hole(sim).is_open
    sim.advance(MORNING + 10 * DAY)
    assert not sim.world.get(Instance, "i-1").compromised
    installed(sim, "cloudlab-StartModelServer", Port=("443",))
    assert sim.world.get(Instance, "i-1").compromised
    assert hole(sim).failed


def test_an_image_made_before_brings_the_old_library_back() -> None:
    sim = site(endpoint=False)
    old = sim.world.get(Instance, "i-1").software
    installed(sim)
    sim.world = sim.world.put(Image("ami-old", "old", "i-1", MORNING, MORNING, old, 8, False, state="available"))
    sim.advance(MORNING + 10 * DAY)
    put_server(sim, "i-2", software=sim.world.get(Image, "ami-old").software)
    sim.world = sim.world.put(Handover("answers:i-2", "answers", "i-2", sim.now))
    installed(sim, "cloudlab-CleanDisk")
    assert sim.world.get(Instance, "i-2").compromised
    assert not sim.world.get(Instance, "i-1").compromised


@pytest.mark.parametrize(("detail", "name"), [(LOG4SHELL, "CVE-2021-44228"), ("", "no CVE number yet")])
def test_the_patches_tell_of_it_once_somebody_has_heard(detail: str, name: str) -> None:
    sim = site(detail)
    assert name not in patches_text(sim.world, sim.scenario)
    sim.advance(sim.now + DAY)
    ask(sim, DescribeInstances())
    text = patches_text(sim.world, sim.scenario)
    assert f"{name}: a hole in a library in use; exploit clock" in text
    assert "cloudlab-InstallRuntime brings today's" in text
    sim.advance(sim.now + 9 * DAY)
    assert "exploits are about" in patches_text(sim.world, sim.scenario)


def test_what_serves_nobody_is_not_struck() -> None:
    sim = lay_network(open_simulation())
    put_server(sim)
    dealt(sim, Planned("x", "runtime-cve", MORNING + HOUR, MORNING + HOUR, "first"))
    sim.advance(MORNING + HOUR)
    assert hole(sim).resource is None
