"""Permissions: what a role's managed policies let it do."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.permissions import may, may_read, role_of, without_role
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.world import World
from tests.support import lay_network, open_simulation, put_server


def world(*policies: str) -> World:
    return World(1, 0).put(Role("r", ("ec2.amazonaws.com",), 0, tuple(f"arn:aws:iam::aws:policy/{p}" for p in policies)))


@pytest.mark.parametrize(
    ("policy", "action", "resource", "allowed"),
    [
        ("AmazonS3ReadOnlyAccess", "s3:GetObject", "arn:aws:s3:::my-data/a.csv", True),
        ("AmazonS3ReadOnlyAccess", "s3:PutObject", "arn:aws:s3:::my-data/a.csv", False),
        ("AmazonS3FullAccess", "s3:PutObject", "arn:aws:s3:::my-data/a.csv", True),
        ("AmazonSageMakerFullAccess", "s3:ListBucket", "arn:aws:s3:::my-data", True),
        ("AmazonSageMakerFullAccess", "s3:GetObject", "arn:aws:s3:::my-data/a.csv", False),
        ("AmazonSageMakerFullAccess", "s3:GetObject", "arn:aws:s3:::my-sagemaker-data/a.csv", True),
        ("AmazonSageMakerFullAccess", "s3:GetObject", "arn:aws:s3:::my-data/SageMaker/a.csv", True),
        ("AmazonSSMManagedInstanceCore", "ssm:UpdateInstanceInformation", "*", True),
        ("AmazonSSMManagedInstanceCore", "s3:GetObject", "arn:aws:s3:::my-data/a.csv", False),
        ("CloudWatchAgentServerPolicy", "cloudwatch:PutMetricData", "*", True),
        ("CloudWatchAgentServerPolicy", "ssm:UpdateInstanceInformation", "*", False),
        ("AdministratorAccess", "iam:DeleteUser", "*", True),
    ],
)
def test_what_each_policy_allows(policy: str, action: str, resource: str, allowed: bool) -> None:
    permit = may(world(policy), "r", action, resource)
    assert bool(permit) is allowed
    assert (policy in permit.reason) is allowed


def test_reading_takes_listing_and_fetching() -> None:
    assert may_read(world("AmazonS3ReadOnlyAccess"), "r", "my-data", "a.csv")
    trap = may_read(world("AmazonSageMakerFullAccess"), "r", "my-data", "a.csv")
    assert not trap
    assert "s3:GetObject on resource: arn:aws:s3:::my-data/a.csv" in trap.reason
    assert "s3:ListBucket" in may_read(world(), "r", "my-data", "a.csv").reason


def test_the_chain_from_an_instance_to_its_role() -> None:
    simulation = lay_network(open_simulation())
    server = put_server(simulation)
    assert role_of(simulation.world, server) == simulation.world.get(Role, "server")
    bare = simulation.world.change(Instance, "i-1", profile=None)
    assert role_of(bare, bare.get(Instance, "i-1")) is None
    assert "no instance profile" in without_role(bare, bare.get(Instance, "i-1"))
    empty = simulation.world.change(InstanceProfile, "server", role=None)
    assert "holds no role" in without_role(empty, server)
    wrong = simulation.world.change(Role, "server", trusted=("sagemaker.amazonaws.com",))
    assert role_of(wrong, server) is None
    assert "does not trust ec2.amazonaws.com" in without_role(wrong, server)
