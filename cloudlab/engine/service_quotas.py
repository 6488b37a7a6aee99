"""Service Quotas: looking at what the account may have, asking for more, and the answer of support."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from cloudlab.commands.service_quotas import (
    GetAWSDefaultServiceQuota,
    GetRequestedServiceQuotaChange,
    GetServiceQuota,
    ListRequestedServiceQuotaChangeHistory,
    ListServiceQuotas,
    ListServices,
    RequestServiceQuotaIncrease,
)
from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.rules.quotas import SERVICES, Quota, quotas
from cloudlab.model.events.quotas import QuotaCaseOpened, QuotaDecided, QuotaIncreaseRequested
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn, hexadecimal
from cloudlab.model.quotas import QuotaRequest, RaisedQuota
from cloudlab.model.time import stamp
from cloudlab.model.world import Timer, World

CASE, DECIDED = "quota-case", "quota-decided"


def need_service(code: str) -> str:
    """Return the service of a code, or refuse with those there are."""
    if code not in SERVICES:
        refuse("NoSuchResourceException", f"There is no service '{code}'.", f"There is {', '.join(SERVICES)}.")
    return code


def need_quota(service: str, code: str) -> Quota:
    """Return the quota, or refuse with those of the service."""
    need_service(service)
    found = next((q for q in quotas() if (q.service, q.code) == (service, code)), None)
    if found is None:
        elsewhere = next((q for q in quotas() if q.code == code), None)
        own = {q.code: q.title for q in quotas() if q.service == service}
        near = get_close_matches(code, own, n=1, cutoff=0.7)
        there = f"Near it: {near[0]} ({own[near[0]]})." if near else f"list-service-quotas --service-code {service} lists them."
        hint = f"{code} is one of {elsewhere.service}: --service-code {elsewhere.service}." if elsewhere else there
        refuse("NoSuchResourceException", f"The request failed because the specified quota '{code}' does not exist.", hint)
    return found


# asking for more ------------------------------------------------------------------------------------------------------------


@decides(RequestServiceQuotaIncrease)
def decide_request_increase(ctx: Context, command: RequestServiceQuotaIncrease) -> Events:
    """A person of AWS's looks at it: a case is opened, and a day or two later the answer is there."""
    quota = need_quota(command.service_code, command.quota_code)
    now = ctx.quota(quota.key)
    if command.desired_value <= now:
        refuse(
            "IllegalArgumentException",
            f"You must provide a quota value greater than the current quota value ({now}).",
            "The desired value is the new limit, not what comes on top of the old one.",
        )
    waiting = next((r for r in ctx.world.every(QuotaRequest) if r.code == quota.code and r.is_open), None)
    if waiting is not None:
        refuse(
            "ResourceAlreadyExistsException",
            f"Only one open service quota increase request is allowed per quota: {waiting.id} asks for {waiting.desired}.",
            "Wait for its answer, then ask again.",
        )
    name = _request_id(ctx)
    case = str(170_000_000_000 + roll(ctx.world.seed, "quota-case", name, sides=9_999_999_999))
    catalogue = ctx.scenario.catalogue
    earliest, latest = catalogue.timing("quota_increase_earliest"), catalogue.timing("quota_increase_latest")
    waits = earliest + roll(ctx.world.seed, "quota", quota.code, command.desired_value, sides=latest - earliest + 1)
    request = QuotaRequest(name, quota.service, quota.code, command.desired_value, ctx.now, case, updated=ctx.now)
    yield QuotaIncreaseRequested(request, ctx.now + catalogue.estimate("quota_case_opened_s"), ctx.now + waits)
    yield ResourcesSeen((("QuotaRequest", name),))


def _request_id(ctx: Context) -> str:
    return f"{hexadecimal('quota-request', ctx.origin)}{hexadecimal('quota-request', ctx.origin, 1)[:8]}"


@evolves(QuotaIncreaseRequested)
def evolve_increase_requested(world: World, event: QuotaIncreaseRequested) -> World:
    key = event.request.id
    return world.put(event.request).schedule(event.case_at, CASE, key).schedule(event.decided_at, DECIDED, key)


@fires(CASE)
def fire_quota_case(ctx: Context, timer: Timer) -> Events:
    yield QuotaCaseOpened(timer.target)
    yield ResourcesSeen((("QuotaRequest", timer.target),))


@evolves(QuotaCaseOpened)
def evolve_case_opened(world: World, event: QuotaCaseOpened) -> World:
    return world.change(QuotaRequest, event.request, status="CASE_OPENED", updated=world.now)


@fires(DECIDED)
def fire_quota_decided(ctx: Context, timer: Timer) -> Events:
    """Support gives what is not out of all proportion to what the account has; the rest it does not give in part."""
    request = ctx.world.get(QuotaRequest, timer.target)
    quota = need_quota(request.service, request.code)
    estimate = ctx.scenario.catalogue.estimate
    most = max(ctx.quota(quota.key) * estimate("quota_increase_factor"), estimate("quota_increase_from_little"))
    yield QuotaDecided(request.id, quota.key, quota.title, request.desired if request.desired <= most else None)
    yield ResourcesSeen((("QuotaRequest", request.id),))


@evolves(QuotaDecided)
def evolve_quota_decided(world: World, event: QuotaDecided) -> World:
    status = "CASE_CLOSED" if event.value is None else "APPROVED"
    world = world.change(QuotaRequest, event.request, status=status, updated=world.now)
    return world if event.value is None else world.put(RaisedQuota(event.key, event.value))


# answers and looks ----------------------------------------------------------------------------------------------------------


@answers(RequestServiceQuotaIncrease)
def answer_request_increase(ctx: Context, command: RequestServiceQuotaIncrease) -> dict[str, Any]:
    return {"RequestedQuota": _request_described(ctx.world.get(QuotaRequest, _request_id(ctx)))}


@decides(ListServices)
def decide_list_services(ctx: Context, command: ListServices) -> Events:
    return ()


@answers(ListServices)
def answer_list_services(ctx: Context, command: ListServices) -> dict[str, Any]:
    return {"Services": [{"ServiceCode": code, "ServiceName": name} for code, name in SERVICES.items()]}


@decides(ListServiceQuotas)
def decide_list_quotas(ctx: Context, command: ListServiceQuotas) -> Events:
    need_service(command.service_code)
    return ()


@answers(ListServiceQuotas)
def answer_list_quotas(ctx: Context, command: ListServiceQuotas) -> dict[str, Any]:
    return {"Quotas": [_described(q, ctx.quota(q.key)) for q in quotas() if q.service == command.service_code]}


@decides(GetServiceQuota)
def decide_get_quota(ctx: Context, command: GetServiceQuota) -> Events:
    need_quota(command.service_code, command.quota_code)
    return ()


@answers(GetServiceQuota)
def answer_get_quota(ctx: Context, command: GetServiceQuota) -> dict[str, Any]:
    quota = need_quota(command.service_code, command.quota_code)
    return {"Quota": _described(quota, ctx.quota(quota.key))}


@decides(GetAWSDefaultServiceQuota)
def decide_get_default_quota(ctx: Context, command: GetAWSDefaultServiceQuota) -> Events:
    need_quota(command.service_code, command.quota_code)
    return ()


@answers(GetAWSDefaultServiceQuota)
def answer_get_default_quota(ctx: Context, command: GetAWSDefaultServiceQuota) -> dict[str, Any]:
    quota = need_quota(command.service_code, command.quota_code)
    return {"Quota": _described(quota, ctx.scenario.quota(quota.fact))}


@decides(GetRequestedServiceQuotaChange)
def decide_get_change(ctx: Context, command: GetRequestedServiceQuotaChange) -> Events:
    yield ResourcesSeen((("QuotaRequest", _need_request(ctx, command.request_id).id),))


@answers(GetRequestedServiceQuotaChange)
def answer_get_change(ctx: Context, command: GetRequestedServiceQuotaChange) -> dict[str, Any]:
    return {"RequestedQuota": _request_described(_need_request(ctx, command.request_id))}


def _need_request(ctx: Context, key: str) -> QuotaRequest:
    return ctx.need(QuotaRequest, key, "NoSuchResourceException", "quota request")


_STATUSES = ("PENDING", "CASE_OPENED", "APPROVED", "DENIED", "CASE_CLOSED", "NOT_APPROVED", "INVALID_REQUEST")
"""All a request can have at AWS."""


@decides(ListRequestedServiceQuotaChangeHistory)
def decide_list_changes(ctx: Context, command: ListRequestedServiceQuotaChangeHistory) -> Events:
    if command.status is not None and command.status not in _STATUSES:
        refuse("IllegalArgumentException", f"There is no status '{command.status}'.", f"One of {', '.join(_STATUSES)}.")
    yield ResourcesSeen(tuple(("QuotaRequest", r.id) for r in _asked(ctx, command)))


@answers(ListRequestedServiceQuotaChangeHistory)
def answer_list_changes(ctx: Context, command: ListRequestedServiceQuotaChangeHistory) -> dict[str, Any]:
    return {"RequestedQuotas": [_request_described(r) for r in _asked(ctx, command)]}


def _asked(ctx: Context, command: ListRequestedServiceQuotaChangeHistory) -> list[QuotaRequest]:
    if command.service_code is not None:
        need_service(command.service_code)
    return [r for r in ctx.world.every(QuotaRequest) if command.service_code in (None, r.service) and command.status in (None, r.status)]


def _described(quota: Quota, value: int) -> dict[str, Any]:
    return {
        "ServiceCode": quota.service,
        "ServiceName": SERVICES[quota.service],
        "QuotaArn": arn("servicequotas", f"{quota.service}/{quota.code}"),
        "QuotaCode": quota.code,
        "QuotaName": quota.title,
        "Value": value,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": quota.service in ("s3", "iam"),
    }


def _request_described(request: QuotaRequest) -> dict[str, Any]:
    quota = need_quota(request.service, request.code)
    shown = {
        "Id": request.id,
        "ServiceCode": request.service,
        "ServiceName": SERVICES[request.service],
        "QuotaCode": request.code,
        "QuotaName": quota.title,
        "DesiredValue": request.desired,
        "Status": request.status,
        "Created": stamp(request.created),
        "LastUpdated": stamp(request.updated),
        "QuotaArn": arn("servicequotas", f"{request.service}/{request.code}"),
        "GlobalQuota": quota.service in ("s3", "iam"),
        "Unit": "None",
    }
    return shown if request.status == "PENDING" else shown | {"CaseId": request.case}
