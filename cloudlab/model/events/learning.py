"""Events of SageMaker: training jobs and their phases, models, endpoint configurations, endpoints."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel, TrainingJob, Transition
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class TrainingJobCreated(Event):
    job: TrainingJob
    prepares: Seconds
    """When the phase Starting is over."""


@dataclass(frozen=True, slots=True)
class TrainingJobMoved(Event):
    """A job went on to its next phase."""

    job: str
    transition: Transition
    step: str
    """What comes next, and when."""
    due: Seconds


@dataclass(frozen=True, slots=True)
class TrainingJobTimed(Event):
    """The clock of MaxRuntimeInSeconds began to run."""

    job: str
    over: Seconds


@dataclass(frozen=True, slots=True)
class TrainingJobLearned(Event):
    """What the training really yields is known; it ends at `ends`."""

    job: str
    rounds: int
    ends: Seconds


@dataclass(frozen=True, slots=True)
class TrainingJobStopping(Event):
    """The container was told to end; its grace runs."""

    job: str
    stopped: Seconds
    because: str
    """Secondary status it will end in: Stopped or MaxRuntimeExceeded."""


@dataclass(frozen=True, slots=True)
class TrainingJobEnded(Event):
    job: str
    status: str
    """Completed, Failed or Stopped."""
    transition: Transition
    failure: str | None = None
    artifact: str | None = None
    """S3 URI of model.tar.gz."""


@dataclass(frozen=True, slots=True)
class SageModelCreated(Event):
    model: SageModel


@dataclass(frozen=True, slots=True)
class SageModelDeleted(Event):
    model: str


@dataclass(frozen=True, slots=True)
class EndpointConfigCreated(Event):
    config: EndpointConfig


@dataclass(frozen=True, slots=True)
class EndpointConfigDeleted(Event):
    config: str


@dataclass(frozen=True, slots=True)
class EndpointCreated(Event):
    endpoint: Endpoint
    step: str
    """What comes of it, `in-service` or `ping-failed`, and when."""
    due: Seconds


@dataclass(frozen=True, slots=True)
class EndpointCameInService(Event):
    endpoint: str


@dataclass(frozen=True, slots=True)
class EndpointFailed(Event):
    """It did not come into service; all that can be done with it is delete it."""

    endpoint: str
    reason: str


@dataclass(frozen=True, slots=True)
class EndpointDeleting(Event):
    endpoint: str
    gone: Seconds


@dataclass(frozen=True, slots=True)
class EndpointDeleted(Event):
    endpoint: str


@dataclass(frozen=True, slots=True)
class EndpointCompromised(Event):
    """Somebody got in through a library of its container."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class EndpointInstanceLost(Event):
    """An instance failed its health check and was taken out."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class EndpointInstanceReplaced(Event):
    endpoint: str
