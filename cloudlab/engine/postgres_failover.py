"""Failover by hand: a script on the standby that watches the primary, its one hidden defect, the test that shows it, and the runbook."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.dice import roll
from cloudlab.engine.document_runs import failed, runs, succeeded
from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts
from cloudlab.engine.naming import label
from cloudlab.engine.postgres import closed_backup
from cloudlab.engine.rules.databases import as_of, machine_silence, users_of
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.database import DatabaseName, PostgresServer
from cloudlab.model.events.compute import InvocationAdvanced
from cloudlab.model.events.database import (
    DatabaseNameSet,
    PostgresChanged,
    PostgresTested,
    PostgresWatched,
)
from cloudlab.model.time import HOUR, stamp
from cloudlab.model.world import Timer, World

DEFECTS = {
    "pg-hba": "pg_hba.conf on the standby admits the replication user only: once promoted, it turns the application servers away",
    "slot": "the replication slot keeps more of the log than the disk holds: hours after it begins, replication stops unseen, "
    "and what is promoted is old",
    "old-name": "the script moves a private name that nobody uses any more: the standby is promoted, the application asks the dead machine",
    "monitor": "the monitor asks the primary on tcp/8008, which no security group lets in: it takes the silence for a start-up "
    "and never acts",
}
"""What a failover nobody has tested is wrong about: one of these, by the seed."""
_FILLS_AFTER = (4 * HOUR, 8 * HOUR)
"""When the slot has filled up: four to twelve hours after replication began; an estimate."""


UNDRAWN = "undrawn"
"""The defect follows from the run's seed, also where a level hands the failover over."""


def drawn(world: World, server: PostgresServer) -> PostgresServer:
    """Return a standby with the defect that the seed gives its failover."""
    if server.defect != UNDRAWN:
        return server
    names = tuple(DEFECTS)
    defect = names[roll(world.seed, "failover-defect", server.id, sides=len(names))]
    begun = server.configured or 0
    stalled = begun + _FILLS_AFTER[0] + roll(world.seed, "slot-fills", server.id, sides=_FILLS_AFTER[1])
    return replace(server, defect=defect, stalled=stalled if defect == "slot" else None)


@runs("cloudlab-ConfigureFailover")
def run_configure_failover(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """The script, the monitor and the right to move the private name. It looks finished, and carries one defect."""
    server = ctx.world.find(PostgresServer, instance.id)
    if server is None or server.role != "standby":
        yield failed(invocation, "There is no standby here: run cloudlab-ConfigureReplica first.")
        return
    yield PostgresChanged(replace(server, watches=True, configured=ctx.now, defect=UNDRAWN, revealed=False, tested=None, stalled=None))
    yield succeeded(invocation, f"A monitor watches {label(ctx.world, server.upstream or '')}. Nobody has seen it fail over yet.")


@runs("cloudlab-TestFailover")
def run_test_failover(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """Stop the primary and let the script do its work; then everything goes back to where it was. Callers notice."""
    server = ctx.world.find(PostgresServer, instance.id)
    if server is None or server.role != "standby" or not server.watches:
        yield failed(invocation, "There is no failover to test here: run cloudlab-ConfigureFailover on the standby first.")
        return
    primary = ctx.world.find(PostgresServer, server.upstream)
    if stage == "switched":
        yield from _tested(ctx, invocation, server)
    elif primary is None or machine_silence(ctx.world, primary) is not None:
        yield failed(invocation, "The primary does not answer: this is no time for a test.")
    else:
        took = ctx.scenario.catalogue.timing("postgres_failover_test") * (2 if server.defect else 1)
        yield PostgresTested(primary.id, ctx.now + took)
        yield InvocationAdvanced(invocation.id, "switched", ctx.now + took)


def _tested(ctx: Context, invocation: Invocation, server: PostgresServer) -> Events:
    server = drawn(ctx.world, server)
    if server.defect:
        yield PostgresChanged(replace(server, revealed=True))
        yield failed(invocation, f"The failover does not work: {DEFECTS[server.defect]}. Everything is back as it was.")
        return
    yield PostgresChanged(replace(server, tested=ctx.now))
    stray = [label(ctx.world, i) for i in users_of(ctx.world, server.upstream or "") if _host(ctx.world, i) != server.name]
    note = f" But {', '.join(stray)} ask the machine itself: connect them to {server.name}." if stray else ""
    yield succeeded(invocation, f"The standby took over, the application followed, and all is back as it was.{note}")


def _host(world: World, instance: str) -> str | None:
    return world.get(Instance, instance).software.database


@evolves(PostgresTested)
def evolve_postgres_tested(world: World, event: PostgresTested) -> World:
    return world.change(PostgresServer, event.primary, testing=True).schedule(event.until, "postgres-test-over", event.primary)


@fires("postgres-test-over")
def fire_postgres_test_over(ctx: Context, timer: Timer) -> Events:
    """The primary is started again."""
    yield PostgresChanged(replace(ctx.world.get(PostgresServer, timer.target), testing=False))


@runs("cloudlab-FixFailover")
def run_fix_failover(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """Repair what is known to be wrong; a defect nobody has seen stays."""
    server = ctx.world.find(PostgresServer, instance.id)
    if server is None or not (server.watches or server.defect):
        yield failed(invocation, "There is no failover here: run cloudlab-ConfigureFailover on the standby first.")
    elif not (server.defect and server.revealed):
        yield succeeded(invocation, "Nothing is known to be wrong. Only a test shows what is: cloudlab-TestFailover.")
    else:
        yield PostgresChanged(replace(server, defect="", revealed=False, stalled=None))
        if server.role == "primary":
            yield DatabaseNameSet(DatabaseName(server.name, server.id))
        yield succeeded(invocation, f"Repaired: {DEFECTS[server.defect].partition(':')[0]}. Test it again.")


@runs("cloudlab-PromoteReplica")
def run_promote_replica(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """Promotion by runbook: somebody looks at every step, so the script's defect does no harm; what the standby lacks is lost."""
    server = ctx.world.find(PostgresServer, instance.id)
    if server is None or server.role != "standby":
        yield failed(invocation, f"There is no standby here to promote{f': it is {server.role}' if server is not None else ''}.")
        return
    server = drawn(ctx.world, server)
    lost = server.stalled if server.stalled is not None and server.stalled < ctx.now else None
    yield from promoted(ctx, replace(server, defect="", revealed=False), repoint=True)
    note = f" Replication had stopped at {stamp(lost)}; what was written since is lost." if lost is not None else ""
    yield succeeded(invocation, f"It is the primary now, and {server.name} leads here.{note} Backups of it have to be set up again.")


def promoted(ctx: Context, server: PostgresServer, *, repoint: bool) -> Events:
    """Make a standby the primary, fence the old one so that the data does not split, and move the name."""
    old = ctx.world.get(PostgresServer, server.upstream or "")
    wrote = ctx.now if old.down_since is None else old.down_since
    arrived = min(wrote, server.stalled) if server.stalled is not None else wrote
    content = as_of(old.chapters, arrived, wrote)
    yield from closed_backup(ctx, old)
    yield PostgresChanged(replace(old, role="fenced", backup=None))
    yield PostgresChanged(
        replace(server, role="primary", chapters=((ctx.now, content),), upstream=None, watches=False, stalled=None, tested=None)
    )
    if repoint:
        yield DatabaseNameSet(DatabaseName(server.name, server.id))
    for other in ctx.world.every(PostgresServer):
        if other.role == "standby" and other.upstream == old.id and other.id != server.id:
            yield PostgresChanged(replace(other, upstream=server.id, watches=False, defect="", revealed=False))


# the monitor ---------------------------------------------------------------------------------------------------------------------


@reacts
def react_servers(before: World, ctx: Context) -> Events:
    """Note when a server falls silent and when it is back; a monitor that watches it begins to count."""
    for server in ctx.world.every(PostgresServer):
        silent = machine_silence(ctx.world, server) is not None
        if silent == (server.down_since is not None):
            continue
        yield PostgresChanged(replace(server, down_since=ctx.now if silent else None))
        if silent and server.role == "primary":
            timing = ctx.scenario.catalogue.timing
            due = ctx.now + timing("postgres_monitor") + timing("postgres_promotion")
            for standby in ctx.world.every(PostgresServer):
                if standby.role == "standby" and standby.watches and standby.upstream == server.id:
                    yield PostgresWatched(standby.id, due)


@evolves(PostgresWatched)
def evolve_postgres_watched(world: World, event: PostgresWatched) -> World:
    return world.unschedule("postgres-monitor", event.standby).schedule(event.due, "postgres-monitor", event.standby)


@fires("postgres-monitor")
def fire_postgres_monitor(ctx: Context, timer: Timer) -> Events:
    """The primary has been silent for long enough. Now it shows whether the script was ever tried."""
    server = ctx.world.get(PostgresServer, timer.target)
    primary = ctx.world.find(PostgresServer, server.upstream)
    if server.role != "standby" or not server.watches or primary is None or machine_silence(ctx.world, server) is not None:
        return
    if machine_silence(ctx.world, primary) is None:
        return
    server = drawn(ctx.world, server)
    if server.defect == "monitor":
        yield PostgresChanged(replace(server, revealed=True))
        return
    yield from promoted(ctx, replace(server, revealed=bool(server.defect)), repoint=server.defect != "old-name")
