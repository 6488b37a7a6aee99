"""Launch templates: what machines are launched from, kept in versions; looked at only when something is launched."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cloudlab.commands.base import Tag, TagSpecification, names_from
from cloudlab.commands.ec2_compute import (
    BlockDeviceMapping,
    EbsBlockDevice,
    InstanceMarketOptions,
    ProfileSpecification,
    RunInstances,
    SpotOptions,
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
from cloudlab.engine.describe import tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.volumes import ROOT_DEVICE
from cloudlab.model.events.fleet import LaunchTemplateDeleted, LaunchTemplatePut
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.fleet import LaunchSettings, LaunchTemplate, TemplateVersion
from cloudlab.model.ids import arn
from cloudlab.model.time import stamp
from cloudlab.model.world import World

_NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")
_LONGEST_DESCRIPTION = 255


def need_template(ctx: Context, key: str | None, name: str | None) -> LaunchTemplate:
    """Return the launch template by id or name, or refuse as EC2 does."""
    if (key is None) == (name is None):
        refuse(
            "MissingParameter" if key is None else "InvalidParameterCombination",
            "A launch template is named by its id or by its name, by exactly one of them.",
            "--launch-template-name web, or --launch-template-id lt-...",
        )
    if key is not None:
        return named(ctx, LaunchTemplate, key)
    found = next((t for t in ctx.world.every(LaunchTemplate) if t.name == name), None)
    if found is None:
        there = ", ".join(t.name for t in ctx.world.every(LaunchTemplate))
        refuse(
            "InvalidLaunchTemplateName.NotFoundException",
            f"The specified launch template, with template name {name}, does not exist.",
            f"There is {there}." if there else "There is none yet: ec2 create-launch-template.",
        )
    return found


def version_of(template: LaunchTemplate, word: str) -> TemplateVersion:
    """Return the version a word means: its number, $Latest or $Default."""
    number = {"$Latest": template.latest, "$Default": template.default}.get(word) or (int(word) if word.isdecimal() else 0)
    found = next((v for v in template.versions if v.number == number), None)
    if found is None:
        refuse(
            "InvalidLaunchTemplateId.VersionNotFound",
            f"Could not find the specified version {word} for the launch template with ID {template.id}.",
            f"There are 1 to {template.latest}, $Latest and $Default.",
        )
    return found


def settings_of(data: LaunchTemplateData) -> LaunchSettings:
    """Return what a template's data says, in the World's own terms; refuse what contradicts itself."""
    interface = data.network_interfaces[0] if data.network_interfaces else None
    if interface is not None and data.security_group_ids:
        refuse(
            "InvalidParameterCombination",
            "Network interfaces and an instance-level security groups may not be specified on the same request",
            "With NetworkInterfaces the security groups stand there, as Groups.",
        )
    profile = data.iam_instance_profile
    ebs = _root(data)
    return LaunchSettings(
        image=data.image_id,
        type=data.instance_type,
        groups=interface.groups if interface is not None else data.security_group_ids,
        profile=(profile.name or (profile.arn or "").rpartition("/")[2]) if profile is not None else None,
        public_ip=interface.associate_public_ip_address if interface is not None else None,
        root_gib=ebs.volume_size if ebs is not None else None,
        encrypted=ebs.encrypted if ebs is not None else False,
        tags=names_from(tuple(s for s in data.tag_specifications if s.resource_type == "instance")),
        root_type=ebs.volume_type if ebs is not None else None,
        iops=ebs.iops if ebs is not None else None,
        throughput=ebs.throughput if ebs is not None else None,
        deletes=ebs.delete_on_termination if ebs is not None else None,
        spot=market_of(data.instance_market_options),
        most_paid=data.instance_market_options.spot_options.max_price if data.instance_market_options is not None else None,
    )


def market_of(asked: InstanceMarketOptions | None) -> bool:
    """Tell whether a spot instance is asked for, or refuse what no market has."""
    if asked is None:
        return False
    options = asked.spot_options
    if asked.market_type != "spot":
        refuse("InvalidParameterValue", f"Invalid value '{asked.market_type}' for MarketType.", "spot; without it, on demand.")
    if options.spot_instance_type != "one-time" or options.instance_interruption_behavior != "terminate":
        given = f"{options.spot_instance_type}, {options.instance_interruption_behavior}"
        refuse(
            "UnsupportedOperation", f"Spot requests of this kind are not modelled here: {given}.", "one-time and terminate, as by default."
        )
    return True


def _root(data: LaunchTemplateData) -> EbsBlockDevice | None:
    """Return what a template says of the volume its machines start from; data volumes in a template are not modelled."""
    for mapping in data.block_device_mappings:
        if mapping.device_name != ROOT_DEVICE or mapping.ebs.snapshot_id is not None or len(data.block_device_mappings) > 1:
            refuse(
                "InvalidBlockDeviceMapping",
                f"A template here describes the volume a machine starts from, once: {mapping.device_name} was given.",
                f"DeviceName={ROOT_DEVICE}, without SnapshotId; ec2 run-instances and ec2 attach-volume give data volumes.",
            )
    return data.block_device_mappings[0].ebs if data.block_device_mappings else None


def merged(base: LaunchSettings, over: LaunchSettings) -> LaunchSettings:
    """Return settings with what `over` says put over them."""
    return LaunchSettings(
        image=over.image or base.image,
        type=over.type or base.type,
        groups=over.groups or base.groups,
        profile=over.profile or base.profile,
        public_ip=base.public_ip if over.public_ip is None else over.public_ip,
        root_gib=over.root_gib or base.root_gib,
        encrypted=over.encrypted or base.encrypted,
        tags=tuple(sorted({**dict(base.tags), **dict(over.tags)}.items())),
        root_type=over.root_type or base.root_type,
        iops=over.iops if over.root_type is not None else base.iops,
        throughput=over.throughput if over.root_type is not None else base.throughput,
        deletes=base.deletes if over.deletes is None else over.deletes,
        spot=over.spot or base.spot,
        most_paid=over.most_paid or base.most_paid,
    )


def order_from(settings: LaunchSettings, subnet: str | None, count: int = 1) -> RunInstances:
    """Return the order that launches machines with these settings."""
    disk = _disk(settings)
    tags = tuple(Tag(key=key, value=value) for key, value in settings.tags)
    return RunInstances(
        image_id=settings.image,
        instance_type=settings.type,
        min_count=count,
        max_count=count,
        subnet_id=subnet,
        security_group_ids=settings.groups,
        iam_instance_profile=ProfileSpecification(name=settings.profile) if settings.profile is not None else None,
        associate_public_ip_address=settings.public_ip,
        instance_market_options=(InstanceMarketOptions(spot_options=SpotOptions(max_price=settings.most_paid)) if settings.spot else None),
        block_device_mappings=((BlockDeviceMapping(device_name=ROOT_DEVICE, ebs=disk),) if disk is not None else ()),
        tag_specifications=(TagSpecification(resource_type="instance", tags=tags),) if tags else (),
    )


def _disk(settings: LaunchSettings) -> EbsBlockDevice | None:
    """Return the volume as a template says it; None where it says nothing of it."""
    if settings.root_type is None and settings.root_gib is None and not settings.encrypted:
        return None
    return EbsBlockDevice(
        volume_size=settings.root_gib,
        encrypted=settings.encrypted,
        volume_type=settings.root_type or "gp3",
        iops=settings.iops,
        throughput=settings.throughput,
        delete_on_termination=settings.deletes,
    )


def _a_description(text: str) -> str:
    if len(text) > _LONGEST_DESCRIPTION:
        refuse(
            "InvalidParameterValue",
            f"The version description is {len(text)} characters long.",
            f"At most {_LONGEST_DESCRIPTION} characters.",
        )
    return text


@decides(CreateLaunchTemplate)
def decide_create_launch_template(ctx: Context, command: CreateLaunchTemplate) -> Events:
    name = command.launch_template_name
    if not _NAME.fullmatch(name):
        refuse(
            "InvalidLaunchTemplateName.MalformedException",
            f"A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and ( ) . - / _: '{name}'",
            "For instance web-server.",
        )
    if any(t.name == name for t in ctx.world.every(LaunchTemplate)):
        refuse(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
            "Add a version to it (ec2 create-launch-template-version), or choose another name.",
        )
    version = TemplateVersion(1, settings_of(command.launch_template_data), ctx.now, _a_description(command.version_description))
    template = LaunchTemplate(ctx.new_id("lt"), name, ctx.now, (version,))
    yield LaunchTemplatePut(template)
    yield ResourcesSeen((("LaunchTemplate", template.id),))


@decides(CreateLaunchTemplateVersion)
def decide_create_launch_template_version(ctx: Context, command: CreateLaunchTemplateVersion) -> Events:
    template = need_template(ctx, command.launch_template_id, command.launch_template_name)
    settings = settings_of(command.launch_template_data)
    if command.source_version is not None:
        settings = merged(version_of(template, command.source_version).settings, settings)
    version = TemplateVersion(template.latest + 1, settings, ctx.now, _a_description(command.version_description))
    yield LaunchTemplatePut(replace(template, versions=(*template.versions, version)))
    yield ResourcesSeen((("LaunchTemplate", template.id),))


@decides(ModifyLaunchTemplate)
def decide_modify_launch_template(ctx: Context, command: ModifyLaunchTemplate) -> Events:
    template = need_template(ctx, command.launch_template_id, command.launch_template_name)
    yield LaunchTemplatePut(replace(template, default=version_of(template, command.default_version).number))
    yield ResourcesSeen((("LaunchTemplate", template.id),))


@evolves(LaunchTemplatePut)
def evolve_launch_template_put(world: World, event: LaunchTemplatePut) -> World:
    return world.put(event.template)


@decides(DeleteLaunchTemplate)
def decide_delete_launch_template(ctx: Context, command: DeleteLaunchTemplate) -> Events:
    """AWS lets it go though a group is launched from it; that group then can launch nothing more."""
    yield LaunchTemplateDeleted(need_template(ctx, command.launch_template_id, command.launch_template_name).id)


@evolves(LaunchTemplateDeleted)
def evolve_launch_template_deleted(world: World, event: LaunchTemplateDeleted) -> World:
    return removed(world, LaunchTemplate, event.template)


# answers and looks ----------------------------------------------------------------------------------------------------------


@answers(CreateLaunchTemplate)
def answer_create_launch_template(ctx: Context, command: CreateLaunchTemplate) -> dict[str, Any]:
    return {"LaunchTemplate": _described(ctx.world.get(LaunchTemplate, ctx.new_id("lt")))}


@answers(CreateLaunchTemplateVersion)
def answer_create_launch_template_version(ctx: Context, command: CreateLaunchTemplateVersion) -> dict[str, Any]:
    template = need_template(ctx, command.launch_template_id, command.launch_template_name)
    return {"LaunchTemplateVersion": _version_described(template, template.versions[-1])}


@answers(ModifyLaunchTemplate)
def answer_modify_launch_template(ctx: Context, command: ModifyLaunchTemplate) -> dict[str, Any]:
    return {"LaunchTemplate": _described(need_template(ctx, command.launch_template_id, command.launch_template_name))}


@decides(DescribeLaunchTemplates)
def decide_describe_launch_templates(ctx: Context, command: DescribeLaunchTemplates) -> Events:
    yield ResourcesSeen(tuple(("LaunchTemplate", t.id) for t in _chosen(ctx, command)))


@answers(DescribeLaunchTemplates)
def answer_describe_launch_templates(ctx: Context, command: DescribeLaunchTemplates) -> dict[str, Any]:
    return {"LaunchTemplates": [_described(t) for t in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeLaunchTemplates) -> list[LaunchTemplate]:
    asked = [need_template(ctx, key, None) for key in command.launch_template_ids]
    asked += [need_template(ctx, None, name) for name in command.launch_template_names]
    return asked or list(ctx.world.every(LaunchTemplate))


@decides(DescribeLaunchTemplateVersions)
def decide_describe_launch_template_versions(ctx: Context, command: DescribeLaunchTemplateVersions) -> Events:
    template = need_template(ctx, command.launch_template_id, command.launch_template_name)
    for word in command.versions:
        version_of(template, word)
    yield ResourcesSeen((("LaunchTemplate", template.id),))


@answers(DescribeLaunchTemplateVersions)
def answer_describe_launch_template_versions(ctx: Context, command: DescribeLaunchTemplateVersions) -> dict[str, Any]:
    template = need_template(ctx, command.launch_template_id, command.launch_template_name)
    wanted = [version_of(template, word) for word in command.versions] or list(reversed(template.versions))
    return {"LaunchTemplateVersions": [_version_described(template, v) for v in wanted]}


def _described(template: LaunchTemplate) -> dict[str, Any]:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": stamp(template.created),
        "CreatedBy": arn("iam", "root"),
        "DefaultVersionNumber": template.default,
        "LatestVersionNumber": template.latest,
        "Tags": tag_list(template.tags),
    }


def _version_described(template: LaunchTemplate, version: TemplateVersion) -> dict[str, Any]:
    settings = version.settings
    data: dict[str, Any] = {"ImageId": settings.image, "InstanceType": settings.type}
    if settings.profile is not None:
        data["IamInstanceProfile"] = {"Name": settings.profile}
    if settings.public_ip is not None:
        data["NetworkInterfaces"] = [{"DeviceIndex": 0, "AssociatePublicIpAddress": settings.public_ip, "Groups": list(settings.groups)}]
    elif settings.groups:
        data["SecurityGroupIds"] = list(settings.groups)
    disk = _disk(settings)
    if disk is not None:
        ebs = {"Encrypted": disk.encrypted} | disk.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        data["BlockDeviceMappings"] = [{"DeviceName": ROOT_DEVICE, "Ebs": ebs}]
    if settings.spot:
        options = {"MaxPrice": settings.most_paid} if settings.most_paid is not None else {}
        data["InstanceMarketOptions"] = {"MarketType": "spot"} | ({"SpotOptions": options} if options else {})
    if settings.tags:
        data["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tag_list(settings.tags)}]
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionNumber": version.number,
        "VersionDescription": version.description,
        "CreateTime": stamp(version.created),
        "DefaultVersion": version.number == template.default,
        "LaunchTemplateData": {key: value for key, value in data.items() if value is not None},
    }
