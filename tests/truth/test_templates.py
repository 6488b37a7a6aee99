"""Exported templates: cfn-lint finds nothing wrong, moto builds them, and so does another run of the simulation."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections import Counter
from functools import cache
from typing import Any

import pytest

from cloudlab.commands.cloudformation import CreateStack, DeleteStack
from cloudlab.dialects.templates.export import template_json, template_text
from cloudlab.lab import open as opening
from cloudlab.model.balancing import Listener, LoadBalancer, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.network import InternetGateway, SecurityGroup, Subnet, Vpc
from cloudlab.model.stacks import Stack
from cloudlab.model.world import World
from tests.network import ask
from tests.support import open_simulation

CAPABILITIES = ("CAPABILITY_NAMED_IAM",)
STARTS = [("02", "one-server"), ("02", "on-paper"), ("03", "two-servers"), ("04", "never-tried")]


@cache
def handed_over(level: str, start: str) -> World:
    world = opening.level(level, start).scenario.handed_over
    assert world is not None
    return world


@pytest.mark.parametrize(("level", "start"), STARTS)
def test_cfn_lint_finds_nothing_wrong(level: str, start: str) -> None:
    from cfnlint import decode  # 0.9 s; only here
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    text = template_text(handed_over(level, start))
    assert decode.decode_str(text)[1] == []
    found = lint(text, config=ManualArgs(regions=["us-east-1"], ignore_checks=["W3010"]))  # zones are meant: the game is about them
    assert [f"{match.rule.id} {match.message} (line {match.linenumber})" for match in found] == []


def without_certificates(body: str) -> str:
    """moto's CloudFormation makes no certificates, and its listeners stumble over what is not there."""
    template = json.loads(body)
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] == "AWS::CertificateManager::Certificate":
            del template["Resources"][name]
        if resource["Type"] == "AWS::ElasticLoadBalancingV2::Listener":
            resource["Properties"] = resource["Properties"] | {"Protocol": "HTTP"}
            del resource["Properties"]["Certificates"]
    return json.dumps(template)


@pytest.mark.parametrize(("level", "start"), STARTS[1:3])
def test_moto_builds_it(level: str, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setitem(os.environ, name, "testing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import boto3
        from moto import mock_aws

        with mock_aws():
            client: Any = boto3.client("cloudformation", region_name="us-east-1")
            body = without_certificates(template_json(handed_over(level, start)))
            client.create_stack(StackName="again", TemplateBody=body, Capabilities=list(CAPABILITIES))
            stack = client.describe_stacks(StackName="again")["Stacks"][0]
            assert stack["StackStatus"] == "CREATE_COMPLETE"
            made = {r["ResourceType"] for r in client.describe_stack_resources(StackName="again")["StackResources"]}
    assert {"AWS::EC2::VPC", "AWS::EC2::Instance", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::IAM::Role"} <= made


def resources(body: str) -> Counter[str]:
    """How many resources of each type; names may follow from ids, which are others in another run."""
    return Counter(re.findall(r"Type: (AWS::\S+)", body))


def shape(world: World) -> dict[str, Any]:
    """What two worlds have in common when one was built from the other's template."""
    return {
        "vpcs": [v.cidr for v in world.every(Vpc)],
        "subnets": [(s.cidr, s.zone) for s in world.every(Subnet)],
        "gateways": len(world.table(InternetGateway)),
        "groups": sorted((g.name, len(g.ingress)) for g in world.every(SecurityGroup)),
        "machines": sorted((i.type, i.zone, dict(i.tags).get("Name", "")) for i in world.every(Instance) if i.state == "running"),
        "balancers": [(b.name, len(b.nodes)) for b in world.every(LoadBalancer)],
        "targets": [(g.name, g.port, g.check) for g in world.every(TargetGroup)],
        "listeners": [(x.protocol, x.port) for x in world.every(Listener)],
        "roles": [(r.id, r.trusted, r.policies) for r in world.every(Role)],
        "profiles": [(p.id, p.role) for p in world.every(InstanceProfile)],
    }


@pytest.mark.parametrize(("level", "start"), [("02", "one-server"), ("03", "two-servers")])
def test_another_run_builds_the_same_and_gives_it_back(level: str, start: str) -> None:
    there = handed_over(level, start)
    body = template_text(there)
    for image in {i.image for i in there.every(Instance)} - {"ami-0c101f26f147fa7fd"}:
        body = body.replace(image, "ami-0c101f26f147fa7fd")  # images of one's own stay where they were baked
    simulation = open_simulation()
    empty = shape(simulation.world)
    ask(simulation, CreateStack(stack_name="again", template_body=body, capabilities=CAPABILITIES))
    simulation.advance(simulation.now + 1_800)
    stack = simulation.world.get(Stack, "again")
    assert stack.status == "CREATE_COMPLETE", [e for e in stack.events if e.reason]
    assert shape(simulation.world) == shape(there)
    assert resources(template_text(simulation.world)) == resources(body)
    ask(simulation, DeleteStack(stack_name="again"))
    simulation.advance(simulation.now + 3_600)
    assert simulation.world.get(Stack, "again").status == "DELETE_COMPLETE"
    assert shape(simulation.world) == empty
