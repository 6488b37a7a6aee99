"""Roles and profiles: trust policies, managed policies, and every way IAM says no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import AssociateIamInstanceProfile, ProfileSpecification, RunInstances
from cloudlab.commands.iam import (
    AddRoleToInstanceProfile,
    AttachRolePolicy,
    CreateInstanceProfile,
    CreateRole,
    DeleteRole,
    DetachRolePolicy,
    GetRole,
    ListAttachedRolePolicies,
    ListInstanceProfiles,
    ListRoles,
    UpdateAssumeRolePolicy,
)
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.images import AL2023
from tests.support import MORNING, lay_network, open_simulation, put_server, run

CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def trust(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"} | changes
    return json.dumps({"Version": "2012-10-17", "Statement": [{k: v for k, v in statement.items() if v is not None}]})


@pytest.fixture
def simulation() -> Simulation:
    return open_simulation()


def code(simulation: Simulation, command: Command) -> str | None:
    refusal = run(simulation, "ana", command).refusal
    if refusal is not None:
        assert refusal.accepted
    return refusal.code if refusal is not None else None


def made(simulation: Simulation, **changes: Any) -> Role:
    assert code(simulation, CreateRole(role_name="web", assume_role_policy_document=trust(**changes))) is None
    return simulation.world.get(Role, "web")


def test_a_role_trusts_the_services_its_policy_names(simulation: Simulation) -> None:
    role = made(simulation, Principal={"Service": ["ec2.amazonaws.com", "sagemaker.amazonaws.com"]})
    assert role.trusted == ("ec2.amazonaws.com", "sagemaker.amazonaws.com")
    assert role.created == MORNING + 180  # three minutes of work
    answer = list(simulation.answers.values())[-1]["Role"]
    assert answer["Arn"] == "arn:aws:iam::123456789012:role/web"


def test_a_parsed_document_is_as_good_as_its_text(simulation: Simulation) -> None:
    command = CreateRole.model_validate({"RoleName": "web", "AssumeRolePolicyDocument": json.loads(trust())})
    assert code(simulation, command) is None


@pytest.mark.parametrize(
    "document",
    [
        "not json",
        "file://trust.json",
        "[]",
        '{"Version": "2012-10-17"}',
        '{"Version": "2022-10-17", "Statement": [{}]}',
        trust(Principal=None),
        trust(Principal="ec2.amazonaws.com"),
        trust(Principal={"Machine": "x"}),
        trust(Principal={"Service": "ec2.amazon.com"}),
        trust(Resource="*"),
        trust(Action="s3:GetObject"),
        trust(Action=None),
        trust(Effect="Perhaps"),
    ],
)
def test_malformed_trust(simulation: Simulation, document: str) -> None:
    assert code(simulation, CreateRole(role_name="web", assume_role_policy_document=document)) == "MalformedPolicyDocument"
    assert not simulation.world.table(Role)


def test_names(simulation: Simulation) -> None:
    assert code(simulation, CreateRole(role_name="no spaces", assume_role_policy_document=trust())) == "ValidationError"
    assert code(simulation, CreateRole(role_name="x" * 65, assume_role_policy_document=trust())) == "ValidationError"
    made(simulation)
    assert code(simulation, CreateRole(role_name="web", assume_role_policy_document=trust())) == "EntityAlreadyExists"


def test_policies_attached_and_detached(simulation: Simulation) -> None:
    made(simulation)
    assert code(simulation, AttachRolePolicy(role_name="web", policy_arn=CORE)) is None
    assert code(simulation, AttachRolePolicy(role_name="web", policy_arn=CORE)) is None
    assert simulation.world.get(Role, "web").policies == (CORE,)
    run(simulation, "ana", ListAttachedRolePolicies(role_name="web"))
    assert list(simulation.answers.values())[-1]["AttachedPolicies"] == [{"PolicyName": "AmazonSSMManagedInstanceCore", "PolicyArn": CORE}]
    assert code(simulation, DeleteRole(role_name="web")) == "DeleteConflict"
    assert code(simulation, DetachRolePolicy(role_name="web", policy_arn=CORE)) is None
    assert code(simulation, DetachRolePolicy(role_name="web", policy_arn=CORE)) == "NoSuchEntity"
    assert code(simulation, DeleteRole(role_name="web")) is None
    assert not simulation.world.table(Role)


def test_what_does_not_exist(simulation: Simulation) -> None:
    assert code(simulation, GetRole(role_name="web")) == "NoSuchEntity"
    assert code(simulation, AttachRolePolicy(role_name="web", policy_arn=CORE)) == "NoSuchEntity"
    made(simulation)
    refusal = run(simulation, "ana", AttachRolePolicy(role_name="web", policy_arn="arn:aws:iam::aws:policy/AmazonS3ReadOnly")).refusal
    assert refusal is not None
    assert (refusal.code, refusal.accepted) == ("NoSuchEntity", "Perhaps arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess.")


def test_a_profile_holds_exactly_one_role(simulation: Simulation) -> None:
    made(simulation)
    assert code(simulation, AddRoleToInstanceProfile(instance_profile_name="web", role_name="web")) == "NoSuchEntity"
    assert code(simulation, CreateInstanceProfile(instance_profile_name="web")) is None
    assert code(simulation, CreateInstanceProfile(instance_profile_name="web")) == "EntityAlreadyExists"
    assert code(simulation, AddRoleToInstanceProfile(instance_profile_name="web", role_name="other")) == "NoSuchEntity"
    assert code(simulation, AddRoleToInstanceProfile(instance_profile_name="web", role_name="web")) is None
    assert code(simulation, AddRoleToInstanceProfile(instance_profile_name="web", role_name="web")) == "LimitExceeded"
    assert code(simulation, DeleteRole(role_name="web")) == "DeleteConflict"
    run(simulation, "ana", ListInstanceProfiles())
    (profile,) = list(simulation.answers.values())[-1]["InstanceProfiles"]
    assert [r["RoleName"] for r in profile["Roles"]] == ["web"]
    run(simulation, "ana", ListRoles())
    assert [r["RoleName"] for r in list(simulation.answers.values())[-1]["Roles"]] == ["web"]


def test_a_running_instance_gets_a_profile_afterwards() -> None:
    simulation = lay_network(open_simulation())
    put_server(simulation, profile=None)
    missing = AssociateIamInstanceProfile(instance_id="i-1", iam_instance_profile=ProfileSpecification(name="webb"))
    assert code(simulation, missing) == "InvalidParameterValue"
    give = AssociateIamInstanceProfile(instance_id="i-1", iam_instance_profile=ProfileSpecification(name="server"))
    assert code(simulation, give) is None
    assert simulation.world.get(Instance, "i-1").profile == "server"
    assert code(simulation, give) == "IncorrectState"
    simulation.world = simulation.world.change(Instance, "i-1", state="terminated", profile=None)
    assert code(simulation, give) == "IncorrectInstanceState"


@pytest.mark.parametrize(("age", "expected"), [(9, "InvalidParameterValue"), (10, None)])
def test_a_profile_is_known_everywhere_after_ten_seconds(age: int, expected: str | None) -> None:
    simulation = lay_network(open_simulation())
    simulation.world = simulation.world.put(InstanceProfile("web", None, MORNING - age))
    launch = RunInstances(
        image_id=AL2023.id,
        instance_type="t3.small",
        subnet_id="subnet-a",
        iam_instance_profile=ProfileSpecification(arn="arn:aws:iam::123456789012:instance-profile/web"),
    )
    refusal = simulation.preview("ana", launch).refusal
    assert (refusal.code if refusal is not None else None) == expected


def test_a_trust_policy_is_written_anew_and_the_policies_stay(simulation: Simulation) -> None:
    made(simulation)
    assert code(simulation, AttachRolePolicy(role_name="web", policy_arn=CORE)) is None
    wanted = trust(Principal={"Service": "sagemaker.amazonaws.com"})
    assert code(simulation, UpdateAssumeRolePolicy(role_name="web", policy_document=wanted)) is None
    role = simulation.world.get(Role, "web")
    assert role.trusted == ("sagemaker.amazonaws.com",)
    assert role.policies == (CORE,)
    assert code(simulation, UpdateAssumeRolePolicy(role_name="web", policy_document="{")) == "MalformedPolicyDocument"
    assert code(simulation, UpdateAssumeRolePolicy(role_name="wbe", policy_document=wanted)) == "NoSuchEntity"
