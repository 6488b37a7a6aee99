"""Stacks and saved templates as linear text: what each stack is made of, what happened last, what it gives back."""

from __future__ import annotations

from cloudlab.lab.templates import folder, saved
from cloudlab.model.stacks import ChangeSet, ResourceChange, Stack, StackResource
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
        lines += [f"{_resource(r)} (left over)" for r in stack.leftovers]
        lines += [line for c in world.every(ChangeSet) if c.stack == stack.id for line in _change_set(c)]
    return "\n".join(lines) or "No stack yet. `export FILE` writes what stands as a template, `deploy FILE` builds it as a stack."


def _resource(r: StackResource) -> str:
    return f"  {r.logical} {r.type} [{r.status}] {r.physical}".rstrip() + (f": {r.reason}" if r.reason else "")


def _change_set(found: ChangeSet) -> list[str]:
    """Return what a change set would do, and the order that carries it out."""
    order = f"cloudformation execute-change-set --stack-name {found.stack} --change-set-name {found.name}"
    return [f"  change set {found.name} [{found.status}]: {found.reason or order}", *(change_line(c) for c in found.changes)]


def change_line(c: ResourceChange) -> str:
    """Return what an update would do to one resource."""
    how = {"": "", "False": ", in place", "True": ", made anew", "Conditional": ", made anew if what it refers to is another one by then"}
    which = f" ({', '.join(c.properties)}{how[c.replacement]})" if c.properties else ""
    return f"    {c.action} {c.logical} {c.type}{which}"


def templates_text() -> str:
    """Return the templates of the player's folder."""
    there = saved()
    lines = [f"In {folder()}:", *(f"  {name}: `deploy {name}`" for name in there)] if there else []
    return "\n".join(lines) or f"No template in {folder()} yet. `export FILE` writes one from what stands."
