"""Volumes: which types there are and what each takes, what they cost, and which one a machine starts from."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.money import hourly_from_monthly
from cloudlab.model.scenario import Scenario
from cloudlab.model.volumes import Volume
from cloudlab.model.world import World

ROOT_DEVICE = AL2023.root_device
SYSTEM_GIB = 2
"""What the operating system and the runtime take of the root volume; an estimate."""


@dataclass(frozen=True, slots=True)
class VolumeKind:
    """What one type of volume takes, as the EC2 guide's page on volume types says."""

    least: int
    """GiB."""
    most: int
    iops: tuple[int, int] | None = None
    """Least and most one may ask for; None where the size decides."""
    iops_per_gib: int = 0
    throughput: tuple[int, int] | None = None
    boots: bool = True
    """A machine can start from it."""


KINDS = {
    "gp3": VolumeKind(1, 16_384, (3_000, 16_000), 500, (125, 1_000)),
    "gp2": VolumeKind(1, 16_384),
    "io2": VolumeKind(4, 16_384, (100, 64_000), 500),
    "st1": VolumeKind(125, 16_384, boots=False),
    "sc1": VolumeKind(125, 16_384, boots=False),
}
_FREE_IOPS, _FREE_THROUGHPUT = 3_000, 125
_MIB_PER_IOPS = (1, 4)


def root_of(world: World, instance: str) -> Volume | None:
    """Return the volume a machine starts from."""
    return next((v for v in volumes_of(world, instance) if v.device == ROOT_DEVICE), None)


def volumes_of(world: World, instance: str) -> tuple[Volume, ...]:
    """Return the volumes a machine has. Kept by machine for the last table asked: a description of many asks for each of them."""
    table = world.table(Volume)
    if not _kept or _kept[0][0] is not table:
        index: dict[str, tuple[Volume, ...]] = {}
        for volume in table.values():
            if volume.instance is not None:
                index[volume.instance] = (*index.get(volume.instance, ()), volume)
        _kept[:] = [(table, index)]
    return _kept[0][1].get(instance, ())


_kept: list[tuple[object, dict[str, tuple[Volume, ...]]]] = []


def room_for_data(world: World, instance: Instance, system_gib: int) -> int:
    """Return the GiB that data finds on a machine: beside its system, or on the largest data volume it has."""
    attached = [v.gib for v in volumes_of(world, instance.id) if v.device != ROOT_DEVICE]
    return max([instance.root_gib - system_gib, 0, *attached])


def settings(kind: str, gib: int, iops: int | None, throughput: int | None) -> tuple[int | None, int | None]:
    """Return the operations and the throughput a volume gets, or refuse what its type does not take."""
    found = KINDS.get(kind)
    if found is None:
        refuse(
            "InvalidParameterValue", f"Invalid value '{kind}' for VolumeType.", f"{', '.join(KINDS)}; io1 and standard are not modelled."
        )
    if not found.least <= gib <= found.most:
        end, bound = ("small", "minimum") if gib < found.least else ("large", "maximum")
        limit = found.least if gib < found.least else found.most
        refuse("InvalidParameterValue", f"Volume of {gib}GiB is too {end} for volume type {kind}; {bound} is {limit}GiB.", "")
    return _operations(kind, found, gib, iops), _throughput(kind, found, iops, throughput)


def _operations(kind: str, found: VolumeKind, gib: int, iops: int | None) -> int | None:
    if found.iops is None:
        if iops is not None:
            hint = "Leave --iops out: its size decides; gp3 and io2 take a number."
            refuse("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.", hint)
        return None
    if iops is None and kind == "io2":
        refuse("MissingParameter", f"The request must contain the parameter iops for volume type {kind}.", "--iops 100 to 64,000.")
    least, most = found.iops
    asked = least if iops is None else iops
    if not least <= asked <= most:
        refuse("InvalidParameterValue", f"Volume iops of {asked} is out of range for {kind}.", f"{least:,} to {most:,}.")
    if asked > max(gib * found.iops_per_gib, least):
        refuse(
            "InvalidParameterValue",
            f"Iops to volume size ratio of {asked}:{gib} is too high; the maximum is {found.iops_per_gib}:1.",
            f"At most {max(gib * found.iops_per_gib, least):,}, or a larger volume.",
        )
    return asked


def _throughput(kind: str, found: VolumeKind, iops: int | None, throughput: int | None) -> int | None:
    if found.throughput is None:
        if throughput is not None:
            hint = "Only gp3 takes --throughput."
            refuse("InvalidParameterCombination", f"The parameter throughput is not supported for {kind} volumes.", hint)
        return None
    least, most = found.throughput
    asked = least if throughput is None else throughput
    if not least <= asked <= most:
        refuse("InvalidParameterValue", f"Throughput of {asked} MiB/s is out of range for {kind}.", f"{least} to {most:,} MiB/s.")
    share, of = _MIB_PER_IOPS
    if asked * of > max(iops or 0, _FREE_IOPS) * share:
        refuse(
            "InvalidParameterValue",
            f"Throughput (MiB/s) to iops ratio of {asked}:{max(iops or 0, _FREE_IOPS)} is too high; the maximum is 0.25 MiB/s per iops.",
            f"At least {asked * of:,} iops for it.",
        )
    return asked


def rate(scenario: Scenario, kind: str, gib: int, iops: int | None, throughput: int | None) -> int:
    """Return micro-dollars an hour of a volume: its size, and what is asked of it beyond what its type includes."""
    price = scenario.catalogue.price
    monthly = price(f"ebs_{kind}_gb_month") * gib
    if kind == "gp3":
        monthly += price("ebs_gp3_iops_month") * max((iops or 0) - _FREE_IOPS, 0)
        monthly += price("ebs_gp3_throughput_month") * max((throughput or 0) - _FREE_THROUGHPUT, 0)
    elif kind == "io2":
        monthly += price("ebs_io2_iops_month") * (iops or 0)
    return hourly_from_monthly(monthly)


def rate_of(scenario: Scenario, volume: Volume) -> int:
    return rate(scenario, volume.type, volume.gib, volume.iops, volume.throughput)


def snapshot_rate(scenario: Scenario, gib: int) -> int:
    """Return micro-dollars per hour of a snapshot. AWS stores only blocks in use; the game charges the whole volume."""
    return hourly_from_monthly(scenario.catalogue.price("ebs_snapshot_gb_month") * gib)


def need_zone_up(ctx: Context, volume: Volume) -> None:
    """Refuse while a volume's zone is down: what is asked of it there is not done."""
    if is_down(ctx.world, volume.zone):
        refuse(
            "Unavailable",
            f"The service is unavailable in {volume.zone}; the volume '{volume.id}' does not answer.",
            "A volume lives in one zone. Snapshots do not: ec2 create-volume --snapshot-id makes another one in a zone that is up.",
        )
