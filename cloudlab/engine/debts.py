"""Debts: opened and closed as weaknesses come and go, and added up over the run."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, Events, evolves, reacts_to
from cloudlab.engine.rules.debts import debt_seconds, debts_now
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.events.debts import DebtClosed, DebtOpened
from cloudlab.model.network import Address, InternetGateway, NetworkAcl, RouteTable, SecurityGroup, Subnet
from cloudlab.model.operations import Debt, Incident
from cloudlab.model.volumes import Volume
from cloudlab.model.watching import Alarm
from cloudlab.model.world import World

_DECIDES = (Alarm, Instance, Volume, DbInstance, Incident, SecurityGroup, NetworkAcl, RouteTable, InternetGateway, Address, Subnet)
"""Tables that decide which debts there are; while none of them changes, none of these does."""


@reacts_to(*_DECIDES)
def react_debts(before: World, ctx: Context) -> Events:
    there = {f"{kind}:{resource}": (kind, resource) for kind, resource in debts_now(ctx.world)}
    for key, (kind, resource) in there.items():
        debt = ctx.world.find(Debt, key)
        if debt is None or debt.since is None:
            yield DebtOpened(kind, resource)
    for debt in ctx.world.every(Debt):
        if debt.since is not None and debt.id not in there:
            yield DebtClosed(debt.kind, debt.resource)


@evolves(DebtOpened)
def evolve_debt_opened(world: World, event: DebtOpened) -> World:
    key = f"{event.kind}:{event.resource}"
    before = world.find(Debt, key)
    return world.put(Debt(key, event.kind, event.resource, world.now, before.seconds if before is not None else 0))


@evolves(DebtClosed)
def evolve_debt_closed(world: World, event: DebtClosed) -> World:
    debt = world.get(Debt, f"{event.kind}:{event.resource}")
    return world.change(Debt, debt.id, since=None, seconds=debt_seconds(debt, world.now))
