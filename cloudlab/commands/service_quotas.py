"""Service Quotas actions (`aws service-quotas`): what an account may have, and asking for more."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Command, QuotaCode, QuotaRequestRef, ServiceCode

_NONE = ("NoSuchResourceException",)
STATUSES = ("PENDING", "CASE_OPENED", "APPROVED", "CASE_CLOSED")


class ListServices(Command):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "ListServices"
    gloss: ClassVar[str] = "Look at the services that have quotas here, and at their codes."
    returns: ClassVar[str | None] = "Services[].ServiceCode"
    reads: ClassVar[bool] = True


class ListServiceQuotas(Command):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "ListServiceQuotas"
    gloss: ClassVar[str] = "Look at what your account may have of one service, as it is now."
    returns: ClassVar[str | None] = "Quotas[].QuotaCode"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = _NONE

    service_code: ServiceCode


class _OneQuota(Command):
    """What the commands on one quota share."""

    service_code: ServiceCode
    quota_code: QuotaCode


class GetServiceQuota(_OneQuota):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "GetServiceQuota"
    gloss: ClassVar[str] = "Look at one quota as it is for your account."
    returns: ClassVar[str | None] = "Quota.Value"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = _NONE


class GetAWSDefaultServiceQuota(_OneQuota):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "GetAWSDefaultServiceQuota"
    gloss: ClassVar[str] = "Look at what one quota was for your account at the start, before anything was raised."
    returns: ClassVar[str | None] = "Quota.Value"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = _NONE


class RequestServiceQuotaIncrease(_OneQuota):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "RequestServiceQuotaIncrease"
    gloss: ClassVar[str] = "Ask for more than your account may have; support answers in a day or two, so ask before you need it."
    returns: ClassVar[str | None] = "RequestedQuota.Id"
    human: ClassVar[str | None] = "DesiredValue"
    errors: ClassVar[tuple[str, ...]] = ("IllegalArgumentException", "NoSuchResourceException", "ResourceAlreadyExistsException")

    desired_value: Annotated[int, Field(ge=0, le=10_000_000_000)] = Field(description="the new limit, not what comes on top")


class GetRequestedServiceQuotaChange(Command):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "GetRequestedServiceQuotaChange"
    gloss: ClassVar[str] = "Look at how far one request for more is."
    returns: ClassVar[str | None] = "RequestedQuota.Status"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = _NONE

    request_id: QuotaRequestRef


class ListRequestedServiceQuotaChangeHistory(Command):
    service: ClassVar[str] = "service-quotas"
    operation: ClassVar[str] = "ListRequestedServiceQuotaChangeHistory"
    gloss: ClassVar[str] = "Look at every request for more and what became of it."
    returns: ClassVar[str | None] = "RequestedQuotas[].Id"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("IllegalArgumentException", *_NONE)

    service_code: ServiceCode | None = None
    status: Annotated[str, Choice(STATUSES)] | None = None
