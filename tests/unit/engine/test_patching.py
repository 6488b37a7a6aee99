"""Patching: which fixes are approved when, what waits for a reboot, and what the reports say."""

from __future__ import annotations

import pytest

from cloudlab.commands.ec2_compute import RebootInstances
from cloudlab.commands.ssm import DescribeInstancePatchStates, SendCommand
from cloudlab.engine.rules.vulnerabilities import publication
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation, Software
from cloudlab.model.operations import Incident
from cloudlab.model.time import DAY
from tests.support import MORNING, lay_network, open_simulation, put_server, run

SSHD, KERNEL = "CVE-2024-6387", "CVE-2022-0847"


def hit_by(*details: str) -> Simulation:
    simulation = lay_network(open_simulation())
    put_server(simulation)
    for number, detail in enumerate(details):
        simulation.world = simulation.world.put(
            Incident(f"hole-{number}", "os-cve", "i-1", "os-patching", "customer", MORNING, detail, detected=MORNING)
        )
    return simulation


def patch(simulation: Simulation, operation: str = "Install", reboot: str = "RebootIfNeeded") -> int:
    """Order it, and return when the machine begins: half an hour of work later."""
    parameters: dict[str, tuple[str, ...]] = {"Operation": (operation,), "RebootOption": (reboot,)}
    run(simulation, "ana", SendCommand(document_name="AWS-RunPatchBaseline", instance_ids=("i-1",), parameters=parameters))
    return simulation.now


def software(simulation: Simulation) -> Software:
    return simulation.world.get(Instance, "i-1").software


def last(simulation: Simulation) -> Invocation:
    return list(simulation.world.every(Invocation))[-1]


def test_installing_takes_five_minutes_and_a_reboot_of_one() -> None:
    simulation = hit_by(f"{SSHD} age=9d")
    began = patch(simulation)
    simulation.advance(began + 299)
    assert software(simulation).patched == ()
    simulation.advance(began + 300)
    assert software(simulation).patched == (SSHD,)
    assert simulation.world.get(Instance, "i-1").booted is None  # Patch Manager restarts after installing anything
    assert last(simulation).status == "InProgress"
    simulation.advance(began + 360)
    assert simulation.world.get(Instance, "i-1").booted == began + 360
    assert (last(simulation).status, last(simulation).ended) == ("Success", began + 360)
    assert last(simulation).detail == "Installed: CVE-2024-6387 (regreSSHion). Rebooted."


@pytest.mark.parametrize(
    ("age", "after", "installed"),
    [
        ("9d", 0, True),
        ("7d", 0, True),
        ("0d", 0, False),
        ("1d", 5 * DAY, False),  # released a day before; six days and a little old by then
        ("1d", 6 * DAY, True),
        ("156h", 0, False),  # six and a half days, and 35 minutes until the machine installs
    ],
)
def test_only_what_was_released_seven_days_ago_is_approved(age: str, after: int, installed: bool) -> None:
    simulation = hit_by(f"{SSHD} age={age}")
    simulation.advance(MORNING + after)
    began = patch(simulation)
    simulation.advance(began + 400)
    assert (software(simulation).patched == (SSHD,)) is installed
    if not installed:
        assert "Not approved before day" in last(simulation).detail
        assert simulation.world.get(Instance, "i-1").booted == MORNING - 3_560  # nothing installed, no reboot


def test_without_a_reboot_a_kernel_fix_is_installed_but_not_in_force() -> None:
    simulation = hit_by(f"{KERNEL} age=9d", f"{SSHD} age=9d")
    began = patch(simulation, reboot="NoReboot")
    simulation.advance(began + 300)
    assert (software(simulation).patched, software(simulation).pending_reboot) == ((SSHD,), (KERNEL,))
    assert last(simulation).status == "Success"
    assert "InstalledPendingReboot: CVE-2022-0847" in last(simulation).detail
    run(simulation, "ana", DescribeInstancePatchStates(instance_ids=("i-1",)))
    (state,) = list(simulation.answers.values())[-1]["InstancePatchStates"]
    assert (state["InstalledCount"], state["InstalledPendingRebootCount"], state["MissingCount"]) == (1, 1, 0)
    run(simulation, "ana", RebootInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 60)
    assert software(simulation).patched == (SSHD, KERNEL)
    assert software(simulation).pending_reboot == ()


def test_scanning_changes_nothing() -> None:
    simulation = hit_by(f"{KERNEL} age=9d", f"{SSHD} age=1d")
    began = patch(simulation, operation="Scan")
    simulation.advance(began + 300)
    assert software(simulation) == Software()
    assert last(simulation).detail == "Missing: CVE-2022-0847 (Dirty Pipe). Not approved before day 7 09:00: CVE-2024-6387 (regreSSHion)."


def test_an_image_built_after_the_news_has_the_fix() -> None:
    simulation = hit_by(f"{SSHD} age=0d")
    put_server(simulation, "i-2", launched=MORNING)
    run(simulation, "ana", DescribeInstancePatchStates(instance_ids=("i-1", "i-2")))
    states = list(simulation.answers.values())[-1]["InstancePatchStates"]
    assert [s["MissingCount"] for s in states] == [1, 0]


def test_a_detail_nobody_can_read_is_the_authors_mistake() -> None:
    with pytest.raises(AssertionError, match="CVE-2024-6387 age=9d"):
        publication("a hole")
