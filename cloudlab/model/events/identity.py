"""Events of identity: roles, their policies, instance profiles."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.identity import InstanceProfile, Role


@dataclass(frozen=True, slots=True)
class RoleCreated(Event):
    role: Role


@dataclass(frozen=True, slots=True)
class RoleDeleted(Event):
    role: str


@dataclass(frozen=True, slots=True)
class RoleTrustChanged(Event):
    """A role's trust policy was written anew."""

    role: str
    trusted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RolePoliciesChanged(Event):
    """Managed policies were attached to a role or detached from it."""

    role: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstanceProfileCreated(Event):
    profile: InstanceProfile


@dataclass(frozen=True, slots=True)
class RoleAddedToProfile(Event):
    profile: str
    role: str


@dataclass(frozen=True, slots=True)
class RoleRemovedFromProfile(Event):
    profile: str


@dataclass(frozen=True, slots=True)
class InstanceProfileDeleted(Event):
    profile: str
