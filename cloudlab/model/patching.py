"""Patching records: baselines, which say what counts as approved; deliveries, which carry a command from machine to machine."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds

AWS_BASELINE = "AWS-AmazonLinux2023DefaultPatchBaseline"
"""The baseline AWS provides for the machines' operating system; everybody has it."""


@dataclass(frozen=True, slots=True)
class PatchBaseline:
    """What may be installed: by rule so many days after its release, or by name at once."""

    id: str
    name: str
    created: Seconds
    approve_after_days: int | None = None
    """None: no rule approves anything; only what is named counts."""
    approved: tuple[str, ...] = ()
    """Fixes approved by name, whatever their age."""
    rejected: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class DefaultBaseline:
    """Which baseline counts for machines nobody put into a patch group; `id` is the operating system."""

    id: str
    baseline: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A command on its way to several machines, some at a time; `id` is the command's."""

    id: str
    at_once: int
    """So many machines work on it at the same time."""
    errors: int
    """So many may fail; one more, and nobody else gets it."""
    work: Seconds
    """Machine time of the document."""
