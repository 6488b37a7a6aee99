"""Changes in place: which properties of a resource type an update changes without making it anew, and the commands for that."""

from __future__ import annotations

import json
from typing import Any

from cloudlab.commands import ec2_access, ec2_acl, ec2_attributes, ec2_egress, ec2_network, ec2_template, ec2_volumes, iam, rds
from cloudlab.commands.templates import changes_balancing  # noqa: F401 - importing it registers its changes
from cloudlab.commands.templates.changing import CHANGES, change, differ, retagged
from cloudlab.commands.templates.kinds import KINDS, Order, Properties, permission, said, yes

__all__ = ["CHANGES", "NOT_HERE"]

for _type in ("InternetGateway", "RouteTable", "NatGateway", "NetworkAcl", "EIP"):
    change(f"AWS::EC2::{_type}", "Tags")(retagged)


@change("AWS::EC2::VPC", "EnableDnsSupport EnableDnsHostnames Tags")
def vpc(old: Properties, new: Properties, key: str) -> list[Order]:
    orders = retagged(old, new, key)
    for attribute, usual in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
        if differ(old, new, attribute):
            orders.append((ec2_network.ModifyVpcAttribute, {"VpcId": key, attribute: {"Value": yes(new.get(attribute, usual))}}))
    return orders


@change("AWS::EC2::Subnet", "MapPublicIpOnLaunch Tags")
def subnet(old: Properties, new: Properties, key: str) -> list[Order]:
    orders = retagged(old, new, key)
    if differ(old, new, "MapPublicIpOnLaunch"):
        public = {"Value": yes(new.get("MapPublicIpOnLaunch", False))}
        orders.append((ec2_network.ModifySubnetAttribute, {"SubnetId": key, "MapPublicIpOnLaunch": public}))
    return orders


@change("AWS::EC2::Route", "GatewayId NatGatewayId InstanceId")
def route(old: Properties, new: Properties, key: str) -> list[Order]:
    asked = said(new, "RouteTableId", "DestinationCidrBlock", "GatewayId", "NatGatewayId", "InstanceId")
    return [(ec2_network.ReplaceRoute, asked)]


@change("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", identity="NewAssociationId")
def association(old: Properties, new: Properties, key: str) -> list[Order]:
    return [(ec2_network.ReplaceRouteTableAssociation, {"AssociationId": key} | said(new, "RouteTableId"))]


_EVERYTHING = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


@change("AWS::EC2::SecurityGroup", "SecurityGroupIngress SecurityGroupEgress Tags")
def security_group(old: Properties, new: Properties, key: str) -> list[Order]:
    """Rules that are new are let in before those that are gone are taken out; without SecurityGroupEgress, everything goes out."""
    orders = retagged(old, new, key)
    for name, peer, usual, let, take in (
        (
            "SecurityGroupIngress",
            "SourceSecurityGroupId",
            [],
            ec2_access.AuthorizeSecurityGroupIngress,
            ec2_access.RevokeSecurityGroupIngress,
        ),
        (
            "SecurityGroupEgress",
            "DestinationSecurityGroupId",
            [_EVERYTHING],
            ec2_access.AuthorizeSecurityGroupEgress,
            ec2_access.RevokeSecurityGroupEgress,
        ),
    ):
        before = [permission(rule, peer) for rule in old.get(name, usual)]
        after = [permission(rule, peer) for rule in new.get(name, usual)]
        for command, rules in ((let, [r for r in after if r not in before]), (take, [r for r in before if r not in after])):
            if rules:
                orders.append((command, {"GroupId": key, "IpPermissions": rules}))
    return orders


@change("AWS::EC2::NetworkAclEntry", "Protocol RuleAction CidrBlock PortRange Icmp")
def acl_entry(old: Properties, new: Properties, key: str) -> list[Order]:
    ((_, asked),) = KINDS["AWS::EC2::NetworkAclEntry"].makes(new, key)
    return [(ec2_acl.ReplaceNetworkAclEntry, asked)]


@change("AWS::EC2::VPCEndpoint", "RouteTableIds SubnetIds SecurityGroupIds PrivateDnsEnabled Tags")
def endpoint(old: Properties, new: Properties, key: str) -> list[Order]:
    asked: dict[str, Any] = {}
    for name in ("RouteTableIds", "SubnetIds", "SecurityGroupIds"):
        before, after = old.get(name) or [], new.get(name) or []
        asked |= {f"Add{name}": fresh} if (fresh := [each for each in after if each not in before]) else {}
        asked |= {f"Remove{name}": gone} if (gone := [each for each in before if each not in after]) else {}
    if differ(old, new, "PrivateDnsEnabled"):
        asked["PrivateDnsEnabled"] = yes(new.get("PrivateDnsEnabled", True))
    orders: list[Order] = [(ec2_egress.ModifyVpcEndpoint, {"VpcEndpointId": key} | asked)] if asked else []
    return [*orders, *retagged(old, new, key)]


@change("AWS::EC2::Instance", "SecurityGroupIds Tags")
def instance(old: Properties, new: Properties, key: str) -> list[Order]:
    orders = retagged(old, new, key)
    if differ(old, new, "SecurityGroupIds"):
        orders.append((ec2_attributes.ModifyInstanceAttribute, {"InstanceId": key, "Groups": new.get("SecurityGroupIds") or []}))
    return orders


@change("AWS::EC2::LaunchTemplate", "LaunchTemplateData")
def launch_template(old: Properties, new: Properties, key: str) -> list[Order]:
    asked = {"LaunchTemplateId": key, "LaunchTemplateData": new["LaunchTemplateData"]}
    return [(ec2_template.CreateLaunchTemplateVersion, asked)]


@change("AWS::EC2::Volume", "Size VolumeType Iops Throughput Tags")
def volume(old: Properties, new: Properties, key: str) -> list[Order]:
    """A volume becomes another one in use; that it never shrinks is its own refusal."""
    asked = {name: int(new[name]) for name in ("Size", "Iops", "Throughput") if name in new and differ(old, new, name)}
    if differ(old, new, "VolumeType"):
        asked |= said(new, "VolumeType")
    orders: list[Order] = [(ec2_volumes.ModifyVolume, {"VolumeId": key} | asked)] if asked else []
    return [*orders, *retagged(old, new, key)]


@change(
    "AWS::CloudWatch::Alarm",
    "AlarmDescription Namespace MetricName Dimensions Statistic ComparisonOperator TreatMissingData AlarmActions OKActions "
    "InsufficientDataActions ActionsEnabled Threshold Period EvaluationPeriods DatapointsToAlarm",
)
def alarm(old: Properties, new: Properties, key: str) -> list[Order]:
    """An alarm of the same name is written over."""
    return KINDS["AWS::CloudWatch::Alarm"].makes(new, key)


_DATABASE = (
    "DBInstanceClass MultiAZ AllocatedStorage MaxAllocatedStorage BackupRetentionPeriod EngineVersion PreferredMaintenanceWindow "
    "PubliclyAccessible AutoMinorVersionUpgrade DeletionProtection MasterUserPassword"
)


@change("AWS::RDS::DBInstance", f"{_DATABASE} VPCSecurityGroups")
def database(old: Properties, new: Properties, key: str) -> list[Order]:
    """CloudFormation applies changes at once, whatever the maintenance window."""
    whole = KINDS["AWS::RDS::DBInstance"].makes(new, key)[0][1]
    asked = said(whole, *(name for name in _DATABASE.split() if differ(old, new, name)))
    if differ(old, new, "VPCSecurityGroups"):
        asked["VpcSecurityGroupIds"] = new.get("VPCSecurityGroups") or []
    return [(rds.ModifyDBInstance, {"DBInstanceIdentifier": key, "ApplyImmediately": True} | asked)]


@change("AWS::RDS::DBSubnetGroup", "DBSubnetGroupDescription SubnetIds")
def subnet_group(old: Properties, new: Properties, key: str) -> list[Order]:
    return [(rds.ModifyDBSubnetGroup, {"DBSubnetGroupName": key} | said(new, "DBSubnetGroupDescription", "SubnetIds"))]


@change("AWS::IAM::Role", "AssumeRolePolicyDocument ManagedPolicyArns")
def role(old: Properties, new: Properties, key: str) -> list[Order]:
    before, after = old.get("ManagedPolicyArns") or [], new.get("ManagedPolicyArns") or []
    orders: list[Order] = [(iam.AttachRolePolicy, {"RoleName": key, "PolicyArn": arn}) for arn in after if arn not in before]
    if differ(old, new, "AssumeRolePolicyDocument"):
        document = json.dumps(new["AssumeRolePolicyDocument"], sort_keys=True)
        orders.append((iam.UpdateAssumeRolePolicy, {"RoleName": key, "PolicyDocument": document}))
    return [*orders, *((iam.DetachRolePolicy, {"RoleName": key, "PolicyArn": arn}) for arn in before if arn not in after)]


@change("AWS::IAM::InstanceProfile", "Roles")
def profile(old: Properties, new: Properties, key: str) -> list[Order]:
    """One role per profile: the old one has to be out before the new one is in."""
    orders: list[Order] = [(iam.RemoveRoleFromInstanceProfile, {"InstanceProfileName": key, "RoleName": r}) for r in old["Roles"]]
    return [*orders, *((iam.AddRoleToInstanceProfile, {"InstanceProfileName": key, "RoleName": r}) for r in new["Roles"])]


NOT_HERE = {
    "AWS::AutoScaling::AutoScalingGroup": ("Tags",),
    "AWS::CertificateManager::Certificate": ("Tags",),
    "AWS::EC2::EIP": ("InstanceId",),
    "AWS::EC2::Instance": ("InstanceType", "IamInstanceProfile"),
    "AWS::EC2::VPC": ("InstanceTenancy",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Tags",),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("Tags",),
    "AWS::RDS::DBInstance": ("StorageType", "ManageMasterUserPassword", "Tags"),
    "AWS::RDS::DBSubnetGroup": ("Tags",),
    "AWS::SageMaker::Endpoint": ("EndpointConfigName",),
}
"""What AWS changes in place and an update here does not: refused by name, where a replacement would be untrue."""
