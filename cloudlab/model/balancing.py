"""Load-balancing records: load balancers with a node per zone, target groups, the targets in them, listeners."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class BalancerNode:
    """What a load balancer has in one of its zones."""

    subnet: str
    zone: str
    private_ip: str
    public_ip: str | None = None
    out: bool = False
    """The load balancer's name no longer leads here."""


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    id: str
    """Its ARN."""
    name: str
    vpc: str
    scheme: str
    """internet-facing or internal."""
    nodes: tuple[BalancerNode, ...]
    groups: tuple[str, ...]
    """Security groups each node wears."""
    created: Seconds
    state: str = "provisioning"
    """provisioning or active."""
    protected: bool = False
    """It cannot be deleted until this is switched off."""
    tags: Tags = ()

    @property
    def key(self) -> str:
        """The 16 digits at the end of its ARN."""
        return self.id.rpartition("/")[2]

    @property
    def dns_name(self) -> str:
        inside = "internal-" if self.scheme == "internal" else ""
        return f"{inside}{self.name}-{int(self.key[:8], 16)}.us-east-1.elb.amazonaws.com"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How each target is asked whether it is well."""

    protocol: str = "HTTP"
    port: int | None = None
    """None: the port requests go to."""
    path: str = "/"
    interval: Seconds = 30
    timeout: Seconds = 5
    healthy: int = 5
    """Successes in a row that make a target healthy."""
    unhealthy: int = 2
    """Failures in a row that make it unhealthy."""
    matcher: str = "200"
    """HTTP codes that count as well: `200`, `200,202` or `200-299`."""


@dataclass(frozen=True, slots=True)
class TargetGroup:
    id: str
    """Its ARN."""
    name: str
    protocol: str
    port: int
    vpc: str
    created: Seconds
    check: HealthCheck = HealthCheck()
    drain: Seconds = 300
    """deregistration_delay.timeout_seconds: how long a target that leaves may finish what it has begun."""
    cross_zone: bool = True
    """Each node spreads over the targets of all zones, not only over those of its own."""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Target:
    """An instance registered in a target group; `id` is `<group>/<instance>:<port>`."""

    id: str
    group: str
    instance: str
    port: int
    registered: Seconds
    state: str = "unused"
    """initial, healthy, unhealthy, draining or unused."""
    reason: str = "Target.NotInUse"
    """AWS's reason code of the state; empty where it has none."""
    description: str = ""
    checked_from: Seconds = 0
    """The first check is one interval after this, the others an interval apart."""
    outcome: tuple[str, str] | None = None
    """What a check would find now: (reason code, in words); None where it would succeed."""
    turned: Seconds = 0
    """Since when checks succeed, or fail."""
    due: Seconds | None = None
    """When that turns its state, where it will."""

    @property
    def well(self) -> bool:
        """A check would succeed now."""
        return self.outcome is None


@dataclass(frozen=True, slots=True)
class Listener:
    id: str
    """Its ARN."""
    balancer: str
    protocol: str
    """HTTP or HTTPS."""
    port: int
    group: str
    """The target group requests are forwarded to."""
    certificate: str | None = None
    tags: Tags = ()
