"""SageMaker records: training jobs, models, endpoint configurations, endpoints."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds
from cloudlab.model.training import TrainingSpec


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of SecondaryStatusTransitions."""

    status: str
    started: Seconds
    message: str


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """A SageMaker training job; `id` is its name, unique for ever."""

    id: str
    role: str
    image: str
    container: str
    instance_type: str
    instance_count: int
    volume_gib: int
    max_runtime: Seconds
    output: str
    """S3 path under which `<job>/output/model.tar.gz` is written."""
    inputs: tuple[tuple[str, str], ...]
    """Channel name -> S3 URI, in the order given."""
    hyperparameters: tuple[tuple[str, str], ...]
    created: Seconds
    status: str = "InProgress"
    secondary: str = "Starting"
    transitions: tuple[Transition, ...] = ()
    failure: str | None = None
    content_types: tuple[tuple[str, str], ...] = ()
    """Channel name -> content type, where one was given."""
    spec: TrainingSpec | None = None
    """What is really trained; None when it is known beforehand that nothing comes of it (`flaw`)."""
    flaw: str | None = None
    """What the container will fail with once it runs. Nobody knows before."""
    flaw_after: Seconds = 0
    """Seconds of training until it does."""
    billable_from: Seconds | None = None
    training_from: Seconds | None = None
    ended: Seconds | None = None
    rounds: int | None = None
    artifact: str | None = None
    """S3 URI of model.tar.gz."""


@dataclass(frozen=True, slots=True)
class SageModel:
    """A SageMaker model: metadata that costs nothing; `id` is its name."""

    id: str
    role: str
    image: str
    data_url: str
    spec: TrainingSpec
    """The model inside the artifact."""
    container: str
    """What is to serve it; a container that did not train it can't."""
    created: Seconds


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    model: str
    instance_type: str
    count: int
    weight: int
    """Relative weight in permille of 1.0."""


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    """Immutable, as in SageMaker; `id` is its name."""

    id: str
    variants: tuple[Variant, ...]
    created: Seconds


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SageMaker real-time endpoint; `id` is its name."""

    id: str
    config: str
    status: str
    created: Seconds
    variants: tuple[Variant, ...]
    """What really runs: counts of a variant may differ from its configuration later on."""
    spec: TrainingSpec
    """The model it serves, whatever becomes of the SageMaker model it was made from."""
    lost: int = 0
    """Instances out of service that the provider is replacing."""
    failure: str | None = None
    modified: Seconds = 0
    compromised: bool = False
    """Somebody else runs programs in its container."""
