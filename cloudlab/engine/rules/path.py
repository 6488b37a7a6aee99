"""Paths: the hops a packet passes, the first one that stops it, what a caller notices, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hop:
    """One station of a packet."""

    resource: str
    """Id of the resource, or `internet`."""
    label: str
    """What people call it."""
    ok: bool
    text: str
    """What it does with the packet, as the end of a sentence that begins with its label."""


@dataclass(frozen=True, slots=True)
class Path:
    """A computed answer to "does this reach that", with its reasons."""

    hops: tuple[Hop, ...]
    """Every station in the order of travel, each judged for itself, also those behind the one that blocks."""
    ok: bool
    symptom: str
    """What a caller notices: `timeout`, `refused`, `error`; empty where the path is open."""
    blocked: Hop | None
    """The first station that stops the packet: the diagnosis."""
    hint: str
    """What would mend it, in words and as the command to type; empty where the path is open."""

    def sentence(self) -> str:
        """Write the way up to where it ends: `internet -> igw-1 -> rtb-1: blocked here, no route leads back to the internet`."""
        passed = self.hops if self.blocked is None else self.hops[: self.hops.index(self.blocked) + 1]
        trail = " -> ".join(hop.label for hop in passed)
        return f"{trail}: open" if self.blocked is None else f"{trail}: blocked here, {self.blocked.text}"


@dataclass(slots=True)
class Trail:
    """Collects the hops of a path; the first that fails gives symptom and hint."""

    hops: list[Hop] = field(default_factory=list)
    blocked: Hop | None = None
    symptom: str = ""
    hint: str = ""

    def passes(self, resource: str, label: str, text: str) -> None:
        self.hops.append(Hop(resource, label, True, text))

    def stops(self, resource: str, label: str, text: str, hint: str, symptom: str = "timeout") -> None:
        hop = Hop(resource, label, False, text)
        self.hops.append(hop)
        if self.blocked is None:
            self.blocked, self.symptom, self.hint = hop, symptom, hint

    def path(self) -> Path:
        return Path(tuple(self.hops), self.blocked is None, self.symptom, self.blocked, self.hint)
