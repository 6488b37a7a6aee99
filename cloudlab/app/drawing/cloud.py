"""The map: VPC around zones around subnets around instances, and beside them what lives outside a network.

Each kind of thing has one row in `LOOKS`, at the end; a kind without one is a line. To draw one otherwise, write a function from
canvas, node and place to the next free row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from cloudlab.app import ink
from cloudlab.app.drawing.canvas import Canvas, Piece
from cloudlab.app.figures import age
from cloudlab.app.ink import MUTED, STRONG, Line, ends, glyph, line, style

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Node

Drawing = Callable[[Canvas, "Node", int, int, int], int]
"""(canvas, node, column, row, cells) -> the next free row."""


class Look(NamedTuple):
    """How a kind is drawn."""

    draw: Drawing
    word: str = ""
    """What stands before its name, at most 8 cells; empty: nothing, or on a line the kind itself."""
    edge: bool = False
    """It stands at the edge of its VPC, above the zones."""


LEAST_ZONE = 32
"""Zones stand beside each other only where each has this many cells."""
LABEL_WIDTH = 9
FOLDED = "▸"


def draw_map(root: Node, cells: int, folded: frozenset[str] = frozenset()) -> Canvas:
    """Return the whole map, `cells` wide; what is in `folded`, by key, is one row."""
    canvas = Canvas(cells, folded)
    if not root.children:
        canvas.put_all(0, 0, _empty(root, cells), cells)
        return canvas
    draw_inside(canvas, sorted(root.children, key=lambda n: n.kind != "vpc"), 0, 0, cells)
    return canvas


def draw_cloud(root: Node, cells: int) -> list[Line]:
    """Return the whole map as lines."""
    return draw_map(root, cells).lines()


def look_of(kind: str) -> Look:
    return LOOKS.get(kind, Look(draw_row))


def draw(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a thing and what is inside it, or the one row of what is folded."""
    if node.children and node.key in canvas.folded:
        return _folded(canvas, node, x, y, cells)
    return look_of(node.kind).draw(canvas, node, x, y, cells)


def draw_inside(canvas: Canvas, nodes: Iterable[Node], x: int, y: int, cells: int) -> int:
    """Draw things below each other."""
    for node in nodes:
        y = draw(canvas, node, x, y, cells)
    return y


def _empty(root: Node, cells: int) -> list[Line]:
    hint = "Build it by hand, or hand it over: the terminal (F3) takes both. `help` lists what may be asked."
    return [(), *ink.wrapped(root.detail, cells, STRONG), *ink.wrapped(hint, cells, MUTED)]


# ready drawings ----------------------------------------------------------------------------------------------------------


def draw_row(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a thing on one row: label, glyph, name, state, detail, and at the right edge how old that is; what is inside it below."""
    label = look_of(node.kind).word or node.kind
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + max(LABEL_WIDTH, len(label) + 1) - 1)
    canvas.put(x, y, lambda cells: _row(node, label, cells), cells)
    return draw_inside(canvas, node.children, x + 2, y + 1, cells - 2)


def _row(node: Node, label: str, cells: int) -> Line:
    left = line(
        (label.ljust(LABEL_WIDTH - 1) + " ", MUTED),
        (f"{glyph(node.tone)} ", style(node.tone)),
        node.name,
        (f"  {node.state}" if node.state else "", style(node.tone)),
        (f"  {node.detail}" if node.detail else "", MUTED),
    )
    return ends(left, line((age(node.age), MUTED)), cells) if node.age >= 60 else left


def draw_block(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a thing for a narrow zone: glyph, name, state; below them detail on at most two rows, age, and what is inside."""
    rows: list[Piece] = [lambda cells: _block(node, cells), *_detail(node.detail, cells)]
    if node.age >= 60:
        rows.append(lambda _: line((f"    {age(node.age)}", style("wait"))))
    canvas.stands(node.id, node.kind, x, y, cells, rows=len(rows), mark=x + 1)
    return draw_inside(canvas, node.children, x + 2, canvas.put_all(x, y, rows, cells), cells - 2)


def _block(node: Node, cells: int) -> Line:
    tone, word = style(node.tone), look_of(node.kind).word
    return ends(
        line((f"  {glyph(node.tone)} ", tone), (f"{word} " if word else "", MUTED), node.name), line((f" {node.state}", tone)), cells
    )


def _detail(text: str, cells: int) -> list[Line]:
    """Return a detail under its name, else a little to the left, else on two rows; what does not fit there is cut."""
    for indent in (4, 2):
        if cell_len(text) <= cells - indent:
            return [line((" " * indent + text, MUTED))] if text else []
    first, *rest = ink.wrapped(text, cells, MUTED, "  ")
    return [first, ink.fit(line((" ".join([" ", *(row.strip() for ((row, _),) in rest)]), MUTED)), cells)]


def draw_box(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a frame around what is inside: what stands at its edge, zones beside each other, then the rest."""
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + 1)
    edge = [c for c in node.children if look_of(c.kind).edge]
    zones = [c for c in node.children if c.kind == "zone"]
    at = draw_inside(canvas, edge, x + 2, y + 1, cells - 4)
    at = _beside(canvas, zones, x + 2, at, cells - 4)
    if node.kind == "vpc" and not zones:
        at = canvas.put_all(x + 2, at, [line(("no subnet yet: nothing can be placed here", MUTED))], cells - 4)
    at = draw_inside(canvas, (c for c in node.children if c not in edge and c.kind != "zone"), x + 2, at, cells - 4)
    return canvas.frame(x, y, at, cells, _title(node))


def _title(node: Node) -> Line:
    """Return word, name, detail, and the state where it is worth a word."""
    look = style(node.tone) if node.tone in ("wait", "bad") else style("wait")
    state = f" {node.state}" if node.state not in ("", "available") else ""
    word = look_of(node.kind).word
    name = (node.name, "" if node.kind == "zone" else STRONG)
    return line((f"{word} " if word else "", MUTED), name, (f" {node.detail}" if node.detail else "", MUTED), (state, look))


def _beside(canvas: Canvas, zones: list[Node], x: int, y: int, cells: int) -> int:
    """Draw boxes beside each other, as many as there is room for, then the next ones below."""
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


def draw_subnet(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw a subnet as a heading over what is inside it."""
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + 6)
    canvas.put(x, y, _title(node), cells)
    if not node.children:
        return canvas.put_all(x, y + 1, [line(("  empty", MUTED))], cells)
    return draw_inside(canvas, node.children, x, y + 1, cells)


def _folded(canvas: Canvas, node: Node, x: int, y: int, cells: int) -> int:
    """Draw one row for a thing and all that is in it: the worst state among them, and how many."""
    inside = [n for n in walk(node.children) if n.kind != "zone"]
    machines = [n for n in inside if n.kind == "instance"]
    worst = next((n for tone in ("bad", "wait") for n in inside if n.tone == tone), None)
    many = f"{len(machines)} instance{'s' * (len(machines) != 1)}" if machines else f"{len(inside)} thing{'s' * (len(inside) != 1)}"
    told = line((f"  {glyph(worst.tone)} {worst.name} {worst.state}", style(worst.tone))) if worst is not None else ()
    canvas.stands(node.id, node.kind, x, y, cells, mark=x + 1)
    canvas.put(x, y, (*line((f"{FOLDED} ", STRONG)), *_title(node), *told, *line((f"  {many} folded", MUTED))), cells)
    return y + 1


def count(root: Node) -> int:
    """Return how many things there are on the map."""
    return sum(1 for node in walk(root.children) if node.kind != "zone")


def walk(nodes: Iterable[Node]) -> Iterable[Node]:
    """Yield each node and everything inside it."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def way_to(node: Node, sought: Callable[[Node], bool]) -> list[Node]:
    """Return the nodes from the outermost one down to a thing; empty where it is not there."""
    for child in node.children:
        if sought(child):
            return [child]
        if child.children and (inner := way_to(child, sought)):
            return [child, *inner]
    return []


# the kinds there are -----------------------------------------------------------------------------------------------------

LOOKS: dict[str, Look] = {
    "vpc": Look(draw_box, "VPC"),
    "zone": Look(draw_box, "zone"),
    "subnet": Look(draw_subnet, "subnet "),
    "internet-gateway": Look(draw_row, "gateway", edge=True),
    "route-table": Look(draw_row, "routes"),
    "security-group": Look(draw_row, "group"),
    "network-acl": Look(draw_row, "ACL"),
    "nat-gateway": Look(draw_block, "NAT"),
    "vpc-endpoint": Look(draw_row, "endpoint", edge=True),
    "load-balancer": Look(draw_row, "balancer", edge=True),
    "listener": Look(draw_row, "listens"),
    "target-group": Look(draw_row, "targets"),
    "target": Look(draw_row),
    "certificate": Look(draw_row, "TLS"),
    "auto-scaling-group": Look(draw_row, "fleet", edge=True),
    "scaling-policy": Look(draw_row, "follows"),
    "launch-template": Look(draw_row, "template"),
    "image": Look(draw_row, "image"),
    "instance": Look(draw_block),
    "db-instance": Look(draw_block, "DB"),
    "db-standby": Look(draw_row, "standby"),
    "postgres": Look(draw_row, "postgres"),
    "db-subnet-group": Look(draw_row, "DB nets"),
    "db-snapshot": Look(draw_row, "snapshot"),
    "training-job": Look(draw_row, "job"),
    "alarm": Look(draw_row, "alarm"),
}
"""Kind -> how it is drawn. What is not named here is a line with its kind before it."""
