"""Stacks and findings as lines."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from cloudlab.app.ink import MUTED, STRONG, Line, glyph, line, style
from cloudlab.model.time import stamp

if TYPE_CHECKING:
    from cloudlab.lab.template_desk import Examined
    from cloudlab.lab.view.stacks import StackSeen

EMPTY = (
    "No stack yet. Enter opens the desk, where a template is written;",
    "`export FILE` writes one from what stands, `deploy FILE` builds it.",
)


def tone(status: str) -> str:
    """Return how a state of CloudFormation looks."""
    if status.endswith("_IN_PROGRESS"):
        return "wait"
    if status.endswith("_FAILED") or "ROLLBACK" in status:
        return "bad"
    return "off" if status.startswith("DELETE_") else "ok"


def draw_stacks(stacks: tuple[StackSeen, ...], cells: int) -> list[Line]:
    """Return every stack with its resources, outputs and change sets."""
    if not stacks:
        return [line((text, MUTED)) for text in EMPTY]
    found: list[Line] = []
    for stack in stacks:
        look = tone(stack.status)
        found.append(line((f"{glyph(look)} ", style(look)), (stack.name, STRONG), f"  {stack.status}  ", (stamp(stack.moved), MUTED)))
        found += [line(("  " + text, style("bad"))) for text in wrap(stack.reason, cells - 2)] if look == "bad" else []
        names = max((len(p.logical) for p in stack.parts), default=0)
        for part in stack.parts:
            look = tone(part.status)
            told = (f"  {part.status}", (f"  {part.physical}", MUTED), (f"  {part.type.removeprefix('AWS::')}", MUTED))
            found.append(line((f"  {glyph(look)} ", style(look)), part.logical.ljust(names), *told))
            found += [line(("      " + text, style("bad"))) for text in wrap(part.reason, cells - 6)] if look == "bad" else []
        found += [line((f"  = {key} ", MUTED), value) for key, value in stack.outputs]
        for name, status, changes in stack.change_sets:
            found.append(line(("  ~ change set ", MUTED), (name, STRONG), f"  {status}"))
            found += [line(f"      {change}") for change in changes]
    return found


def draw_examined(examined: Examined, cells: int) -> list[Line]:
    """Return what is wrong with a template, or what deploying it would take and do."""
    found: list[Line] = []
    if examined.refusal is not None:
        sentence, accepted = examined.refusal
        found += [line((text, style("bad"))) for text in wrap(f"{glyph('bad')} {sentence}", cells)]
        found += [line((text, MUTED)) for text in wrap(accepted, cells)]
    if examined.takes:
        found += [line(text) for text in wrap(f"{'It ' if examined.refusal is None else 'Mended, it '}{examined.takes}", cells)]
    return found + [line((text, MUTED)) for change in examined.changes for text in wrap(change, cells, subsequent_indent="  ")]
