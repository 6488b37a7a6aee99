"""Resource types of machines and what spreads requests over them: instances, launch templates, fleets, load balancers, certificates."""

from __future__ import annotations

from typing import Any

from cloudlab.commands import acm, autoscaling, ec2_compute, ec2_template, elbv2
from cloudlab.commands.templates.kinds import SELF, Order, Properties, kind, said, settings, tagged, yes


@kind(
    "AWS::EC2::Instance",
    "ImageId InstanceType SubnetId SecurityGroupIds KeyName IamInstanceProfile LaunchTemplate BlockDeviceMappings NetworkInterfaces Tags",
    identity="Instances[0].InstanceId",
)
def instance(p: Properties, name: str) -> list[Order]:
    """A public address is asked for in NetworkInterfaces, as CloudFormation has it; then subnet and groups stand there, too."""
    asked = said(p, "ImageId", "InstanceType", "SubnetId", "SecurityGroupIds", "KeyName", "LaunchTemplate", "BlockDeviceMappings")
    for interface in (p.get("NetworkInterfaces") or [])[:1]:
        asked |= said(interface, "SubnetId")
        if "GroupSet" in interface:
            asked["SecurityGroupIds"] = interface["GroupSet"]
        if "AssociatePublicIpAddress" in interface:
            asked["AssociatePublicIpAddress"] = yes(interface["AssociatePublicIpAddress"])
    if "IamInstanceProfile" in p:
        asked["IamInstanceProfile"] = {"Name": p["IamInstanceProfile"]}
    return [(ec2_compute.RunInstances, asked | {"MinCount": 1, "MaxCount": 1} | tagged(p, "instance"))]


@instance
def terminate(p: Properties, key: str) -> list[Order]:
    return [(ec2_compute.TerminateInstances, {"InstanceIds": [key]})]


@kind("AWS::EC2::LaunchTemplate", "LaunchTemplateName LaunchTemplateData", "LaunchTemplateData", identity="LaunchTemplate.LaunchTemplateId")
def launch_template(p: Properties, name: str) -> list[Order]:
    asked = {"LaunchTemplateName": p.get("LaunchTemplateName", name), "LaunchTemplateData": p["LaunchTemplateData"]}
    return [(ec2_template.CreateLaunchTemplate, asked)]


@launch_template
def delete_launch_template(p: Properties, key: str) -> list[Order]:
    return [(ec2_template.DeleteLaunchTemplate, {"LaunchTemplateId": key})]


@kind(
    "AWS::AutoScaling::AutoScalingGroup",
    "AutoScalingGroupName LaunchTemplate MinSize MaxSize DesiredCapacity VPCZoneIdentifier TargetGroupARNs HealthCheckType "
    "HealthCheckGracePeriod DefaultInstanceWarmup Tags",
    "MinSize MaxSize",
    named="AutoScalingGroupName",
)
def fleet(p: Properties, name: str) -> list[Order]:
    asked: dict[str, Any] = said(p, "LaunchTemplate", "TargetGroupARNs", "HealthCheckType", "Tags")
    asked |= {number: int(p[number]) for number in ("MinSize", "MaxSize") if number in p}
    for number in ("DesiredCapacity", "HealthCheckGracePeriod", "DefaultInstanceWarmup"):
        if number in p:
            asked[number] = int(p[number])
    if "VPCZoneIdentifier" in p:
        asked["VPCZoneIdentifier"] = ",".join(p["VPCZoneIdentifier"])
    return [(autoscaling.CreateAutoScalingGroup, asked | {"AutoScalingGroupName": name})]


@fleet
def delete_fleet(p: Properties, key: str) -> list[Order]:
    return [(autoscaling.DeleteAutoScalingGroup, {"AutoScalingGroupName": key, "ForceDelete": True})]


@kind(
    "AWS::AutoScaling::ScalingPolicy",
    "AutoScalingGroupName PolicyType TargetTrackingConfiguration EstimatedInstanceWarmup",
    "AutoScalingGroupName",
    identity="PolicyARN",
)
def scaling_policy(p: Properties, name: str) -> list[Order]:
    asked = said(p, "AutoScalingGroupName", "PolicyType", "TargetTrackingConfiguration", "EstimatedInstanceWarmup")
    return [(autoscaling.PutScalingPolicy, asked | {"PolicyName": name})]


@scaling_policy
def delete_scaling_policy(p: Properties, key: str) -> list[Order]:
    return [(autoscaling.DeletePolicy, {"PolicyName": key, "AutoScalingGroupName": p["AutoScalingGroupName"]})]


@kind(
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "Name Subnets SecurityGroups Scheme Type LoadBalancerAttributes Tags",
    identity="LoadBalancers[0].LoadBalancerArn",
)
def load_balancer(p: Properties, name: str) -> list[Order]:
    asked = said(p, "Subnets", "SecurityGroups", "Scheme", "Type", "Tags")
    orders: list[Order] = [(elbv2.CreateLoadBalancer, asked | {"Name": p.get("Name", name[:32].rstrip("-"))})]
    if p.get("LoadBalancerAttributes"):
        told = settings(p["LoadBalancerAttributes"])
        orders.append((elbv2.ModifyLoadBalancerAttributes, {"LoadBalancerArn": SELF, "Attributes": told}))
    return orders


@load_balancer
def delete_load_balancer(p: Properties, key: str) -> list[Order]:
    return [(elbv2.DeleteLoadBalancer, {"LoadBalancerArn": key})]


_CHECK = (
    "HealthCheckProtocol HealthCheckPort HealthCheckPath HealthCheckIntervalSeconds HealthCheckTimeoutSeconds HealthyThresholdCount "
    "UnhealthyThresholdCount Matcher"
)


@kind(
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    f"Name Protocol Port VpcId TargetType {_CHECK} TargetGroupAttributes Targets Tags",
    identity="TargetGroups[0].TargetGroupArn",
)
def target_group(p: Properties, name: str) -> list[Order]:
    asked = said(p, "Protocol", "VpcId", "TargetType", "Tags", *_CHECK.split())
    for number in ("Port", "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount"):
        if number in p:
            asked[number] = int(p[number])
    orders: list[Order] = [(elbv2.CreateTargetGroup, asked | {"Name": p.get("Name", name[:32].rstrip("-"))})]
    if p.get("TargetGroupAttributes"):
        told = settings(p["TargetGroupAttributes"])
        orders.append((elbv2.ModifyTargetGroupAttributes, {"TargetGroupArn": SELF, "Attributes": told}))
    if p.get("Targets"):
        targets = [t | ({"Port": int(t["Port"])} if "Port" in t else {}) for t in p["Targets"]]
        orders.append((elbv2.RegisterTargets, {"TargetGroupArn": SELF, "Targets": targets}))
    return orders


@target_group
def delete_target_group(p: Properties, key: str) -> list[Order]:
    return [(elbv2.DeleteTargetGroup, {"TargetGroupArn": key})]


@kind(
    "AWS::ElasticLoadBalancingV2::Listener",
    "LoadBalancerArn Protocol Port Certificates DefaultActions",
    "LoadBalancerArn DefaultActions",
    identity="Listeners[0].ListenerArn",
)
def listener(p: Properties, name: str) -> list[Order]:
    asked = said(p, "LoadBalancerArn", "Protocol", "Certificates", "DefaultActions")
    return [(elbv2.CreateListener, asked | ({"Port": int(p["Port"])} if "Port" in p else {}))]


@listener
def delete_listener(p: Properties, key: str) -> list[Order]:
    return [(elbv2.DeleteListener, {"ListenerArn": key})]


@kind("AWS::CertificateManager::Certificate", "DomainName ValidationMethod Tags", "DomainName", identity="CertificateArn")
def certificate(p: Properties, name: str) -> list[Order]:
    return [(acm.RequestCertificate, said(p, "DomainName", "ValidationMethod", "Tags"))]


@certificate
def delete_certificate(p: Properties, key: str) -> list[Order]:
    return [(acm.DeleteCertificate, {"CertificateArn": key})]
