"""EC2 actions on spot requests: what AWS has over just now, at what price, and what became of one's requests."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cloudlab.commands.base import Command, Filter, InstanceType, SpotRequestRef, Zone

_NOT_FOUND = ("InvalidSpotInstanceRequestID.NotFound",)


class DescribeSpotInstanceRequests(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeSpotInstanceRequests"
    gloss: ClassVar[str] = "Look at your spot requests: fulfilled, marked for termination, or taken back, and why."
    returns: ClassVar[str | None] = "SpotInstanceRequests[].SpotInstanceRequestId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = (*_NOT_FOUND, "InvalidParameterValue")

    spot_instance_request_ids: tuple[SpotRequestRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class CancelSpotInstanceRequests(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CancelSpotInstanceRequests"
    gloss: ClassVar[str] = "End spot requests; their instances run on until you terminate them, or AWS does."
    returns: ClassVar[str | None] = "CancelledSpotInstanceRequests[].SpotInstanceRequestId"
    errors: ClassVar[tuple[str, ...]] = _NOT_FOUND

    spot_instance_request_ids: tuple[SpotRequestRef, ...] = Field(min_length=1)
    dry_run: bool = False


class DescribeSpotPriceHistory(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeSpotPriceHistory"
    gloss: ClassVar[str] = "Look at what spare capacity costs now, by type and zone."
    returns: ClassVar[str | None] = "SpotPriceHistory[].SpotPrice"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidParameterValue",)

    instance_types: tuple[InstanceType, ...] = ()
    availability_zone: Zone | None = None
    dry_run: bool = False
