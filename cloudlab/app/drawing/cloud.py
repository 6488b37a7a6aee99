"""The map as lines: VPC around zones around subnets around instances, and beside them what lives outside a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import age
from cloudlab.app.ink import MUTED, STRONG, Line, beside, box, ends, glyph, line, style

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Node

Drawing = Callable[["Node", int], list[Line]]

LEAST_ZONE = 32
"""Zones stand beside each other only where each has this many cells."""

LABELS = {
    "internet-gateway": "gateway",
    "route-table": "routes",
    "security-group": "group",
    "bucket": "bucket",
    "role": "role",
    "training-job": "job",
    "model": "model",
    "endpoint": "endpoint",
}
LABEL_WIDTH = 9


def draw_cloud(root: Node, cells: int) -> list[Line]:
    """Return the whole map, `cells` wide."""
    if not root.children:
        return _empty(root, cells)
    lines: list[Line] = []
    for node in sorted(root.children, key=lambda n: n.kind != "vpc"):
        lines += _draw(node, cells)
    return lines


def _empty(root: Node, cells: int) -> list[Line]:
    hint = "Build it by hand, or hand it over: the terminal (F3) takes both. `help` lists what may be asked."
    return [(), *ink.wrapped(root.detail, cells, STRONG), *ink.wrapped(hint, cells, MUTED)]


def _draw(node: Node, cells: int) -> list[Line]:
    return DRAWINGS.get(node.kind, draw_row)(node, cells)


def draw_row(node: Node, cells: int) -> list[Line]:
    """Draw what has nothing inside it: label, glyph, name, state, detail."""
    label = LABELS.get(node.kind, node.kind)
    left = line(
        (label.ljust(LABEL_WIDTH), MUTED),
        (f"{glyph(node.tone)} ", style(node.tone)),
        node.name,
        (f"  {node.state}" if node.state else "", style(node.tone)),
        (f"  {node.detail}" if node.detail else "", MUTED),
    )
    return [ends(left, line((age(node.age), MUTED)), cells)] if node.age >= 60 else [ink.fit(left, cells)]


def draw_vpc(node: Node, cells: int) -> list[Line]:
    inner = cells - 4
    zones = [c for c in node.children if c.kind == "zone"]
    before = [c for c in node.children if c.kind == "internet-gateway"]
    after = [c for c in node.children if c.kind not in ("zone", "internet-gateway")]
    inside = [row for c in before for row in _draw(c, inner)]
    inside += _zones(zones, inner) if zones else [line(("no subnet yet: nothing can be placed here", MUTED))]
    inside += [row for c in after for row in _draw(c, inner)]
    title = line(("VPC ", MUTED), (node.name, STRONG), (f" {node.detail}", MUTED), (_not_yet(node), style("wait")))
    return box(title, inside, cells)


def _not_yet(node: Node) -> str:
    return f" {node.state}" if node.state not in ("", "available") else ""


def _zones(zones: list[Node], cells: int) -> list[Line]:
    beside_each_other = max(1, min(len(zones), (cells + 1) // (LEAST_ZONE + 1)))
    lines: list[Line] = []
    for first in range(0, len(zones), beside_each_other):
        row = zones[first : first + beside_each_other]
        share, extra = divmod(cells - (len(row) - 1), len(row))
        widths = [share + (1 if i < extra else 0) for i in range(len(row))]
        lines += beside([draw_zone(z, w) for z, w in zip(row, widths, strict=True)], widths)
    return lines


def draw_zone(node: Node, cells: int) -> list[Line]:
    inner = cells - 4
    inside = [row for subnet in node.children for row in _draw(subnet, inner)]
    return box(line(("zone ", MUTED), node.name), inside, cells)


def draw_subnet(node: Node, cells: int) -> list[Line]:
    head = line(("subnet ", MUTED), (node.name, STRONG), (f" {node.detail}", MUTED))
    lines = [ink.fit(head, cells)]
    for child in node.children:
        lines += _draw(child, cells)
    if not node.children:
        lines.append(line(("  empty", MUTED)))
    return lines


def draw_instance(node: Node, cells: int) -> list[Line]:
    """Draw an instance: glyph, name and word first; type, address and age below."""
    seen = age(node.age)
    state = line((f" {node.state}", style(node.tone)))
    first = ends(line((f"  {glyph(node.tone)} ", style(node.tone)), node.name), state, cells)
    rows = [first, ink.fit(line((f"    {node.detail}", MUTED)), cells)]
    return [*rows, ink.fit(line((f"    {seen}", style("wait"))), cells)] if seen else rows


DRAWINGS: dict[str, Drawing] = {"vpc": draw_vpc, "zone": draw_zone, "subnet": draw_subnet, "instance": draw_instance}
"""Kind -> how it is drawn; a kind without its own drawing is a row."""


def count(root: Node) -> int:
    """Return how many things there are on the map."""
    return sum(1 for _ in _walk(root.children))


def _walk(nodes: Iterable[Node]) -> Iterable[Node]:
    for node in nodes:
        if node.kind != "zone":
            yield node
        yield from _walk(node.children)
