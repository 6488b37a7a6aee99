"""Maintenance windows: open at the instant worked out ahead, send what is registered as send-command would, respect the cutoff."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.ssm_windows import (
    CreateMaintenanceWindow,
    DeleteMaintenanceWindow,
    DeregisterTargetFromMaintenanceWindow,
    DeregisterTaskFromMaintenanceWindow,
    DescribeMaintenanceWindowExecutions,
    DescribeMaintenanceWindows,
    DescribeMaintenanceWindowTasks,
    GetMaintenanceWindow,
    RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow,
    UpdateMaintenanceWindow,
)
from cloudlab.engine.rules.vulnerabilities import lacking
from cloudlab.engine.simulation import Simulation
from cloudlab.engine.window_life import ahead
from cloudlab.lab.patches import patches_text
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.operations import Incident
from cloudlab.model.people import Toil
from cloudlab.model.time import HOUR, MINUTE, stamp
from cloudlab.model.windows import MaintenanceWindow, WindowTarget
from tests.network import ask, refused
from tests.support import lay_network, open_simulation, put_server

NAMES = ("i-1", "i-2", "i-3")
_PLAIN = {"name": "nights", "schedule": "rate(1 hour)", "duration": 3, "cutoff": 1, "allow_unassociated_targets": False}
WORK = 420
"""Machine time of cloudlab-InstallRuntime, as the delivery tests have it."""


def three() -> Simulation:
    simulation = lay_network(open_simulation())
    for number, name in enumerate(NAMES):
        put_server(simulation, name, private_ip=f"10.0.0.{10 + number}")
    return simulation


def window(simulation: Simulation, **asked: Any) -> str:
    given: dict[str, Any] = {
        "name": "nights",
        "schedule": "rate(1 hour)",
        "duration": 3,
        "cutoff": 1,
        "allow_unassociated_targets": False,
    } | asked
    return str(ask(simulation, CreateMaintenanceWindow(**given))["WindowId"])


def machines(simulation: Simulation, key: str) -> str:
    asked = {"WindowId": key, "ResourceType": "INSTANCE", "Targets": [{"Key": "InstanceIds", "Values": list(NAMES)}]}
    return str(ask(simulation, RegisterTargetWithMaintenanceWindow.model_validate(asked))["WindowTargetId"])


def task(key: str, target: str, document: str = "cloudlab-InstallRuntime", **more: Any) -> RegisterTaskWithMaintenanceWindow:
    asked = {
        "WindowId": key,
        "TaskArn": document,
        "TaskType": "RUN_COMMAND",
        "Targets": [{"Key": "WindowTargetIds", "Values": [target]}],
    }
    return RegisterTaskWithMaintenanceWindow.model_validate(asked | more)


def opens(simulation: Simulation, key: str) -> int:
    at = simulation.world.get(MaintenanceWindow, key).opens
    assert at is not None
    return at


def states(simulation: Simulation) -> list[str]:
    return [i.status for i in simulation.world.every(Invocation)]


def executions(simulation: Simulation, key: str) -> list[dict[str, Any]]:
    return list(ask(simulation, DescribeMaintenanceWindowExecutions(window_id=key))["WindowExecutions"])


def test_at_its_instant_the_task_runs_machine_by_machine_without_anybodys_hours() -> None:
    simulation = three()
    key = window(simulation)
    ask(simulation, task(key, machines(simulation, key)))
    toil = list(simulation.world.every(Toil))
    at = opens(simulation, key)
    simulation.advance(at - 1)
    assert states(simulation) == []
    simulation.advance(at)
    assert states(simulation) == ["InProgress", "Pending", "Pending"]
    assert opens(simulation, key) == at + HOUR
    simulation.advance(at + 3 * WORK)
    assert states(simulation) == ["Success"] * 3
    assert list(simulation.world.every(Toil)) == toil
    [told] = executions(simulation, key)
    assert (told["Status"], told["StartTime"], told["EndTime"]) == ("SUCCESS", stamp(at), stamp(at + 3 * WORK))


def test_it_patches_what_the_baseline_approves() -> None:
    simulation = three()
    hole = Incident("hole", "os-cve", "i-1", "os-patching", "customer", simulation.now, "CVE-2024-6387", detected=simulation.now)
    simulation.world = simulation.world.put(hole)
    key = window(simulation, schedule="rate(8 days)")
    given = {"RunCommand": {"Parameters": {"Operation": ["Install"]}}}
    ask(simulation, task(key, machines(simulation, key), "AWS-RunPatchBaseline", MaxConcurrency="1", TaskInvocationParameters=given))
    told = patches_text(simulation.world, simulation.scenario)
    assert f"opens {stamp(opens(simulation, key))}" in told
    assert "AWS-RunPatchBaseline Operation=Install RebootOption=RebootIfNeeded" in told
    at = opens(simulation, key)
    simulation.advance(at - 1)
    assert [f.vulnerability.id for f in lacking(simulation.world, simulation.world.get(Instance, "i-1"))][:1] == ["CVE-2024-6387"]
    simulation.advance(at + HOUR)
    assert "CVE-2024-6387" not in [f.vulnerability.id for f in lacking(simulation.world, simulation.world.get(Instance, "i-1"))]
    assert "SUCCESS 3 of 3." in patches_text(simulation.world, simulation.scenario)


def test_the_next_priority_waits_until_the_first_is_through() -> None:
    simulation = three()
    key = window(simulation)
    target = machines(simulation, key)
    ask(simulation, task(key, target, "cloudlab-CleanDisk", Priority=5, MaxConcurrency="100%"))
    ask(simulation, task(key, target, Priority=1, MaxConcurrency="100%"))
    simulation.advance(opens(simulation, key))
    assert {i.document for i in simulation.world.every(Invocation)} == {"cloudlab-InstallRuntime"}
    simulation.advance(simulation.now + WORK)
    assert {i.document for i in simulation.world.every(Invocation)} == {"cloudlab-InstallRuntime", "cloudlab-CleanDisk"}


@pytest.mark.parametrize(("behavior", "last"), [("CANCEL_TASK", "Cancelled"), ("CONTINUE_TASK", "Success")])
def test_the_cutoff_takes_the_task_from_machines_whose_turn_has_not_come_if_it_says_so(behavior: str, last: str) -> None:
    simulation = lay_network(open_simulation())
    many = [f"i-{n}" for n in range(10)]
    for number, name in enumerate(many):
        put_server(simulation, name, private_ip=f"10.0.0.{10 + number}")
    key = window(simulation, schedule="rate(1 day)", duration=2, cutoff=1, allow_unassociated_targets=True)
    asked: dict[str, Any] = {"Targets": [{"Key": "InstanceIds", "Values": many}], "CutoffBehavior": behavior, "MaxConcurrency": "1"}
    ask(simulation, task(key, "", **asked))
    at = opens(simulation, key)
    simulation.advance(at + HOUR + MINUTE)
    assert states(simulation).count("Success") == HOUR // WORK
    simulation.advance(at + 3 * HOUR)
    assert states(simulation)[-1] == last
    assert states(simulation)[HOUR // WORK] == "Success"  # what had begun goes on
    assert executions(simulation, key)[0]["Status"] == ("CANCELLED" if last == "Cancelled" else "SUCCESS")


def test_what_had_not_begun_at_the_cutoff_never_does() -> None:
    simulation = lay_network(open_simulation())
    many = [f"i-{n}" for n in range(10)]
    for number, name in enumerate(many):
        put_server(simulation, name, private_ip=f"10.0.0.{10 + number}")
    key = window(simulation, schedule="rate(1 day)", duration=2, cutoff=1, allow_unassociated_targets=True)
    on: dict[str, Any] = {"Targets": [{"Key": "InstanceIds", "Values": many}], "MaxConcurrency": "1"}
    ask(simulation, task(key, "", Priority=1, **on))
    ask(simulation, task(key, "", "cloudlab-CleanDisk", Priority=2, **on))
    simulation.advance(opens(simulation, key) + 4 * HOUR)
    assert {i.document for i in simulation.world.every(Invocation)} == {"cloudlab-InstallRuntime"}
    assert executions(simulation, key)[0]["Status"] == "TIMED_OUT"


def test_it_does_not_open_over_itself_nor_when_switched_off_or_deleted() -> None:
    simulation = three()
    key = window(simulation, schedule="rate(10 minutes)")
    ask(simulation, task(key, machines(simulation, key)))
    simulation.advance(opens(simulation, key) + 11 * MINUTE)
    assert [e["Status"] for e in executions(simulation, key)] == ["SKIPPED_OVERLAPPING", "IN_PROGRESS"]
    ask(simulation, UpdateMaintenanceWindow(window_id=key, enabled=False))
    assert "NextExecutionTime" not in ask(simulation, GetMaintenanceWindow(window_id=key))
    simulation.advance(simulation.now + 2 * HOUR)
    before = len(executions(simulation, key))
    ask(simulation, DeleteMaintenanceWindow(window_id=key))
    ask(simulation, DeleteMaintenanceWindow(window_id=key))  # deleting what is not there succeeds
    simulation.advance(simulation.now + 2 * HOUR)
    assert len(executions(simulation, key)) == before == 2
    assert ask(simulation, DescribeMaintenanceWindows())["WindowIdentities"] == []
    assert list(simulation.world.every(WindowTarget)) == []


def test_without_a_machine_it_fails_and_says_so() -> None:
    simulation = three()
    key = window(simulation)
    ask(simulation, task(key, machines(simulation, key)))
    for name in NAMES:
        simulation.world = simulation.world.change(Instance, name, state="stopped")
    simulation.advance(opens(simulation, key) + 1)
    assert (executions(simulation, key)[0]["Status"], executions(simulation, key)[0]["StatusDetails"]) == (
        "FAILED",
        "No invocations to execute.",
    )


def test_a_window_acts_in_another_run_it_is_put_into() -> None:
    simulation = three()
    key = window(simulation)
    ask(simulation, task(key, machines(simulation, key)))
    other = three()
    other.world = other.world.put(*simulation.world.every(MaintenanceWindow), *simulation.world.every(WindowTarget))
    other.world = ahead(other.world, other.scenario)
    other.advance(opens(other, key))
    assert len(executions(other, key)) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "no"}, "3 to 128"),
        ({"duration": 25}, "1 to 24"),
        ({"cutoff": 3}, "0 to 2"),
        ({"schedule": "every night"}, "cron(0 2 ? * SUN *)"),
        ({"schedule": "cron(0 2 * * SUN *)"}, "question mark"),
        ({"schedule": "cron(0 25 ? * SUN *)"}, "0 to 23"),
        ({"schedule": "cron(0 2 14 * ? *)"}, "weekday"),
        ({"schedule": "cron(0 2 ? * TUE#2 *)"}, "'3#2'"),
    ],
)
def test_what_is_no_window_is_refused(changes: dict[str, Any], told: str) -> None:
    given: dict[str, Any] = {
        "name": "nights",
        "schedule": "rate(1 day)",
        "duration": 3,
        "cutoff": 1,
        "allow_unassociated_targets": False,
    } | changes
    no = refused(three(), CreateMaintenanceWindow(**given))
    assert (no.code, told in no.accepted) == ("ValidationException", True)


def test_what_does_not_exist_is_named_and_what_is_used_can_be_kept() -> None:
    simulation = three()
    gone = "mw-0123456789abcdef0"
    assert refused(simulation, GetMaintenanceWindow(window_id=gone)).code == "DoesNotExistException"
    assert refused(simulation, GetMaintenanceWindow(window_id="sundays")).code == "ValidationException"
    key = window(simulation)
    uuid = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
    assert refused(simulation, task(key, uuid)).code == "DoesNotExistException"
    target = machines(simulation, key)
    assert refused(simulation, task(key, target, "AWS-Nothing")).code == "InvalidDocument"
    by_id = [{"Key": "InstanceIds", "Values": ["i-1"]}]
    other = window(simulation)
    assert "not registered" in refused(simulation, task(other, "", Targets=by_id)).sentence
    ask(simulation, task(key, "", Targets=by_id))
    named = str(ask(simulation, task(key, target))["WindowTaskId"])
    safe = DeregisterTargetFromMaintenanceWindow(window_id=key, window_target_id=target, safe=True)
    assert refused(simulation, safe).code == "TargetInUseException"
    ask(simulation, DeregisterTaskFromMaintenanceWindow(window_id=key, window_task_id=named))
    ask(simulation, safe)
    assert len(ask(simulation, DescribeMaintenanceWindowTasks(window_id=key))["Tasks"]) == 1


def test_there_is_room_for_fifty() -> None:
    simulation = three()
    for _ in range(50):
        window(simulation)
    asked = CreateMaintenanceWindow(name="one", schedule="rate(1 day)", duration=3, cutoff=1, allow_unassociated_targets=True)
    assert refused(simulation, asked).code == "ResourceLimitExceededException"
