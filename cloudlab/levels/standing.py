"""Named predicates about what stands where: which loss a need survives, whether targets are well, whether callers have one name."""

from __future__ import annotations

from cloudlab.engine.naming import label
from cloudlab.engine.rules import traffic
from cloudlab.engine.rules.availability import single_points, zone_losses
from cloudlab.engine.rules.databases import asked_databases, content_of
from cloudlab.engine.rules.vulnerabilities import lacking
from cloudlab.levels.predicates import Finding, predicate
from cloudlab.model.balancing import LoadBalancer, Target
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance, PostgresServer
from cloudlab.model.operations import Handover
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import span
from cloudlab.model.world import World


@predicate("survives-zone")
def survives_zone(world: World, scenario: Scenario, *, need: str) -> Finding:
    """Whichever zone is lost, every request is answered once health checks and failovers have done their part, and nobody else."""
    losses = zone_losses(world, scenario, scenario.need(need))
    if not losses:
        return Finding(False, "nothing stands in any zone")
    worst = losses[0]
    if worst.answered_permille == 1000:
        return Finding(True, "; ".join(f"without {loss.name} {loss.because}" for loss in losses))
    return Finding(False, f"without {worst.name} {worst.answered_permille / 10:g} % would be answered ({worst.because})")


@predicate("survives-anything")
def survives_anything(world: World, scenario: Scenario, *, need: str) -> Finding:
    """No single zone, machine, database or NAT gateway takes requests with it."""
    zones = survives_zone(world, scenario, need=need)
    points = single_points(world, scenario, scenario.need(need))
    if not zones.ok or not points:
        return zones
    worst = points[0]
    return Finding(False, f"without {worst.name} {worst.answered_permille / 10:g} % would be answered ({worst.because})")


@predicate("targets-well")
def targets_well(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    """Each registered target passes its health checks; holds where nothing is registered."""
    ill = [t for t in world.every(Target) if t.state in ("unhealthy", "unused")]
    if not ill:
        there = ", ".join(label(world, t.instance) for t in world.every(Target))
        return Finding(True, f"well: {there}" if there else "no target is registered")
    first = ill[0]
    return Finding(False, f"{label(world, first.instance)} is {first.state}: {first.reason} {first.description}".rstrip())


@predicate("one-name")
def one_name(world: World, scenario: Scenario, *, need: str) -> Finding:  # noqa: ARG001
    """Callers come by a load balancer's or an endpoint's name, not by the address of one machine."""
    given = [h.resource for h in world.every(Handover) if h.need == need]
    machines = [key for key in given if key.startswith("i-")]
    balancers = {b.id: b.name for b in world.every(LoadBalancer)}
    if not given:
        return Finding(False, "callers have been given no address yet")
    if machines:
        return Finding(False, f"callers ask {', '.join(label(world, key) for key in machines)} by its own address")
    return Finding(True, f"callers ask {', '.join(balancers.get(key, key) for key in given)}")


@predicate("answered-between")
def answered_between(world: World, scenario: Scenario, *, need: str, least: float, below: float) -> Finding:
    """The share of requests answered since the SLO counts lies in [least, below)."""
    got = traffic.tally(world, scenario, scenario.need(need), scenario.slo.since)
    if not got.offered:
        return Finding(False, "no requests have come in the counted hours yet")
    told = f"{got.served:,} of {got.offered:,} requests answered ({got.served * 10_000 // got.offered / 100:.2f} %)"
    share = got.served * 1_000_000 // got.offered
    return Finding(round(least * 1e6) <= share < round(below * 1e6), told)


@predicate("patched")
def patched(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    """Every fix that is out is in force on every machine of one's own, restarted where that takes a restart."""
    for instance in world.every(Instance):
        if instance.state in ("shutting-down", "terminated"):
            continue
        missing = lacking(world, instance)
        if missing:
            first = missing[0].vulnerability.id
            why = "is installed, but waits for a restart" if first in instance.software.pending_reboot else "is missing"
            return Finding(False, f"on {label(world, instance.id)} the fix for {first} {why}")
    return Finding(True, "every fix that is out is in force on every machine")


@predicate("failover-tried")
def failover_tried(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    """Each database by hand has a standby whose failover was tried and found to work; holds where RDS keeps the customers."""
    servers = list(world.every(PostgresServer))
    if not servers:
        return Finding(bool(world.table(DbInstance)), "no database by hand" if world.table(DbInstance) else "there is no database")
    standbys = [s for s in servers if s.role == "standby"]
    if not standbys:
        return Finding(False, f"{', '.join(label(world, s.id) for s in servers)} has no standby")
    for standby in standbys:
        if not standby.watches:
            return Finding(False, f"nothing watches the primary of {label(world, standby.id)}")
        if standby.revealed:
            return Finding(False, f"the failover to {label(world, standby.id)} was tried and does not work")
        if standby.tested is None:
            return Finding(False, f"the failover to {label(world, standby.id)} was never tried")
    return Finding(True, f"tried: {', '.join(label(world, s.id) for s in standbys)}")


@predicate("writes-kept")
def writes_kept(world: World, scenario: Scenario, *, minutes: int = 10) -> Finding:  # noqa: ARG001
    """What the servers are answered from misses at most so many minutes of writes."""
    for key in asked_databases(world):
        lost = content_of(world, key).lost
        if lost > minutes * 60:
            return Finding(False, f"customers are answered from old rows: {span(lost)} of writes are lost in {label(world, key)}")
    return Finding(True, "no writes are lost" if asked_databases(world) else "no database is asked")
