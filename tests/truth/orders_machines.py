"""Orders of machines, launch templates, Auto Scaling groups and load balancers, for both clouds."""

from __future__ import annotations

from decimal import Decimal

from cloudlab.commands.acm import RequestCertificate
from cloudlab.commands.autoscaling import (
    AttachLoadBalancerTargetGroups,
    CreateAutoScalingGroup,
    DeleteAutoScalingGroup,
    DeletePolicy,
    DescribePolicies,
    PredefinedMetric,
    PutScalingPolicy,
    SetDesiredCapacity,
    TargetTracking,
    TerminateInstanceInAutoScalingGroup,
    UpdateAutoScalingGroup,
)
from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import (
    AssociateIamInstanceProfile,
    CreateImage,
    DeregisterImage,
    DescribeImages,
    DescribeInstances,
    DescribeInstanceStatus,
    ProfileSpecification,
    RebootInstances,
    RunInstances,
    StartInstances,
    StopInstances,
    TemplateSpecification,
    TerminateInstances,
)
from cloudlab.commands.ec2_template import (
    CreateLaunchTemplate,
    CreateLaunchTemplateVersion,
    DeleteLaunchTemplate,
    DescribeLaunchTemplates,
    DescribeLaunchTemplateVersions,
    LaunchTemplateData,
    ModifyLaunchTemplate,
)
from cloudlab.commands.elbv2 import (
    Action,
    CertificateOfListener,
    CreateListener,
    CreateLoadBalancer,
    CreateTargetGroup,
    DeleteListener,
    DeleteLoadBalancer,
    DeleteTargetGroup,
    DeregisterTargets,
    DescribeListeners,
    DescribeLoadBalancers,
    DescribeTargetGroups,
    DescribeTargetHealth,
    GroupSetting,
    ModifyListener,
    ModifyTargetGroup,
    ModifyTargetGroupAttributes,
    RegisterTargets,
    SetSecurityGroups,
    SetSubnets,
    TargetDescription,
)
from cloudlab.engine.rules.elb import elb_arn
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Image
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingPolicy
from cloudlab.model.identity import InstanceProfile
from cloudlab.model.ids import arn
from cloudlab.model.images import AL2023
from cloudlab.model.network import SecurityGroup, Subnet, Vpc
from tests.truth.drawing import Drawing, orders
from tests.truth.other_cloud import NAMES

COMPUTE, FLEET, BALANCING = orders("compute"), orders("fleet"), orders("balancing")
FRONTS = orders("fronts")
"""What a sequence about load balancers begins with."""

_TYPES = ("t3.micro", "t3.small", "m5.large")


# machines -----------------------------------------------------------------------------------------------------------------------


@COMPUTE(9)
def run(d: Drawing) -> Command:
    subnet = d.one(Subnet, "subnet")
    place = d.world.find(Subnet, subnet)
    groups = [g.id for g in d.world.every(SecurityGroup) if place is not None and g.vpc == place.vpc]
    return RunInstances(
        image_id=d.wrongly(AL2023.id, (d.never_was("ami"), "nonsense"), 12),
        instance_type=d.wrongly(d.of(_TYPES), ("t9.mega",), 14),
        subnet_id=subnet,
        security_group_ids=(d.from_(groups, "sg"),) if place is not None and d.chance(2) else (),
        key_name=d.wrongly(None, ("nobody",), 14),
    )


@COMPUTE(4)
def run_from_template(d: Drawing) -> Command:
    return RunInstances(launch_template=_template(d), subnet_id=d.one(Subnet, "subnet"))


def _template(d: Drawing) -> TemplateSpecification:
    """Name a template by its name or its id."""
    there = [t for t in d.world.every(LaunchTemplate) if d.has(t.id)]
    if d.errs(6, not there):
        return (
            TemplateSpecification(launch_template_name="echo")
            if d.chance(2)
            else TemplateSpecification(launch_template_id=d.never_was("lt"))
        )
    template = d.of(there)
    version = d.wrongly("$Latest", ("9",), 8)
    if d.chance(2):
        return TemplateSpecification(launch_template_name=template.name, version=version)
    return TemplateSpecification(launch_template_id=template.id, version=version)


@COMPUTE(3)
def stop(d: Drawing) -> Command:
    return StopInstances(instance_ids=(d.instance("running", "stopped"),))


@COMPUTE(3)
def start(d: Drawing) -> Command:
    return StartInstances(instance_ids=(d.instance("stopped", "running"),))


@COMPUTE(1)
def reboot(d: Drawing) -> Command:
    return RebootInstances(instance_ids=(d.instance("running"),))


@COMPUTE(2)
def end(d: Drawing) -> Command:
    return TerminateInstances(instance_ids=(d.instance(),))


@COMPUTE(4)
def start_what_has_ended(d: Drawing) -> Command:
    """It is still to be seen, for an hour."""
    command = d.of((StartInstances, StopInstances, RebootInstances))
    return command(instance_ids=(d.instance("terminated"),))


@COMPUTE(1)
def run_nothing(d: Drawing) -> Command:
    return RunInstances(instance_type=d.of(_TYPES), subnet_id=d.some(Subnet))


@COMPUTE(2)
def look_at_machines(d: Drawing) -> Command:
    if d.chance(2):
        return DescribeInstances(instance_ids=(d.instance("running", "stopped"),))
    return DescribeInstanceStatus(instance_ids=(d.instance("running"),), include_all_instances=True)


@COMPUTE(2)
def image(d: Drawing) -> Command:
    return CreateImage(instance_id=d.instance("running"), name=d.name())


@COMPUTE(1)
def look_at_image(d: Drawing) -> Command:
    return DescribeImages(image_ids=(d.one(Image, "ami"),))


@COMPUTE(1)
def drop_image(d: Drawing) -> Command:
    return DeregisterImage(image_id=d.one(Image, "ami"))


@COMPUTE(2)
def give_profile(d: Drawing) -> Command:
    profile = ProfileSpecification(name=d.named(InstanceProfile))
    return AssociateIamInstanceProfile(iam_instance_profile=profile, instance_id=d.instance("running"))


# templates ----------------------------------------------------------------------------------------------------------------------


def _data(d: Drawing) -> LaunchTemplateData:
    return LaunchTemplateData(image_id=AL2023.id, instance_type=d.of(_TYPES))


@COMPUTE(3)
@FLEET(5)
def create_template(d: Drawing) -> Command:
    taken = {t.name for t in d.world.every(LaunchTemplate)}
    free = [name for name in NAMES if name not in taken]
    name = d.of(sorted(taken)) if taken and d.errs(4, not free) else d.of(free)
    return CreateLaunchTemplate(launch_template_name=name, launch_template_data=_data(d))


def _one_template(d: Drawing) -> dict[str, str]:
    named = _template(d)
    return {k: v for k, v in (("launch_template_id", named.launch_template_id), ("launch_template_name", named.launch_template_name)) if v}


@FLEET(1)
def no_template(d: Drawing) -> Command:
    return d.of((ModifyLaunchTemplate(default_version="1"), DeleteLaunchTemplate()))


@FLEET(5)
def another_version(d: Drawing) -> Command:
    return CreateLaunchTemplateVersion.model_validate({**_one_template(d), "launch_template_data": _data(d)})


@FLEET(1)
def other_default(d: Drawing) -> Command:
    return ModifyLaunchTemplate.model_validate({**_one_template(d), "default_version": "1"})


@FLEET(1)
def drop_template(d: Drawing) -> Command:
    return DeleteLaunchTemplate.model_validate(_one_template(d))


@FLEET(1)
def look_at_templates(d: Drawing) -> Command:
    if d.chance(2):
        return DescribeLaunchTemplates(launch_template_ids=(d.one(LaunchTemplate, "lt"),))
    return DescribeLaunchTemplateVersions.model_validate(_one_template(d))


# groups of machines -------------------------------------------------------------------------------------------------------------


@FLEET(7)
def create_fleet(d: Drawing) -> Command:
    least, most = d.wrongly((0, 2), ((3, 1),), 14)
    return CreateAutoScalingGroup(
        auto_scaling_group_name=d.new(AutoScalingGroup),
        launch_template=None if d.errs(14) else _template(d),
        min_size=least,
        max_size=most,
        desired_capacity=d.wrongly(d.of((0, 1)), (5,), 14) if most > 1 else None,
        vpc_zone_identifier=d.wrongly(",".join(d.subnets_in_zones(d.of((1, 2)))), ("",), 20),
    )


@FLEET(2)
def update_fleet(d: Drawing) -> Command:
    return UpdateAutoScalingGroup(auto_scaling_group_name=d.named(AutoScalingGroup), max_size=d.of((2, 3)))


@FLEET(3)
def resize_fleet(d: Drawing) -> Command:
    return SetDesiredCapacity(auto_scaling_group_name=d.named(AutoScalingGroup), desired_capacity=d.wrongly(d.of((0, 1, 2)), (9,)))


@FLEET(1)
def end_of_fleet(d: Drawing) -> Command:
    return TerminateInstanceInAutoScalingGroup(instance_id=d.never_was("i"), should_decrement_desired_capacity=True)


@FLEET(1)
def delete_fleet(d: Drawing) -> Command:
    return DeleteAutoScalingGroup(auto_scaling_group_name=d.named(AutoScalingGroup), force_delete=d.chance(2))


@FLEET(3)
def policy(d: Drawing) -> Command:
    metric = PredefinedMetric(predefined_metric_type="ASGAverageCPUUtilization")
    return PutScalingPolicy(
        auto_scaling_group_name=d.named(AutoScalingGroup),
        policy_name=d.name(),
        target_tracking_configuration=TargetTracking(target_value=Decimal(50), predefined_metric_specification=metric),
    )


@FLEET(1)
def drop_policy(d: Drawing) -> Command:
    there = list(d.world.every(ScalingPolicy))
    if d.errs(6, not there):
        return DeletePolicy(policy_name="echo", auto_scaling_group_name=d.named(AutoScalingGroup))
    one = d.of(there)
    return DeletePolicy(policy_name=one.name, auto_scaling_group_name=one.group)


@FLEET(1)
def look_at_policies(d: Drawing) -> Command:
    return DescribePolicies(auto_scaling_group_name=d.named(AutoScalingGroup))


@FLEET(1)
def feed_fleet(d: Drawing) -> Command:
    return AttachLoadBalancerTargetGroups(auto_scaling_group_name=d.named(AutoScalingGroup), target_group_arns=(_group(d),))


# load balancers -----------------------------------------------------------------------------------------------------------------


def _gone(d: Drawing, path: str) -> str:
    return elb_arn(f"{path}/{d.number(10**15, 10**16 - 1)}")


def _arn(d: Drawing, kind: type, path: str) -> str:
    there = [key for key in d.world.table(kind) if d.has(key)]
    if d.errs(12, not there):
        return _gone(d, path)
    return d.of(there)


def _group(d: Drawing) -> str:
    return _arn(d, TargetGroup, "targetgroup/echo")


def _balancer(d: Drawing) -> str:
    return _arn(d, LoadBalancer, "loadbalancer/app/echo")


def _listener(d: Drawing) -> str:
    return _arn(d, Listener, f"listener/app/echo/{10**15}")


@BALANCING(8)
@FRONTS(3)
def create_balancer(d: Drawing) -> Command:
    subnets = d.subnets_in_zones(2)
    place = next((s for key in subnets if (s := d.world.find(Subnet, key)) is not None), None)
    groups = [g.id for g in d.world.every(SecurityGroup) if place is not None and g.vpc == place.vpc]
    taken = {b.name for b in d.world.every(LoadBalancer)}
    name = d.wrongly(d.name(), ("-web", "internal-web", "x" * 33, "web_1"), 12)
    if taken and d.errs(5):
        name = d.of(sorted(taken))
    elif name in taken:
        d.must_err()
    near = [s.id for s in d.world.every(Subnet) if place is not None and (s.vpc, s.zone) == (place.vpc, place.zone) and d.has(s.id)]
    if len(near) > 1 and d.errs(8):
        subnets = tuple(near[:2])
    return CreateLoadBalancer(
        name=name,
        subnets=d.wrongly(subnets, (subnets[:1],), 15),
        security_groups=(d.from_(groups, "sg"),),
        scheme="internet-facing" if d.errs(6) else "internal",
    )


@BALANCING(2)
def delete_balancer(d: Drawing) -> Command:
    return DeleteLoadBalancer(load_balancer_arn=_balancer(d))


@BALANCING(1)
def move_balancer(d: Drawing) -> Command:
    balancer = _balancer(d)
    there = d.world.find(LoadBalancer, balancer)
    near: dict[str, str] = {s.zone: s.id for s in d.world.every(Subnet) if there is not None and s.vpc == there.vpc and d.has(s.id)}
    return SetSubnets(load_balancer_arn=balancer, subnets=tuple(near.values()) or (d.some(Subnet),))


@BALANCING(6)
def dress_balancer(d: Drawing) -> Command:
    balancer = _balancer(d)
    there = d.world.find(LoadBalancer, balancer)
    near = [g.id for g in d.world.every(SecurityGroup) if there is not None and g.vpc == there.vpc and d.has(g.id)]
    group = d.some(SecurityGroup) if there is None else d.never_was("sg") if d.errs(3, not near) else d.of(near)
    return SetSecurityGroups(load_balancer_arn=balancer, security_groups=(group,))


@BALANCING(6)
@FRONTS(2)
def create_group(d: Drawing) -> Command:
    taken = {g.name for g in d.world.every(TargetGroup)}
    name = d.wrongly(d.name(), ("-web", "x" * 33, "web_1", "web-"), 12)
    if taken and d.errs(6):
        name = d.of(sorted(taken))
    elif name in taken:
        d.must_err()
    seconds = d.wrongly((30, 5), ((10, 10), (10, 60)), 10)
    return CreateTargetGroup(
        name=name,
        protocol=d.wrongly("HTTP", ("SMTP", None), 14),
        port=d.of((8080, 8443)),
        vpc_id=d.one(Vpc, "vpc"),
        health_check_interval_seconds=seconds[0],
        health_check_timeout_seconds=seconds[1],
        health_check_path="/ping",
    )


@BALANCING(1)
def change_group(d: Drawing) -> Command:
    return ModifyTargetGroup(target_group_arn=_group(d), healthy_threshold_count=d.of((2, 3)), health_check_path="/ping")


@BALANCING(1)
def set_group(d: Drawing) -> Command:
    setting = GroupSetting(key="deregistration_delay.timeout_seconds", value=d.of(("0", "60")))
    return ModifyTargetGroupAttributes(target_group_arn=_group(d), attributes=(setting,))


@BALANCING(6)
def delete_group(d: Drawing) -> Command:
    used = [each.group for each in d.world.every(Listener)]
    return DeleteTargetGroup(target_group_arn=d.of(used) if used and d.errs(2) else _group(d))


@BALANCING(4)
def register(d: Drawing) -> Command:
    machine = d.never_was("i") if d.errs(5) else d.instance("running")
    return RegisterTargets(target_group_arn=_group(d), targets=(TargetDescription(id=machine),))


@BALANCING(2)
def deregister(d: Drawing) -> Command:
    group = _group(d)
    there = [t.instance for t in d.world.every(Target) if t.group == group]
    return DeregisterTargets(target_group_arn=group, targets=(TargetDescription(id=d.of(there) if there else d.instance("running")),))


@BALANCING(2)
def certificate(d: Drawing) -> Command:
    return RequestCertificate(domain_name=d.of(("shop.example.com", "example.org")), validation_method="DNS")


@BALANCING(12)
@FRONTS(2)
def listen(d: Drawing) -> Command:
    balancer = _balancer(d)
    used = [each.port for each in d.world.every(Listener) if each.balancer == balancer]
    free = [port for port in (80, 443, 8080, 8443) if port not in used]
    if used and d.errs(4, not free):
        free = used
    there = d.world.find(LoadBalancer, balancer)
    taken = {each.group for each in d.world.every(Listener) if each.balancer != balancer}
    near = [g.id for g in d.world.every(TargetGroup) if (there is None or g.vpc == there.vpc) and d.has(g.id) and g.id not in taken]
    if d.errs(14, not near):
        near = [_gone(d, "targetgroup/echo")]
    secure = d.chance(2)
    issued = [c.id for c in d.world.every(Certificate) if d.has(c.id)]
    if secure and d.errs(2 if issued else 1):
        issued = [arn("acm", "certificate/00000000-0000-0000-0000-000000000000")]
    secure = secure and bool(issued)
    return CreateListener(
        load_balancer_arn=balancer,
        protocol="HTTPS" if secure else d.wrongly("HTTP", ("TCP",), 14),
        port=d.of(free),
        certificates=(CertificateOfListener(certificate_arn=d.of(issued)),) if secure and not d.errs(8) else (),
        default_actions=(Action(type="forward", target_group_arn=d.of(near)),),
    )


@BALANCING(1)
def listen_elsewhere(d: Drawing) -> Command:
    return ModifyListener(listener_arn=_listener(d), port=d.of((80, 8080)))


@BALANCING(1)
def listen_no_more(d: Drawing) -> Command:
    return DeleteListener(listener_arn=_listener(d))


@BALANCING(3)
def look_at_balancers(d: Drawing) -> Command:
    looks: tuple[tuple[object, ...], ...] = (
        (DescribeLoadBalancers, "load_balancer_arns", _balancer),
        (DescribeTargetGroups, "target_group_arns", _group),
        (DescribeListeners, "listener_arns", _listener),
        (DescribeTargetHealth, "target_group_arn", _group),
    )
    command, field, choose = d.of(looks)
    key = choose(d)  # type: ignore[operator]
    return command.model_validate({field: (key,) if str(field).endswith("s") else key})  # type: ignore[attr-defined,no-any-return]
