"""Objectives: what is to be reached, and what shows how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cloudlab.app.drawing.operations import draw_goals
from cloudlab.app.panes.pane import Pane
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class ObjectivesPane(Pane):
    """Draws View.goals."""

    NAME = "objectives"
    TITLE = "objectives"
    KEY = "f7"
    HELP = """\
# Objectives

✓ is met now, ○ is not yet. Under each stands the evidence: what the engine sees, hop by hop where a path is asked for.
An objective that was met can be lost again.

Stuck? `hint` in the terminal says where you are wrong. In learn mood hints are free; in win mood they cost points.
"""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.goals,)

    def show(self, view: View) -> None:
        met = sum(g.met for g in view.goals)
        self.border_title = self.titled(f"{met} of {len(view.goals)}" if view.goals else "")
        goals = view.goals
        self.query_one(Sheet).set_drawing(lambda cells, _rows: draw_goals(goals, cells))
