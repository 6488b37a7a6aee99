"""The patching view: who is exposed, since when, until when, and what the baseline says; nothing the team has not heard of."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.simulation import Simulation
from cloudlab.lab.patches import patches_text, patchings
from cloudlab.model.compute import Instance
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Incident, Sighting
from cloudlab.model.patching import DefaultBaseline, PatchBaseline
from cloudlab.model.time import DAY, HOUR
from tests.balanced import SPEC
from tests.support import MORNING, lay_network, open_simulation, put_server

KERNEL = "CVE-2022-0847"


def one_server(*, heard: bool = True, detail: str = f"{KERNEL} age=9d") -> Simulation:
    simulation = lay_network(open_simulation())
    server = put_server(simulation)
    hole = Incident("hole", "os-cve", "i-1", "os-patching", "customer", MORNING - HOUR // 2, detail)
    hole = replace(hole, detected=MORNING if heard else None, due=MORNING + DAY)
    simulation.world = simulation.world.put(hole, Sighting("i-1", MORNING, server))
    return simulation


def text(simulation: Simulation) -> str:
    return patches_text(simulation.world, simulation.scenario)


def test_a_hole_nobody_has_heard_of_is_in_no_view() -> None:
    simulation = one_server(heard=False)
    assert list(patchings(simulation.world, simulation.scenario)) == []
    assert text(simulation).startswith("Nothing is missing on 1 machine of yours, as far as you know.")


def test_what_is_missing_is_told_with_its_clock_and_what_the_baseline_says() -> None:
    simulation = one_server()
    assert text(simulation).split("\n")[0] == (
        "i-1 (i-1): CVE-2022-0847 (Dirty Pipe), known for 30 min; nobody on the internet can get at it now; exploit clock 1 d 0 h "
        "(until day 2 09:00); approved: AWS-RunPatchBaseline installs it"
    )
    assert text(simulation).endswith("baseline in force: AWS-AmazonLinux2023DefaultPatchBaseline, approves 7 days after the release")


def test_a_fix_of_today_waits_for_the_baseline_unless_another_one_counts() -> None:
    simulation = one_server(detail=KERNEL)
    assert "the baseline in force approves it day 8 08:30" in text(simulation)
    simulation.world = simulation.world.put(PatchBaseline("pb-0", "ours", MORNING), DefaultBaseline("AMAZON_LINUX_2023", "pb-0"))
    assert "the baseline in force never approves it" in text(simulation)
    assert text(simulation).endswith("baseline in force: ours, approves by name only")


def test_installed_without_a_restart_is_not_in_force() -> None:
    simulation = one_server()
    server = simulation.world.get(Instance, "i-1")
    waiting = replace(server, software=replace(server.software, pending_reboot=(KERNEL,)))
    simulation.world = simulation.world.put(waiting, Sighting("i-1", MORNING, waiting))
    assert "installed, waits for a restart" in text(simulation)


def test_what_aws_patches_is_said() -> None:
    simulation = open_simulation()
    assert text(simulation).startswith("Nothing with an operating system stands yet.")
    endpoint = Endpoint("e", "config", "InService", MORNING, (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),), SPEC)
    simulation.world = simulation.world.put(endpoint)
    assert text(simulation).startswith("e: AWS patches its system")
