"""Stacks: a template is built in the order of its references, whole or not at all, and taken back in the reverse order."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.cloudformation import CreateStack, DeleteStack, DescribeStackEvents, DescribeStackResources, DescribeStacks
from cloudlab.commands.ec2_network import CreateSubnet
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.network import InternetGateway, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc
from cloudlab.model.stacks import Stack
from tests.network import ask, refused
from tests.support import open_simulation

NETWORK = """
Description: a network of two zones
Parameters:
  Range: {Type: String, Default: 10.0.0.0/16}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: !Ref Range, EnableDnsHostnames: true, Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-net"}]}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b, MapPublicIpOnLaunch: true}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out:
    Type: AWS::EC2::Route
    DependsOn: Attached
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  OfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref A}}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: HTTPS from anywhere
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]
Outputs:
  Where: {Value: !Join [" ", [!Ref A, !GetAtt B.AvailabilityZone]]}
"""


def create(simulation: Simulation, body: str, name: str = "net", wait: int = 60, **more: Any) -> Stack:
    ask(simulation, CreateStack.model_validate({"StackName": name, "TemplateBody": body} | more))
    simulation.advance(simulation.now + wait)
    return simulation.world.get(Stack, name)


def test_a_network_is_built_in_the_order_of_its_references() -> None:
    simulation = open_simulation()
    stack = create(simulation, NETWORK)
    assert (stack.status, stack.reason) == ("CREATE_COMPLETE", "")
    assert {r.status for r in stack.resources} == {"CREATE_COMPLETE"}
    (vpc,) = simulation.world.every(Vpc)
    assert (vpc.cidr, vpc.dns_hostnames, dict(vpc.tags)) == ("10.0.0.0/16", True, {"Name": "net-net"})
    assert [s.zone for s in simulation.world.every(Subnet)] == ["us-east-1a", "us-east-1b"]
    told = ask(simulation, DescribeStacks(stack_name="net"))["Stacks"][0]
    a = next(r.physical for r in stack.resources if r.logical == "A")
    assert told["Outputs"] == [{"OutputKey": "Where", "OutputValue": f"{a} us-east-1b", "Description": ""}]
    assert told["Parameters"] == [{"ParameterKey": "Range", "ParameterValue": "10.0.0.0/16"}]
    done = [e["LogicalResourceId"] for e in ask(simulation, DescribeStackEvents(stack_name="net"))["StackEvents"]]
    assert done[0] == "net"
    assert done[-1] == "net"


def test_what_waits_for_nothing_is_made_at_the_same_time_and_each_step_takes_three_seconds() -> None:
    simulation = open_simulation()
    ask(simulation, CreateStack(stack_name="net", template_body=NETWORK))
    began = simulation.now
    simulation.advance(began + 30)
    stack = simulation.world.get(Stack, "net")
    ends = {e.logical: e.at - began for e in stack.events if e.status == "CREATE_COMPLETE"}
    assert ends == {"Vpc": 3, "Gateway": 3, "A": 6, "B": 6, "Attached": 6, "Table": 6, "Web": 6, "OfA": 9, "Out": 9, "net": 9}


def test_it_goes_as_it_came() -> None:
    simulation = open_simulation()
    create(simulation, NETWORK)
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 60)
    assert simulation.world.get(Stack, "net").status == "DELETE_COMPLETE"
    for kind in (Vpc, Subnet, InternetGateway, RouteTable, SecurityGroup):
        assert not simulation.world.table(kind), kind
    assert refused(simulation, DescribeStackResources(stack_name="net")).code == "ValidationError"
    assert create(simulation, NETWORK).status == "CREATE_COMPLETE"  # its name is free again


def test_a_failure_takes_everything_back_and_names_what_failed() -> None:
    simulation = open_simulation()
    stack = create(simulation, NETWORK.replace("10.0.1.0/24", "10.0.0.128/25"))
    assert stack.status == "ROLLBACK_COMPLETE"
    failed = next(e for e in stack.events if e.status == "CREATE_FAILED")
    assert failed.logical == "B"
    assert failed.reason.startswith("Resource handler returned message: \"The CIDR '10.0.0.128/25' conflicts with another subnet")
    assert "InvalidSubnet.Conflict" in failed.reason
    assert not simulation.world.table(Vpc)
    no = refused(simulation, CreateStack(stack_name="net", template_body=NETWORK))
    assert (no.code, "can only be deleted" in no.accepted) == ("AlreadyExistsException", True)


def test_do_nothing_leaves_what_was_made() -> None:
    simulation = open_simulation()
    stack = create(simulation, NETWORK.replace("10.0.1.0/24", "10.0.0.128/25"), OnFailure="DO_NOTHING")
    assert stack.status == "CREATE_FAILED"
    assert len(simulation.world.table(Vpc)) == 1


def test_what_others_put_into_it_keeps_a_stack_from_going() -> None:
    simulation = open_simulation()
    stack = create(simulation, NETWORK)
    vpc = next(r.physical for r in stack.resources if r.logical == "Vpc")
    extra = ask(simulation, CreateSubnet(vpc_id=vpc, cidr_block="10.0.9.0/24"))["Subnet"]["SubnetId"]
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 60)
    stack = simulation.world.get(Stack, "net")
    assert (stack.status, stack.reason) == ("DELETE_FAILED", "The following resource(s) failed to delete: [Vpc].")
    simulation.world = simulation.world.drop(Subnet, extra)
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 60)
    assert simulation.world.get(Stack, "net").status == "DELETE_COMPLETE"


def test_a_nat_gateway_is_waited_for() -> None:
    simulation = open_simulation()
    body = NETWORK.replace(
        "Outputs:",
        """  Ip: {Type: AWS::EC2::EIP, DependsOn: Attached, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Out, Properties: {SubnetId: !Ref A, AllocationId: !GetAtt Ip.AllocationId}}
  Private: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Through: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Private, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
Outputs:""",
    )
    stack = create(simulation, body, wait=30)
    assert stack.status == "CREATE_IN_PROGRESS"
    simulation.advance(simulation.now + 600)
    assert simulation.world.get(Stack, "net").status == "CREATE_COMPLETE"
    (nat,) = simulation.world.every(NatGateway)
    ask(simulation, DeleteStack(stack_name="net"))
    simulation.advance(simulation.now + 20)
    assert simulation.world.get(Stack, "net").status == "DELETE_IN_PROGRESS"
    simulation.advance(simulation.now + 900)
    assert simulation.world.get(Stack, "net").status == "DELETE_COMPLETE"
    assert all(n.state == "deleted" for n in simulation.world.every(NatGateway))
    assert nat.state == "available"


MACHINE = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore]
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
"""


def test_whoever_makes_roles_says_so() -> None:
    simulation = open_simulation()
    no = refused(simulation, CreateStack(stack_name="iam", template_body=MACHINE))
    assert (no.code, "--capabilities CAPABILITY_IAM" in no.accepted) == ("InsufficientCapabilitiesException", True)
    assert create(simulation, MACHINE, "iam", Capabilities=["CAPABILITY_IAM"]).status == "CREATE_COMPLETE"
    ask(simulation, DeleteStack(stack_name="iam"))
    simulation.advance(simulation.now + 60)
    assert simulation.world.get(Stack, "iam").status == "DELETE_COMPLETE"
    assert not simulation.world.table(Instance)


@pytest.mark.parametrize(
    ("body", "sentence", "accepted"),
    [
        (
            "Resources: {X: {Type: AWS::Foo::Bar}}",
            "Template format error: Unrecognized resource types: [AWS::Foo::Bar]",
            "docs/stacks.md",
        ),
        ("Resources: {X: {Type: AWS::EC2::Vpc}}", "Unrecognized resource types: [AWS::EC2::Vpc]", "Did you mean AWS::EC2::VPC?"),
        ("Resources: {X: {Type: AWS::EC2::VPC, Properties: {CidrBlok: x}}}", "extraneous key [CidrBlok]", "Did you mean CidrBlock?"),
        ("Resources: {X: {Type: AWS::EC2::VPC}}", "required key [CidrBlock] not found", "AWS::EC2::VPC needs CidrBlock."),
        (
            "Resources: {X: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vcp, CidrBlock: 10.0.0.0/24}}}",
            "Unresolved resource dependencies [Vcp] in the Resources block of the template",
            "There is",
        ),
        (
            "Resources: {A: {Type: AWS::EC2::VPC, DependsOn: B, Properties: {CidrBlock: x}}, B: {Type: AWS::EC2::VPC, DependsOn: A,"
            " Properties: {CidrBlock: x}}}",
            "Circular dependency between resources: [A, B]",
            "",
        ),
        ("Resources: {}", "At least one Resources member must be defined", ""),
        ("Resources: [", "YAML not well-formed. (line 2", ""),
        ("Conditions: {}\nResources: {X: {Type: AWS::EC2::VPC}}", "'Conditions' is not modelled", ""),
        ("Parameters: {P: {Type: String}}\nResources: {X: {Type: AWS::EC2::InternetGateway}}", "Parameters: [P] must have values", ""),
        (
            "Resources: {X: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !ImportValue x}}}",
            "The function !ImportValue is not modelled",
            "!Ref",
        ),
    ],
)
def test_a_wrong_template_is_refused_by_name(body: str, sentence: str, accepted: str) -> None:
    no = refused(open_simulation(), CreateStack(stack_name="x", template_body=body))
    assert no.code == "ValidationError"
    assert sentence in no.sentence
    assert accepted in no.accepted
