"""Events of load balancing: balancers, their nodes, target groups, targets and listeners."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds


def _name(arn: str) -> str:
    """Return the name in the ARN of a load balancer or target group."""
    return arn.split("/")[-2]


@dataclass(frozen=True, slots=True)
class LoadBalancerCreated(Event):
    """A load balancer was asked for; it takes requests from `active_at` on."""

    balancer: LoadBalancer
    active_at: Seconds


@dataclass(frozen=True, slots=True)
class LoadBalancerActive(Event):
    balancer: str

    def told(self) -> str:
        return f"load balancer {_name(self.balancer)} is active"


@dataclass(frozen=True, slots=True)
class LoadBalancerModified(Event):
    balancer: LoadBalancer


@dataclass(frozen=True, slots=True)
class LoadBalancerDeleted(Event):
    """It is gone, and its listeners with it; target groups stay."""

    balancer: str


@dataclass(frozen=True, slots=True)
class NodeTurnForeseen(Event):
    """A node went down or came back; its load balancer's name follows at `due`, when the old answer has run out everywhere."""

    balancer: str
    zone: str
    due: Seconds | None
    """None: it was the other way round again before that."""


@dataclass(frozen=True, slots=True)
class NodeTurned(Event):
    """The name of a load balancer no longer leads to its node in a zone, or does so again."""

    balancer: str
    zone: str
    out: bool

    def told(self) -> str:
        leads = "no longer leads" if self.out else "leads again"
        return f"the name of load balancer {_name(self.balancer)} {leads} to its node in {self.zone}"


@dataclass(frozen=True, slots=True)
class TargetGroupCreated(Event):
    group: TargetGroup


@dataclass(frozen=True, slots=True)
class TargetGroupModified(Event):
    group: TargetGroup


@dataclass(frozen=True, slots=True)
class TargetGroupDeleted(Event):
    """It is gone, and what was registered in it is no target any more."""

    group: str


@dataclass(frozen=True, slots=True)
class TargetRegistered(Event):
    target: Target


@dataclass(frozen=True, slots=True)
class TargetForeseen(Event):
    """What a check of a target would find changed, or when its state will turn."""

    target: str
    outcome: tuple[str, str] | None
    turned: Seconds
    due: Seconds | None


@dataclass(frozen=True, slots=True)
class TargetTurned(Event):
    """The state of a target changed."""

    target: str
    state: str
    reason: str = ""
    description: str = ""

    def told(self) -> str:
        group, _, target = self.target.rpartition("/")
        why = f": {self.description}" if self.description else ""
        return f"target {target} of {_name(group)} is {self.state}{why}"


@dataclass(frozen=True, slots=True)
class TargetDraining(Event):
    """A target gets no new requests and may finish what it has begun until `gone`."""

    target: str
    gone: Seconds


@dataclass(frozen=True, slots=True)
class TargetDeregistered(Event):
    target: str


@dataclass(frozen=True, slots=True)
class ListenerCreated(Event):
    listener: Listener


@dataclass(frozen=True, slots=True)
class ListenerModified(Event):
    listener: Listener


@dataclass(frozen=True, slots=True)
class ListenerDeleted(Event):
    listener: str
