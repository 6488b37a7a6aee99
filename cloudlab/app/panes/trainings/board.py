"""The board of jobs: one is chosen, told at length, and may be compared with another. It is told jobs and live trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Key, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.widget import Widget

from cloudlab.app.drawing.jobs import draw_jobs
from cloudlab.app.ink import content

if TYPE_CHECKING:
    from cloudlab.lab.live import LiveTraining
    from cloudlab.lab.view.slices import Job, View

AT_MOST_EVERY = 0.2
"""Wall seconds between two drawings of live rounds; a quick training tells hundreds of them a second."""


class JobsBoard(Widget, can_focus=True):
    """Jobs, newest first."""

    DEFAULT_CSS = "JobsBoard { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "choose", key_display="↑/↓"),
        Binding("down", "choose(1)", "choose", show=False),
        Binding("asterisk", "mark", "compare", key_display="*"),
        Binding("delete", "stop", "stop it", key_display="Del"),
        Binding("enter,f5", "open", "fill the screen", show=False),
    ]

    class Opened(Message):
        """The board should fill the screen."""

    class Stopping(Message):
        """A job should be stopped; `line` does it, empty where nothing can."""

        def __init__(self, name: str, line: str) -> None:
            super().__init__()
            self.name = name
            self.line = line

    def __init__(self) -> None:
        super().__init__()
        self.selected = 0
        self.marked: str | None = None
        self.repaints = 0
        """How often it drew; tests read it."""
        self._view: View | None = None
        self._live: dict[str, LiveTraining] = {}
        self._due = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Return the jobs in the order of the list, newest first."""
        return tuple(reversed(self._view.jobs)) if self._view is not None else ()

    def told(self, view: View) -> None:
        """Take a View; draw again where its jobs are others."""
        before, self._view = self._view, view
        if before is None or before.jobs is not view.jobs:
            self.refresh()
        if bool(before and before.jobs) != bool(view.jobs):
            self.refresh_bindings()

    def told_live(self, live: dict[str, LiveTraining]) -> None:
        """Take what the real workers tell; drawn a few times a second at most."""
        self._live = live
        if not self._due:
            self._due = True
            self.set_timer(AT_MOST_EVERY, self._draw_live)

    def _draw_live(self) -> None:
        self._due = False
        self.refresh()

    def render(self) -> Content:
        self.repaints += 1
        if self._view is None or self.size.width < 20:
            return Content()
        now = self._view.status.now
        return content(draw_jobs(self._view.jobs, self._live, self.selected, self.marked, now, self.size.width, self.size.height))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that are about a job are offered once there is one."""
        return bool(self.jobs) if action in ("choose", "mark", "stop") else super().check_action(action, parameters)

    def action_choose(self, by: int) -> None:
        self.selected = max(0, min(self.selected + by, len(self.jobs) - 1))
        self.refresh()

    def action_mark(self) -> None:
        """Mark the chosen job for comparison, or take the mark back."""
        if self.jobs:
            name = self.jobs[self.selected].name
            self.marked = None if self.marked == name else name
            self.refresh()

    def action_stop(self) -> None:
        if self.jobs:
            job = self.jobs[self.selected]
            self.post_message(self.Stopping(job.name, job.cancel))

    def action_open(self) -> None:
        self.post_message(self.Opened())

    async def on_key(self, event: Key) -> None:
        if event.key == "asterisk":  # a character, which would go to the terminal's line
            event.stop()
            event.prevent_default()
            self.action_mark()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.action_choose(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.action_choose(1)

    def on_click(self, event: Click) -> None:
        """A click on a line of the list chooses that job; a second one fills the screen."""
        listed = max(1, min(len(self.jobs), self.size.height // 4))
        if event.y < listed:
            first = max(0, min(self.selected - listed // 2, len(self.jobs) - listed))
            self.selected = min(first + event.y, max(len(self.jobs) - 1, 0))
            self.refresh()
        if event.chain == 2:
            self.action_open()
