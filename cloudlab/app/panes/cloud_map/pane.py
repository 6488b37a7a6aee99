"""The map: what exists, where, in which state, and how old that knowledge is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cloudlab.app.drawing.cloud import count, draw_cloud
from cloudlab.app.panes.pane import Pane
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class CloudMap(Pane):
    """Draws View.cloud as nested boxes."""

    NAME = "map"
    TITLE = "your cloud"
    KEY = "f2"
    HELP = """\
# Your cloud

The map shows **what your team knows**, not what is: a state nobody has looked at for a while carries its age
(`seen 2 h ago`). Looking (`describe-...`) or monitoring makes it fresh.

Boxes nest as the cloud does: VPC, zone, subnet, instance. Buckets, roles, training jobs, models and endpoints stand
outside a network.

| glyph | means |
|---|---|
| ● | works |
| ◐ | on its way: starting, stopping, creating |
| ▲ | wrong: the word beside it says what |
| ○ | off |

**Arrows, Page Up, Page Down** or the mouse wheel scroll.
"""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.cloud,)

    def show(self, view: View) -> None:
        things = count(view.cloud)
        note = f"{view.cloud.state}, {things} thing{'' if things == 1 else 's'}" if things else view.cloud.state
        self.border_title = self.titled(note)
        cloud = view.cloud
        self.query_one(Sheet).set_drawing(lambda cells, _rows: draw_cloud(cloud, cells))
