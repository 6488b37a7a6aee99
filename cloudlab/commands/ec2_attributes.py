"""EC2 actions that change what is there already: an instance's size, groups and protection, its role, anything's tags."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    AttributeBooleanValue,
    Command,
    FromCatalogue,
    InstanceRef,
    ProfileAssociationRef,
    SecurityGroupRef,
    Structure,
    Tag,
)
from cloudlab.commands.ec2_compute import ProfileSpecification

_NO_INSTANCE = ("InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound")
_NO_ASSOCIATION = ("InvalidAssociationID.NotFound",)


class TypeValue(Structure):
    """`Value=t3.large`."""

    value: Annotated[str, FromCatalogue("instance-type")]


class ModifyInstanceAttribute(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ModifyInstanceAttribute"
    gloss: ClassVar[str] = "Change one thing of an instance: its groups at once, its size while stopped, its protection from termination."
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectInstanceState",
        "InvalidGroup.NotFound",
        *_NO_INSTANCE,
        "InvalidParameter",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "MissingParameter",
        "SecurityGroupsPerInterfaceLimitExceeded",
    )

    instance_id: InstanceRef
    groups: tuple[SecurityGroupRef, ...] = Field(default=(), description="all it will have, not those that are added")
    instance_type: TypeValue | None = Field(default=None, description="Value=t3.large; the instance has to be stopped")
    disable_api_termination: AttributeBooleanValue | None = None
    dry_run: bool = False


class DisassociateIamInstanceProfile(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DisassociateIamInstanceProfile"
    gloss: ClassVar[str] = "Take its role from an instance: it may call AWS no more, and is no longer managed."
    errors: ClassVar[tuple[str, ...]] = _NO_ASSOCIATION
    returns: ClassVar[str | None] = "IamInstanceProfileAssociation.AssociationId"

    association_id: ProfileAssociationRef


class ReplaceIamInstanceProfileAssociation(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ReplaceIamInstanceProfileAssociation"
    gloss: ClassVar[str] = "Give an instance another role in place of the one it has, without a moment in between."
    errors: ClassVar[tuple[str, ...]] = (*_NO_ASSOCIATION, "InvalidParameterValue")
    returns: ClassVar[str | None] = "IamInstanceProfileAssociation.AssociationId"

    association_id: ProfileAssociationRef
    iam_instance_profile: ProfileSpecification


class DescribeIamInstanceProfileAssociations(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeIamInstanceProfileAssociations"
    gloss: ClassVar[str] = "Look at which instance carries which role."
    errors: ClassVar[tuple[str, ...]] = _NO_ASSOCIATION
    returns: ClassVar[str | None] = "IamInstanceProfileAssociations[].AssociationId"
    reads: ClassVar[bool] = True

    association_ids: tuple[ProfileAssociationRef, ...] = ()


class CreateTags(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateTags"
    gloss: ClassVar[str] = "Put tags on what is there already; the tag Name is what screens show."
    errors: ClassVar[tuple[str, ...]] = ("InvalidID", "InvalidParameterValue", "TagLimitExceeded")

    resources: tuple[str, ...] = Field(min_length=1)
    tags: tuple[Tag, ...] = Field(min_length=1)
    dry_run: bool = False


class DeleteTags(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteTags"
    gloss: ClassVar[str] = "Take tags off again; without --tags, all of them."
    errors: ClassVar[tuple[str, ...]] = ("InvalidID",)

    resources: tuple[str, ...] = Field(min_length=1)
    tags: tuple[Tag, ...] = ()
    dry_run: bool = False
