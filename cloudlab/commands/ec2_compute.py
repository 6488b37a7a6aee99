"""EC2 actions on instances: launch, look, stop, start, reboot, terminate, and what they are made from."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    Choice,
    Command,
    Filter,
    FromCatalogue,
    ImageRef,
    InstanceProfileRef,
    InstanceRef,
    InstanceType,
    LaunchTemplateNameRef,
    LaunchTemplateRef,
    SecurityGroupRef,
    SnapshotRef,
    Structure,
    SubnetRef,
    TagSpecification,
)
from cloudlab.commands.cli import CountFlag, Customisation
from cloudlab.commands.ec2_volumes import VolumeType

Image = Annotated[str, FromCatalogue("image")]


class ProfileSpecification(Structure):
    """The instance profile by name or by ARN."""

    name: InstanceProfileRef | None = None
    arn: str | None = None


class EbsBlockDevice(Structure):
    """A volume that comes with the machine: size in GiB, type, whether it is encrypted, whether it goes with the machine."""

    volume_size: int | None = None
    encrypted: bool = False
    volume_type: VolumeType = "gp3"
    iops: int | None = None
    throughput: int | None = None
    delete_on_termination: bool | None = None
    snapshot_id: SnapshotRef | None = None


class BlockDeviceMapping(Structure):
    device_name: str
    ebs: EbsBlockDevice = EbsBlockDevice()


class SpotOptions(Structure):
    """A request for once, whose instance ends when AWS wants it back; persistent requests are not modelled."""

    max_price: str | None = Field(default=None, description="most you would pay an hour; left out, the price on demand")
    spot_instance_type: Annotated[str, Choice(("one-time",))] = "one-time"
    instance_interruption_behavior: Annotated[str, Choice(("terminate",))] = "terminate"


class InstanceMarketOptions(Structure):
    """`MarketType=spot`: what AWS has over just now, for a third of the price, until AWS needs it itself."""

    market_type: Annotated[str, Choice(("spot",))] = "spot"
    spot_options: SpotOptions = SpotOptions()


class TemplateSpecification(Structure):
    """Which launch template, by id or name, and which version: a number, $Latest or $Default."""

    launch_template_id: LaunchTemplateRef | None = None
    launch_template_name: LaunchTemplateNameRef | None = None
    version: str = "$Default"


class RunInstances(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "RunInstances"
    gloss: ClassVar[str] = "Rent virtual machines in a subnet of yours; from their first second on they are yours to patch, watch and pay."
    returns: ClassVar[str | None] = "Instances[0].InstanceId"
    cli: ClassVar[tuple[Customisation, ...]] = (CountFlag(),)
    human: ClassVar[str | None] = "InstanceType"
    errors: ClassVar[tuple[str, ...]] = (
        "InsufficientFreeAddressesInSubnet",
        "InvalidAMIID.NotFound",
        "InvalidBlockDeviceMapping",
        "InvalidGroup.NotFound",
        "InvalidKeyPair.NotFound",
        "InvalidLaunchTemplateId.VersionNotFound",
        "InvalidLaunchTemplateName.NotFoundException",
        "InvalidParameter",
        "InvalidParameterValue",
        "InvalidSubnetID.NotFound",
        "InsufficientInstanceCapacity",
        "MaxSpotInstanceCountExceeded",
        "MissingParameter",
        "SpotMaxPriceTooLow",
        "SecurityGroupsPerInterfaceLimitExceeded",
        "VPCIdNotSpecified",
        "VcpuLimitExceeded",
    )

    image_id: Image | None = None
    instance_type: InstanceType | None = None
    launch_template: TemplateSpecification | None = None
    min_count: Annotated[int, Field(ge=1)] = 1
    max_count: Annotated[int, Field(ge=1)] = 1
    subnet_id: SubnetRef | None = None
    security_group_ids: tuple[SecurityGroupRef, ...] = ()
    key_name: str | None = None
    iam_instance_profile: ProfileSpecification | None = None
    associate_public_ip_address: bool | None = None
    block_device_mappings: tuple[BlockDeviceMapping, ...] = ()
    instance_market_options: InstanceMarketOptions | None = None
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class _OnInstances(Command):
    """What the commands on a list of instances share."""

    instance_ids: tuple[InstanceRef, ...] = Field(min_length=1)
    dry_run: bool = False


class StopInstances(_OnInstances):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "StopInstances"
    gloss: ClassVar[str] = "Switch instances off and keep their disks; the automatic public address is gone afterwards."
    errors: ClassVar[tuple[str, ...]] = ("IncorrectInstanceState", "InvalidInstanceID.NotFound", "UnsupportedOperation")
    returns: ClassVar[str | None] = "StoppingInstances[].InstanceId"


class StartInstances(_OnInstances):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "StartInstances"
    gloss: ClassVar[str] = "Switch stopped instances on again, on another host and with another automatic public address."
    errors: ClassVar[tuple[str, ...]] = ("IncorrectInstanceState", "InvalidInstanceID.NotFound", "VcpuLimitExceeded")
    returns: ClassVar[str | None] = "StartingInstances[].InstanceId"


class RebootInstances(_OnInstances):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "RebootInstances"
    gloss: ClassVar[str] = "Restart the operating system; a minute without answers, addresses stay."
    errors: ClassVar[tuple[str, ...]] = ("IncorrectInstanceState", "InvalidInstanceID.NotFound")


class TerminateInstances(_OnInstances):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "TerminateInstances"
    gloss: ClassVar[str] = "Give instances back for good, root disk included; nothing of them is kept."
    errors: ClassVar[tuple[str, ...]] = ("InvalidInstanceID.NotFound", "OperationNotPermitted")
    returns: ClassVar[str | None] = "TerminatingInstances[].InstanceId"


class DescribeInstances(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeInstances"
    gloss: ClassVar[str] = "Look at your instances: state, addresses, subnet, groups."
    errors: ClassVar[tuple[str, ...]] = ("InvalidInstanceID.NotFound", "InvalidParameterValue")
    returns: ClassVar[str | None] = "Reservations[].Instances[].InstanceId"
    reads: ClassVar[bool] = True

    instance_ids: tuple[InstanceRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DescribeInstanceStatus(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeInstanceStatus"
    gloss: ClassVar[str] = "Look at the two status checks: the host is AWS's matter, the system inside is yours."
    errors: ClassVar[tuple[str, ...]] = ("InvalidInstanceID.NotFound",)
    returns: ClassVar[str | None] = "InstanceStatuses[].InstanceId"
    reads: ClassVar[bool] = True

    instance_ids: tuple[InstanceRef, ...] = ()
    include_all_instances: bool = False
    dry_run: bool = False


class DescribeImages(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeImages"
    gloss: ClassVar[str] = "Look at the machine images an instance can be launched from."
    errors: ClassVar[tuple[str, ...]] = ("InvalidAMIID.NotFound",)
    returns: ClassVar[str | None] = "Images[0].ImageId"
    reads: ClassVar[bool] = True

    image_ids: tuple[Image, ...] = ()
    owners: tuple[str, ...] = ()
    dry_run: bool = False


class CreateImage(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateImage"
    gloss: ClassVar[str] = (
        "Make an image of an instance as it is: patched, with its server and model, ready to be launched any number of times."
    )
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectInstanceState",
        "InvalidAMIName.Duplicate",
        "InvalidAMIName.Malformed",
        "InvalidInstanceID.NotFound",
        "InvalidParameterValue",
    )
    returns: ClassVar[str | None] = "ImageId"
    human: ClassVar[str | None] = "Name"

    instance_id: InstanceRef
    name: str
    description: str = ""
    no_reboot: bool = False
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class DeregisterImage(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeregisterImage"
    gloss: ClassVar[str] = "Give an image of yours back; instances made from it stay."
    errors: ClassVar[tuple[str, ...]] = ("AuthFailure", "InvalidAMIID.NotFound")

    image_id: ImageRef
    delete_associated_snapshots: bool = Field(default=False, description="the snapshot it stands on goes too; else it stays, and is paid")
    dry_run: bool = False


class RegisterImage(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "RegisterImage"
    gloss: ClassVar[str] = "Make an image of a snapshot of a root volume: the way back to a machine that is gone, in any zone."
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectState",
        "InvalidAMIName.Duplicate",
        "InvalidAMIName.Malformed",
        "InvalidBlockDeviceMapping",
        "InvalidSnapshot.NotFound",
    )
    returns: ClassVar[str | None] = "ImageId"

    name: str
    description: str = ""
    root_device_name: str = "/dev/xvda"
    block_device_mappings: tuple[BlockDeviceMapping, ...] = ()
    dry_run: bool = False


class DescribeInstanceTypes(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeInstanceTypes"
    gloss: ClassVar[str] = "Look at the sizes of machine there are."
    errors: ClassVar[tuple[str, ...]] = ("InvalidInstanceType",)
    returns: ClassVar[str | None] = "InstanceTypes[].InstanceType"
    reads: ClassVar[bool] = True

    instance_types: tuple[InstanceType, ...] = ()
    dry_run: bool = False


class AssociateIamInstanceProfile(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "AssociateIamInstanceProfile"
    gloss: ClassVar[str] = "Give a running instance a role afterwards, so that it may call AWS and be managed."
    errors: ClassVar[tuple[str, ...]] = ("IncorrectInstanceState", "IncorrectState", "InvalidInstanceID.NotFound", "InvalidParameterValue")
    returns: ClassVar[str | None] = "IamInstanceProfileAssociation.AssociationId"

    iam_instance_profile: ProfileSpecification
    instance_id: InstanceRef
