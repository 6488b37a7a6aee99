"""Disks on the faces: typed with completion's words, waited for, told on the map, and what may be done with them."""

from __future__ import annotations

from pathlib import Path

from cloudlab.lab.actions import actions
from cloudlab.lab.plain_views import look
from cloudlab.lab.view import ViewBuilder
from cloudlab.model.volumes import Snapshot, Volume
from tests.runs import perform, start
from tests.small_level import small_level

DISKS = """\
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone us-east-1a -> $a
ec2 run-instances --image-id ami-0c101f26f147fa7fd --instance-type t3.small --subnet-id $a -> $i
wait for instance $i running max 10m
ec2 create-volume --availability-zone us-east-1a --size 20 --encrypted -> $v
wait for volume $v available max 10m
ec2 attach-volume --volume-id $v --instance-id $i --device /dev/sdf
! VolumeInUse ec2 delete-volume --volume-id $v
ec2 create-snapshot --volume-id $v -> $s
wait for snapshot $s completed max 30m
ec2 create-volume --availability-zone us-east-1b --snapshot-id $s -> $w
! InvalidVolume.ZoneMismatch ec2 attach-volume --volume-id $w --instance-id $i --device /dev/sdg
"""


async def test_disks_are_typed_waited_for_and_told(tmp_path: Path) -> None:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    await perform(session, DISKS)
    data = next(v for v in session.world.every(Volume) if v.device == "/dev/sdf")
    view = ViewBuilder(session).build()
    lines = look(view, "map", session).splitlines()
    (line,) = [text for text in lines if text.strip().startswith("volume ") and data.id in text]
    machine = next(text for text in lines if text.strip().startswith("instance "))
    assert line.index("volume") > machine.index("instance")  # it stands in its machine
    assert "20 GiB gp3, encrypted, /dev/sdf" in line
    assert any("us-east-1b, nobody has it" in text for text in lines)
    assert any(text.strip().startswith("snapshot ") and "20 GiB" in text for text in lines)
    told = look(view, data.id, session)
    assert "it lives there alone" in told
    assert "$0.0022 an hour" in told  # 20 x 0.08 / 730
    offered = {a.title: a.enabled for a in actions(session, data.id, "volume")}
    assert offered["detach it"]
    assert not offered["delete it"]
    snapshot = next(iter(session.world.table(Snapshot)))
    assert {a.title: a.enabled for a in actions(session, snapshot, "snapshot")}["delete it"]
