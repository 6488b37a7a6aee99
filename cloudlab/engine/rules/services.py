"""AWS's own services as the network sees them: the name of the endpoint, its kind, and the addresses a prefix list stands for."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.ids import REGION

_PREFIX = f"com.amazonaws.{REGION}."


@dataclass(frozen=True, slots=True)
class Service:
    """A service that an endpoint can be made for."""

    name: str
    """As in `com.amazonaws.us-east-1.<name>`."""
    host: str
    """The name its callers use."""
    prefix_list: str = ""
    """Of a service with a gateway endpoint: what route tables call its addresses."""
    addresses: tuple[str, ...] = ()
    """The ranges behind the prefix list."""

    @property
    def full_name(self) -> str:
        return _PREFIX + self.name

    @property
    def type(self) -> str:
        """Gateway or Interface: which kind of endpoint is modelled for it."""
        return "Gateway" if self.prefix_list else "Interface"

    @property
    def callees(self) -> tuple[str, ...]:
        """One address out of every range."""
        return tuple(f"{block.partition('/')[0].rpartition('.')[0]}.9" for block in self.addresses)


S3 = "s3"
SSM = ("ssm", "ssmmessages", "ec2messages")
"""What the agent of Systems Manager calls."""

SERVICES: dict[str, Service] = {
    s.name: s
    for s in (
        # the list's id and ranges as published for us-east-1 (ip-ranges.json), from memory: they change, and nothing depends on which
        Service(S3, f"s3.{REGION}.amazonaws.com", "pl-63a5400a", ("3.5.0.0/19", "52.216.0.0/15", "54.231.0.0/16")),
        Service("ssm", f"ssm.{REGION}.amazonaws.com"),
        Service("ssmmessages", f"ssmmessages.{REGION}.amazonaws.com"),
        Service("ec2messages", f"ec2messages.{REGION}.amazonaws.com"),
        Service("sagemaker.api", f"api.sagemaker.{REGION}.amazonaws.com"),
        Service("sagemaker.runtime", f"runtime.sagemaker.{REGION}.amazonaws.com"),
        Service("logs", f"logs.{REGION}.amazonaws.com"),
        Service("monitoring", f"monitoring.{REGION}.amazonaws.com"),
    )
}
"""Services by short name."""

PREFIX_LISTS: dict[str, Service] = {s.prefix_list: s for s in SERVICES.values() if s.prefix_list}
"""Prefix list -> the service whose addresses it stands for."""


def find_service(full_name: str) -> Service | None:
    """Return the service of `com.amazonaws.us-east-1.<name>`, or None."""
    return SERVICES.get(full_name.removeprefix(_PREFIX)) if full_name.startswith(_PREFIX) else None


def ranges(destination: str) -> tuple[str, ...]:
    """Return the ranges of addresses a route's destination covers: itself, or those of a prefix list."""
    service = PREFIX_LISTS.get(destination)
    return (destination,) if service is None else service.addresses
