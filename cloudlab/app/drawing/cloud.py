"""The map: VPC around zones around subnets around instances, and beside them what lives outside a network.

Each kind of resource has one drawing, found in `DRAWINGS`; a kind without its own is a row. To draw another kind otherwise, write one
function from canvas, node and place to the next free row, and register it with `@drawn`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.drawing.canvas import Canvas, Piece
from cloudlab.app.figures import age
from cloudlab.app.ink import MUTED, STRONG, Line, ends, glyph, line, style

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Node

Drawing = Callable[[Canvas, "Node", int, int, int], int]
"""(canvas, node, column, row, cells) -> the next free row."""

DRAWINGS: dict[str, Drawing] = {}
"""Kind -> how it is drawn."""

LABELS = {
    "internet-gateway": "gateway",
    "route-table": "routes",
    "security-group": "group",
    "training-job": "job",
}
"""Kind -> its word at the left of a row, where the kind itself is too long."""

LEAST_ZONE = 32
"""Zones stand beside each other only where each has this many cells."""
LABEL_WIDTH = 9
FOLDED = "▸"
FOLDABLE = frozenset(("vpc", "subnet"))


def drawn(kind: str) -> Callable[[Drawing], Drawing]:
    """Register how a kind is drawn."""

    def register(drawing: Drawing) -> Drawing:
        assert kind not in DRAWINGS, f"two drawings for {kind}"
        DRAWINGS[kind] = drawing
        return drawing

    return register


def draw_map(root: Node, cells: int, folded: frozenset[str] = frozenset()) -> Canvas:
    """Return the whole map, `cells` wide; what is folded is one row."""
    canvas = Canvas(cells, folded)
    if not root.children:
        canvas.put_all(0, 0, _empty(root, cells), cells)
        return canvas
    y = 0
    for node in sorted(root.children, key=lambda n: n.kind != "vpc"):
        y = draw(canvas, node, 0, y, cells)
    return canvas


def draw_cloud(root: Node, cells: int) -> list[Line]:
    """Return the whole map as lines."""
    return draw_map(root, cells).lines()


def draw(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a thing and what is inside it."""
    return DRAWINGS.get(node.kind, draw_row)(canvas, node, x, y, cells)


def _empty(root: Node, cells: int) -> list[Line]:
    hint = "Build it by hand, or hand it over: the terminal (F3) takes both. `help` lists what may be asked."
    return [(), *ink.wrapped(root.detail, cells, STRONG), *ink.wrapped(hint, cells, MUTED)]


def draw_row(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw what has nothing inside it on one row."""
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + max(LABEL_WIDTH, len(LABELS.get(node.kind, node.kind)) + 1) - 1)
    canvas.put(x, y, lambda cells: _row(node, cells), cells)
    return y + 1


def _row(node: Node, cells: int) -> Line:
    """Return label, glyph, name, state, detail, and at the right edge how old that is."""
    left = line(
        (LABELS.get(node.kind, node.kind).ljust(LABEL_WIDTH - 1) + " ", MUTED),
        (f"{glyph(node.tone)} ", style(node.tone)),
        node.name,
        (f"  {node.state}" if node.state else "", style(node.tone)),
        (f"  {node.detail}" if node.detail else "", MUTED),
    )
    return ends(left, line((age(node.age), MUTED)), cells) if node.age >= 60 else left


@drawn("vpc")
def draw_vpc(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a VPC as a box: gateways, zones beside each other, then what filters and routes."""
    title = line(("VPC ", MUTED), (node.name, STRONG), (f" {node.detail}", MUTED), (_not_yet(node), style("wait")))
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + 1)
    if node.id in canvas.folded:
        return _folded(canvas, node, x, y, cells, title)
    inner = cells - 4
    at = y + 1
    zones = [c for c in node.children if c.kind == "zone"]
    for child in node.children:
        if child.kind == "internet-gateway":
            at = draw(canvas, child, x + 2, at, inner)
    if zones:
        at = _zones(canvas, zones, x + 2, at, inner)
    else:
        at = canvas.put_all(x + 2, at, [line(("no subnet yet: nothing can be placed here", MUTED))], inner)
    for child in node.children:
        if child.kind not in ("zone", "internet-gateway"):
            at = draw(canvas, child, x + 2, at, inner)
    return canvas.frame(x, y, at, cells, title)


def _folded(canvas: Canvas, node: Node, x: int, y: int, cells: int, title: Line) -> int:
    """Draw one row for a thing and all that is in it: how many, and the worst state among them."""
    inside = [n for n in walk(node.children) if n.kind == "instance"]
    worst = next((n for tone in ("bad", "wait") for n in inside if n.tone == tone), None)
    many = f"  {len(inside)} instance{'' if len(inside) == 1 else 's'} folded"
    told = line((f"  {glyph(worst.tone)} {worst.name} {worst.state}", style(worst.tone))) if worst is not None else ()
    canvas.put(x, y, (*line((f"{FOLDED} ", STRONG)), *title, *line((many, MUTED)), *told), cells)
    return y + 1


def _not_yet(node: Node) -> str:
    return f" {node.state}" if node.state not in ("", "available") else ""


def _zones(canvas: Canvas, zones: list[Node], x: int, y: int, cells: int) -> int:
    beside_each_other = max(1, min(len(zones), (cells + 1) // (LEAST_ZONE + 1)))
    for first in range(0, len(zones), beside_each_other):
        row = zones[first : first + beside_each_other]
        share, extra = divmod(cells - (len(row) - 1), len(row))
        at, lowest = x, y
        for i, zone in enumerate(row):
            wide = share + (1 if i < extra else 0)
            lowest = max(lowest, draw(canvas, zone, at, y, wide))
            at += wide + 1
        y = lowest
    return y


@drawn("zone")
def draw_zone(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    at = y + 1
    for subnet in node.children:
        at = draw(canvas, subnet, x + 2, at, cells - 4)
    return canvas.frame(x, y, at, cells, line(("zone ", MUTED), node.name))


@drawn("subnet")
def draw_subnet(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    head = line(("subnet ", MUTED), (node.name, STRONG), (f" {node.detail}", MUTED))
    if node.id in canvas.folded:
        canvas.stands(node.id, node.kind, x, y, cells, mark=x + 1)
        return _folded(canvas, node, x, y, cells, head)
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + 6)
    canvas.put(x, y, head, cells)
    if not node.children:
        canvas.put(x, y + 1, line(("  empty", MUTED)), cells)
        return y + 2
    y += 1
    for child in node.children:
        y = draw(canvas, child, x, y, cells)
    return y


@drawn("instance")
def draw_instance(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw an instance: glyph, name and word first; type, address and age below."""
    rows: list[Piece] = [lambda cells: _instance(node, cells), lambda _: line((f"    {node.detail}", MUTED))]
    if node.age >= 60:
        rows.append(lambda _: line((f"    {age(node.age)}", style("wait"))))
    canvas.stands(node.id, node.kind, x, y, cells, rows=len(rows), mark=x + 1)
    return canvas.put_all(x, y, rows, cells)


def _instance(node: Node, cells: int) -> Line:
    look = style(node.tone)
    return ends(line((f"  {glyph(node.tone)} ", look), node.name), line((f" {node.state}", look)), cells)


def count(root: Node) -> int:
    """Return how many things there are on the map."""
    return sum(1 for node in walk(root.children) if node.kind != "zone")


def walk(nodes: Iterable[Node]) -> Iterable[Node]:
    """Yield each node and everything inside it."""
    for node in nodes:
        yield node
        yield from walk(node.children)
