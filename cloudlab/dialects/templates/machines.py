"""Machines in a template: instances, launch templates, Auto Scaling groups and their policies, load balancing."""

from __future__ import annotations

from typing import Any

from cloudlab.dialects.templates.draft import Draft, called, tag_list
from cloudlab.dialects.templates.network import door_of
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Image, Instance
from cloudlab.model.fleet import AutoScalingGroup, LaunchSettings, LaunchTemplate, ScalingPolicy
from cloudlab.model.network import Subnet
from cloudlab.model.volumes import Volume
from cloudlab.model.world import World

_ROOT, _USUAL_GIB = "/dev/xvda", 8


def write_instances(draft: Draft, world: World) -> None:
    """Write the machines one has launched oneself; those of an Auto Scaling group come with the group."""
    for instance in world.every(Instance):
        if instance.fleet is not None or instance.state in ("shutting-down", "terminated"):
            continue
        if instance.software.runtime or instance.software.monitoring:
            draft.note(
                "What runs on a machine (runtime, model server, agent, patches: SSM documents) is in no template; send the documents again."
            )
        if instance.spot:
            draft.note(f"{instance.id} is a spot instance; AWS::EC2::Instance can only be on demand. A launch template can say spot.")
        _image(draft, world, instance.image)
        draft.add("AWS::EC2::Instance", instance.id, called(instance.tags), _machine(draft, world, instance), after=door_of(instance.vpc))


def _image(draft: Draft, world: World, image: str | None) -> None:
    if world.find(Image, image) is not None:
        draft.note(f"{image} is an image of this account's own; elsewhere it has to be made first, under the id it gets there.")


def _machine(draft: Draft, world: World, instance: Instance) -> dict[str, Any]:
    subnet = world.get(Subnet, instance.subnet)
    groups = draft.all_to(instance.groups)
    card = {
        "DeviceIndex": "0",
        "SubnetId": draft.to(instance.subnet),
        "GroupSet": groups,
        "AssociatePublicIpAddress": instance.wants_public_ip,
    }
    # Written out only where the machine was launched otherwise than its subnet does by itself.
    by_hand = instance.wants_public_ip != subnet.map_public_ip
    return {
        "ImageId": instance.image,
        "InstanceType": instance.type,
        "SubnetId": None if by_hand else draft.to(instance.subnet),
        "SecurityGroupIds": None if by_hand else groups,
        "NetworkInterfaces": [card] if by_hand else None,
        "IamInstanceProfile": draft.to(instance.profile),
        "BlockDeviceMappings": _disk(instance.root_gib, encrypted=instance.encrypted),
        "Tags": tag_list(instance.tags),
    }


def _disk(gib: int | None, *, encrypted: bool, **ebs: str | int | bool | None) -> list[dict[str, Any]] | None:
    """Return the root volume where it is otherwise than the image has it; `ebs` are further members of Ebs."""
    said = {key: value for key, value in ebs.items() if value is not None}
    if not encrypted and gib in (None, _USUAL_GIB) and not said:
        return None
    sized = {"VolumeSize": gib, "Encrypted": encrypted or None}
    return [{"DeviceName": _ROOT, "Ebs": {k: v for k, v in sized.items() if v is not None} | said}]


def write_volumes(draft: Draft, world: World) -> None:
    """Write the volumes beside those that machines start from, and where each is attached; what lies on them is in no template."""
    for volume in world.every(Volume):
        if volume.state == "deleting" or (volume.instance is not None and volume.device == _ROOT):
            continue
        if volume.snapshot is not None:
            draft.note(f"{volume.snapshot} is a snapshot of this account's own; elsewhere it has to be copied first.")
        elif volume.file_system_gib:
            draft.note("What lies on a volume is in no template.")
        properties = {
            "AvailabilityZone": volume.zone,
            "Size": volume.gib,
            "VolumeType": volume.type,
            "Iops": volume.iops if volume.type in ("gp3", "io1", "io2") else None,
            "Throughput": volume.throughput if volume.type == "gp3" else None,
            "Encrypted": volume.encrypted,
            "SnapshotId": volume.snapshot,
            "Tags": tag_list(volume.tags),
        }
        logical = draft.add("AWS::EC2::Volume", volume.id, called(volume.tags), properties)
        draft.resources[logical] |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        if draft.name(volume.instance or "") is not None:
            held = {"VolumeId": draft.to(volume.id), "InstanceId": draft.to(volume.instance), "Device": volume.device}
            draft.add("AWS::EC2::VolumeAttachment", f"{volume.id}/{volume.instance}", f"{logical}Attachment", held)


def write_fleets(draft: Draft, world: World) -> None:
    """Write launch templates (the version that is newest), groups and policies."""
    for template in world.every(LaunchTemplate):
        _image(draft, world, template.versions[-1].settings.image)
        if template.latest != 1:
            draft.note(f"Of the launch template {template.name} version {template.latest} is here; the older ones are not.")
        properties = {"LaunchTemplateName": template.name, "LaunchTemplateData": _data(draft, template.versions[-1].settings)}
        draft.add("AWS::EC2::LaunchTemplate", template.id, called(template.tags, template.name), properties)
    for group in world.every(AutoScalingGroup):
        if not group.leaving:
            draft.add("AWS::AutoScaling::AutoScalingGroup", f"asg/{group.id}", group.id, _group(draft, group))
    for policy in world.every(ScalingPolicy):
        if draft.name(f"asg/{policy.group}") is not None:
            draft.add("AWS::AutoScaling::ScalingPolicy", policy.id, policy.name, _policy(draft, world, policy))


def _data(draft: Draft, settings: LaunchSettings) -> dict[str, Any]:
    groups = draft.all_to(settings.groups)
    card = {"DeviceIndex": 0, "AssociatePublicIpAddress": settings.public_ip, "Groups": groups}
    profile = draft.to(settings.profile)
    data = {
        "ImageId": settings.image,
        "InstanceType": settings.type,
        "SecurityGroupIds": groups if settings.public_ip is None and groups else None,
        "NetworkInterfaces": [card] if settings.public_ip is not None else None,
        "IamInstanceProfile": {"Name": profile} if profile is not None else None,
        "BlockDeviceMappings": _disk(
            settings.root_gib,
            encrypted=settings.encrypted,
            VolumeType=settings.root_type,
            Iops=settings.iops,
            Throughput=settings.throughput,
            DeleteOnTermination=settings.deletes,
        ),
        "InstanceMarketOptions": _spot(settings) if settings.spot else None,
        "TagSpecifications": [{"ResourceType": "instance", "Tags": tag_list(settings.tags)}] if settings.tags else None,
    }
    return {key: value for key, value in data.items() if value is not None}


def _spot(settings: LaunchSettings) -> dict[str, Any]:
    price = {"SpotOptions": {"MaxPrice": settings.most_paid}} if settings.most_paid is not None else {}
    return {"MarketType": "spot"} | price


def _group(draft: Draft, group: AutoScalingGroup) -> dict[str, Any]:
    passed = set(group.passed_on)
    return {
        "AutoScalingGroupName": group.id,
        "LaunchTemplate": {
            "LaunchTemplateId": draft.to(group.template),
            "Version": draft.attribute(group.template, "LatestVersionNumber"),
        },
        "MinSize": str(group.least),
        "MaxSize": str(group.most),
        "DesiredCapacity": str(group.desired),
        "VPCZoneIdentifier": draft.all_to(group.subnets),
        "TargetGroupARNs": draft.all_to(group.target_groups),
        "HealthCheckType": group.health_check,
        "HealthCheckGracePeriod": group.grace,
        "DefaultInstanceWarmup": group.warmup,
        "Tags": [{"Key": k, "Value": v, "PropagateAtLaunch": (k, v) in passed} for k, v in group.tags],
    }


def _policy(draft: Draft, world: World, policy: ScalingPolicy) -> dict[str, Any]:
    metric: dict[str, Any] = {"PredefinedMetricType": policy.metric}
    if policy.label:
        metric["ResourceLabel"] = _label(draft, world, policy.label)
    return {
        "AutoScalingGroupName": draft.to(f"asg/{policy.group}"),
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingConfiguration": {
            "PredefinedMetricSpecification": metric,
            "TargetValue": policy.target_milli // 1000 if policy.target_milli % 1000 == 0 else policy.target_milli / 1000,
            **({} if policy.shrinks else {"DisableScaleIn": True}),
        },
        "EstimatedInstanceWarmup": policy.warmup,
    }


def _label(draft: Draft, world: World, label: str) -> Any:
    """Return the label with the load balancer and the target group it names by reference, since their ids change with each making."""
    balancer = next((draft.name(b.id) for b in world.every(LoadBalancer) if f"/{b.key}/" in label), None)
    group = next((draft.name(g.id) for g in world.every(TargetGroup) if label.endswith(g.id.rpartition("/")[2])), None)
    if balancer is None or group is None:
        return label
    return {"Fn::Sub": f"${{{balancer}.LoadBalancerFullName}}/${{{group}.TargetGroupFullName}}"}


def write_balancing(draft: Draft, world: World) -> None:
    """Write certificates, load balancers, target groups with the targets one has registered oneself, and listeners."""
    for certificate in world.every(Certificate):
        if certificate.kind == "IMPORTED":
            draft.note(f"The certificate for {certificate.domain} was imported; its key is in no template, so its ARN stands in here.")
            continue
        asked = {"DomainName": certificate.domain, "ValidationMethod": "DNS", "Tags": tag_list(certificate.tags)}
        draft.add("AWS::CertificateManager::Certificate", certificate.id, f"{certificate.domain}Certificate", asked)
    for balancer in world.every(LoadBalancer):
        protection = [{"Key": "deletion_protection.enabled", "Value": "true"}] if balancer.protected else None
        properties: dict[str, Any] = {
            "Name": balancer.name,
            "Type": "application",
            "Scheme": balancer.scheme,
            "Subnets": draft.all_to(tuple(n.subnet for n in balancer.nodes)),
            "SecurityGroups": draft.all_to(balancer.groups),
            "LoadBalancerAttributes": protection,
            "Tags": tag_list(balancer.tags),
        }
        name = called(balancer.tags, balancer.name)
        draft.add("AWS::ElasticLoadBalancingV2::LoadBalancer", balancer.id, name, properties, after=door_of(balancer.vpc))
    for group in world.every(TargetGroup):
        draft.add("AWS::ElasticLoadBalancingV2::TargetGroup", group.id, called(group.tags, group.name), _targets(draft, world, group))
    for listener in world.every(Listener):
        properties = {
            "LoadBalancerArn": draft.to(listener.balancer),
            "Protocol": listener.protocol,
            "Port": listener.port,
            "Certificates": [{"CertificateArn": draft.to(listener.certificate)}] if listener.certificate is not None else None,
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": draft.to(listener.group)}],
        }
        draft.add("AWS::ElasticLoadBalancingV2::Listener", listener.id, f"{draft.name(listener.balancer)}{listener.port}", properties)


def _targets(draft: Draft, world: World, group: TargetGroup) -> dict[str, Any]:
    check = group.check
    registered = [t for t in world.every(Target) if t.group == group.id and draft.name(t.instance) is not None]
    attributes = (
        ("deregistration_delay.timeout_seconds", str(group.drain), group.drain != 300),
        ("load_balancing.cross_zone.enabled", "false", not group.cross_zone),
    )
    return {
        "Name": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": draft.to(group.vpc),
        "TargetType": "instance",
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": str(check.port) if check.port is not None else None,
        "HealthCheckPath": check.path,
        "HealthCheckIntervalSeconds": check.interval,
        "HealthCheckTimeoutSeconds": check.timeout,
        "HealthyThresholdCount": check.healthy,
        "UnhealthyThresholdCount": check.unhealthy,
        "Matcher": {"HttpCode": check.matcher},
        "TargetGroupAttributes": [{"Key": key, "Value": value} for key, value, said in attributes if said],
        "Targets": [{"Id": draft.to(t.instance), "Port": t.port} for t in registered if t.state != "draining"],
        "Tags": tag_list(group.tags),
    }
