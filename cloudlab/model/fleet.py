"""Fleet records: launch templates, Auto Scaling groups, their policies, and the log of what groups did by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """What a machine is launched with. What is None or empty is left to whoever launches."""

    image: str | None = None
    type: str | None = None
    groups: tuple[str, ...] = ()
    profile: str | None = None
    """Name of the instance profile."""
    public_ip: bool | None = None
    root_gib: int | None = None
    encrypted: bool = False
    tags: Tags = ()
    root_type: str | None = None
    iops: int | None = None
    throughput: int | None = None
    deletes: bool | None = None
    """The root volume goes with its machine."""
    spot: bool = False
    most_paid: str | None = None
    """Of a spot instance, an hour, as it was written."""


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    number: int
    settings: LaunchSettings
    created: Seconds
    description: str = ""


@dataclass(frozen=True, slots=True)
class LaunchTemplate:
    id: str
    name: str
    created: Seconds
    versions: tuple[TemplateVersion, ...]
    default: int = 1
    """The version that $Default means."""
    tags: Tags = ()

    @property
    def latest(self) -> int:
        return self.versions[-1].number


@dataclass(frozen=True, slots=True)
class InstanceRefresh:
    """A group's machines being replaced a few at a time."""

    id: str
    started: Seconds
    least: int
    """Machines that have to stay in service meanwhile."""
    warmup: Seconds
    old: tuple[str, ...]
    """Machines that are still to be replaced, oldest first."""
    whole: int
    """How many there were to replace."""
    status: str = "InProgress"
    """InProgress, Successful, Cancelled."""
    ended: Seconds | None = None


@dataclass(frozen=True, slots=True)
class AutoScalingGroup:
    """A group of machines kept at a number; `id` is its name. Its machines are the instances whose `fleet` names it."""

    id: str
    created: Seconds
    template: str
    """Id of the launch template."""
    version: str
    """A number, $Latest or $Default."""
    least: int
    most: int
    desired: int
    subnets: tuple[str, ...]
    target_groups: tuple[str, ...] = ()
    health_check: str = "EC2"
    """EC2 or ELB: whose word counts on whether a machine is well."""
    grace: Seconds = 0
    """How long after coming into service a machine is not judged."""
    warmup: Seconds = 300
    tags: Tags = ()
    passed_on: Tags = ()
    """Those of them its machines get too."""
    ailing: tuple[tuple[str, Seconds], ...] = ()
    """Machines found unwell -> when they will be replaced, if they still are by then."""
    retiring: tuple[str, ...] = ()
    """Machines it has taken out and will give back: they only finish what they have begun."""
    quiet_until: Seconds = 0
    """Until when policies wait for what they have changed to take effect."""
    foreseen: tuple[Seconds, int] | None = None
    """When a policy will change the desired number if nothing else changes, and to what."""
    watched: tuple[str, ...] = ()
    """What decided that: load, bounds and policies, in words and numbers."""
    refresh: InstanceRefresh | None = None
    suspended: tuple[str, ...] = ()
    """What it does not do by itself until it is told to go on."""
    extra: str | None = None
    """The machine it launched last to even out its zones: until that is in service, it has one more than it wants."""
    uneven_until: Seconds = 0
    """Until when it does not try again to even out its zones."""
    leaving: bool = False
    """It is being deleted with its machines."""


@dataclass(frozen=True, slots=True)
class ScalingPolicy:
    """A group follows a metric; `id` is `<group>/<name>`."""

    id: str
    group: str
    name: str
    metric: str
    target_milli: int
    """Thousandths of percent of CPU, or of requests a minute and target."""
    created: Seconds
    label: str = ""
    """For requests: which load balancer and target group."""
    shrinks: bool = True
    warmup: Seconds | None = None


@dataclass(frozen=True, slots=True)
class ScalingActivity:
    """What a group did by itself."""

    id: str
    group: str
    at: Seconds
    description: str
    cause: str
    status: str = "Successful"
    """Successful or Failed."""
    message: str = ""
    """Why it failed."""
