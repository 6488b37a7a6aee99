"""Systems Manager actions on maintenance windows: hours in which documents run by themselves, without anybody at work."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Command, FromCatalogue, Ref, Structure
from cloudlab.commands.ssm import Parameters, Target

WindowRef = Annotated[str, Ref("maintenance_window")]
WindowTargetRef = Annotated[str, Ref("window_target")]
WindowTaskRef = Annotated[str, Ref("window_task")]
CUTOFFS = ("CONTINUE_TASK", "CANCEL_TASK")
_GONE = ("DoesNotExistException", "ValidationException")


class CreateMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "CreateMaintenanceWindow"
    gloss: ClassVar[str] = "Set hours that come again and again, in which documents run by themselves: patches on Sundays at two, say."
    errors: ClassVar[tuple[str, ...]] = ("ResourceLimitExceededException", "ValidationException")
    returns: ClassVar[str | None] = "WindowId"
    human: ClassVar[str | None] = "Schedule"

    name: str
    schedule: Annotated[str, Field(description='"cron(0 2 ? * SUN *)" or "rate(7 days)"')]
    duration: Annotated[int, Field(description="hours it is open, 1 to 24")]
    cutoff: Annotated[int, Field(description="hours before its end from which nothing else is begun; less than the duration")]
    allow_unassociated_targets: Annotated[bool, Field(description="tasks may run on machines not registered with it")]
    description: str | None = None


class UpdateMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "UpdateMaintenanceWindow"
    gloss: ClassVar[str] = "Change a window, or switch it off for a while; what is left out stays as it is."
    errors: ClassVar[tuple[str, ...]] = _GONE

    window_id: WindowRef
    name: str | None = None
    description: str | None = None
    schedule: str | None = None
    duration: int | None = None
    cutoff: int | None = None
    allow_unassociated_targets: bool | None = None
    enabled: bool | None = None


class GetMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "GetMaintenanceWindow"
    gloss: ClassVar[str] = "Look at one window, and at when it opens next."
    errors: ClassVar[tuple[str, ...]] = _GONE
    returns: ClassVar[str | None] = "NextExecutionTime"
    reads: ClassVar[bool] = True

    window_id: WindowRef


class DeleteMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DeleteMaintenanceWindow"
    gloss: ClassVar[str] = "Give a window up, with the targets and tasks registered with it."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    window_id: WindowRef


class RegisterTargetWithMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "RegisterTargetWithMaintenanceWindow"
    gloss: ClassVar[str] = "Register machines with a window, by id or by tag."
    errors: ClassVar[tuple[str, ...]] = ("DoesNotExistException", "ResourceLimitExceededException", "ValidationException")
    returns: ClassVar[str | None] = "WindowTargetId"

    window_id: WindowRef
    resource_type: Annotated[str, Choice(("INSTANCE",))]
    targets: tuple[Target, ...]
    owner_information: str | None = None
    name: str | None = None
    description: str | None = None


class DeregisterTargetFromMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DeregisterTargetFromMaintenanceWindow"
    gloss: ClassVar[str] = "Take machines out of a window; with --safe only where no task is for them."
    errors: ClassVar[tuple[str, ...]] = ("DoesNotExistException", "TargetInUseException", "ValidationException")

    window_id: WindowRef
    window_target_id: WindowTargetRef
    safe: bool = False


class RunCommandInWindow(Structure):
    """What `send-command` would be given besides."""

    comment: str = ""
    parameters: Parameters = Field(default={})


class TaskInvocationParameters(Structure):
    run_command: RunCommandInWindow = RunCommandInWindow()


class RegisterTaskWithMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "RegisterTaskWithMaintenanceWindow"
    gloss: ClassVar[str] = "Say which document a window sends, how many machines at a time, and how many may fail."
    errors: ClassVar[tuple[str, ...]] = (
        "DoesNotExistException",
        "InvalidDocument",
        "InvalidParameters",
        "ResourceLimitExceededException",
        "ValidationException",
    )
    returns: ClassVar[str | None] = "WindowTaskId"
    human: ClassVar[str | None] = "TaskArn"

    window_id: WindowRef
    targets: Annotated[tuple[Target, ...], Field(description="Key=WindowTargetIds,Values=... or Key=InstanceIds,Values=...")] = ()
    task_arn: Annotated[str, FromCatalogue("document")]
    task_type: Annotated[str, Choice(("RUN_COMMAND",))]
    task_invocation_parameters: TaskInvocationParameters = TaskInvocationParameters()
    priority: int = 1
    max_concurrency: Annotated[str | None, Field(description="how many machines at a time, 1 or 50%")] = None
    max_errors: Annotated[str | None, Field(description="how many may fail before nobody else gets it")] = None
    cutoff_behavior: Annotated[str, Choice(CUTOFFS)] = "CONTINUE_TASK"
    name: str | None = None
    description: str | None = None


class DeregisterTaskFromMaintenanceWindow(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DeregisterTaskFromMaintenanceWindow"
    gloss: ClassVar[str] = "Take a task out of a window."
    errors: ClassVar[tuple[str, ...]] = _GONE

    window_id: WindowRef
    window_task_id: WindowTaskRef


class DescribeMaintenanceWindows(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeMaintenanceWindows"
    gloss: ClassVar[str] = "Look at which windows there are, and at when each opens next."
    returns: ClassVar[str | None] = "WindowIdentities[].WindowId"
    reads: ClassVar[bool] = True


class DescribeMaintenanceWindowTargets(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeMaintenanceWindowTargets"
    gloss: ClassVar[str] = "Look at which machines are registered with a window."
    errors: ClassVar[tuple[str, ...]] = _GONE
    returns: ClassVar[str | None] = "Targets[].WindowTargetId"
    reads: ClassVar[bool] = True

    window_id: WindowRef


class DescribeMaintenanceWindowTasks(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeMaintenanceWindowTasks"
    gloss: ClassVar[str] = "Look at what a window runs."
    errors: ClassVar[tuple[str, ...]] = _GONE
    returns: ClassVar[str | None] = "Tasks[].WindowTaskId"
    reads: ClassVar[bool] = True

    window_id: WindowRef


class DescribeMaintenanceWindowExecutions(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeMaintenanceWindowExecutions"
    gloss: ClassVar[str] = "Look at how a window went, each time it was open."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)
    returns: ClassVar[str | None] = "WindowExecutions[].Status"
    reads: ClassVar[bool] = True

    window_id: WindowRef
