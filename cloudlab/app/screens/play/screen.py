"""The play screen: hands the View down to its panes, and what the panes ask for up to the sitting. It owns no rules."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message
from textual.reactive import var

from cloudlab.app.bars.folded import FoldedBar
from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.bars.status import StatusBar
from cloudlab.app.bars.team import TeamBar
from cloudlab.app.drawing.status import Clock
from cloudlab.app.panes.board.pane import BoardPane
from cloudlab.app.panes.cloud_map.pane import CloudMap
from cloudlab.app.panes.console.pane import ConsolePane
from cloudlab.app.panes.log.pane import LogPane
from cloudlab.app.panes.objectives.pane import ObjectivesPane
from cloudlab.app.panes.pager.pane import PagerPane
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.panes.template.pane import TemplatePane
from cloudlab.app.panes.terminal.history import History
from cloudlab.app.panes.terminal.pane import TerminalPane
from cloudlab.app.panes.traffic.pane import TrafficPane
from cloudlab.app.panes.trainings.pane import TrainingsPane
from cloudlab.app.screens.play.help import PLAY_HELP
from cloudlab.app.screens.play.looking import Looking
from cloudlab.lab.pacer import PACE_NAMES
from cloudlab.lab.sitting import Sitting
from cloudlab.lab.typed import load_typed

if TYPE_CHECKING:
    from cloudlab.lab.live import LiveTrainings
    from cloudlab.lab.session import Session
    from cloudlab.lab.view.slices import View

TICK = 0.1
"""Wall seconds between two ticks of the clock; also how often the screen follows it."""
WIDE = (110, 32)
"""From this size on all panes stand side by side; below, one is shown at a time over the terminal."""

STAGE = ("map", "board", "pager", "objectives", "traffic")


class PlayScreen(Looking):
    """One run on the screen."""

    CSS_PATH = "play.tcss"
    AUTO_FOCUS = "#line"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_clock", "run/pause", id="clock.toggle"),
        Binding("ctrl+t,percent_sign", "hint", "hint", id="run.hint"),
        Binding("ctrl+n,greater_than_sign", "next_event", "next event", id="clock.next"),
        Binding("f10", "leave", "menu", id="run.leave"),
        Binding("plus,equals_sign", "faster", "pace", key_display="+/-", id="clock.faster"),
        Binding("minus", "slower", "slower", show=False, id="clock.slower"),
        Binding("ctrl+g,less_than_sign", "undo", "go back", id="run.undo"),
        Binding("ctrl+o", "brief", "brief", id="run.brief"),
        Binding("f1", "help", "help"),
        Binding("f2", "show_pane('console')", "console", id="pane.console"),
        Binding("f3", "show_pane('terminal')", "terminal", id="pane.terminal", show=False),
        Binding("f4", "show_pane('board')", "who holds it", show=False, id="pane.board"),
        Binding("f5", "show_pane('jobs')", "jobs", show=False, id="pane.jobs"),
        Binding("f6", "show_pane('pager')", "pager", show=False, id="pane.pager"),
        Binding("f7", "show_pane('objectives')", "objectives", show=False, id="pane.objectives"),
        Binding("f8", "show_pane('traffic')", "traffic", show=False, id="pane.traffic"),
        Binding("f9", "show_pane('map')", "map", show=False, id="pane.map"),
        Binding("ctrl+l", "show_pane('log')", "log", show=False, id="pane.log"),
        Binding("exclamation_mark", "patching", "patching: who is exposed", show=False),
        Binding("f12", "show_pane('template')", "template", show=False, id="pane.template"),
        Binding("ctrl+z", "app.suspend_process", "suspend", show=False),
        Binding("question_mark", "help", show=False),
    ]

    view: var[View | None] = var(None, init=False)
    clock: var[Clock] = var(Clock, init=False)
    shown: var[str] = var("map", init=False)
    """The pane of the stage that a folded screen shows."""
    deck: var[str] = var("terminal", init=False)

    class Over(Message):
        """The run has ended."""

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session

    class Left(Message):
        """The player goes back to the menu; the run is saved."""

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session

    def __init__(self, session: Session, live: LiveTrainings | None = None, *, pace: int = 1) -> None:
        super().__init__()
        self.session = session
        self.live = live
        self.sitting = Sitting(session, said=self._said, changed=self._changed, cells=lambda: self.terminal.cells)
        self.sitting.pacer.pace = pace
        self._stale = True
        self._over_told = session.over
        self._last_tick = monotonic()

    def compose(self) -> ComposeResult:
        yield StatusBar().data_bind(PlayScreen.view, PlayScreen.clock)
        yield TeamBar().data_bind(PlayScreen.view)
        yield FoldedBar(
            (
                ("map", "map", "F9"),
                ("board", "holds", "F4"),
                ("pager", "pager", "F6"),
                ("objectives", "goals", "F7"),
                ("traffic", "traffic", "F8"),
            )
        ).data_bind(PlayScreen.shown)
        with Container(id="stage"):
            yield CloudMap().data_bind(PlayScreen.view)
            yield BoardPane().data_bind(PlayScreen.view)
            yield TrafficPane().data_bind(PlayScreen.view)
            yield PagerPane().data_bind(PlayScreen.view)
            yield ObjectivesPane().data_bind(PlayScreen.view)
            yield ConsolePane().data_bind(PlayScreen.view)
            yield TerminalPane().data_bind(PlayScreen.view)
            yield TrainingsPane().data_bind(PlayScreen.view)
            yield LogPane().data_bind(PlayScreen.view)
            yield TemplatePane().data_bind(PlayScreen.view)
        yield KeysBar()

    def on_mount(self) -> None:
        if self.live is not None:
            self.live.changed = self._live_changed
            self._live_changed()
        self.terminal.line.history = History(load_typed())
        self._arrange()
        self.refresh_view()
        self.set_interval(TICK, self._tick)
        mood = (
            "learn mood: hints are free, `undo` takes a decision back"
            if self.session.mood == "learn"
            else "win mood: no rewind, hints cost points"
        )
        self.terminal.say(
            f"{self.session.level.file.title}. {mood}.\n`help` lists what may be typed, F1 explains the pane you are in.", "quiet"
        )

    # down: what the panes are told ------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._stale = True

    def _tick(self) -> None:
        now = monotonic()
        passed, self._last_tick = min(now - self._last_tick, 5 * TICK), now
        self.sitting.pacer.tick(passed)
        if self._stale:
            self.refresh_view()

    def refresh_view(self) -> None:
        self._stale = False
        view = self.sitting.view()
        self.view = view
        self.clock = self._clock()
        self.query_one(PagerPane).told_standing(tuple(self.sitting.standing))
        self.query_one(FoldedBar).urgent = sum(p.holder == "YOURS" and p.state == "open" for p in view.pages)
        if self.session.over and not self._over_told:
            self._over_told = True
            self.post_message(self.Over(self.session))

    def _clock(self) -> Clock:
        pacer = self.sitting.pacer
        pace = PACE_NAMES[pacer.pace]
        if pacer.waiting is not None:
            return Clock(False, pace, "the clock waits for the real result", True)
        if pacer.running and pacer.held is not None:
            return Clock(False, pace, f"held while {pacer.held}")
        return Clock(pacer.moving, pace, pacer.stopped_because)

    def _live_changed(self) -> None:
        if self.live is not None and self.is_mounted:
            self.query_one(TrainingsPane).live = dict(self.live.of)

    def _said(self, text: str, tone: str) -> None:
        if tone == "bad":
            self.refused = text
        if self.is_mounted:
            self.terminal.say(text, tone)

    # up: what the panes ask for ---------------------------------------------------------------------------------------

    @on(FoldedBar.Chosen)
    def _chosen(self, event: FoldedBar.Chosen) -> None:
        self.action_show_pane(event.name)

    @on(Pane.Asked)
    def _asked(self, event: Pane.Asked) -> None:
        self.action_show_pane(event.name)

    @on(PagerPane.Acknowledged)
    def _acknowledged(self, event: PagerPane.Acknowledged) -> None:
        self.sitting.acknowledge(event.incident)

    @property
    def stage_pane(self) -> Pane:
        return self.query_one(f"#{self.shown}", Pane)

    # keys -------------------------------------------------------------------------------------------------------------

    def action_toggle_clock(self) -> None:
        self.sitting.pacer.toggle()
        self.refresh_view()

    def action_faster(self) -> None:
        self.sitting.pacer.faster()

    def action_slower(self) -> None:
        self.sitting.pacer.slower()

    def action_next_event(self) -> None:
        self.sitting.pacer.to_next_event()
        self.refresh_view()

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        focused = self.focused
        pane = next((a for a in focused.ancestors_with_self if isinstance(a, Pane)), None) if focused is not None else None
        self.app.push_screen(HelpScreen((pane.HELP + "\n---\n" if pane is not None else "") + PLAY_HELP))

    def action_show_pane(self, name: str) -> None:
        if any(name == deck for deck, _, _ in DECK):
            self.deck = name
        else:
            self.shown = name
            if self.has_class("-folded") and self.deck == "console":
                self.deck = "terminal"  # on a small screen an open console lies over the stage
        self._arrange()
        self.hold_clock()
        self.query_one(f"#{name}", Pane).target().focus()

    def action_leave(self) -> None:
        self.sitting.pacer.pause("back to the menu")
        self.post_message(self.Left(self.session))

    # layout -----------------------------------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        if not self.is_mounted:
            return
        size = self.app.size
        self.set_class(size.width < WIDE[0] or size.height < WIDE[1], "-folded")
        self.set_class(self.deck == "console", "-console")
        for name in STAGE:
            self.query_one(f"#{name}").set_class(name == self.shown, "-shown")
        for name, _, _ in DECK:
            self.query_one(f"#{name}").set_class(name == self.deck, "-shown")
        if self.deck == "terminal":
            self.call_after_refresh(self.terminal.to_end)

    def on_unmount(self) -> None:
        self.sitting.close()
