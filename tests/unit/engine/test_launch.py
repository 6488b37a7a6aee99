"""RunInstances: what it checks, what it starts, and how the machine comes up."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.base import Filter
from cloudlab.commands.ec2_compute import DescribeImages, DescribeInstances, DescribeInstanceStatus, DescribeInstanceTypes, RunInstances
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.network import SecurityGroup, Subnet
from cloudlab.model.operations import Meter
from cloudlab.model.volumes import Volume
from tests.support import MORNING, lay_network, open_simulation, run

LAUNCHED = MORNING + 360
"""RunInstances is six minutes of work (assets/effort.yaml: launch_and_harden_instance)."""


def launch(**changes: Any) -> RunInstances:
    return RunInstances(**({"image_id": AL2023.id, "instance_type": "t3.small", "subnet_id": "subnet-a"} | changes))


@pytest.fixture
def simulation() -> Simulation:
    return lay_network(open_simulation())


def only(simulation: Simulation) -> Instance:
    (instance,) = simulation.world.every(Instance)
    return instance


def test_pending_running_booted_checked_at_the_documented_seconds(simulation: Simulation) -> None:
    run(simulation, "ana", launch())
    assert simulation.now == LAUNCHED
    assert only(simulation).state == "pending"
    simulation.advance(LAUNCHED + 14)
    assert only(simulation).state == "pending"
    simulation.advance(LAUNCHED + 15)
    assert (only(simulation).state, only(simulation).booted) == ("running", None)
    simulation.advance(LAUNCHED + 39)
    assert only(simulation).booted is None
    simulation.advance(LAUNCHED + 40)  # 15 s pending, 25 s of boot
    assert only(simulation).booted == LAUNCHED + 40
    simulation.advance(LAUNCHED + 149)
    assert only(simulation).checks == "initializing"
    simulation.advance(LAUNCHED + 150)
    assert (only(simulation).checks, only(simulation).system_checks) == ("passed", "passed")


def test_it_has_a_private_address_the_default_group_and_no_public_address(simulation: Simulation) -> None:
    run(simulation, "ana", launch())
    instance = only(simulation)
    assert instance.private_ip == "10.0.0.4"  # .0 to .3 are AWS's own
    assert instance.groups == ("sg-default",)
    assert instance.public_ip is None
    assert (instance.root_gib, instance.encrypted, instance.zone) == (8, False, "us-east-1a")


def test_a_public_address_comes_from_the_subnet_or_the_flag(simulation: Simulation) -> None:
    run(simulation, "ana", launch(associate_public_ip_address=True))
    assert only(simulation).public_ip is not None
    mapped = lay_network(open_simulation())
    mapped.world = mapped.world.change(Subnet, "subnet-a", map_public_ip=True)
    run(mapped, "ana", launch())
    assert only(mapped).public_ip is not None
    refused = lay_network(open_simulation())
    refused.world = refused.world.change(Subnet, "subnet-a", map_public_ip=True)
    run(refused, "ana", launch(associate_public_ip_address=False))
    assert only(refused).public_ip is None


def test_money_of_an_hour(simulation: Simulation) -> None:
    """t3.small 20,800 and address 5,000 micro-dollars per hour; 8 GiB gp3 at 80,000 per month of 730 h is 876.7, rounded 877."""
    run(simulation, "ana", launch(associate_public_ip_address=True))
    simulation.advance(LAUNCHED + 15 + 3600)
    lines = cost_by_line(simulation.world)
    assert lines["compute"] == 20_800
    assert lines["public-ipv4"] == 5_020  # an hour and 15 s: 5,000 x 3,615 / 3,600 = 5,020.8
    assert lines["storage"] == 880  # 877 x 3,615 / 3,600 = 880.6


def test_several_share_a_reservation(simulation: Simulation) -> None:
    run(simulation, "ana", launch(min_count=2, max_count=2))
    first, second = simulation.world.every(Instance)
    assert (first.private_ip, second.private_ip) == ("10.0.0.4", "10.0.0.5")
    assert first.reservation == second.reservation
    run(simulation, "ana", DescribeInstances())
    (reservation,) = list(simulation.answers.values())[-1]["Reservations"]
    assert [i["InstanceId"] for i in reservation["Instances"]] == [first.id, second.id]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"image_id": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ({"image_id": "amazon-linux"}, "InvalidAMIID.Malformed"),
        ({"instance_type": "t9.mega"}, "InvalidParameterValue"),
        ({"subnet_id": None}, "VPCIdNotSpecified"),
        ({"subnet_id": "subnet-0123456789abcdef0"}, "InvalidSubnetID.NotFound"),
        ({"key_name": "mine"}, "InvalidKeyPair.NotFound"),
        ({"security_group_ids": ("sg-0123456789abcdef0",)}, "InvalidGroup.NotFound"),
        ({"security_group_ids": ("sg-elsewhere",)}, "InvalidParameter"),
        ({"security_group_ids": ("sg-default",) * 6}, "SecurityGroupsPerInterfaceLimitExceeded"),
        ({"iam_instance_profile": {"Name": "web"}}, "InvalidParameterValue"),
        ({"min_count": 2, "max_count": 1}, "InvalidParameterValue"),
        ({"min_count": 17, "max_count": 17}, "VcpuLimitExceeded"),
        ({"instance_type": "g5.xlarge"}, "VcpuLimitExceeded"),
        ({"block_device_mappings": ({"DeviceName": "sdf"},)}, "InvalidBlockDeviceMapping"),
        ({"block_device_mappings": ({"DeviceName": "/dev/sdf"},)}, "MissingParameter"),
        (
            {"block_device_mappings": ({"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 125, "VolumeType": "sc1"}},)},
            "InvalidParameterValue",
        ),
        ({"block_device_mappings": ({"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 4}},)}, "InvalidBlockDeviceMapping"),
        ({"block_device_mappings": ({"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "io2"}},)}, "MissingParameter"),
        ({"block_device_mappings": ({"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "io9"}},)}, "InvalidParameterValue"),
        ({"tag_specifications": ({"ResourceType": "vpc", "Tags": []},)}, "InvalidParameterValue"),
    ],
)
def test_refused_with_awss_code_and_what_would_be_accepted(simulation: Simulation, changes: dict[str, Any], code: str) -> None:
    simulation.world = simulation.world.put(SecurityGroup("sg-elsewhere", "vpc-2", "default", "default VPC security group"))
    refusal = run(simulation, "ana", launch(**changes)).refusal
    assert refusal is not None
    assert refusal.code == code
    assert refusal.accepted
    assert not simulation.world.table(Instance)


def test_the_vcpu_quota_counts_what_runs(simulation: Simulation) -> None:
    """32 vCPUs: fifteen t3.small are 30, one more fits, two more don't; asked for one to four, one comes."""
    run(simulation, "ana", launch(min_count=15, max_count=15))
    two = run(simulation, "ana", launch(min_count=2, max_count=2)).refusal
    assert two is not None
    assert "30 of 32" in two.accepted
    assert run(simulation, "ana", launch(min_count=1, max_count=4)).refusal is None
    assert len(simulation.world.table(Instance)) == 16


def test_a_full_subnet_refuses(simulation: Simulation) -> None:
    """A /28 has 16 addresses, AWS keeps 5: eleven instances fit."""
    simulation.world = simulation.world.change(Subnet, "subnet-a", cidr="10.0.0.0/28")
    assert run(simulation, "ana", launch(min_count=1, max_count=14)).refusal is None
    assert len(simulation.world.table(Instance)) == 11
    refusal = run(simulation, "ana", launch()).refusal
    assert refusal is not None
    assert refusal.code == "InsufficientFreeAddressesInSubnet"


def test_an_encrypted_larger_root_volume(simulation: Simulation) -> None:
    """20 GiB x 80,000 / 730 = 2,191.8 micro-dollars per hour."""
    run(simulation, "ana", launch(block_device_mappings=({"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "Encrypted": True}},)))
    assert (only(simulation).root_gib, only(simulation).encrypted) == (20, True)
    (volume,) = simulation.world.every(Volume)
    assert (volume.instance, volume.gib, volume.encrypted, volume.deletes) == (only(simulation).id, 20, True, True)
    assert simulation.world.get(Meter, f"storage:{volume.id}").rate == 2_192


def test_the_preview_tells_price_and_effort(simulation: Simulation) -> None:
    preview = simulation.preview("ana", launch(min_count=2, max_count=2, associate_public_ip_address=True))
    assert preview.refusal is None
    assert preview.effort == 360
    assert [(c.line, c.micros, c.per) for c in preview.charges] == [
        ("compute", 41_600, "hour"),
        ("storage", 1_754, "hour"),
        ("public-ipv4", 10_000, "hour"),
    ]


def test_describing_shows_awss_shape(simulation: Simulation) -> None:
    run(
        simulation,
        "ana",
        launch(
            associate_public_ip_address=True,
            tag_specifications=({"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]},),
        ),
    )
    answer = list(simulation.answers.values())[-1]
    assert answer["Instances"][0]["State"] == {"Code": 0, "Name": "pending"}
    simulation.advance(LAUNCHED + 200)
    for name, value in (
        ("instance-state-name", "running"),
        ("tag:Name", "web-*"),
        ("vpc-id", "vpc-1"),
        ("availability-zone", "us-east-1a"),
    ):
        run(simulation, "ana", DescribeInstances(filters=(Filter(name=name, values=(value,)),)))
        assert len(list(simulation.answers.values())[-1]["Reservations"]) == 1, name
    shown = list(simulation.answers.values())[-1]["Reservations"][0]["Instances"][0]
    assert shown["PublicIpAddress"] == only(simulation).public_ip
    run(simulation, "ana", DescribeInstanceStatus())
    (status,) = list(simulation.answers.values())[-1]["InstanceStatuses"]
    assert (status["SystemStatus"]["Status"], status["InstanceStatus"]["Status"]) == ("ok", "ok")


def test_images_and_types_can_be_looked_at(simulation: Simulation) -> None:
    run(simulation, "ana", DescribeImages(owners=("amazon",)))
    assert [i["ImageId"] for i in list(simulation.answers.values())[-1]["Images"]] == [AL2023.id]
    run(simulation, "ana", DescribeInstanceTypes(instance_types=("t3.small",)))
    (shown,) = list(simulation.answers.values())[-1]["InstanceTypes"]
    assert (shown["VCpuInfo"], shown["MemoryInfo"]) == ({"DefaultVCpus": 2}, {"SizeInMiB": 2048})
    refusal = run(simulation, "ana", DescribeInstanceTypes(instance_types=("t3.smal",))).refusal
    assert refusal is not None
    assert refusal.code == "InvalidInstanceType"
