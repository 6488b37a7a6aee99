"""Launching instances: everything RunInstances checks, and what it starts."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from cloudlab.commands.ec2_compute import ProfileSpecification, RunInstances
from cloudlab.engine.instance import describe_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.launch_template import market_of, need_template, order_from, version_of
from cloudlab.engine.launch_volumes import launched_volumes, planned_volumes, volume_rates
from cloudlab.engine.naming import named
from cloudlab.engine.rules.addressing import free_address, spare_public_address
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.capacity import check_capacity, start_delay
from cloudlab.engine.rules.permissions import is_settled
from cloudlab.engine.rules.quotas import more, vcpu_key, vcpus_in_use
from cloudlab.engine.rules.spot import instance_rate, most_paid
from cloudlab.model.catalogue import InstanceType
from cloudlab.model.compute import Image, Instance
from cloudlab.model.events.billing import MeterStarted
from cloudlab.model.events.compute import InstanceLaunched
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.spot import SpotFulfilled
from cloudlab.model.fleet import LaunchTemplate
from cloudlab.model.identity import InstanceProfile
from cloudlab.model.ids import ACCOUNT, arn, hexadecimal
from cloudlab.model.images import AL2023, IMAGES, MachineImage, find_image
from cloudlab.model.network import SecurityGroup, Subnet, Tags
from cloudlab.model.scenario import Scenario
from cloudlab.model.spot import SpotRequest
from cloudlab.model.world import World

_SMALLEST_OF_OLD = "m1.small"
"""What EC2 launches where nobody says what: a type of 2006 that this catalogue does not have."""


@decides(RunInstances)
def decide_run_instances(ctx: Context, command: RunInstances) -> Events:
    command = _filled_in(ctx, command)
    if command.image_id is None:
        refuse(
            "MissingParameter",
            "The request must contain the parameter ImageId",
            "ec2 describe-images lists images; or name a launch template that has one.",
        )
    image = need_image(ctx, command.image_id)
    hardware = need_type(ctx.scenario, command.instance_type or _SMALLEST_OF_OLD)
    subnet = _need_subnet(ctx, command.subnet_id)
    _refuse_key(command.key_name)
    groups = _groups(ctx, command, subnet)
    profile = need_profile(ctx, command.iam_instance_profile).id if command.iam_instance_profile is not None else None
    volumes = planned_volumes(ctx, image, command.block_device_mappings)
    tags = _instance_tags(command)
    if command.min_count > command.max_count:
        refuse(
            "InvalidParameterValue",
            f"MinCount ({command.min_count}) is greater than MaxCount ({command.max_count}).",
            "Give --count N, or --count MIN:MAX with MIN not above MAX.",
        )
    wants_public = subnet.map_public_ip if command.associate_public_ip_address is None else command.associate_public_ip_address
    timing = ctx.scenario.catalogue.timing
    template = Instance(
        id="",
        image=image.id,
        type=hardware.name,
        vpc=subnet.vpc,
        subnet=subnet.id,
        zone=subnet.zone,
        private_ip="",
        groups=groups,
        state="pending",
        launched=ctx.now,
        started=ctx.now,
        reservation=ctx.new_id("r"),
        wants_public_ip=wants_public,
        profile=profile,
        tags=tags,
        root_gib=volumes[0].gib,
        encrypted=volumes[0].encrypted,
        software=image.software,
        base=image.base,
        spot=market_of(command.instance_market_options),
    )
    late = start_delay(ctx.world)
    check_capacity(ctx, subnet.zone, hardware.name)
    made = _placed(ctx, command, template, _room_in_quota(ctx, command, hardware))
    for index, instance in enumerate(made):
        yield InstanceLaunched(
            instance,
            running_at=ctx.now + late + timing("ec2_pending_to_running"),
            checked_at=ctx.now + late + timing("ec2_status_checks_2of2"),
        )
        if instance.spot:
            yield SpotFulfilled(_spot_request(ctx, command, instance, hardware, index))
        yield from launched_volumes(ctx, instance, index, volumes)
        if instance.public_ip is not None:
            yield MeterStarted("public-ipv4", instance.id, ctx.scenario.catalogue.price("public_ipv4_hour"))
    yield ResourcesSeen(tuple(("Instance", instance.id) for instance in made))


def _spot_request(ctx: Context, command: RunInstances, instance: Instance, hardware: InstanceType, index: int) -> SpotRequest:
    options = command.instance_market_options
    most = most_paid(ctx.scenario, hardware, options.spot_options.max_price if options is not None else None)
    key = f"sir-{hexadecimal('sir', ctx.origin, index)[:8]}"
    return SpotRequest(key, instance.id, instance.type, instance.zone, ctx.now, most)


def _filled_in(ctx: Context, command: RunInstances) -> RunInstances:
    """Return the order with what its launch template says put under what it says itself."""
    asked = command.launch_template
    if asked is None:
        return command
    template = need_template(ctx, asked.launch_template_id, asked.launch_template_name)
    settings = version_of(template, asked.version).settings
    base = order_from(settings, command.subnet_id, command.max_count)
    given = {name: getattr(command, name) for name in command.model_fields_set if name != "launch_template"}
    return base.model_copy(update={"min_count": command.min_count, **given})


@answers(RunInstances)
def answer_run_instances(ctx: Context, command: RunInstances) -> dict[str, Any]:
    reservation = ctx.new_id("r")
    made = [i for i in ctx.world.every(Instance) if i.reservation == reservation]
    return {
        "ReservationId": reservation,
        "OwnerId": ACCOUNT,
        "Groups": [],
        "Instances": [describe_instance(ctx.world, instance) for instance in made],
    }


@prices_in_world(RunInstances)
def price_run_instances(command: RunInstances, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    """Tell the hourly price of all instances asked for, with the address they would get."""
    template = command.launch_template
    if template is not None:
        named_ones = (
            t for t in world.every(LaunchTemplate) if template.launch_template_id == t.id or template.launch_template_name == t.name
        )
        found_template = next(named_ones, None)
        latest = found_template.versions[-1].settings if found_template is not None else None
        if latest is not None and command.instance_type is None:
            command = command.model_copy(update={"instance_type": latest.type, "associate_public_ip_address": latest.public_ip})
    hardware = scenario.catalogue.instance_type(command.instance_type or "")
    if hardware is None:
        return ()
    count = command.max_count
    found = [
        Charge("compute", instance_rate(scenario, hardware, command.instance_market_options is not None) * count, "hour"),
        Charge("storage", sum(volume_rates(scenario, command.block_device_mappings)) * count, "hour"),
    ]
    subnet = world.find(Subnet, command.subnet_id)
    if command.associate_public_ip_address or (command.associate_public_ip_address is None and subnet is not None and subnet.map_public_ip):
        found.append(Charge("public-ipv4", scenario.catalogue.price("public_ipv4_hour") * count, "hour"))
    return tuple(found)


def need_image(ctx: Context, name: str) -> MachineImage | Image:
    """Return the image to launch from, Amazon's or one's own, or refuse as EC2 does."""
    image = find_image(name) or ctx.world.find(Image, name)
    if image is None:
        own = "".join(f", {i.id} ({i.name})" for i in ctx.world.every(Image))
        refuse(
            "InvalidAMIID.NotFound" if name.startswith("ami-") else "InvalidAMIID.Malformed",
            f"The image id '[{name}]' does not exist",
            f"There is {' or '.join(i.id for i in IMAGES)} (Amazon Linux 2023), also by its alias {AL2023.alias}{own}.",
        )
    if isinstance(image, Image) and image.state != "available":
        refuse(
            "InvalidAMIID.Unavailable",
            f"The image id '[{name}]' is no longer available",
            f"It is {image.state}; wait until it is available.",
        )
    return image


def need_type(scenario: Scenario, name: str) -> InstanceType:
    """Return the instance type, or refuse with the nearest ones."""
    hardware = scenario.catalogue.instance_type(name)
    if hardware is None:
        known = [t.name for t in scenario.catalogue.instance_types]
        near = get_close_matches(name.removeprefix("ml."), known, n=3, cutoff=0.3) or known[:3]
        refuse("InvalidParameterValue", f"Invalid value '{name}' for InstanceType.", f"Near it: {', '.join(near)}.")
    return hardware


def _need_subnet(ctx: Context, name: str | None) -> Subnet:
    if name is None:
        there = [s.id for s in ctx.world.every(Subnet)]
        refuse(
            "VPCIdNotSpecified",
            "No default VPC for this user: this account has none, so no subnet can be chosen for you.",
            f"Name one with --subnet-id: {', '.join(there[:4])}." if there else "Create a VPC and a subnet, then name it with --subnet-id.",
        )
    return named(ctx, Subnet, name)


def _refuse_key(name: str | None) -> None:
    if name is not None:
        refuse(
            "InvalidKeyPair.NotFound",
            f"The key pair '{name}' does not exist",
            "This account has no key pairs. Leave --key-name out and reach the instance through Systems Manager.",
        )


def _groups(ctx: Context, command: RunInstances, subnet: Subnet) -> tuple[str, ...]:
    if not command.security_group_ids:
        return (next(g.id for g in ctx.world.every(SecurityGroup) if g.vpc == subnet.vpc and g.name == "default"),)
    limit = ctx.quota("security_groups_per_eni")
    if len(command.security_group_ids) > limit:
        refuse(
            "SecurityGroupsPerInterfaceLimitExceeded",
            f"{len(command.security_group_ids)} security groups were given for one network interface.",
            f"At most {limit}.",
        )
    for group_id in command.security_group_ids:
        group = named(ctx, SecurityGroup, group_id)
        if group.vpc != subnet.vpc:
            fitting = [g.id for g in ctx.world.every(SecurityGroup) if g.vpc == subnet.vpc]
            refuse(
                "InvalidParameter",
                f"Security group {group.id} and subnet {subnet.id} belong to different networks.",
                f"In {subnet.vpc} there is {', '.join(fitting)}.",
            )
    return tuple(dict.fromkeys(command.security_group_ids))


def need_profile(ctx: Context, asked: ProfileSpecification) -> InstanceProfile:
    """Return the instance profile asked for by name or ARN. One made less than a few seconds ago is not known to EC2 yet."""
    prefix = arn("iam", "instance-profile/")
    name = asked.name or (asked.arn or "").removeprefix(prefix)
    member = "name" if asked.name else "arn"
    profile = ctx.world.find(InstanceProfile, name)
    if profile is None:
        there = ", ".join(ctx.world.table(InstanceProfile))
        refuse(
            "InvalidParameterValue",
            f"Value ({asked.name or asked.arn or ''}) for parameter iamInstanceProfile.{member} is invalid. "
            f"Invalid IAM Instance Profile {'name' if asked.name else 'ARN'}",
            f"There is {there}." if there else "There is no instance profile yet: iam create-instance-profile, then add a role to it.",
        )
    if not is_settled(ctx.scenario, ctx.now, profile.created):
        refuse(
            "InvalidParameterValue",
            f"Value ({name}) for parameter iamInstanceProfile.{member} is invalid. Invalid IAM Instance Profile name",
            "It was made seconds ago and IAM has not told every service yet; try again in ten seconds.",
        )
    return profile


def _instance_tags(command: RunInstances) -> Tags:
    for specification in command.tag_specifications:
        if specification.resource_type not in ("instance", "volume", "network-interface"):
            refuse(
                "InvalidParameterValue",
                f"'{specification.resource_type}' is not a valid taggable resource type for this operation.",
                "ResourceType=instance.",
            )
    return tuple(sorted({t.key: t.value for s in command.tag_specifications if s.resource_type == "instance" for t in s.tags}.items()))


def _room_in_quota(ctx: Context, command: RunInstances, hardware: InstanceType) -> int:
    """Return how many of the asked instances the vCPU quota leaves room for; refuse where it is fewer than the least wanted."""
    spot = command.instance_market_options is not None
    key = vcpu_key(hardware.name, spot)
    limit, used = ctx.quota(key), vcpus_in_use(ctx.world, ctx.scenario, key)
    room = max(limit - used, 0) // hardware.vcpu
    if room < command.min_count and spot:
        refuse(
            "MaxSpotInstanceCountExceeded",
            f"Max spot instance count exceeded: {used} of {limit} vCPUs of this family are in use.",
            f"Each {hardware.name} takes {hardware.vcpu}: fewer, or on demand, which is counted apart; or ask for more: {more(key)}",
        )
    if room < command.min_count:
        refuse(
            "VcpuLimitExceeded",
            f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance bucket that "
            f"the specified instance type belongs to.",
            f"{used} of {limit} vCPUs are in use and each {hardware.name} takes {hardware.vcpu}: fewer, smaller, or stop others first; "
            f"or ask for more, which takes a day or two: {more(key)}",
        )
    return min(command.max_count, room)


def _placed(ctx: Context, command: RunInstances, template: Instance, count: int) -> list[Instance]:
    """Give each instance an id and a private address of its own; as many as have room, at least the least wanted."""
    world, made = ctx.world, []
    for index in range(count):
        address = free_address(world, template.subnet)
        if address is None:
            break
        instance = replace(template, id=ctx.new_id("i", index), private_ip=address)
        if template.wants_public_ip:
            instance = replace(instance, public_ip=spare_public_address(world, f"{ctx.origin}/{index}"))
        made.append(instance)
        world = world.put(instance)
    if len(made) < command.min_count:
        refuse(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
            f"{template.subnet} has {len(made)} left; name another subnet or terminate instances in it.",
        )
    return made
