"""The map's surface: scrolls, folds, and has a cursor; it draws only the rows that are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Blur, Click, Focus, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from cloudlab.app.drawing.canvas import Canvas, Spot, cell_at, neighbour, overlay, restyled
from cloudlab.app.drawing.cloud import draw_map, way_to
from cloudlab.app.ink import MUTED
from cloudlab.app.panes.cloud_map.signs import Signs

if TYPE_CHECKING:
    from rich.style import Style as RichStyle

    from cloudlab.app.drawing.way import Marks
    from cloudlab.app.ink import Line
    from cloudlab.lab.view.slices import Node

CURSOR = "›"
CURSOR_LOOK = "bold $block-cursor-foreground on $block-cursor-background"
RESTING_LOOK = "bold"
"""The chosen thing while the keyboard is elsewhere."""


class MapSurface(ScrollView, can_focus=True):
    """Shows a tree of nodes. Arrows and mouse choose, Enter opens, Ctrl+F folds."""

    DEFAULT_CSS = """
    MapSurface { height: 1fr; scrollbar-size: 1 1; scrollbar-gutter: stable; overflow-x: hidden; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", "choose", show=False),
        Binding("down", "move(0, 1)", "choose", show=False),
        Binding("left", "move(-1, 0)", "choose", show=False),
        Binding("right", "move(1, 0)", "choose", show=False),
        Binding("home", "edge(0)", "first", show=False),
        Binding("end", "edge(-1)", "last", show=False),
        Binding("enter", "open", "inspect, act"),
        Binding("ctrl+f", "fold", "fold"),
        Binding("ctrl+r", "trace", "trace"),
        Binding("ctrl+y", "copy", "copy id", show=False),
        Binding("escape", "unmark", show=False),
    ]

    class Opened(Message):
        """A thing is to be shown at length."""

        def __init__(self, resource: str, kind: str) -> None:
            super().__init__()
            self.resource = resource
            self.kind = kind

    class Traced(Message):
        """A way is to be followed; `resource` is what was chosen, or empty."""

        def __init__(self, resource: str) -> None:
            super().__init__()
            self.resource = resource

    class Copied(Message):
        """The id of the chosen thing is to be copied."""

        def __init__(self, resource: str) -> None:
            super().__init__()
            self.resource = resource

    class Marked(Message):
        """Signs of a way stay on the map when nobody follows it any more, or leave it."""

        def __init__(self, marks: Marks) -> None:
            super().__init__()
            self.marks = marks

    def __init__(self) -> None:
        super().__init__(id="map-surface")
        self._root: Node | None = None
        self._canvas = Canvas(0)
        self._folded: frozenset[str] = frozenset()
        self._looks: dict[str, RichStyle] = {}
        self._lines: dict[int, Line] = {}
        self.chosen: str | None = None
        """Key of the spot under the cursor."""
        self._signs = Signs({})

    # told from above --------------------------------------------------------------------------------------------------

    def show(self, root: Node) -> None:
        """Show another state of the cloud; the cursor stays on its thing, or goes to the nearest one where that is gone.

        Signs of a way leave as soon as anything but an age is another: the way may be another, too.
        """
        stale = self.marks and not self._signs.following and self._root is not None and _ageless(root) != _ageless(self._root)
        self._root = root
        self._redraw()
        if stale:
            self.mark({})

    def mark(self, marks: Marks, *, following: bool = False) -> None:
        """Draw signs along a way. While it is being followed all else is quiet, and its last thing is brought into sight."""
        self._signs = Signs(marks, following=following)
        self._place_signs()
        if following and (last := self._signs.last) is not None:
            self.scroll_to_region(Region(0, last.y, 1, last.rows), animate=False, force=True)
        self.post_message(self.Marked({} if following else marks))

    def _place_signs(self) -> None:
        self._signs.place(self._root, self._canvas)
        self._lines.clear()
        self.refresh()

    def spot_at(self, x: int, y: int) -> Spot | None:
        """Return what is drawn at a place of the terminal."""
        region = self.content_region
        if not region.contains(x, y):
            return None
        return self._canvas.at(x - region.x + self.scroll_offset.x, y - region.y + self.scroll_offset.y)

    def _redraw(self) -> None:
        width = self.scrollable_content_region.width
        if self._root is None or width < 12 or not self.is_mounted:
            return
        before = self.spot
        drawn = draw_map(self._root, width - 1, self._folded)  # text never touches the scrollbar
        same = drawn.cells == self._canvas.cells and drawn.height == self._canvas.height
        self._canvas = drawn
        self._lines.clear()
        if self.marks:
            self._place_signs()
        if drawn.spots and self.spot is None:
            near = before.y if before is not None else 0
            self.chosen = min(drawn.spots, key=lambda s: abs(s.y - near)).key
        if not same:
            self.virtual_size = Size(width - 1, drawn.height)
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        self._redraw()

    def on_focus(self, event: Focus) -> None:
        self._repaint(self.spot)

    def on_blur(self, event: Blur) -> None:
        self._repaint(self.spot)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.clear()

    # drawing ----------------------------------------------------------------------------------------------------------

    @property
    def spot(self) -> Spot | None:
        """Where the cursor is."""
        return self._canvas.spot(self.chosen) if self.chosen is not None else None

    @property
    def marks(self) -> Marks:
        """The signs of the way that is marked, by resource."""
        return self._signs.marks

    @property
    def ids(self) -> tuple[str, ...]:
        """The things drawn now, from the top."""
        return tuple(s.id for s in self._canvas.spots)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if row >= self._canvas.height:
            return Strip.blank(width, self._look(""))
        line = self._lines.get(row)
        if line is None:
            line = self._lines[row] = self._line(row)
        strip = Strip([Segment(text, self._look(look)) for text, look in line], self._canvas.cells)
        return strip.crop_extend(0, width, self._look(""))

    def _line(self, row: int) -> Line:
        line = self._canvas.line(row)
        spot = self.spot
        if self._signs.following:
            line = restyled(line, 0, self._canvas.cells, MUTED)
        elif spot is not None and spot.y <= row < spot.y + spot.rows:
            look = CURSOR_LOOK if self.has_focus else RESTING_LOOK
            if self.has_focus or row == spot.y:
                line = restyled(line, spot.x, spot.cells, look)
            if row == spot.y:
                line = overlay(line, spot.mark, CURSOR, look)
        return self._signs.over(line, row, spot)

    def _look(self, look: str) -> RichStyle:
        found = self._looks.get(look)
        if found is None:
            variables = self.app.theme_variables
            whole = self.visual_style + Style.parse(look, variables) if look else self.visual_style
            found = self._looks[look] = whole.rich_style
        return found

    def _repaint(self, *spots: Spot | None) -> None:
        for spot in spots:
            if spot is not None:
                for row in range(spot.y, spot.y + spot.rows):
                    self._lines.pop(row, None)
                top = spot.y - self.scroll_offset.y
                self.refresh(Region(0, top, self.size.width, spot.rows))

    # choosing ---------------------------------------------------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Put the cursor on a thing and bring it into sight."""
        before = self.spot
        self.chosen = key
        spot = self.spot
        self._repaint(before, spot)
        if spot is not None:
            self.scroll_to_region(Region(0, spot.y, 1, spot.rows), animate=False, force=True)

    def action_move(self, dx: int, dy: int) -> None:
        spot = self.spot
        if spot is None:
            self.scroll_relative(y=dy, animate=False)
            return
        self.choose(neighbour(self._canvas.spots, spot, dx, dy).key)
        if self.spot is spot and dy < 0:
            self.scroll_to(y=0, animate=False)

    def action_edge(self, which: int) -> None:
        if self._canvas.spots:
            by_row = sorted(self._canvas.spots, key=lambda s: (s.y, s.x))
            self.choose(by_row[which].key)

    def action_page_down(self) -> None:
        self._page(1)

    def action_page_up(self) -> None:
        self._page(-1)

    def _page(self, way: int) -> None:
        spot = self.spot
        if spot is not None:
            goal = spot.y + way * max(1, self.size.height - 2)
            self.choose(min(self._canvas.spots, key=lambda s: (abs(s.y - goal), abs(s.x - spot.x))).key)

    def on_click(self, event: Click) -> None:
        """A click chooses, on a box's corner it folds; a click on what is chosen already opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        found = self._canvas.at(offset.x + self.scroll_offset.x, offset.y + self.scroll_offset.y)
        if found is None:
            return
        again = found.key == self.chosen and event.chain > 1
        self.choose(found.key)
        corner = offset.x == found.x and offset.y + self.scroll_offset.y == found.y
        if corner and cell_at(self._canvas.line(found.y), found.x) in "┌▸":
            self.action_fold()
        elif again:
            self.action_open()

    # asking -----------------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        spot = self.spot
        if spot is not None:
            self.post_message(self.Opened(spot.id, spot.kind))

    def action_unmark(self) -> None:
        """Take the signs of a trace off the map."""
        self.mark({})

    def action_trace(self) -> None:
        self.post_message(self.Traced(self.spot.id if self.spot is not None else ""))

    def action_copy(self) -> None:
        if self.spot is not None:
            self.post_message(self.Copied(self.spot.id))

    def action_fold(self) -> None:
        """Fold what is under the cursor, or what it stands in; unfold it again."""
        spot = self.spot
        if self._root is None or spot is None:
            return
        folds = [node for node in way_to(self._root, lambda node: node.key == spot.key) if node.children]
        if folds:
            self.chosen = folds[-1].key
            self._folded = self._folded ^ {self.chosen}
            self._redraw()
            self.choose(self.chosen)


def _ageless(node: Node) -> tuple[object, ...]:
    return (node.key, node.state, node.detail, *map(_ageless, node.children))
