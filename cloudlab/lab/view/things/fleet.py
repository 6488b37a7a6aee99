"""Fleets: Auto Scaling groups with their policies, the launch templates they launch from, and images of one's own."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.naming import label
from cloudlab.engine.rules.fleets import members, unwell
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import tags_text
from cloudlab.model.compute import Image, Instance
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingActivity, ScalingPolicy
from cloudlab.model.network import Subnet
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import span, stamp
from cloudlab.model.world import World

_LAST = 5
"""Activities that are told."""


@stands("auto-scaling-group", AutoScalingGroup)
def group_nodes(world: World) -> Iterator[Placed]:
    for group in world.every(AutoScalingGroup):
        subnet = world.find(Subnet, group.subnets[0])
        place = ("vpc", subnet.vpc) if subnet is not None else REGION_WIDE
        there = members(world, group.id)
        well = sum(i.state == "running" and unwell(world, group, i) is None for i in there)
        state = f"{well} of {group.desired} in service"
        tone = "ok" if well == group.desired else "bad" if group.desired and not well else "wait"
        zones = len({s.zone for key in group.subnets if (s := world.find(Subnet, key)) is not None})
        over = "1 zone" if zones == 1 else f"{zones} zones"
        detail = f"{group.least} to {group.most}, {over}" + (", being refreshed" if _refreshes(group) else "")
        yield place, Node(group.id, "auto-scaling-group", group.id, state, tone, 0, detail)


def _refreshes(group: AutoScalingGroup) -> bool:
    return group.refresh is not None and group.refresh.status == "InProgress"


@stands("scaling-policy", ScalingPolicy)
def policy_nodes(world: World) -> Iterator[Placed]:
    for policy in world.every(ScalingPolicy):
        yield ("auto-scaling-group", policy.group), Node(policy.id, "scaling-policy", policy.name, "", "plain", 0, _follows(policy))


def _follows(policy: ScalingPolicy) -> str:
    value = f"{policy.target_milli / 1000:g}"
    return f"keeps the CPU at {value} %" if policy.metric == "ASGAverageCPUUtilization" else f"keeps {value} requests a minute and target"


@stands("launch-template", LaunchTemplate)
def template_nodes(world: World) -> Iterator[Placed]:
    for template in world.every(LaunchTemplate):
        settings = template.versions[-1].settings
        detail = f"version {template.latest}: {settings.type or 'no type'}, {settings.image or 'no image'}"
        yield REGION_WIDE, Node(template.id, "launch-template", template.name, "", "plain", 0, detail)


@stands("image", Image)
def image_nodes(world: World) -> Iterator[Placed]:
    for image in world.every(Image):
        tone = "ok" if image.state == "available" else "wait"
        yield (
            REGION_WIDE,
            Node(image.id, "image", image.name, image.state, tone, 0, f"of {label(world, image.source)}, {stamp(image.created)}"),
        )


# what is told of them -------------------------------------------------------------------------------------------------------


@facts(AutoScalingGroup)
def group_facts(world: World, scenario: Scenario, group: AutoScalingGroup) -> Iterator[Row]:
    template = world.find(LaunchTemplate, group.template)
    yield "machines wanted", f"{group.desired}, of {group.least} to {group.most}"
    yield "launches from", f"{template.name if template is not None else group.template}, version {group.version}"
    yield "in subnets", ", ".join(label(world, key) for key in group.subnets)
    yield "behind", ", ".join(label(world, key) for key in group.target_groups) or "no target group"
    judged = (
        "the machine runs (a crashed server on it goes unnoticed)" if group.health_check == "EC2" else "its load balancer finds it well"
    )
    yield "a machine is well if", judged
    yield "judged after", span(group.grace) if group.grace else "at once"
    for instance in members(world, group.id):
        why = unwell(world, group, instance)
        yield "machine", f"{label(world, instance.id)} in {instance.zone}: {why or instance.state}"
    if group.foreseen is not None:
        yield "next, if nothing changes", f"{group.foreseen[1]} machines at {stamp(group.foreseen[0])}"
    if group.refresh is not None:
        done = group.refresh.whole - len(group.refresh.old)
        yield "refresh", f"{group.refresh.status}: {done} of {group.refresh.whole} replaced"
    for activity in [a for a in world.every(ScalingActivity) if a.group == group.id][-_LAST:]:
        yield stamp(activity.at), activity.description + (f" ({activity.message})" if activity.message else "")
    yield "tags", tags_text(group.tags)


@facts(ScalingPolicy)
def policy_facts(world: World, scenario: Scenario, policy: ScalingPolicy) -> Iterator[Row]:
    used = scenario.catalogue.autoscaling
    yield "group", policy.group
    yield "what it does", _follows(policy)
    yield "grows", f"after {used('alarm_high_datapoints')} minutes above that"
    below = f"after {used('alarm_low_datapoints')} minutes below {used('alarm_low_permille') / 10:g} % of it"
    yield "shrinks", below if policy.shrinks else "never: scale-in is disabled"


@facts(LaunchTemplate)
def template_facts(world: World, scenario: Scenario, template: LaunchTemplate) -> Iterator[Row]:
    for version in reversed(template.versions):
        settings = version.settings
        parts = [settings.type, settings.image, f"groups {', '.join(settings.groups)}" if settings.groups else None]
        parts += [f"profile {settings.profile}" if settings.profile else None, version.description or None]
        default = " (default)" if version.number == template.default else ""
        yield f"version {version.number}{default}", ", ".join(p for p in parts if p)
    yield "used by", ", ".join(g.id for g in world.every(AutoScalingGroup) if g.template == template.id)


@facts(Image)
def image_facts(world: World, scenario: Scenario, image: Image) -> Iterator[Row]:
    software = image.software
    yield "state", image.state
    yield "made of", f"{label(world, image.source)}, {stamp(image.created)}"
    yield "packages of", stamp(image.base)
    yield "patched since", ", ".join(software.patched) or "nothing"
    yield "libraries of", stamp(software.libraries_of) if software.libraries_of else ""
    yield "server", f"on port {software.server_port}" if software.serving is not None else "none starts with it"
    yield "agent", "CloudWatch agent" if software.monitoring else "none"
    yield "tags", tags_text(image.tags)


# what may be done with them -------------------------------------------------------------------------------------------------


@offers(AutoScalingGroup)
def offer_group(world: World, group: AutoScalingGroup) -> Iterator[Offer]:
    name = f"--auto-scaling-group-name {group.id}"
    yield "look at it", f"autoscaling describe-auto-scaling-groups --auto-scaling-group-names {group.id}"
    yield "read what it did and why", f"autoscaling describe-scaling-activities {name}"
    yield "have one machine more", f"autoscaling set-desired-capacity {name} --desired-capacity {group.desired + 1}"
    yield "have one machine less", f"autoscaling set-desired-capacity {name} --desired-capacity {max(group.desired - 1, 0)}"
    waste = "" if _is_outdated(world, group) else "All its machines are of the version it launches from."
    yield "replace its machines a few at a time", f"autoscaling start-instance-refresh {name}", waste
    yield "change its bounds", f"autoscaling update-auto-scaling-group {name} --min-size {group.least} --max-size {group.most}"
    yield "delete it with its machines", f"autoscaling delete-auto-scaling-group {name} --force-delete"


def _is_outdated(world: World, group: AutoScalingGroup) -> bool:
    """Tell whether some machine was launched before the newest version of what its group launches from."""
    template = world.find(LaunchTemplate, group.template)
    if template is None:
        return False
    number = {"$Latest": template.latest, "$Default": template.default}.get(group.version) or int(group.version)
    version = next(v for v in template.versions if v.number == number)
    return any(i.image != version.settings.image or i.type != version.settings.type for i in members(world, group.id))


@offers(LaunchTemplate)
def offer_template(world: World, template: LaunchTemplate) -> Iterator[Offer]:
    name = f"--launch-template-name {template.name}"
    yield "look at its versions", f"ec2 describe-launch-template-versions {name}"
    for image in world.every(Image):
        if image.state == "available" and image.id != template.versions[-1].settings.image:
            data = f"--source-version {template.latest} --launch-template-data ImageId={image.id}"
            yield f"add a version with the image {image.name}", f"ec2 create-launch-template-version {name} {data}"
    if template.default != template.latest:
        yield "make the newest version the default", f"ec2 modify-launch-template {name} --default-version {template.latest}"
    yield "delete it", f"ec2 delete-launch-template {name}"


@offers(Image)
def offer_image(world: World, image: Image) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-images --image-ids {image.id}"
    source = world.find(Instance, image.source)
    size = source.type if source is not None else "t3.large"
    yield "launch a machine from it", f"ec2 run-instances --image-id {image.id} --instance-type {size} --count 1 --subnet-id "
    yield "give it back", f"ec2 deregister-image --image-id {image.id}"


@offers(ScalingPolicy)
def offer_policy(world: World, policy: ScalingPolicy) -> Iterator[Offer]:
    yield "delete it", f"autoscaling delete-policy --auto-scaling-group-name {policy.group} --policy-name {policy.name}"
