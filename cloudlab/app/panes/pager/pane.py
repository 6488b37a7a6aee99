"""The pager: what went wrong, whose it is, what waiting means; open a page to see the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app import ink
from cloudlab.app.drawing.operations import page_head, page_now
from cloudlab.app.figures import short_ids
from cloudlab.app.ink import MUTED, content
from cloudlab.app.panes.pane import Pane

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View

QUIET = "Quiet. What strikes a duty of yours shows here and stops the clock; what AWS holds is only told."


class PagerPane(Pane):
    """Lists View.pages, newest first."""

    NAME = "pager"
    TITLE = "pager"
    KEY = "f6"
    HELP = """\
# Pager

Incidents your team knows of. **YOURS** means the duty is yours: the clock has stopped, and nobody else will act.
**AWS** means you handed that duty over: read, and go on.

**Enter** or a click opens a page: what it does to your users, what waiting costs, what happens if it is ignored, the ways out
with their minutes, dollars and risk, and its timeline so far. **Ctrl+K** acknowledges the chosen page: it stops nothing but the
noise, and it is in the record that you saw it.
"""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+k", "acknowledge", "acknowledge")]

    class Opened(Message):
        """A page is to be shown at length."""

        def __init__(self, incident: str) -> None:
            super().__init__()
            self.incident = incident

    class Acknowledged(Message):
        """The player has seen this page."""

        def __init__(self, incident: str) -> None:
            super().__init__()
            self.incident = incident

    def compose(self) -> ComposeResult:
        yield Static(Content.styled(QUIET, MUTED), id="pager-quiet", markup=False)
        yield OptionList(id="pages", markup=False)

    def told_standing(self, kinds: tuple[str, ...]) -> None:
        """Say in the frame for which kinds there is a standing order."""
        self.border_subtitle = Content.styled(f"standing orders: {ink.plain(', '.join(kinds))}", MUTED) if kinds else Content("")

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.pages,)

    def on_resize(self, event: Resize) -> None:
        if self.view is not None:
            self.show(self.view)

    def show(self, view: View) -> None:
        listed = self.query_one("#pages", OptionList)
        open_now = sum(1 for p in view.pages if p.holder == "YOURS" and p.state in ("open", "acknowledged", "damage"))
        self.border_title = self.titled(f"{open_now} open" if open_now else "")
        self.set_class(open_now > 0, "-urgent")
        listed.display = bool(view.pages)
        self.query_one("#pager-quiet").display = not view.pages
        kept = listed.highlighted
        cells = max(20, self.size.width - 6)
        listed.clear_options()
        for page in view.pages:
            state = ink.line((short_ids(f"  {page.resource}: {page_now(page, view.status.now)}"), MUTED))
            prompt = content([page_head(page, cells), ink.fit(state, cells)])
            listed.add_option(Option(prompt, id=page.id))
        if view.pages:
            listed.highlighted = min(kept, len(view.pages) - 1) if kept is not None else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self.post_message(self.Opened(event.option_id))

    def action_acknowledge(self) -> None:
        listed = self.query_one("#pages", OptionList)
        if listed.highlighted is not None and listed.option_count:
            incident = listed.get_option_at_index(listed.highlighted).id
            if incident:
                self.post_message(self.Acknowledged(incident))
