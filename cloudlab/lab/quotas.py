"""Quotas as linear text: what the account may have, how much of it is in use, what was asked for and how far that is."""

from __future__ import annotations

from cloudlab.engine.rules.quotas import SERVICES, Quota, applied, in_use, quotas
from cloudlab.model.quotas import QuotaRequest, RaisedQuota
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World

_ASKING = "service-quotas request-service-quota-increase --service-code S --quota-code CODE --desired-value N"


def quotas_text(world: World, scenario: Scenario, word: str = "") -> str:
    """Return every quota of a service, or whose code or title has the word; without one, what is in use, raised or asked for."""
    low = word.lower()
    if low:
        chosen = [q for q in quotas() if low in (q.service, q.code.lower())] or [q for q in quotas() if low in q.title.lower()]
    else:
        asked = {r.code for r in world.every(QuotaRequest)}
        chosen = [q for q in quotas() if q.code in asked or q.key in world.table(RaisedQuota) or in_use(world, scenario, q)]
    lines = [_line(world, scenario, quota) for quota in chosen]
    if not lines:
        lines = [f"No quota is called '{word}'." if low else "Nothing that is counted is in use yet."]
    for request in world.every(QuotaRequest):
        quota = next(q for q in quotas() if q.code == request.code)
        if quota in chosen:
            lines.append(f"asked on {stamp(request.created)}: {quota.title}, {request.desired}: {request.status} ({request.id})")
    return "\n".join(
        [*lines, f"`look quotas WORD` tells others: {', '.join(SERVICES)}, a code, or a word of the title.", f"More: {_ASKING}"]
    )


def _line(world: World, scenario: Scenario, quota: Quota) -> str:
    limit, used = applied(world, scenario, quota.key), in_use(world, scenario, quota)
    full = " (FULL)" if limit and used is not None and used >= limit else ""
    raised = f", raised from {scenario.quota(quota.fact)}" if quota.key in world.table(RaisedQuota) else ""
    told = f"{limit}{raised}" if used is None else "none may be had" if not limit else f"{used} of {limit} in use{full}{raised}"
    return f"{quota.service} {quota.code} {quota.title}: {told}"
