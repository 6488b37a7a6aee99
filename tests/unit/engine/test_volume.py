"""Volumes and snapshots: one zone, one machine, paid until deleted; grown in use, encrypted by a copy, back from a snapshot elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import RebootInstances, RegisterImage, RunInstances, StartInstances, StopInstances, TerminateInstances
from cloudlab.commands.ec2_volumes import (
    AttachVolume,
    CopySnapshot,
    CreateSnapshot,
    CreateVolume,
    DeleteSnapshot,
    DeleteVolume,
    DescribeVolumes,
    DetachVolume,
    ModifyVolume,
)
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.rules.ledger import hourly_rate
from cloudlab.engine.rules.volumes import root_of
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Image, Instance, Invocation
from cloudlab.model.images import AL2023
from cloudlab.model.network import Subnet
from cloudlab.model.operations import Debt, Incident, Meter, ZoneOutage
from cloudlab.model.time import DAY, HOUR
from cloudlab.model.volumes import Snapshot, Volume
from tests.support import lay_network, open_simulation, put_server, run

A, B = "us-east-1a", "us-east-1b"


def done(simulation: Simulation, command: Command) -> None:
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    simulation.advance(simulation.now + 60)


def code(simulation: Simulation, command: Command) -> str:
    refusal = run(simulation, "ana", command).refusal
    assert refusal is not None, f"{command} was accepted"
    assert refusal.sentence
    return refusal.code


def site() -> tuple[Simulation, str]:
    """Return a run with one machine that was launched in the ordinary way, and its id."""
    simulation = lay_network(open_simulation())
    done(simulation, RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a", security_group_ids=("sg-web",)))
    simulation.advance(simulation.now + 300)
    return simulation, next(iter(simulation.world.table(Instance)))


def made(simulation: Simulation, zone: str = A, **changes: Any) -> Volume:
    done(simulation, CreateVolume(availability_zone=zone, **{"size": 10, **changes}))
    return list(simulation.world.every(Volume))[-1]


def root(simulation: Simulation, instance: str) -> Volume:
    volume = root_of(simulation.world, instance)
    assert volume is not None
    return volume


def test_a_volume_is_made_attached_detached_and_deleted() -> None:
    simulation, instance = site()
    before = hourly_rate(simulation.world)
    volume = made(simulation, size=100)
    assert volume.state == "available"
    assert hourly_rate(simulation.world) - before == 10_959  # 100 GiB x 80,000 / 730 micro-dollars an hour
    done(simulation, AttachVolume(volume_id=volume.id, instance_id=instance, device="/dev/sdf"))
    assert code(simulation, DeleteVolume(volume_id=volume.id)) == "VolumeInUse"
    assert code(simulation, AttachVolume(volume_id=volume.id, instance_id=instance, device="/dev/sdg")) == "VolumeInUse"
    done(simulation, DetachVolume(volume_id=volume.id))
    assert code(simulation, DetachVolume(volume_id=volume.id)) == "IncorrectState"
    done(simulation, DeleteVolume(volume_id=volume.id))
    assert volume.id not in simulation.world.table(Volume)
    assert hourly_rate(simulation.world) == before


@pytest.mark.parametrize(
    ("changes", "rate"),
    [
        ({"volume_type": "gp2"}, 13_699),  # 100 x 100,000 / 730
        ({"iops": 4_000, "throughput": 200}, 10_959 + 6_849 + 4_110),  # + 1,000 x 5,000 / 730 + 75 x 40,000 / 730
        ({"volume_type": "io2", "iops": 1_000}, 17_123 + 89_041),  # 100 x 125,000 / 730 + 1,000 x 65,000 / 730
        ({"volume_type": "st1", "size": 200}, 12_329),  # 200 x 45,000 / 730
        ({"volume_type": "sc1", "size": 200}, 4_110),  # 200 x 15,000 / 730
    ],
)
def test_what_types_cost_by_the_hour(changes: dict[str, Any], rate: int) -> None:
    simulation = open_simulation()
    volume = made(simulation, **{"size": 100, **changes})
    assert abs(simulation.world.get(Meter, f"storage:{volume.id}").rate - rate) <= 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"availability_zone": None}, "MissingParameter"),
        ({"availability_zone": "us-east-1z"}, "InvalidParameterValue"),
        ({"size": None}, "MissingParameter"),
        ({"size": 0}, "InvalidParameterValue"),
        ({"size": 20_000}, "InvalidParameterValue"),
        ({"volume_type": "gp9"}, "InvalidParameterValue"),
        ({"volume_type": "gp2", "iops": 3_000}, "InvalidParameterCombination"),
        ({"volume_type": "io2"}, "MissingParameter"),
        ({"volume_type": "io2", "iops": 6_000}, "InvalidParameterValue"),  # 500 for each of 10 GiB
        ({"volume_type": "st1"}, "InvalidParameterValue"),  # 125 GiB at least
        ({"volume_type": "gp2", "throughput": 200}, "InvalidParameterCombination"),
        ({"throughput": 1_000}, "InvalidParameterValue"),  # needs 4,000 operations a second
        ({"snapshot_id": "snap-00000000000000000"}, "InvalidSnapshot.NotFound"),
        ({"snapshot_id": "disk"}, "InvalidSnapshotID.Malformed"),
    ],
)
def test_what_is_no_volume(changes: dict[str, Any], expected: str) -> None:
    assert code(open_simulation(), CreateVolume(**{"availability_zone": A, "size": 10, **changes})) == expected


def test_a_volume_lives_in_its_zone() -> None:
    simulation, instance = site()
    elsewhere, here = made(simulation, B), made(simulation, A)
    assert code(simulation, AttachVolume(volume_id=elsewhere.id, instance_id=instance, device="/dev/sdf")) == "InvalidVolume.ZoneMismatch"
    assert code(simulation, AttachVolume(volume_id=here.id, instance_id=instance, device="/dev/xvda")) == "InvalidParameterValue"
    assert code(simulation, AttachVolume(volume_id=here.id, instance_id=instance, device="sdf")) == "InvalidParameterValue"
    assert (
        code(simulation, AttachVolume(volume_id="vol-00000000000000000", instance_id=instance, device="/dev/sdf"))
        == "InvalidVolume.NotFound"
    )
    simulation.world = simulation.world.put(ZoneOutage(A, simulation.now, simulation.now + DAY, "lost its power"))
    assert code(simulation, AttachVolume(volume_id=here.id, instance_id=instance, device="/dev/sdf")) == "Unavailable"
    assert code(simulation, CreateSnapshot(volume_id=here.id)) == "Unavailable"
    assert code(simulation, CreateVolume(availability_zone=A, size=10)) == "InsufficientVolumeCapacity"
    done(simulation, CreateVolume(availability_zone=B, size=10))


def test_the_root_goes_with_its_machine_and_data_stays() -> None:
    simulation, instance = site()
    first, data = root(simulation, instance), made(simulation)
    assert (first.device, first.deletes, first.gib) == ("/dev/xvda", True, 8)
    done(simulation, AttachVolume(volume_id=data.id, instance_id=instance, device="/dev/sdf"))
    assert code(simulation, DetachVolume(volume_id=first.id)) == "OperationNotPermitted"
    done(simulation, TerminateInstances(instance_ids=(instance,)))
    simulation.advance(simulation.now + 60)
    assert first.id not in simulation.world.table(Volume)
    assert simulation.world.get(Volume, data.id).state == "available"


def test_data_volumes_at_launch_and_a_root_that_stays() -> None:
    simulation = lay_network(open_simulation())
    mappings = (
        {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 50, "VolumeType": "gp2"}},
        {"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": False}},
    )
    done(
        simulation,
        RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a", block_device_mappings=mappings),  # type: ignore[arg-type]
    )
    simulation.advance(simulation.now + 300)
    assert [(v.device, v.gib, v.type, v.deletes) for v in simulation.world.every(Volume)] == [
        ("/dev/xvda", 8, "gp3", False),
        ("/dev/sdf", 50, "gp2", False),
    ]
    done(simulation, TerminateInstances(instance_ids=tuple(simulation.world.table(Instance))))
    simulation.advance(simulation.now + 60)
    assert {v.state for v in simulation.world.every(Volume)} == {"available"}


def test_growing_is_a_way_out_of_a_full_disk() -> None:
    """The volume first, then the file system on it: here without a restart."""
    simulation, instance = site()
    volume = root(simulation, instance)
    put_server(simulation)  # it brings the role
    simulation.world = simulation.world.change(Instance, instance, disk="full", profile="server", public_ip="203.0.113.77")
    simulation.world = simulation.world.put(Incident("full", "disk-full", instance, "capacity", "customer", simulation.now))
    done(simulation, ModifyVolume(volume_id=volume.id, size=16))
    assert root(simulation, instance).gib == 16
    assert simulation.world.get(Instance, instance).disk == "full"
    assert simulation.world.get(Meter, f"storage:{volume.id}").rate == 1_753  # 16 x 80,000 / 730
    done(simulation, SendCommand(document_name="cloudlab-GrowFileSystem", instance_ids=(instance,)))
    assert [i.status for i in simulation.world.every(Invocation)] == ["Success"]
    machine = simulation.world.get(Instance, instance)
    assert (machine.disk, machine.root_gib) == ("ok", 16)
    assert simulation.world.get(Incident, "full").resolution == "its volume was grown"


def test_a_restart_grows_the_file_system_too() -> None:
    simulation, instance = site()
    simulation.world = simulation.world.change(Instance, instance, disk="full")
    done(simulation, RebootInstances(instance_ids=(instance,)))
    simulation.advance(simulation.now + 60)
    assert simulation.world.get(Instance, instance).disk == "full"
    done(simulation, ModifyVolume(volume_id=root(simulation, instance).id, size=20))
    done(simulation, RebootInstances(instance_ids=(instance,)))
    simulation.advance(simulation.now + 60)
    assert (simulation.world.get(Instance, instance).disk, simulation.world.get(Instance, instance).root_gib) == ("ok", 20)


def test_it_never_shrinks_and_changes_every_six_hours() -> None:
    simulation = open_simulation()
    volume = made(simulation)
    assert code(simulation, ModifyVolume(volume_id=volume.id)) == "MissingParameter"
    assert code(simulation, ModifyVolume(volume_id=volume.id, size=5)) == "InvalidParameterValue"
    started = simulation.now
    done(simulation, ModifyVolume(volume_id=volume.id, volume_type="gp2"))
    assert code(simulation, ModifyVolume(volume_id=volume.id, size=20)) == "IncorrectState"  # 10 GiB x 21 s
    simulation.advance(started + HOUR)
    change = simulation.world.get(Volume, volume.id).change
    assert change is not None
    assert change.state == "completed"
    assert code(simulation, ModifyVolume(volume_id=volume.id, size=20)) == "VolumeModificationRateExceeded"
    simulation.advance(started + 7 * HOUR)
    done(simulation, ModifyVolume(volume_id=volume.id, size=20))
    assert (simulation.world.get(Volume, volume.id).gib, simulation.world.get(Volume, volume.id).type) == (20, "gp2")


def test_a_snapshot_outlives_volume_and_zone_and_is_paid() -> None:
    simulation, instance = site()
    simulation.world = simulation.world.change(
        Instance, instance, software=replace(simulation.world.get(Instance, instance).software, runtime=True)
    )
    done(simulation, CreateSnapshot(volume_id=root(simulation, instance).id, description="before"))
    snapshot = next(iter(simulation.world.every(Snapshot)))
    assert snapshot.state == "pending"
    assert code(simulation, CreateVolume(availability_zone=B, snapshot_id=snapshot.id)) == "IncorrectState"
    assert simulation.world.get(Meter, f"storage:{snapshot.id}").rate == 548  # 8 x 50,000 / 730
    simulation.advance(simulation.now + 300)
    done(simulation, TerminateInstances(instance_ids=(instance,)))
    assert code(simulation, CreateVolume(availability_zone=B, snapshot_id=snapshot.id, size=4)) == "InvalidParameterValue"
    mapping = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot.id}}
    done(simulation, RegisterImage(name="back", block_device_mappings=(mapping,)))  # type: ignore[arg-type]
    simulation.world = simulation.world.put(Subnet("subnet-b", "vpc-1", "10.0.1.0/24", B))
    image = next(iter(simulation.world.table(Image)))
    done(simulation, RunInstances(image_id=image, instance_type="t3.small", subnet_id="subnet-b"))
    assert list(simulation.world.every(Instance))[-1].software.runtime
    assert code(simulation, DeleteSnapshot(snapshot_id=snapshot.id)) == "InvalidSnapshot.InUse"


def test_an_encrypted_copy_is_the_way_to_an_encrypted_machine() -> None:
    """Stop, snapshot, encrypted copy, volume of it, swap, start: nothing else encrypts what is there."""
    simulation, instance = site()
    plain = root(simulation, instance)
    done(simulation, StopInstances(instance_ids=(instance,)))
    done(simulation, CreateSnapshot(volume_id=plain.id))
    simulation.advance(simulation.now + 300)
    done(
        simulation, CopySnapshot(source_region="us-east-1", source_snapshot_id=next(iter(simulation.world.table(Snapshot))), encrypted=True)
    )
    simulation.advance(simulation.now + 300)
    copy = list(simulation.world.every(Snapshot))[-1]
    done(simulation, CreateVolume(availability_zone=A, snapshot_id=copy.id))
    volume = list(simulation.world.every(Volume))[-1]
    assert volume.encrypted
    done(simulation, DetachVolume(volume_id=plain.id))
    assert code(simulation, StartInstances(instance_ids=(instance,))) == "InvalidParameterValue"
    empty = made(simulation)
    assert code(simulation, AttachVolume(volume_id=empty.id, instance_id=instance, device="/dev/xvda")) == "InvalidParameterValue"
    done(simulation, AttachVolume(volume_id=volume.id, instance_id=instance, device="/dev/xvda"))
    done(simulation, StartInstances(instance_ids=(instance,)))
    assert simulation.world.get(Instance, instance).encrypted
    assert simulation.world.get(Debt, f"unencrypted:{instance}").since is None
    assert simulation.world.get(Debt, f"unencrypted:{plain.id}").since is not None  # the old one still lies there


def test_looking_by_id_and_filter() -> None:
    simulation, instance = site()
    data = made(simulation)
    run(simulation, "ana", DescribeVolumes(filters=({"Name": "attachment.instance-id", "Values": (instance,)},)))  # type: ignore[arg-type]
    (there,) = list(simulation.answers.values())[-1]["Volumes"]
    assert there["Attachments"][0]["DeleteOnTermination"] is True
    run(simulation, "ana", DescribeVolumes(filters=({"Name": "status", "Values": ("available",)},)))  # type: ignore[arg-type]
    assert [v["VolumeId"] for v in list(simulation.answers.values())[-1]["Volumes"]] == [data.id]
