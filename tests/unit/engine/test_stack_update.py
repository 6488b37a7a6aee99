"""Updates of stacks: changed in place, replaced, added, taken away - or all put back - and what a change set foretells."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.cloudformation import (
    CreateChangeSet,
    DeleteChangeSet,
    DeleteStack,
    DescribeChangeSet,
    DescribeStackEvents,
    DescribeStacks,
    ExecuteChangeSet,
    ListChangeSets,
    UpdateStack,
)
from cloudlab.commands.templates.kinds import KINDS
from cloudlab.dialects.templates.terraform import KINDS as WRITTEN
from cloudlab.engine.simulation import Simulation
from cloudlab.model.balancing import LoadBalancer, TargetGroup
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.network import RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint
from cloudlab.model.stacks import Stack
from cloudlab.model.volumes import Volume
from cloudlab.model.watching import Alarm
from tests.network import ask, refused
from tests.support import open_simulation
from tests.unit.engine.test_stack import NETWORK, create


def update(simulation: Simulation, body: str | None = None, wait: int = 60, **more: Any) -> Stack:
    given = {"TemplateBody": body} if body is not None else {"UsePreviousTemplate": True}
    ask(simulation, UpdateStack.model_validate({"StackName": "net"} | given | more))
    simulation.advance(simulation.now + wait)
    return simulation.world.get(Stack, "net")


def told(simulation: Simulation) -> list[tuple[str, str]]:
    """Everything since the update began, in order."""
    events = ask(simulation, DescribeStackEvents(stack_name="net"))["StackEvents"][::-1]
    begins = max(n for n, e in enumerate(events) if e["ResourceStatus"] == "UPDATE_IN_PROGRESS" and e["LogicalResourceId"] == "net")
    return [(e["LogicalResourceId"], e["ResourceStatus"]) for e in events[begins:]]


def physical(stack: Stack, logical: str) -> str:
    found = stack.resource(logical)
    assert found is not None
    return found.physical


def changes(simulation: Simulation, name: str = "look") -> dict[str, tuple[str, str]]:
    found = ask(simulation, DescribeChangeSet(stack_name="net", change_set_name=name))["Changes"]
    return {c["LogicalResourceId"]: (c["Action"], c.get("Replacement", "")) for c in (each["ResourceChange"] for each in found)}


PUBLIC_A = NETWORK.replace('AvailabilityZone: !Select [0, !GetAZs ""]}', "AvailabilityZone: us-east-1a, MapPublicIpOnLaunch: true}")
MOVED_B = NETWORK.replace("10.0.1.0/24", "10.0.9.0/24")
WITHOUT_WEB = NETWORK[: NETWORK.index("  Web:")] + NETWORK[NETWORK.index("Outputs:") :]
OTHER_PORT = NETWORK.replace("FromPort: 443, ToPort: 443", "FromPort: 8443, ToPort: 8443")


def test_what_differs_is_changed_in_place_and_nothing_else_is_touched() -> None:
    simulation = open_simulation()
    before = create(simulation, NETWORK)
    stack = update(simulation, PUBLIC_A)
    assert (stack.status, stack.previous, stack.leftovers) == ("UPDATE_COMPLETE", None, ())
    assert [(r.logical, r.physical) for r in stack.resources] == [(r.logical, r.physical) for r in before.resources]
    assert simulation.world.get(Subnet, physical(stack, "A")).map_public_ip
    assert told(simulation) == [
        ("net", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_COMPLETE"),
        ("net", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("net", "UPDATE_COMPLETE"),
    ]
    assert "LastUpdatedTime" in ask(simulation, DescribeStacks(stack_name="net"))["Stacks"][0]


def test_rules_of_a_group_that_are_gone_go() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    stack = update(simulation, OTHER_PORT)
    group = simulation.world.get(SecurityGroup, physical(stack, "Web"))
    assert [(r.from_port, r.to_port) for r in group.ingress] == [(8443, 8443)]


def test_what_cannot_be_changed_is_made_anew_before_the_old_one_goes() -> None:
    simulation = open_simulation()
    before = create(simulation, NETWORK)
    stack = update(simulation, MOVED_B)
    assert stack.status == "UPDATE_COMPLETE"
    assert physical(stack, "B") != physical(before, "B")
    assert simulation.world.find(Subnet, physical(before, "B")) is None
    assert simulation.world.get(Subnet, physical(stack, "B")).cidr == "10.0.9.0/24"
    steps = [status for logical, status in told(simulation) if logical == "B"]
    assert steps == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_what_the_template_names_no_more_is_deleted_at_last() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    stack = update(simulation, WITHOUT_WEB)
    assert (stack.status, stack.resource("Web")) == ("UPDATE_COMPLETE", None)
    assert [g.name for g in simulation.world.every(SecurityGroup) if g.name != "default"] == []
    assert update(simulation, NETWORK).resource("Web") is not None


def test_policies_keep_what_is_removed_or_replaced() -> None:
    simulation = open_simulation()
    before = create(
        simulation,
        NETWORK.replace("  Web:\n", "  Web:\n    DeletionPolicy: Retain\n").replace("  B:\n", "  B:\n    UpdateReplacePolicy: Retain\n"),
    )
    stack = update(simulation, WITHOUT_WEB.replace("10.0.1.0/24", "10.0.9.0/24"))
    assert stack.status == "UPDATE_COMPLETE"
    assert simulation.world.find(Subnet, physical(before, "B")) is not None
    assert simulation.world.find(SecurityGroup, physical(before, "Web")) is not None


def test_a_failure_puts_everything_back() -> None:
    """B moves onto A's range, which AWS refuses; A, changed by then, is changed back, and what was new is gone."""
    simulation = open_simulation()
    before = create(simulation, NETWORK)
    extra = "  More: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}\nOutputs:"
    stack = update(simulation, PUBLIC_A.replace("10.0.1.0/24", "10.0.0.128/25").replace("Outputs:", extra))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.reason == "The following resource(s) failed to update: [B]."
    assert [(r.logical, r.physical) for r in stack.resources] == [(r.logical, r.physical) for r in before.resources]
    assert not simulation.world.get(Subnet, physical(stack, "A")).map_public_ip
    assert (stack.template, stack.previous, stack.leftovers) == (NETWORK, None, ())
    assert len(list(simulation.world.every(RouteTable))) == 2  # the main one and the template's own
    assert update(simulation, MOVED_B).status == "UPDATE_COMPLETE"


def test_what_was_replaced_takes_its_place_again() -> None:
    """The subnet is made anew before a group of a name that is taken fails."""
    simulation = open_simulation()
    before = create(simulation, NETWORK)
    named = NETWORK.replace("GroupDescription: HTTPS from anywhere", "GroupDescription: other\n      GroupName: default")
    stack = update(simulation, named.replace("10.0.1.0/24", "10.0.9.0/24"))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert physical(stack, "B") == physical(before, "B")
    assert sorted(s.cidr for s in simulation.world.every(Subnet)) == ["10.0.0.0/24", "10.0.1.0/24"]


TWO = """
Parameters: {Second: {Type: Number, Default: 0}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Sub "10.${Second}.0.0/16"}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Sub "10.${Second}.0.0/24"}}
"""


def test_a_parameter_alone_is_an_update_and_what_hangs_on_what_it_replaces_is_replaced_too() -> None:
    simulation = open_simulation()
    before = create(simulation, TWO)
    stack = update(simulation, Parameters=[{"ParameterKey": "Second", "ParameterValue": "7"}])
    assert (stack.status, stack.reason) == ("UPDATE_COMPLETE", "")
    assert [v.cidr for v in simulation.world.every(Vpc)] == ["10.7.0.0/16"]
    assert [s.cidr for s in simulation.world.every(Subnet)] == ["10.7.0.0/24"]
    assert physical(stack, "A") != physical(before, "A")
    deleted = [logical for logical, status in told(simulation) if status == "DELETE_COMPLETE"]
    assert deleted == ["A", "Vpc"]
    kept = [{"ParameterKey": "Second", "UsePreviousValue": True}]
    again = UpdateStack.model_validate({"StackName": "net", "UsePreviousTemplate": True, "Parameters": kept})
    assert refused(simulation, again).sentence == "No updates are to be performed."


@pytest.mark.parametrize(
    ("body", "code", "part"),
    [
        (NETWORK, "ValidationError", "No updates are to be performed."),
        (NETWORK.replace("AWS::EC2::RouteTable", "AWS::EC2::Tables"), "ValidationError", "Unrecognized resource types"),
        (NETWORK.replace("Type: AWS::EC2::InternetGateway", "Type: AWS::EC2::EIP"), "ValidationError", "resource type is not permitted"),
        (NETWORK.replace("EnableDnsHostnames: true", "InstanceTenancy: dedicated"), "ValidationError", "InstanceTenancy"),
    ],
)
def test_what_is_refused(body: str, code: str, part: str) -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    no = refused(simulation, UpdateStack(stack_name="net", template_body=body))
    assert no.code == code
    assert part in no.sentence


def test_a_stack_that_is_busy_or_half_there_is_not_updated() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK, wait=1)
    assert "CREATE_IN_PROGRESS" in refused(simulation, UpdateStack(stack_name="net", template_body=MOVED_B)).sentence
    no = refused(simulation, UpdateStack(stack_name="net"))
    assert no.code == "ValidationError"


def test_a_change_set_foretells_what_comes_to_pass() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    body = WITHOUT_WEB.replace("10.0.1.0/24", "10.0.9.0/24").replace("MapPublicIpOnLaunch: true", "MapPublicIpOnLaunch: false")
    body = body.replace("Outputs:", "  More: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}\nOutputs:")
    ask(simulation, CreateChangeSet(stack_name="net", change_set_name="look", template_body=body))
    assert simulation.world.get(Stack, "net").status == "CREATE_COMPLETE"
    assert changes(simulation) == {"B": ("Modify", "True"), "More": ("Add", ""), "Web": ("Remove", "")}
    assert [s["ChangeSetName"] for s in ask(simulation, ListChangeSets(stack_name="net"))["Summaries"]] == ["look"]
    ask(simulation, ExecuteChangeSet(stack_name="net", change_set_name="look"))
    simulation.advance(simulation.now + 60)
    stack = simulation.world.get(Stack, "net")
    assert (stack.status, stack.resource("Web")) == ("UPDATE_COMPLETE", None)
    assert ask(simulation, ListChangeSets(stack_name="net"))["Summaries"] == []


def test_what_hangs_on_something_made_anew_may_be_made_anew_too() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    more = [{"ParameterKey": "Range", "ParameterValue": "10.0.0.0/15"}]
    asked = {"StackName": "net", "ChangeSetName": "look", "UsePreviousTemplate": True, "Parameters": more}
    ask(simulation, CreateChangeSet.model_validate(asked))
    found = changes(simulation)
    assert found["Vpc"] == ("Modify", "True")
    assert found["A"] == ("Modify", "Conditional")
    assert "Gateway" not in found


def test_a_change_set_without_changes_fails_and_cannot_be_carried_out() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    ask(simulation, CreateChangeSet(stack_name="net", change_set_name="look", template_body=NETWORK))
    told = ask(simulation, DescribeChangeSet(stack_name="net", change_set_name="look"))
    assert (told["Status"], told["ExecutionStatus"], told["Changes"]) == ("FAILED", "UNAVAILABLE", [])
    assert refused(simulation, ExecuteChangeSet(stack_name="net", change_set_name="look")).code == "InvalidChangeSetStatus"
    again = CreateChangeSet(stack_name="net", change_set_name="look", template_body=MOVED_B)
    assert refused(simulation, again).code == "AlreadyExistsException"
    ask(simulation, DeleteChangeSet(stack_name="net", change_set_name="look"))
    assert refused(simulation, DescribeChangeSet(stack_name="net", change_set_name="look")).code == "ChangeSetNotFound"


def test_an_updated_stack_goes_as_it_came() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    update(simulation, MOVED_B)
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 120)
    assert simulation.world.get(Stack, "net").status == "DELETE_COMPLETE"
    assert list(simulation.world.every(Vpc)) == []


DISK = """
Resources:
  Disk: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: us-east-1a, Size: 20, VolumeType: gp3}}
  Full:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/EC2
      MetricName: StatusCheckFailed
      Dimensions: [{Name: InstanceId, Value: i-0a1b2c3d4e5f60718}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 2
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
"""


def test_a_volume_grows_in_use_an_alarm_is_written_over_and_both_go() -> None:
    simulation = open_simulation()
    before = create(simulation, DISK)
    assert (before.status, before.reason) == ("CREATE_COMPLETE", "")
    stack = update(simulation, DISK.replace("Size: 20", "Size: 30").replace("EvaluationPeriods: 2", "EvaluationPeriods: 3"), wait=600)
    assert (stack.status, stack.reason) == ("UPDATE_COMPLETE", "")
    assert simulation.world.get(Volume, physical(stack, "Disk")).gib == 30
    assert simulation.world.get(Alarm, physical(stack, "Full")).periods == 3
    shrunk = update(simulation, DISK.replace("Size: 20", "Size: 10").replace("EvaluationPeriods: 2", "EvaluationPeriods: 3"), wait=25_000)
    assert shrunk.status == "UPDATE_ROLLBACK_COMPLETE"
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 600)
    assert (list(simulation.world.every(Volume)), list(simulation.world.every(Alarm))) == ([], [])


SPREAD = (
    NETWORK[: NETWORK.index("Outputs:")]
    + """
  Private: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Other: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Store:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: !Ref Vpc, ServiceName: com.amazonaws.us-east-1.s3, RouteTableIds: [!Ref Private], Tags: [{Key: Name, Value: store}]}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    DependsOn: Attached
    Properties:
      Subnets: [!Ref A, !Ref B]
      LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: true}]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      Protocol: HTTP
      Port: 8080
      VpcId: !Ref Vpc
      TargetGroupAttributes: [{Key: deregistration_delay.timeout_seconds, Value: 60}]
  Plan:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {ImageId: ami-0c101f26f147fa7fd, InstanceType: t3.large}}
  Fleet:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate: {LaunchTemplateId: !Ref Plan, Version: !GetAtt Plan.LatestVersionNumber}
      MinSize: 0
      MaxSize: 1
      VPCZoneIdentifier: [!Ref A, !Ref B]
      TargetGroupARNs: [!Ref Targets]
"""
)


def spread(simulation: Simulation, stack: Stack) -> tuple[Any, ...]:
    """Return (protected, drain, tables of the endpoint, its name, target groups of the fleet)."""
    world, store = simulation.world, physical(stack, "Store")
    tables = {
        r.logical for r in stack.resources if r.type == "AWS::EC2::RouteTable" and _leads_to(world.get(RouteTable, r.physical), store)
    }
    return (
        world.get(LoadBalancer, physical(stack, "Balancer")).protected,
        world.get(TargetGroup, physical(stack, "Targets")).drain,
        tables,
        dict(world.get(VpcEndpoint, store).tags).get("Name"),
        world.get(AutoScalingGroup, physical(stack, "Fleet")).target_groups,
    )


def _leads_to(table: RouteTable, endpoint: str) -> bool:
    return any(route.target == endpoint for route in table.routes)


def test_settings_of_balancers_fleets_and_endpoints_are_made_changed_and_put_back() -> None:
    simulation = open_simulation()
    stack = create(simulation, SPREAD, wait=600)
    assert (stack.status, stack.reason) == ("CREATE_COMPLETE", "")
    targets = physical(stack, "Targets")
    assert spread(simulation, stack) == (True, 60, {"Private"}, "store", (targets,))
    other = SPREAD.replace("RouteTableIds: [!Ref Private]", "RouteTableIds: [!Ref Other]").replace("Value: store", "Value: shop")
    other = other.replace("      LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: true}]\n", "")
    other = other.replace("      TargetGroupAttributes: [{Key: deregistration_delay.timeout_seconds, Value: 60}]\n", "")
    other = other.replace("      TargetGroupARNs: [!Ref Targets]\n", "")
    taken = "{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}"
    late = f"  Late: {{Type: AWS::EC2::Subnet, DependsOn: [Balancer, Fleet, Store], Properties: {taken}}}\n"
    back = update(simulation, other + late, wait=600)
    assert back.status == "UPDATE_ROLLBACK_COMPLETE"
    happened = told(simulation)
    for each in ("Balancer", "Targets", "Fleet", "Store"):
        assert happened.count((each, "UPDATE_COMPLETE")) == 2  # there and back
    assert spread(simulation, back) == (True, 60, {"Private"}, "store", (targets,))
    ids = [(r.logical, r.physical) for r in stack.resources]
    stack = update(simulation, other, wait=600)
    assert (stack.status, [(r.logical, r.physical) for r in stack.resources]) == ("UPDATE_COMPLETE", ids)
    assert spread(simulation, stack) == (False, 300, {"Other"}, "shop", ())
    stack = update(simulation, SPREAD, wait=600)
    assert spread(simulation, stack) == (True, 60, {"Private"}, "store", (targets,))


def test_a_protected_balancer_keeps_its_stack_from_going() -> None:
    simulation = open_simulation()
    create(simulation, SPREAD, wait=600)
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 600)
    stack = simulation.world.get(Stack, "net")
    assert stack.status == "DELETE_FAILED"
    failed = stack.resource("Balancer")
    assert failed is not None
    assert "deletion protection" in failed.reason


def test_whatever_an_export_writes_a_stack_takes() -> None:
    assert set(WRITTEN) <= set(KINDS)
