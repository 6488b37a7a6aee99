"""What a built-in algorithm's container is: where its image lies, what it reads, and which hyperparameters it accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloudlab.model.ids import REGION

HyperparameterKind = Literal["integer", "continuous", "categorical", "list", "tuple", "nested"]


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of numbers. None is infinity."""

    low: int | float | None
    high: int | float | None
    low_open: bool
    high_open: bool

    def __contains__(self, value: int | float) -> bool:
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below

    def __str__(self) -> str:
        """Write it as the XGBoost container does: `[0, 1]`, `[1, +inf)`."""
        low = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low}"
        high = "+inf)" if self.high is None else f"{self.high}{')' if self.high_open else ']'}"
        return f"{low}, {high}"


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One hyperparameter of a container."""

    name: str
    kind: HyperparameterKind
    required: bool
    span: Span | None
    """Interval of a number, or of each element of a nested list."""
    choices: tuple[str, ...]
    """Words of a categorical value, or of each element of a list or tuple."""
    words: tuple[str, ...]
    """Words accepted besides a number, such as `auto`."""
    default: str | None
    """As the documentation writes it."""
    modelled: bool
    """False: accepted, as the real container does, and reported in the job's log as not modelled here."""


@dataclass(frozen=True, slots=True)
class Container:
    """A built-in algorithm."""

    id: str
    """`xgboost`, `linear-learner`."""
    title: str
    account: str
    """AWS's own account that holds the image in us-east-1; it differs from region to region."""
    repository: str
    tags: tuple[str, ...]
    """The proposed one first."""
    required_channels: tuple[str, ...]
    optional_channels: tuple[str, ...]
    content_types: tuple[tuple[str, tuple[str, ...]], ...]
    """Format (`csv`, `libsvm`, ...) -> content types that mean it."""
    default_content_type: str | None
    """What a channel without a content type is taken for; None where that is an error."""
    aliases: tuple[tuple[str, str], ...]
    """Other name -> first name."""
    hyperparameters: tuple[Hyperparameter, ...]
    artifact: str
    response: str
    note: str
    source: str
    confidence: str

    @property
    def images(self) -> tuple[str, ...]:
        """Return the image URIs, the proposed one first."""
        return tuple(f"{self.account}.dkr.ecr.{REGION}.amazonaws.com/{self.repository}:{tag}" for tag in self.tags)

    def hyperparameter(self, name: str) -> Hyperparameter | None:
        """Return a hyperparameter by its first name."""
        return next((one for one in self.hyperparameters if one.name == name), None)


@dataclass(frozen=True, slots=True)
class ImageRef:
    """The parts of an ECR image URI."""

    account: str
    region: str
    repository: str
    tag: str
    """`latest` where none was given."""
