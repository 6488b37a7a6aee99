"""Systems Manager actions: run a document on instances without logging in, and see what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from cloudlab.commands.base import Command, FromCatalogue, InstanceRef, Structure

DOCUMENTS = (
    "AWS-RunPatchBaseline",
    "AWS-ConfigureAWSPackage",
    "cloudlab-InstallRuntime",
    "cloudlab-TrainModel",
    "cloudlab-FetchModel",
    "cloudlab-StartModelServer",
    "cloudlab-StopModelServer",
    "cloudlab-CleanDisk",
    "cloudlab-GrowFileSystem",
    "cloudlab-InstallPostgres",
    "cloudlab-ConfigureReplica",
    "cloudlab-ConfigureBackup",
    "cloudlab-ConfigureFailover",
    "cloudlab-TestFailover",
    "cloudlab-FixFailover",
    "cloudlab-PromoteReplica",
    "cloudlab-RestoreBackup",
    "cloudlab-ConnectDatabase",
)
"""Every document `send-command` knows; what each takes and does is in `engine/documents.py`."""


def _lists(value: Any) -> Any:
    """Parameters are lists of strings to the service; the aws CLI lets a single value stand for a list of one."""
    if isinstance(value, Mapping):
        return {name: [given] if isinstance(given, str) else given for name, given in value.items()}
    return value


Parameters = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_lists)]


class Target(Structure):
    """`Key=InstanceIds,Values=i-1,i-2` or `Key=tag:Name,Values=web`."""

    key: str
    values: tuple[str, ...] = ()


class SendCommand(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "SendCommand"
    gloss: ClassVar[str] = "Run a document on instances through their agent: patch, install, train, start the server. No open port needed."
    errors: ClassVar[tuple[str, ...]] = (
        "InvalidDocument",
        "InvalidInstanceId",
        "InvalidParameters",
        "InvalidTarget",
        "ValidationException",
    )
    returns: ClassVar[str | None] = "Command.CommandId"

    document_name: Annotated[str, FromCatalogue("document")]
    instance_ids: tuple[InstanceRef, ...] = ()
    targets: tuple[Target, ...] = ()
    parameters: Parameters = Field(default_factory=dict)
    max_concurrency: Annotated[str, Field(description="how many machines at a time, 1 or 50%: rolling")] = "50"
    max_errors: Annotated[str, Field(description="how many may fail before nobody else gets it")] = "0"
    comment: str = ""

    @property
    def effort_key(self) -> str:
        """Each document is a kind of task of its own."""
        return f"ssm:SendCommand/{self.document_name}" if self.document_name in DOCUMENTS else "ssm:SendCommand"


class ListCommandInvocations(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "ListCommandInvocations"
    gloss: ClassVar[str] = "Look at how the documents you sent are doing, instance by instance."
    errors: ClassVar[tuple[str, ...]] = ("InvalidCommandId",)
    returns: ClassVar[str | None] = "CommandInvocations[].Status"
    reads: ClassVar[bool] = True

    command_id: Annotated[str, FromCatalogue("command")] | None = None
    instance_id: InstanceRef | None = None


class GetCommandInvocation(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "GetCommandInvocation"
    gloss: ClassVar[str] = "Look at one document on one instance, with what it printed."
    errors: ClassVar[tuple[str, ...]] = ("InvocationDoesNotExist",)
    returns: ClassVar[str | None] = "Status"
    reads: ClassVar[bool] = True

    command_id: Annotated[str, FromCatalogue("command")]
    instance_id: InstanceRef


class DescribeInstanceInformation(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeInstanceInformation"
    gloss: ClassVar[str] = "Look at which instances Systems Manager can reach; the others miss agent, role or path."
    returns: ClassVar[str | None] = "InstanceInformationList[].InstanceId"
    reads: ClassVar[bool] = True


class DescribeInstancePatchStates(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeInstancePatchStates"
    gloss: ClassVar[str] = "Look at which fixes are installed, missing, or waiting for a reboot."
    errors: ClassVar[tuple[str, ...]] = ("InvalidInstanceId", "ValidationException")
    returns: ClassVar[str | None] = "InstancePatchStates[].InstanceId"
    reads: ClassVar[bool] = True

    instance_ids: tuple[InstanceRef, ...]
