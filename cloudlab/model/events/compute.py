"""Events of instances: their life, what is installed on them, the documents that run there."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.compute import Image, Instance, Invocation, Software
from cloudlab.model.events.base import Event
from cloudlab.model.patching import Delivery
from cloudlab.model.time import Seconds
from cloudlab.model.training import TrainingSpec


@dataclass(frozen=True, slots=True)
class InstanceLaunched(Event):
    """An instance was asked for; it is pending until `running_at`."""

    instance: Instance
    running_at: Seconds
    checked_at: Seconds


@dataclass(frozen=True, slots=True)
class InstanceRan(Event):
    """The virtual machine runs; its operating system is up at `booted_at`."""

    instance: str
    booted_at: Seconds


@dataclass(frozen=True, slots=True)
class InstanceBooted(Event):
    """The operating system and everything that starts with it are up."""

    instance: str


@dataclass(frozen=True, slots=True)
class InstanceChecked(Event):
    """Both status checks passed."""

    instance: str


@dataclass(frozen=True, slots=True)
class InstanceStopping(Event):
    """It is going down; the automatic public address is released."""

    instance: str
    stopped_at: Seconds


@dataclass(frozen=True, slots=True)
class InstanceStopped(Event):
    instance: str


@dataclass(frozen=True, slots=True)
class InstanceStarting(Event):
    """A stopped instance was switched on again, on another host."""

    instance: str
    public_ip: str | None
    running_at: Seconds
    checked_at: Seconds


@dataclass(frozen=True, slots=True)
class InstanceRebooting(Event):
    """The operating system restarts; state and addresses stay."""

    instance: str
    booted_at: Seconds
    checked_at: Seconds


@dataclass(frozen=True, slots=True)
class InstanceShuttingDown(Event):
    """It is being given back."""

    instance: str
    terminated_at: Seconds


@dataclass(frozen=True, slots=True)
class InstanceTerminated(Event):
    instance: str


@dataclass(frozen=True, slots=True)
class ProfileAssociated(Event):
    """A running instance was given an instance profile."""

    instance: str
    profile: str


@dataclass(frozen=True, slots=True)
class InstanceModified(Event):
    """Its size, groups, protection or role is another one."""

    instance: Instance


@dataclass(frozen=True, slots=True)
class InstanceCheckFailed(Event):
    """The operating system hangs: it answers neither users nor the agent."""

    instance: str


@dataclass(frozen=True, slots=True)
class MemoryChanged(Event):
    """The server began to leak, was killed when nothing was left, or was started afresh."""

    instance: str
    memory: str


@dataclass(frozen=True, slots=True)
class DiskFilled(Event):
    instance: str


@dataclass(frozen=True, slots=True)
class DiskCleaned(Event):
    instance: str


@dataclass(frozen=True, slots=True)
class InstanceCompromised(Event):
    """Somebody got in who should not have."""

    instance: str


@dataclass(frozen=True, slots=True)
class SoftwareChanged(Event):
    """What is installed or runs on an instance is otherwise now."""

    instance: str
    software: Software


@dataclass(frozen=True, slots=True)
class ImageCreated(Event):
    """An image of an instance is being made; it can be launched from `available_at` on."""

    image: Image
    available_at: Seconds


@dataclass(frozen=True, slots=True)
class ImageAvailable(Event):
    image: str


@dataclass(frozen=True, slots=True)
class ImageDeregistered(Event):
    """It is gone; the snapshot it stood on may stay."""

    image: str


@dataclass(frozen=True, slots=True)
class CommandSent(Event):
    """A document begins to run on instances."""

    invocations: tuple[Invocation, ...]
    ready: tuple[Seconds, ...]
    """When each of those whose turn it is is through with its first stage."""
    delivery: Delivery | None = None
    """Set where not all of them have their turn at once."""


@dataclass(frozen=True, slots=True)
class InvocationAdvanced(Event):
    """A document goes into its next stage on an instance, which is through at `ready`."""

    invocation: str
    stage: str
    ready: Seconds
    detail: str = ""


@dataclass(frozen=True, slots=True)
class InvocationTraining(Event):
    """A document begins to train a model; its real result is needed at `ready`."""

    invocation: str
    spec: TrainingSpec
    ready: Seconds


@dataclass(frozen=True, slots=True)
class InvocationEnded(Event):
    """A document came to its end on an instance."""

    invocation: str
    status: str
    """Success or Failed."""
    detail: str
