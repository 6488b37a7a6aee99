"""Events of fleets: templates, groups, and everything a group does by itself."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.fleet import AutoScalingGroup, InstanceRefresh, LaunchTemplate, ScalingActivity, ScalingPolicy
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class LaunchTemplatePut(Event):
    """A launch template is there, or has another version or default."""

    template: LaunchTemplate


@dataclass(frozen=True, slots=True)
class LaunchTemplateDeleted(Event):
    template: str


@dataclass(frozen=True, slots=True)
class FleetEvens(Event):
    """A group launched a machine in the zone that had too few, or could not and tries again later."""

    group: str
    extra: str | None
    again_at: Seconds | None = None


@dataclass(frozen=True, slots=True)
class FleetPut(Event):
    """An Auto Scaling group is there, or was changed by hand."""

    group: AutoScalingGroup


@dataclass(frozen=True, slots=True)
class FleetDeleted(Event):
    """It is gone, and its policies with it."""

    group: str


@dataclass(frozen=True, slots=True)
class FleetLooksAgain(Event):
    """A group will count and look after its machines at `due`."""

    group: str
    due: Seconds


@dataclass(frozen=True, slots=True)
class FleetJudged(Event):
    """Which machines of a group are unwell, and when each will be replaced, changed."""

    group: str
    ailing: tuple[tuple[str, Seconds], ...]


@dataclass(frozen=True, slots=True)
class FleetActed(Event):
    """A group launched, replaced or gave back a machine, or failed to."""

    activity: ScalingActivity


@dataclass(frozen=True, slots=True)
class FleetRetires(Event):
    """A machine of a group gets no new requests and is given back at `due`."""

    group: str
    instance: str
    due: Seconds


@dataclass(frozen=True, slots=True)
class DesiredCapacitySet(Event):
    """How many machines a group is to have changed; policies keep still until `quiet_until`."""

    group: str
    desired: int
    quiet_until: Seconds


@dataclass(frozen=True, slots=True)
class ScalingForeseen(Event):
    """When a policy will change a group's number, and to what, as far as the arrivals and the fleet tell; None for not at all."""

    group: str
    watched: tuple[str, ...]
    """Everything that decided it."""
    foreseen: tuple[Seconds, int] | None


@dataclass(frozen=True, slots=True)
class RefreshTurned(Event):
    """A refresh began, went on or ended."""

    group: str
    refresh: InstanceRefresh


@dataclass(frozen=True, slots=True)
class RefreshWaits(Event):
    """A refresh goes on when its newest machine has warmed up, at `until`."""

    group: str
    until: Seconds


@dataclass(frozen=True, slots=True)
class PolicyPut(Event):
    policy: ScalingPolicy


@dataclass(frozen=True, slots=True)
class PolicyDeleted(Event):
    policy: str
