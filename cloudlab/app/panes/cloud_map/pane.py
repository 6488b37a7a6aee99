"""The map: what exists, where, in which state, and how old that knowledge is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from cloudlab.app.drawing.cloud import count
from cloudlab.app.panes.cloud_map.surface import MapSurface
from cloudlab.app.panes.pane import Pane

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class CloudMap(Pane):
    """Draws View.cloud as nested boxes."""

    NAME = "map"
    TITLE = "your cloud"
    KEY = "f9"
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

| key | does |
|---|---|
| **arrows**, a click | choose a thing; **›** stands before it |
| **Enter**, a double click | everything known of it, and what can be done with it now |
| **Ctrl+R** | trace: a packet's way lights up here hop by hop, to **✗** where it stops; pick or click its two ends (**Escape**: off) |
| **Ctrl+F**, a click on **┌** or **▸** | fold a VPC, a zone or whatever else has things inside to one row, and open it again |
| **Ctrl+Y** | copy its id |

**Page Up, Page Down, Home, End** and the mouse wheel scroll.
"""

    def compose(self) -> ComposeResult:
        yield MapSurface()

    @on(MapSurface.Marked)
    def _marked(self, event: MapSurface.Marked) -> None:
        self.border_subtitle = Content("a way is marked; Esc on the map takes it off" if event.marks else "")

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.cloud,)

    def show(self, view: View) -> None:
        things = count(view.cloud)
        note = f"{view.cloud.state}, {things} thing{'' if things == 1 else 's'}" if things else view.cloud.state
        self.border_title = self.titled(note)
        self.query_one(MapSurface).show(view.cloud)
