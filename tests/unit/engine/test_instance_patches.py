"""The fixes of one machine: missing, waiting for a reboot, installed; only those asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ssm_patching import DescribeInstancePatches
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.operations import Incident
from tests.network import ask, refused
from tests.support import lay_network, open_simulation, put_server

SSHD, HEART = "CVE-2024-6387", "CVE-2014-0160"


def holed() -> Simulation:
    simulation = lay_network(open_simulation())
    put_server(simulation)
    for cve in (SSHD, HEART):
        hole = Incident(cve, "os-cve", "i-1", "os-patching", "customer", simulation.now, cve, detected=simulation.now)
        simulation.world = simulation.world.put(hole)
    return simulation


def listed(simulation: Simulation, **kept: str) -> dict[str, str]:
    asked: dict[str, Any] = {"InstanceId": "i-1", "Filters": [{"Key": key, "Values": [value]} for key, value in kept.items()]}
    return {p["KBId"]: p["State"] for p in ask(simulation, DescribeInstancePatches.model_validate(asked))["Patches"]}


def test_each_fix_with_how_it_stands() -> None:
    simulation = holed()
    assert listed(simulation) == {SSHD: "MISSING", HEART: "MISSING"}
    software = simulation.world.get(Instance, "i-1").software
    software = replace(software, patched=(SSHD,), pending_reboot=(HEART,))
    simulation.world = simulation.world.change(Instance, "i-1", software=software)
    assert listed(simulation) == {SSHD: "INSTALLED", HEART: "INSTALLED_PENDING_REBOOT"}
    assert listed(simulation, State="Installed") == {SSHD: "INSTALLED"}
    assert listed(simulation, Classification="Bugfix") == {}


def test_filters_it_does_not_know_are_refused() -> None:
    simulation = holed()
    for key, value in (("Colour", "red"), ("State", "Gone")):
        asked = {"InstanceId": "i-1", "Filters": [{"Key": key, "Values": [value]}]}
        no = refused(simulation, DescribeInstancePatches.model_validate(asked))
        assert (no.code, bool(no.accepted)) == ("InvalidFilter", True)
    assert refused(simulation, DescribeInstancePatches(instance_id="i-0123456789abcdef0")).code.startswith("InvalidInstance")
