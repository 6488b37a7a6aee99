"""Command: the base of every AWS action a player may ask for, and the marks its fields carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

from cloudlab.commands.cli import Customisation


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field that names an existing resource, so that faces can offer what exists."""

    kind: str
    """Record type in snake_case: vpc, subnet, instance, role ..."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Marks a field with the values a face should offer; the service, not the parser, enforces them."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FromCatalogue:
    """Marks a field whose values come from the catalogue: `instance-type`, `ml-type`, `zone`, `document`, `policy`, `image`, `file`."""

    group: str


VpcRef = Annotated[str, Ref("vpc")]
SubnetRef = Annotated[str, Ref("subnet")]
InternetGatewayRef = Annotated[str, Ref("internet_gateway")]
NatGatewayRef = Annotated[str, Ref("nat_gateway")]
VpcEndpointRef = Annotated[str, Ref("vpc_endpoint")]
SpotRequestRef = Annotated[str, Ref("spot_request")]
ProfileAssociationRef = Annotated[str, Ref("profile_association")]
VolumeRef = Annotated[str, Ref("volume")]
SnapshotRef = Annotated[str, Ref("snapshot")]
RouteTableRef = Annotated[str, Ref("route_table")]
SecurityGroupRef = Annotated[str, Ref("security_group")]
AddressRef = Annotated[str, Ref("address")]
InstanceRef = Annotated[str, Ref("instance")]
BucketRef = Annotated[str, Ref("bucket")]
RoleRef = Annotated[str, Ref("role")]
RoleArnRef = Annotated[str, Ref("role_arn")]
InstanceProfileRef = Annotated[str, Ref("instance_profile")]
TrainingJobRef = Annotated[str, Ref("training_job")]
ModelRef = Annotated[str, Ref("sage_model")]
EndpointConfigRef = Annotated[str, Ref("endpoint_config")]
EndpointRef = Annotated[str, Ref("endpoint")]
ImageRef = Annotated[str, Ref("image")]
LaunchTemplateRef = Annotated[str, Ref("launch_template")]
LaunchTemplateNameRef = Annotated[str, Ref("launch_template_name")]
FleetRef = Annotated[str, Ref("auto_scaling_group")]
ScalingPolicyRef = Annotated[str, Ref("scaling_policy")]
LoadBalancerRef = Annotated[str, Ref("load_balancer")]
TargetGroupRef = Annotated[str, Ref("target_group")]
ListenerRef = Annotated[str, Ref("listener")]
AlarmRef = Annotated[str, Ref("alarm")]
QuotaRequestRef = Annotated[str, Ref("quota_request")]
CertificateRef = Annotated[str, Ref("certificate")]
InstanceType = Annotated[str, FromCatalogue("instance-type")]
MlInstanceType = Annotated[str, FromCatalogue("ml-type")]
Zone = Annotated[str, FromCatalogue("zone")]
ServiceCode = Annotated[str, FromCatalogue("quota-service")]
QuotaCode = Annotated[str, FromCatalogue("quota-code")]
Cidr = Annotated[str, FromCatalogue("cidr")]


class Structure(BaseModel):
    """A structure with AWS's own member names as aliases; unknown members are refused by name."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_pascal,
        validate_by_name=True,
        validate_by_alias=True,
        protected_namespaces=(),
    )


class Tag(Structure):
    key: str
    value: str = ""


class TagSpecification(Structure):
    resource_type: str
    tags: tuple[Tag, ...] = ()


class Filter(Structure):
    name: str
    values: tuple[str, ...] = ()


class AttributeBooleanValue(Structure):
    """A boolean of EC2's modify-*-attribute actions: `{"Value": true}` in the API, a plain switch on the aws CLI."""

    value: bool


class Command(Structure):
    """One AWS action. Subclasses declare the action as class variables and its parameters as fields.

    Field values are only shaped here (required, type, unknown names); every rule of the service is the engine's.
    """

    service: ClassVar[str]
    """CLI service name: ec2, s3api, iam, ssm, sagemaker, sagemaker-runtime, cloudwatch, sts."""
    operation: ClassVar[str]
    """API operation, such as CreateVpc."""
    gloss: ClassVar[str]
    """One line for the glossary: what it does and why one wants it."""
    returns: ClassVar[str | None] = None
    """JMESPath into the response of what `-> $name` captures."""
    reads: ClassVar[bool] = False
    """It only looks: nothing changes but what the team knows."""
    cli: ClassVar[tuple[Customisation, ...]] = ()
    """Flags the aws CLI adds to the API's parameters (cloudlab.commands.cli)."""
    errors: ClassVar[tuple[str, ...]] = ()
    """AWS error codes it may be refused with, for the reference page."""
    human: ClassVar[str | None] = None
    """Parameter (`CidrBlock`, `ResourceConfig.InstanceType`) that says most about it beside its own name; None lets the dialect choose."""

    @classmethod
    def verb(cls) -> str:
        """Return the CLI verb: CreateVpc -> create-vpc."""
        return kebab(cls.operation)

    @classmethod
    def title(cls) -> str:
        return f"{cls.service} {cls.verb()}"

    @property
    def effort_key(self) -> str:
        """The key of this command in the effort table; a kind of task for repetition."""
        return f"{API_SERVICE.get(self.service, self.service)}:{self.operation}"

    def wire(self) -> dict[str, Any]:
        """Return the parameters that were set, under AWS's names, JSON-ready."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


API_SERVICE = {"s3api": "s3"}
"""CLI service name -> the service in API and IAM action names, where they differ."""


@cache
def kebab(name: str) -> str:
    """Return the aws CLI's spelling of an API name: CidrBlock -> cidr-block, DBInstanceIdentifier -> db-instance-identifier."""
    plural = re.sub(r"([A-Z]{2,})s$", lambda match: match[1].capitalize() + "s", name)  # TargetGroupARNs -> TargetGroupArns
    partial = re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", plural)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", partial).lower()


def names_from(specifications: tuple[TagSpecification, ...]) -> tuple[tuple[str, str], ...]:
    """Return the tags asked for, sorted by key."""
    return tuple(sorted({t.key: t.value for s in specifications for t in s.tags}.items()))
