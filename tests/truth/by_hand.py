"""Accepted commands of the operations that no drawn sequence has: with what has to stand before them."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.commands.acm import DeleteCertificate, DescribeCertificate, ImportCertificate, RequestCertificate
from cloudlab.commands.autoscaling import (
    AttachLoadBalancerTargetGroups,
    CancelInstanceRefresh,
    DeletePolicy,
    DescribeInstanceRefreshes,
    DetachLoadBalancerTargetGroups,
    RefreshPreferences,
    ResumeProcesses,
    StartInstanceRefresh,
    SuspendProcesses,
    TerminateInstanceInAutoScalingGroup,
)
from cloudlab.commands.base import AttributeBooleanValue, Command, Tag
from cloudlab.commands.ec2_attributes import CreateTags, DeleteTags, ModifyInstanceAttribute
from cloudlab.commands.ec2_volumes import (
    AttachVolume,
    CopySnapshot,
    CreateSnapshot,
    CreateVolume,
    DeleteSnapshot,
    DeleteVolume,
    DetachVolume,
    ModifyVolume,
)
from cloudlab.commands.elbv2 import (
    BalancerSetting,
    DescribeLoadBalancerAttributes,
    DescribeTargetGroupAttributes,
    ModifyLoadBalancerAttributes,
)
from cloudlab.commands.service_quotas import (
    GetAWSDefaultServiceQuota,
    GetServiceQuota,
    ListServiceQuotas,
    RequestServiceQuotaIncrease,
)
from cloudlab.commands.ssm import DescribeInstancePatchStates, SendCommand, Target
from cloudlab.commands.ssm_patching import (
    CreatePatchBaseline,
    DeletePatchBaseline,
    DescribeInstancePatches,
    GetPatchBaseline,
    RegisterDefaultPatchBaseline,
    UpdatePatchBaseline,
)
from cloudlab.commands.ssm_windows import (
    CreateMaintenanceWindow,
    DeleteMaintenanceWindow,
    DeregisterTargetFromMaintenanceWindow,
    DeregisterTaskFromMaintenanceWindow,
    DescribeMaintenanceWindowExecutions,
    DescribeMaintenanceWindows,
    DescribeMaintenanceWindowTargets,
    DescribeMaintenanceWindowTasks,
    GetMaintenanceWindow,
    RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow,
    UpdateMaintenanceWindow,
)
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.simulation import Simulation
from cloudlab.model.operations import Incident
from tests.scaled import open_following
from tests.support import lay_network, open_simulation, put_server

_MACHINE = "i-0123456789abcdef0"
_VCPUS = {"service_code": "ec2", "quota_code": "L-1216C47A"}


def accepted_by_hand() -> Iterator[tuple[Simulation, Command]]:
    yield from _fleets()
    yield from _machines()
    yield from _disks()
    yield from _account()


def _fleets() -> Iterator[tuple[Simulation, Command]]:
    fleet = open_following(1)
    sim, one = fleet.sim, members(fleet.sim.world, "web")[0].id
    balancer, group = fleet.balancer, fleet.group
    on = BalancerSetting(key="deletion_protection.enabled", value="true")
    yield sim, AttachLoadBalancerTargetGroups(auto_scaling_group_name="web", target_group_arns=(group,))
    yield sim, TerminateInstanceInAutoScalingGroup(instance_id=one, should_decrement_desired_capacity=True)
    yield sim, DetachLoadBalancerTargetGroups(auto_scaling_group_name="web", target_group_arns=(group,))
    yield sim, SuspendProcesses(auto_scaling_group_name="web", scaling_processes=("Launch",))
    yield sim, ResumeProcesses(auto_scaling_group_name="web", scaling_processes=("Launch",))
    yield sim, DeletePolicy(policy_name="follow", auto_scaling_group_name="web")
    yield sim, ModifyLoadBalancerAttributes(load_balancer_arn=balancer, attributes=(on,))
    yield sim, DescribeLoadBalancerAttributes(load_balancer_arn=balancer)
    yield sim, DescribeTargetGroupAttributes(target_group_arn=group)
    refresh = StartInstanceRefresh(
        auto_scaling_group_name="web", preferences=RefreshPreferences(min_healthy_percentage=50, instance_warmup=60)
    )
    yield sim, refresh
    begun = sim.fork()
    begun.build("refresh", refresh)
    yield begun, DescribeInstanceRefreshes(auto_scaling_group_name="web")
    yield begun, CancelInstanceRefresh(auto_scaling_group_name="web")


def _machines() -> Iterator[tuple[Simulation, Command]]:
    sim = lay_network(open_simulation())
    put_server(sim, _MACHINE)
    send = SendCommand.model_validate(
        {
            "DocumentName": "AWS-RunPatchBaseline",
            "InstanceIds": [_MACHINE],
            "Parameters": {"Operation": ["Scan"]},
            "Comment": "on Tuesday",
        }
    )
    yield sim, send
    yield sim, DescribeInstancePatchStates(instance_ids=(_MACHINE,))
    hole = Incident("hole", "os-cve", _MACHINE, "os-patching", "customer", sim.now, "CVE-2024-6387", detected=sim.now)
    holed = sim.fork()
    holed.world = holed.world.put(hole)
    missing = {"InstanceId": _MACHINE, "Filters": [{"Key": "State", "Values": ["Missing"]}]}
    yield holed, DescribeInstancePatches.model_validate(missing)
    rule = {
        "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
        "ApproveAfterDays": 2,
        "ComplianceLevel": "CRITICAL",
    }
    create = CreatePatchBaseline.model_validate(
        {
            "Name": "web-baseline",
            "OperatingSystem": "AMAZON_LINUX_2023",
            "ApprovalRules": {"PatchRules": [rule]},
            "Description": "two days",
        }
    )
    yield sim, create
    made = sim.fork()
    baseline = made.build("baseline", create)["BaselineId"]
    yield made, UpdatePatchBaseline(baseline_id=baseline, name="web-other", description="another")
    yield made, GetPatchBaseline(baseline_id=baseline)
    yield made, RegisterDefaultPatchBaseline(baseline_id=baseline)
    yield made, DeletePatchBaseline(baseline_id=baseline)
    yield from _windows(sim)


def _windows(sim: Simulation) -> Iterator[tuple[Simulation, Command]]:
    create = CreateMaintenanceWindow(
        name="sundays", schedule="cron(0 2 ? * SUN *)", duration=3, cutoff=1, allow_unassociated_targets=False, description="at night"
    )
    yield sim, create
    made = sim.fork()
    window = made.build("window", create)["WindowId"]
    target = RegisterTargetWithMaintenanceWindow(
        window_id=window,
        resource_type="INSTANCE",
        targets=(Target(key="InstanceIds", values=(_MACHINE,)),),
        owner_information="us",
        name="machines",
        description="all",
    )
    yield made, target
    machines = made.build("target", target)["WindowTargetId"]
    task = RegisterTaskWithMaintenanceWindow.model_validate(
        {
            "WindowId": window,
            "Targets": [{"Key": "WindowTargetIds", "Values": [machines]}],
            "TaskArn": "AWS-RunPatchBaseline",
            "TaskType": "RUN_COMMAND",
            "TaskInvocationParameters": {"RunCommand": {"Comment": "weekly", "Parameters": {"Operation": ["Scan"]}}},
            "Priority": 2,
            "MaxConcurrency": "1",
            "MaxErrors": "0",
            "CutoffBehavior": "CANCEL_TASK",
            "Name": "patch",
            "Description": "all",
        }
    )
    yield made, task
    patch = made.build("task", task)["WindowTaskId"]
    yield made, UpdateMaintenanceWindow(window_id=window, name="mondays", description="x", schedule="rate(7 days)", duration=4, cutoff=1)
    yield made, GetMaintenanceWindow(window_id=window)
    made.advance(made.now + 8 * 86_400)
    yield made, DescribeMaintenanceWindows()
    yield made, DescribeMaintenanceWindowTargets(window_id=window)
    yield made, DescribeMaintenanceWindowTasks(window_id=window)
    yield made, DescribeMaintenanceWindowExecutions(window_id=window)
    yield made, DeregisterTaskFromMaintenanceWindow(window_id=window, window_task_id=patch)
    yield made, DeregisterTargetFromMaintenanceWindow(window_id=window, window_target_id=machines)
    yield made, DeleteMaintenanceWindow(window_id=window)


def _disks() -> Iterator[tuple[Simulation, Command]]:
    sim = lay_network(open_simulation())
    put_server(sim, _MACHINE)
    create = CreateVolume(availability_zone="us-east-1a", size=20, iops=4_000, throughput=200)
    yield sim, create
    made = sim.fork()
    volume = made.build("volume", create)["VolumeId"]
    made.advance(made.now + 600)
    attach = AttachVolume(volume_id=volume, instance_id=_MACHINE, device="/dev/sdf")
    yield made, attach
    yield made, DeleteVolume(volume_id=volume)
    yield made, ModifyVolume(volume_id=volume, size=30, iops=5_000)
    snapshot = CreateSnapshot(volume_id=volume, description="before Tuesday")
    yield made, snapshot
    attached = made.fork()
    attached.build("attach", attach)
    attached.advance(attached.now + 600)
    yield attached, DetachVolume(volume_id=volume)
    kept = made.fork()
    key = kept.build("snapshot", snapshot)["SnapshotId"]
    kept.advance(kept.now + 7_200)
    yield kept, DeleteSnapshot(snapshot_id=key)
    yield kept, CopySnapshot(source_region="us-east-1", source_snapshot_id=key, encrypted=True, description="sealed")
    yield sim, CreateTags(resources=(_MACHINE,), tags=(Tag(key="team", value="web"),))
    yield sim, DeleteTags(resources=(_MACHINE,), tags=(Tag(key="team"),))
    yield sim, ModifyInstanceAttribute(instance_id=_MACHINE, disable_api_termination=AttributeBooleanValue(value=True))


def _account() -> Iterator[tuple[Simulation, Command]]:
    sim = open_simulation()
    yield sim, ListServiceQuotas(service_code="ec2")
    yield sim, GetServiceQuota.model_validate(_VCPUS)
    yield sim, GetAWSDefaultServiceQuota.model_validate(_VCPUS)
    yield sim, RequestServiceQuotaIncrease.model_validate({**_VCPUS, "desired_value": 64})
    certificate = {"certificate": "shop.example.com.pem", "private_key": "shop.example.com.key"}
    yield sim, ImportCertificate.model_validate(certificate)
    asked = sim.fork()
    key = asked.build("certificate", RequestCertificate(domain_name="shop.example.com", validation_method="DNS"))["CertificateArn"]
    yield asked, DescribeCertificate(certificate_arn=key)
    yield asked, DeleteCertificate(certificate_arn=key)
