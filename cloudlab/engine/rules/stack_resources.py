"""Stack resources: when one is there, when one is gone, and what Ref and GetAtt of it come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudlab.engine.rules.databases import endpoint_name
from cloudlab.model.balancing import LoadBalancer, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.identity import Role
from cloudlab.model.ids import arn
from cloudlab.model.learning import Endpoint
from cloudlab.model.network import Address, NatGateway, NetworkAcl, SecurityGroup, Subnet, Vpc, VpcEndpoint
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import Seconds
from cloudlab.model.volumes import Volume
from cloudlab.model.world import World

State = Callable[[World, str], str]
"""(world, physical id) -> "", while it is coming; "there"; or why it failed."""

Attribute = Callable[[World, str], Any]


def _instance(world: World, key: str) -> str:
    found = world.find(Instance, key)
    if found is None or found.state in ("shutting-down", "terminated", "stopping", "stopped"):
        return "the instance did not stabilise: it is gone"
    return "there" if found.state == "running" else ""


def _nat(world: World, key: str) -> str:
    found = world.get(NatGateway, key)
    if found.state == "failed":
        return f"NatGateway {key} is in state failed and hence failed to stabilize. {': '.join(found.failure or ())}"
    return "there" if found.state == "available" else ""


def _database(world: World, key: str) -> str:
    found = world.get(DbInstance, key)
    if found.status in ("failed", "incompatible-network"):
        return f"DB instance {key} is {found.status}"
    return "there" if found.status == "available" else ""


def _endpoint(world: World, key: str) -> str:
    found = world.get(Endpoint, key)
    if found.status == "Failed":
        return f"Resource of type 'AWS::SageMaker::Endpoint' with identifier '{key}' did not stabilize. {found.failure or ''}".rstrip()
    return "there" if found.status == "InService" else ""


def _fleet(world: World, key: str) -> str:
    return "there" if world.find(AutoScalingGroup, key) is not None else "the group is gone"


STATES: dict[str, State] = {
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::NatGateway": _nat,
    "AWS::EC2::Volume": lambda w, k: "there" if w.get(Volume, k).state in ("available", "in-use") else "",
    "AWS::RDS::DBInstance": _database,
    "AWS::SageMaker::Endpoint": _endpoint,
    "AWS::AutoScaling::AutoScalingGroup": _fleet,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": lambda w, k: "there" if w.get(LoadBalancer, k).state == "active" else "",
    "AWS::CertificateManager::Certificate": lambda w, k: "there" if w.get(Certificate, k).status == "ISSUED" else "",
}
"""Kinds that take their time; every other one is there once its orders are through."""

GONE: dict[str, Callable[[World, str], bool]] = {
    "AWS::EC2::Instance": lambda w, k: (i := w.find(Instance, k)) is None or i.state == "terminated",
    "AWS::EC2::NatGateway": lambda w, k: (n := w.find(NatGateway, k)) is None or n.state == "deleted",
    "AWS::RDS::DBInstance": lambda w, k: w.find(DbInstance, k) is None,
    "AWS::SageMaker::Endpoint": lambda w, k: w.find(Endpoint, k) is None,
    "AWS::EC2::VPCEndpoint": lambda w, k: w.find(VpcEndpoint, k) is None,
    "AWS::EC2::Volume": lambda w, k: w.find(Volume, k) is None,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": lambda w, k: w.find(LoadBalancer, k) is None,
    "AWS::AutoScaling::AutoScalingGroup": lambda w, k: (
        w.find(AutoScalingGroup, k) is None and not any(i.state != "terminated" and i.fleet == k for i in w.every(Instance))
    ),
}


def least(scenario: Scenario, kind: str) -> Seconds:
    """Return how long a resource takes at the least; what belongs to IAM is waited for until every service knows it."""
    overhead = scenario.catalogue.timing("cloudformation_overhead_per_resource")
    return overhead + (scenario.catalogue.timing("iam_role_eventual_consistency") if kind.startswith("AWS::IAM::") else 0)


def state(world: World, kind: str, physical: str) -> str:
    asked = STATES.get(kind)
    return asked(world, physical) if asked is not None else "there"


def is_gone(world: World, kind: str, physical: str) -> bool:
    asked = GONE.get(kind)
    return asked(world, physical) if asked is not None else True


def _default_group(world: World, vpc: str) -> str:
    return next(g.id for g in world.every(SecurityGroup) if g.vpc == vpc and g.name == "default")


ATTRIBUTES: dict[tuple[str, str], Attribute] = {
    ("AWS::EC2::VPC", "VpcId"): lambda w, k: k,
    ("AWS::EC2::VPC", "CidrBlock"): lambda w, k: w.get(Vpc, k).cidr,
    ("AWS::EC2::VPC", "DefaultSecurityGroup"): _default_group,
    ("AWS::EC2::VPC", "DefaultNetworkAcl"): lambda w, k: next(a.id for a in w.every(NetworkAcl) if a.vpc == k and a.is_default),
    ("AWS::EC2::Subnet", "SubnetId"): lambda w, k: k,
    ("AWS::EC2::Subnet", "AvailabilityZone"): lambda w, k: w.get(Subnet, k).zone,
    ("AWS::EC2::Subnet", "VpcId"): lambda w, k: w.get(Subnet, k).vpc,
    ("AWS::EC2::Subnet", "CidrBlock"): lambda w, k: w.get(Subnet, k).cidr,
    ("AWS::EC2::InternetGateway", "InternetGatewayId"): lambda w, k: k,
    ("AWS::EC2::RouteTable", "RouteTableId"): lambda w, k: k,
    ("AWS::EC2::SecurityGroup", "GroupId"): lambda w, k: k,
    ("AWS::EC2::SecurityGroup", "VpcId"): lambda w, k: w.get(SecurityGroup, k).vpc,
    ("AWS::EC2::EIP", ""): lambda w, k: w.get(Address, k).public_ip,
    ("AWS::EC2::EIP", "AllocationId"): lambda w, k: k,
    ("AWS::EC2::EIP", "PublicIp"): lambda w, k: w.get(Address, k).public_ip,
    ("AWS::EC2::NatGateway", "NatGatewayId"): lambda w, k: k,
    ("AWS::EC2::Instance", "InstanceId"): lambda w, k: k,
    ("AWS::EC2::Instance", "PrivateIp"): lambda w, k: w.get(Instance, k).private_ip,
    ("AWS::EC2::Instance", "PublicIp"): lambda w, k: w.get(Instance, k).public_ip or "",
    ("AWS::EC2::Instance", "AvailabilityZone"): lambda w, k: w.get(Instance, k).zone,
    ("AWS::EC2::Volume", "VolumeId"): lambda w, k: k,
    ("AWS::CloudWatch::Alarm", "Arn"): lambda w, k: arn("cloudwatch", f"alarm:{k}"),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateId"): lambda w, k: k,
    ("AWS::EC2::LaunchTemplate", "LatestVersionNumber"): lambda w, k: "$Latest",
    ("AWS::EC2::LaunchTemplate", "DefaultVersionNumber"): lambda w, k: "$Default",
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerArn"): lambda w, k: k,
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName"): lambda w, k: k.partition("loadbalancer/")[2],
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName"): lambda w, k: k.rpartition(":")[2],
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "DNSName"): lambda w, k: w.get(LoadBalancer, k).dns_name,
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerName"): lambda w, k: w.get(LoadBalancer, k).name,
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn"): lambda w, k: k,
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupName"): lambda w, k: w.get(TargetGroup, k).name,
    ("AWS::ElasticLoadBalancingV2::Listener", "ListenerArn"): lambda w, k: k,
    ("AWS::RDS::DBInstance", "Endpoint.Address"): lambda w, k: endpoint_name(w.get(DbInstance, k)),
    ("AWS::RDS::DBInstance", "Endpoint.Port"): lambda w, k: str(w.get(DbInstance, k).port),
    ("AWS::IAM::Role", "Arn"): lambda w, k: arn("iam", f"role/{w.get(Role, k).id}"),
    ("AWS::IAM::InstanceProfile", "Arn"): lambda w, k: arn("iam", f"instance-profile/{k}"),
    ("AWS::S3::Bucket", "Arn"): lambda w, k: f"arn:aws:s3:::{k}",
    ("AWS::SageMaker::Model", "ModelName"): lambda w, k: k,
    ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"): lambda w, k: k,
    ("AWS::SageMaker::Endpoint", "EndpointName"): lambda w, k: k,
}
"""(type, attribute) -> what GetAtt comes to; with an empty attribute, what Ref does where it is not the physical id."""


def attributes_of(kind: str) -> tuple[str, ...]:
    return tuple(name for of, name in ATTRIBUTES if of == kind and name)
