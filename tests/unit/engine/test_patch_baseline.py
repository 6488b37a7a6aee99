"""Patch baselines: which fixes count as approved, by rule or by name, and whose baseline counts."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.ssm import SendCommand
from cloudlab.commands.ssm_patching import (
    CreatePatchBaseline,
    DeletePatchBaseline,
    DescribePatchBaselines,
    GetPatchBaseline,
    RegisterDefaultPatchBaseline,
    UpdatePatchBaseline,
)
from cloudlab.engine.rules.approval import baseline_in_force
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.operations import Incident
from cloudlab.model.patching import AWS_BASELINE
from tests.network import ask, refused
from tests.support import MORNING, lay_network, open_simulation, put_server, run

SSHD = "CVE-2024-6387"


def same_day() -> Simulation:
    """A server with a hole whose fix came out this morning."""
    simulation = lay_network(open_simulation())
    put_server(simulation)
    simulation.world = simulation.world.put(Incident("hole", "os-cve", "i-1", "os-patching", "customer", MORNING, SSHD, detected=MORNING))
    return simulation


def rules(days: int | None, **kept: list[str]) -> dict[str, Any]:
    filters = [{"Key": key, "Values": values} for key, values in kept.items()]
    rule = {"PatchFilterGroup": {"PatchFilters": filters}} | ({"ApproveAfterDays": days} if days is not None else {})
    return {"PatchRules": [rule]}


def made(simulation: Simulation, **asked: Any) -> str:
    command = CreatePatchBaseline.model_validate({"Name": "ours"} | asked)
    return str(ask(simulation, command)["BaselineId"])


def patched(simulation: Simulation) -> bool:
    parameters: dict[str, tuple[str, ...]] = {"Operation": ("Install",)}
    run(simulation, "ana", SendCommand(document_name="AWS-RunPatchBaseline", instance_ids=("i-1",), parameters=parameters))
    simulation.advance(simulation.now + 600)
    return SSHD in simulation.world.get(Instance, "i-1").software.patched


@pytest.mark.parametrize(
    ("asked", "installs"),
    [
        ({"ApprovedPatches": [SSHD]}, True),
        ({"ApprovalRules": rules(0)}, True),
        ({"ApprovalRules": rules(0, CLASSIFICATION=["Security"], SEVERITY=["Critical"])}, True),
        ({"ApprovalRules": rules(0, CLASSIFICATION=["Bugfix"])}, False),
        ({"ApprovalRules": rules(0, SEVERITY=["Low"])}, False),
        ({"ApprovalRules": rules(1)}, False),
        ({"ApprovalRules": rules(0), "RejectedPatches": [SSHD]}, False),
        ({}, False),
    ],
)
def test_a_same_day_fix_is_installed_only_where_the_baseline_in_force_lets_it(asked: dict[str, Any], installs: bool) -> None:
    simulation = same_day()
    baseline = made(simulation, **asked)
    assert not patched(simulation)  # AWS's own counts until another is registered: seven days
    ask(simulation, RegisterDefaultPatchBaseline(baseline_id=baseline))
    assert patched(simulation) is installs


def test_what_is_left_out_of_a_change_stays() -> None:
    simulation = same_day()
    baseline = made(simulation, ApprovalRules=rules(3), ApprovedPatches=["CVE-2022-0847"])
    told = ask(simulation, UpdatePatchBaseline(baseline_id=baseline, approved_patches=(SSHD,)))
    assert (told["ApprovedPatches"], told["ApprovalRules"]["PatchRules"][0]["ApproveAfterDays"]) == ([SSHD], 3)
    assert ask(simulation, GetPatchBaseline(baseline_id=baseline)) == told


def test_the_default_one_is_aws_until_chosen_and_cannot_be_deleted() -> None:
    simulation = same_day()
    baseline = made(simulation)
    listed = {b["BaselineId"]: b["DefaultBaseline"] for b in ask(simulation, DescribePatchBaselines())["BaselineIdentities"]}
    assert listed == {AWS_BASELINE: True, baseline: False}
    ask(simulation, RegisterDefaultPatchBaseline(baseline_id=baseline))
    assert baseline_in_force(simulation.world, simulation.scenario).id == baseline
    assert refused(simulation, DeletePatchBaseline(baseline_id=baseline)).code == "ResourceInUseException"
    ask(simulation, RegisterDefaultPatchBaseline(baseline_id=AWS_BASELINE))
    ask(simulation, DeletePatchBaseline(baseline_id=baseline))
    assert refused(simulation, GetPatchBaseline(baseline_id=baseline)).code == "DoesNotExistException"


def test_refusals_say_what_would_be_accepted() -> None:
    simulation = same_day()
    no = refused(simulation, RegisterDefaultPatchBaseline(baseline_id="pb-0123456789abcdef0"))
    assert (no.code, AWS_BASELINE in no.accepted) == ("DoesNotExistException", True)
    no = refused(simulation, CreatePatchBaseline.model_validate({"Name": "web", "ApprovalRules": rules(None)}))
    assert (no.code, "ApproveAfterDays=0" in no.accepted) == ("ValidationException", True)
    assert refused(simulation, CreatePatchBaseline(name="web", operating_system="WINDOWS")).code == "ValidationException"
