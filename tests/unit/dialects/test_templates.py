"""Templates of what stands: cfn-lint finds nothing, moto makes it all, and an HCL parser reads the Terraform of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import boto3
import hcl2
import pytest
import yaml
from cfnlint.api import ManualArgs, lint
from moto import mock_aws

from cloudlab.commands.autoscaling import CreateAutoScalingGroup, PutScalingPolicy
from cloudlab.commands.cloudwatch import PutMetricAlarm
from cloudlab.commands.ec2_access import AllocateAddress, AssociateAddress
from cloudlab.commands.ec2_acl import CreateNetworkAcl, CreateNetworkAclEntry
from cloudlab.commands.ec2_egress import CreateNatGateway, CreateVpcEndpoint
from cloudlab.commands.ec2_template import CreateLaunchTemplate
from cloudlab.commands.ec2_volumes import AttachVolume, CreateVolume
from cloudlab.commands.elbv2 import ModifyLoadBalancerAttributes, ModifyTargetGroupAttributes
from cloudlab.commands.rds import CreateDBInstance, CreateDBSubnetGroup
from cloudlab.commands.s3 import CreateBucket
from cloudlab.commands.templates.kinds import kind_of
from cloudlab.commands.templates.language import parse
from cloudlab.dialects.templates.export import NOTHING, template_json, template_text
from cloudlab.dialects.templates.terraform import HEAD, terraform_text
from cloudlab.engine.opening import opening_world
from cloudlab.engine.rules.metrics import short
from cloudlab.engine.simulation import Simulation
from cloudlab.levels.loader import load_level
from cloudlab.model.compute import Instance
from cloudlab.model.identity import Role
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel, Variant
from cloudlab.model.network import Permission
from cloudlab.model.world import World
from cloudlab.paths import assets_dir, levels_dir
from tests.balanced import SPEC, Fleet, open_fleet
from tests.network import ask
from tests.support import XGBOOST, open_simulation


def watch(sim: Simulation, name: str, namespace: str, metric: str, **dimensions: str) -> None:
    wire = {"AlarmName": name, "Namespace": namespace, "MetricName": metric, "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 2}
    wire |= {"Threshold": "1.5", "ComparisonOperator": "LessThanThreshold"}
    ask(sim, PutMetricAlarm.model_validate(wire | {"Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()]}))


def _everything() -> Fleet:
    """Build a service of two zones with something of every kind a template can hold."""
    fleet = open_fleet()
    sim = fleet.sim
    address, spare = (ask(sim, AllocateAddress())["AllocationId"] for _ in range(2))
    ask(sim, CreateNatGateway(subnet_id="subnet-a", allocation_id=address))
    ask(sim, AssociateAddress(allocation_id=spare, instance_id="web-a"))
    endpoint = {"VpcId": "vpc-1", "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": ["rtb-1"]}
    called = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "store"}]}]
    ask(sim, CreateVpcEndpoint.model_validate(endpoint | {"TagSpecifications": called}))
    acl = ask(sim, CreateNetworkAcl(vpc_id="vpc-1"))["NetworkAcl"]["NetworkAclId"]
    ports = {"from": 443, "to": 443}
    wire = {"NetworkAclId": acl, "RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}
    ask(sim, CreateNetworkAclEntry.model_validate(wire | {"PortRange": {"From": ports["from"], "To": ports["to"]}}))
    data = {"ImageId": "ami-0c101f26f147fa7fd", "InstanceType": "t3.large", "SecurityGroupIds": ["sg-app"]}
    ask(sim, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "web", "LaunchTemplateData": data}))
    group = {"AutoScalingGroupName": "more", "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Latest"}, "MinSize": 1}
    group |= {"MaxSize": 3, "VPCZoneIdentifier": "subnet-a,subnet-b", "TargetGroupARNs": [fleet.group]}
    ask(sim, CreateAutoScalingGroup.model_validate(group))
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    target = {"TargetValue": 50, "PredefinedMetricSpecification": metric}
    policy = {"AutoScalingGroupName": "more", "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    ask(sim, PutScalingPolicy.model_validate(policy | {"TargetTrackingConfiguration": target}))
    ask(sim, CreateBucket(bucket="our-models"))
    wire = {"DBSubnetGroupName": "data", "DBSubnetGroupDescription": "two zones", "SubnetIds": ["subnet-a", "subnet-b"]}
    ask(sim, CreateDBSubnetGroup.model_validate(wire))
    wire = {"DBInstanceIdentifier": "shop", "DBInstanceClass": "db.t3.medium", "Engine": "postgres", "AllocatedStorage": 20}
    wire |= {"MasterUsername": "owner", "ManageMasterUserPassword": True, "DBSubnetGroupName": "data", "MultiAZ": True}
    ask(sim, CreateDBInstance.model_validate(wire | {"StorageEncrypted": True}))
    volume = ask(sim, CreateVolume(availability_zone="us-east-1a", size=20))["VolumeId"]
    sim.advance(sim.now + 60)
    ask(sim, AttachVolume(volume_id=volume, instance_id="web-a", device="/dev/sdf"))
    keep = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    ask(sim, ModifyLoadBalancerAttributes.model_validate({"LoadBalancerArn": fleet.balancer, "Attributes": keep}))
    drain = [{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}]
    ask(sim, ModifyTargetGroupAttributes.model_validate({"TargetGroupArn": fleet.group, "Attributes": drain}))
    watch(sim, "ill-machine", "AWS/EC2", "StatusCheckFailed", InstanceId="web-a")
    watch(sim, "few-hosts", "AWS/ApplicationELB", "HealthyHostCount", LoadBalancer=short(fleet.balancer), TargetGroup=short(fleet.group))
    watch(sim, "shop-is-full", "AWS/RDS", "FreeStorageSpace", DBInstanceIdentifier="shop")
    variant = Variant("AllTraffic", "churn", "ml.m5.large", 2, 1000)
    sim.world = sim.world.put(
        Role("sm", ("sagemaker.amazonaws.com",), sim.now),
        SageModel("churn", "arn:aws:iam::123456789012:role/sm", XGBOOST, "s3://our-models/model.tar.gz", SPEC, "xgboost", sim.now),
        EndpointConfig("churn-1", (variant,), sim.now),
        Endpoint("churn", "churn-1", "InService", sim.now, (variant,), SPEC),
    )
    return fleet


@pytest.fixture(scope="module")
def world() -> World:
    return _everything().sim.world


@pytest.fixture(scope="module")
def template(world: World) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(template_json(world))
    return parsed


def test_what_stands_is_written_once_each(world: World, template: dict[str, Any]) -> None:
    kinds = Counter(resource["Type"] for resource in template["Resources"].values())
    assert kinds["AWS::EC2::Instance"] == 2, "the machines of a group come with the group"
    assert kinds["AWS::EC2::Subnet"] == 3
    assert kinds["AWS::EC2::EIP"] == 2
    assert kinds["AWS::EC2::EIPAssociation"] == 1
    for one in (
        "VPC",
        "NatGateway",
        "VPCEndpoint",
        "NetworkAcl",
        "NetworkAclEntry",
        "LaunchTemplate",
        "SecurityGroupIngress",
        "Volume",
        "VolumeAttachment",
    ):
        assert kinds[f"AWS::EC2::{one}"] == 1
    for one in ("AutoScaling::AutoScalingGroup", "AutoScaling::ScalingPolicy", "RDS::DBInstance", "SageMaker::Endpoint", "S3::Bucket"):
        assert kinds[f"AWS::{one}"] == 1
    assert kinds["AWS::ElasticLoadBalancingV2::Listener"] == kinds["AWS::CertificateManager::Certificate"] == 1


def test_no_id_of_this_run_is_left_in_it(world: World, template: dict[str, Any]) -> None:
    """Else it could not be made anywhere else: the images of Amazon, which everybody has, are all that may stay."""
    text = json.dumps(template["Resources"])
    for beginning in ("vpc-", "subnet-", "sg-", "igw-", "rtb-", "nat-", "eipalloc-", "lt-", "acl-", "web-a", "elasticloadbalancing:"):
        assert f'"{beginning}' not in text
        assert f":{beginning}" not in text
    assert "arn:aws:acm" not in text


def test_every_reference_leads_to_a_resource(template: dict[str, Any]) -> None:
    seen = 0

    def walk(value: Any) -> None:
        nonlocal seen
        if isinstance(value, dict):
            name = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
            if name is not None:
                seen += 1
                assert name in template["Resources"]
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(template["Resources"])
    assert seen > 40


def test_cfn_lint_finds_nothing(world: World) -> None:
    """Of its advice only two are left aside: zones written out (which zone is the lesson here), and a block for AI tools."""
    settings = ManualArgs(regions=["us-east-1"], ignore_checks=["W3010", "I"])
    found = lint(template_text(world), config=settings)
    assert not found, [f"{each.rule.id} {each.message}" for each in found]


NOT_IN_MOTO = (
    "AWS::CloudWatch::Alarm",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::EIPAssociation",
    "AWS::AutoScaling::ScalingPolicy",
    "AWS::CertificateManager::Certificate",
)
"""Types of this template that moto's CloudFormation doesn't know (moto 5.1)."""


def _for_moto(template: dict[str, Any], certificate: str) -> dict[str, Any]:
    """Return the template without those types, and with a certificate that is there."""
    kept = {name: r for name, r in json.loads(json.dumps(template))["Resources"].items() if r["Type"] not in NOT_IN_MOTO}
    for resource in kept.values():
        if "Certificates" in resource.get("Properties", {}):
            resource["Properties"]["Certificates"] = [{"CertificateArn": certificate}]
    return template | {"Resources": kept}


@pytest.mark.parametrize(("level", "start"), [("02-two-zones", "on-paper"), ("03-patch-tuesday", ""), ("04-the-database", "never-tried")])
def test_what_a_level_hands_over_can_be_made_elsewhere(level: str, start: str) -> None:
    world = opening_world(load_level(levels_dir(), assets_dir(), level, start).scenario, 1)
    found = lint(template_text(world), config=ManualArgs(regions=["us-east-1"], ignore_checks=["W3010", "I"]))
    assert not found, [f"{each.rule.id} {each.message}" for each in found]
    assert not re.findall(r'"(?:vpc|subnet|sg|igw|rtb|nat|eipalloc|lt|acl|i|vol)-0[0-9a-f]{16}"', template_json(world))


def test_moto_makes_it(template: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    with mock_aws():
        clouds = boto3.client("cloudformation", region_name="us-east-1")
        acm = boto3.client("acm", region_name="us-east-1")
        certificate = acm.request_certificate(DomainName="shop.example.com")["CertificateArn"]
        template = _for_moto(template, certificate)
        clouds.create_stack(StackName="again", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"])
        stack = clouds.describe_stacks(StackName="again")["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        ec2 = boto3.client("ec2", region_name="us-east-1")
        vpc = next(v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if v["CidrBlock"] == "10.0.0.0/16")
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        assert {(s["CidrBlock"], s["AvailabilityZone"]) for s in subnets} == {
            (f"10.0.{n}.0/24", f"us-east-1{z}") for n, z in enumerate("abc")
        }
        groups = {g["GroupName"]: g for g in ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]}
        (rule,) = groups["app"]["IpPermissions"]
        assert rule["UserIdGroupPairs"][0]["GroupId"] == groups["alb"]["GroupId"]
        balancers = boto3.client("elbv2", region_name="us-east-1").describe_load_balancers()["LoadBalancers"]
        assert [(b["LoadBalancerName"], len(b["AvailabilityZones"])) for b in balancers] == [("web", 2)]


def test_an_own_route_table_stands_for_a_main_one_with_routes(template: dict[str, Any]) -> None:
    """A template cannot write to the table that comes with a VPC."""
    routed = [r["Properties"]["SubnetId"] for r in template["Resources"].values() if r["Type"].endswith("RouteTableAssociation")]
    assert len(routed) == 3


def test_a_group_that_lets_nothing_out_stays_so() -> None:
    sim = open_fleet().sim
    group = next(g for g in sim.world.tables.values() for g in g.values() if getattr(g, "name", "") == "app")
    sim.world = sim.world.put(type(group)(group.id, group.vpc, group.name, group.description, group.ingress, ()))
    shut = json.loads(template_json(sim.world))["Resources"]["App"]["Properties"]
    assert shut["SecurityGroupEgress"] == [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]
    everything = Permission("sgr-x", "-1", -1, -1, cidr="0.0.0.0/0")
    sim.world = sim.world.put(type(group)(group.id, group.vpc, group.name, group.description, group.ingress, (everything,)))
    assert "SecurityGroupEgress" not in json.loads(template_json(sim.world))["Resources"]["App"]["Properties"]


def test_a_launch_template_keeps_disk_and_market() -> None:
    sim = open_simulation()
    ebs = {"VolumeSize": 20, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250, "DeleteOnTermination": False}
    data: dict[str, Any] = {"ImageId": "ami-0c101f26f147fa7fd", "InstanceType": "t3.large"}
    data |= {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": ebs}]}
    data |= {"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.05"}}}
    ask(sim, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "cheap", "LaunchTemplateData": data}))
    written = json.loads(template_json(sim.world))["Resources"]["Cheap"]["Properties"]["LaunchTemplateData"]
    assert written == data
    assert not lint(template_text(sim.world), config=ManualArgs(regions=["us-east-1"], ignore_checks=["W3010", "I"]))


def test_notes_say_what_no_template_holds(world: World) -> None:
    head = [line for line in template_text(world).splitlines() if line.startswith("#")]
    assert any("SSM documents" in line for line in head)
    assert any("What a database holds" in line for line in head)


def test_yaml_and_json_say_the_same(world: World, template: dict[str, Any]) -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!Ref", lambda _, node: {"Ref": node.value})
    Loader.add_constructor("!GetAtt", lambda _, node: {"Fn::GetAtt": node.value.split(".")})
    Loader.add_constructor("!Sub", lambda _, node: {"Fn::Sub": node.value})
    assert yaml.load(template_text(world), Loader)["Resources"] == template["Resources"]


def test_terraform_is_read_by_a_parser_and_labelled(world: World, template: dict[str, Any]) -> None:
    text = terraform_text(world)
    assert text.startswith(HEAD)
    parsed = hcl2.loads(text)["resource"]
    assert len(parsed) == len(template["Resources"])
    kinds = Counter(kind.strip('"') for each in parsed for kind in each)
    assert [kinds[each] for each in ("aws_subnet", "aws_instance", "aws_lb_listener")] == [3, 2, 1]


def test_whatever_is_written_a_stack_takes(world: World) -> None:
    """Every type is known to the stacks, and every property of it."""
    written = parse(template_json(world))
    assert {kind_of(resource).type for resource in written.resources} == {resource.type for resource in written.resources}


def test_an_alarm_tells_by_reference_what_it_looks_at(template: dict[str, Any]) -> None:
    alarms = {
        r["Properties"]["AlarmName"]: r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"
    }
    looks_at = {name: {d["Name"]: d["Value"] for d in p["Dimensions"]} for name, p in alarms.items()}
    assert set(looks_at["ill-machine"]["InstanceId"]) == {"Ref"}
    assert looks_at["few-hosts"]["TargetGroup"]["Fn::GetAtt"][1] == "TargetGroupFullName"
    assert looks_at["few-hosts"]["LoadBalancer"]["Fn::GetAtt"][1] == "LoadBalancerFullName"
    assert alarms["few-hosts"]["Threshold"] == 1.5


def test_an_alarm_on_a_machine_of_a_group_is_told_of_and_left_out() -> None:
    sim = _everything().sim
    machine = next(i.id for i in sim.world.every(Instance) if i.fleet is not None)
    watch(sim, "one-of-many", "AWS/EC2", "StatusCheckFailed", InstanceId=machine)
    text = template_text(sim.world)
    assert f"# The alarm one-of-many looks at {machine}, which comes with its group" in text
    assert "AlarmName: one-of-many" not in text


def test_nothing_is_said_to_be_nothing() -> None:
    world = open_simulation().world
    world = World(world.seed, world.now)
    assert NOTHING in template_text(world)
    assert terraform_text(world).startswith(HEAD)
