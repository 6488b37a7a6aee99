"""Debts: weaknesses a team carries along, and for how long; counted in resource-seconds, so tearing down at the end hides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.alarms import is_watched
from cloudlab.engine.rules.exposure import is_worldwide, open_to_world
from cloudlab.engine.rules.filtering import speaks_of
from cloudlab.engine.rules.libraries import has_hole, library_holes
from cloudlab.engine.rules.volumes import ROOT_DEVICE
from cloudlab.engine.rules.vulnerabilities import lacking
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.network import SecurityGroup
from cloudlab.model.operations import Debt
from cloudlab.model.time import Seconds
from cloudlab.model.volumes import Volume
from cloudlab.model.world import World

KINDS = ("unpatched", "exposed", "unencrypted", "unmonitored")


def debts_now(world: World) -> Iterator[tuple[str, str]]:
    """Yield (kind, resource) of every weakness there is at this moment.

    unencrypted: a volume, as long as it exists; what a machine starts from counts as the machine's. The others count while the
    machine runs: unpatched, a published fix is not in force, of the system or of a library in use; exposed, a port other than 80 and
    443 is open to the world; unmonitored, no agent reports it and no alarm looks at it. A managed database may be unencrypted, too,
    and exposed where it is public and its group lets everybody in; its patches and its metrics are not the team's.
    """
    holes = library_holes(world)
    for instance in world.every(Instance):
        if instance.state in ("shutting-down", "terminated"):
            continue
        if not instance.encrypted:
            yield "unencrypted", instance.id
        if instance.state != "running":
            continue
        if lacking(world, instance) or any(has_hole(instance, hole) for hole in holes):
            yield "unpatched", instance.id
        if open_to_world(world, instance.id):
            yield "exposed", instance.id
        if not instance.software.monitoring and not is_watched(world, instance.id):
            yield "unmonitored", instance.id
    for volume in world.every(Volume):
        if not volume.encrypted and volume.device != ROOT_DEVICE and volume.state != "deleting":
            yield "unencrypted", volume.id
    for database in world.every(DbInstance):
        if not database.encrypted:
            yield "unencrypted", database.id
        if database.public and any(g.id in database.groups and _admits_all(g, database.port) for g in world.every(SecurityGroup)):
            yield "exposed", database.id


def _admits_all(group: SecurityGroup, port: int) -> bool:
    return any(is_worldwide(rule) and speaks_of(rule, port) for rule in group.ingress)


def debt_seconds(debt: Debt, now: Seconds) -> Seconds:
    """Return the resource-seconds of a debt up to `now`."""
    return debt.seconds + (now - debt.since if debt.since is not None else 0)
