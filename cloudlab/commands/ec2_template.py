"""EC2 actions on launch templates: what a machine is launched from, written down once and kept in versions."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    Command,
    FromCatalogue,
    InstanceType,
    LaunchTemplateNameRef,
    LaunchTemplateRef,
    SecurityGroupRef,
    Structure,
    TagSpecification,
)
from cloudlab.commands.ec2_compute import BlockDeviceMapping, Image, InstanceMarketOptions, ProfileSpecification


class TemplateNetworkInterface(Structure):
    """The first network interface; named here, its groups stand here too and no subnet: the group of instances chooses that."""

    device_index: int = 0
    associate_public_ip_address: bool | None = None
    groups: tuple[SecurityGroupRef, ...] = ()


class LaunchTemplateData(Structure):
    """What a machine is launched with. AWS looks at it only when something is launched from it."""

    image_id: Image | None = None
    instance_type: InstanceType | None = None
    security_group_ids: tuple[SecurityGroupRef, ...] = ()
    iam_instance_profile: ProfileSpecification | None = None
    network_interfaces: tuple[TemplateNetworkInterface, ...] = ()
    block_device_mappings: tuple[BlockDeviceMapping, ...] = ()
    instance_market_options: InstanceMarketOptions | None = None
    tag_specifications: tuple[TagSpecification, ...] = ()


class _OnTemplate(Command):
    """What the commands on one launch template share: its id or its name."""

    launch_template_id: LaunchTemplateRef | None = None
    launch_template_name: LaunchTemplateNameRef | None = None


_NOT_FOUND = ("InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException", "MissingParameter")


class CreateLaunchTemplate(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateLaunchTemplate"
    gloss: ClassVar[str] = "Write down once what a machine is launched from: image, size, groups, role; fleets are launched from that."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidLaunchTemplateName.AlreadyExistsException",
        "InvalidLaunchTemplateName.MalformedException",
        "InvalidParameterCombination",
        "InvalidParameterValue",
    )
    returns: ClassVar[str | None] = "LaunchTemplate.LaunchTemplateId"
    human: ClassVar[str | None] = "LaunchTemplateName"

    launch_template_name: str
    launch_template_data: LaunchTemplateData
    version_description: str = ""
    dry_run: bool = False


class CreateLaunchTemplateVersion(_OnTemplate):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateLaunchTemplateVersion"
    gloss: ClassVar[str] = "Add a version to a launch template, a new image for instance; nothing is launched from it until somebody does."
    errors: ClassVar[tuple[str, ...]] = (
        *_NOT_FOUND,
        "InvalidLaunchTemplateId.VersionNotFound",
        "InvalidParameterCombination",
        "InvalidParameterValue",
    )
    returns: ClassVar[str | None] = "LaunchTemplateVersion.VersionNumber"

    source_version: str | None = None
    launch_template_data: LaunchTemplateData
    version_description: str = ""
    dry_run: bool = False


class ModifyLaunchTemplate(_OnTemplate):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ModifyLaunchTemplate"
    gloss: ClassVar[str] = "Say which version of a launch template is meant by $Default."
    errors: ClassVar[tuple[str, ...]] = (*_NOT_FOUND, "InvalidLaunchTemplateId.VersionNotFound")
    returns: ClassVar[str | None] = "LaunchTemplate.LaunchTemplateId"

    default_version: Annotated[str, FromCatalogue("template-version")]
    dry_run: bool = False


class DeleteLaunchTemplate(_OnTemplate):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteLaunchTemplate"
    gloss: ClassVar[str] = "Delete a launch template with all its versions; machines launched from it stay."
    errors: ClassVar[tuple[str, ...]] = _NOT_FOUND

    dry_run: bool = False


class DescribeLaunchTemplates(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeLaunchTemplates"
    gloss: ClassVar[str] = "Look at your launch templates."
    errors: ClassVar[tuple[str, ...]] = _NOT_FOUND[:2]
    returns: ClassVar[str | None] = "LaunchTemplates[].LaunchTemplateId"
    reads: ClassVar[bool] = True

    launch_template_ids: tuple[LaunchTemplateRef, ...] = ()
    launch_template_names: tuple[LaunchTemplateNameRef, ...] = ()
    dry_run: bool = False


class DescribeLaunchTemplateVersions(_OnTemplate):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeLaunchTemplateVersions"
    gloss: ClassVar[str] = "Look at the versions of a launch template and what each launches."
    errors: ClassVar[tuple[str, ...]] = (*_NOT_FOUND, "InvalidLaunchTemplateId.VersionNotFound")
    returns: ClassVar[str | None] = "LaunchTemplateVersions[].VersionNumber"
    reads: ClassVar[bool] = True

    versions: tuple[str, ...] = Field(default=())
    dry_run: bool = False
