"""Stacks and saved templates as linear text: what each stack is made of, what happened last, what it gives back."""

from __future__ import annotations

from cloudlab.lab.templates import folder, saved
from cloudlab.model.stacks import Stack, StackResource
from cloudlab.model.time import stamp
from cloudlab.model.world import World


def stacks_text(world: World) -> str:
    """Return every stack with its resources, the reasons of what failed, and when it last moved."""
    lines = []
    for stack in world.every(Stack):
        reason = f": {stack.reason}" if stack.reason else ""
        lines.append(f"{stack.id} [{stack.status}]{reason}")
        if stack.events:
            lines.append(f"  since {stamp(stack.created)}, last moved {stamp(stack.events[-1].at)}")
        lines += [_resource(r) for r in stack.resources]
    return "\n".join(lines) or "No stack yet. `export FILE` writes what stands as a template, `deploy FILE` builds it as a stack."


def _resource(r: StackResource) -> str:
    return f"  {r.logical} {r.type} [{r.status}] {r.physical}".rstrip() + (f": {r.reason}" if r.reason else "")


def templates_text() -> str:
    """Return the templates of the player's folder."""
    there = saved()
    lines = [f"In {folder()}:", *(f"  {name}: `deploy {name}`" for name in there)] if there else []
    return "\n".join(lines) or f"No template in {folder()} yet. `export FILE` writes one from what stands."
