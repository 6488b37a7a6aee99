"""The signs of a way on the map: at which rows they stand, also where a thing is folded away, and what a row looks like with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app.drawing.canvas import Canvas, Spot, overlay, restyled
from cloudlab.app.drawing.cloud import way_to
from cloudlab.app.drawing.way import STOP

if TYPE_CHECKING:
    from cloudlab.app.drawing.way import Marks
    from cloudlab.app.ink import Line
    from cloudlab.lab.view.slices import Node


class Signs:
    """The marks of one way, placed on a canvas."""

    def __init__(self, marks: Marks, *, following: bool = False) -> None:
        """`following`: the way is being lit up step by step, so all else on the map is quiet."""
        self.marks = marks
        self.following = following
        self.last: Spot | None = None
        """Where the last thing of the way stands."""
        self._rows: dict[int, list[tuple[Spot, str, str]]] = {}
        """Per row what is marked there, its sign and its look."""

    def place(self, root: Node | None, canvas: Canvas) -> None:
        """Find where the marked things stand; what is folded away is marked at the row it is folded into, a stop before all else."""
        signs: dict[str, tuple[Spot, str, str]] = {}
        self.last = None
        for resource, (sign, look) in self.marks.items():
            self.last = spot = _standing(resource, root, canvas)
            if spot is not None and (spot.key not in signs or sign == STOP):
                signs[spot.key] = (spot, sign, look)
        self._rows = {}
        for each in signs.values():
            for row in range(each[0].y, each[0].y + each[0].rows):
                self._rows.setdefault(row, []).append(each)

    def over(self, line: Line, row: int, chosen: Spot | None) -> Line:
        """Return a row of the map with its signs; what is chosen keeps the cursor's look, unless a way is being followed."""
        for marked, sign, look in self._rows.get(row, ()):
            if self.following or marked is not chosen:
                line = restyled(line, marked.x, marked.cells, look)
            if row == marked.y:
                line = overlay(line, marked.mark, sign, f"reverse {look}")
        return line


def _standing(resource: str, root: Node | None, canvas: Canvas) -> Spot | None:
    """Return where a resource stands, or what it is folded into."""
    way = way_to(root, lambda node: node.id == resource) if root is not None else []
    return next((spot for node in reversed(way) if (spot := canvas.spot(node.key)) is not None), None)
