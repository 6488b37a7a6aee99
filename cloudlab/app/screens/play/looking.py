"""What is looked at: things of the map at length, ways through the network, duties and pages; and what is done from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from cloudlab.app.panes.board.grid import BoardGrid
from cloudlab.app.panes.cloud_map.surface import MapSurface
from cloudlab.app.panes.pager.pane import PagerPane
from cloudlab.app.panes.template.pane import TemplatePane
from cloudlab.app.panes.trainings.board import JobsBoard
from cloudlab.app.screens.play.speaking import Speaking

if TYPE_CHECKING:
    from textual.reactive import var

    from cloudlab.app.panes.cloud_map.inspect import Answer as Chosen
    from cloudlab.app.panes.pager.page import Answer
    from cloudlab.app.panes.template.desk import Draft
    from cloudlab.lab.tracing import Trace
    from cloudlab.lab.view.slices import View


class Looking(Speaking):
    """The half of the play screen that has to do with things. It owns no rules."""

    view: var[View | None]
    draft: Draft | None = None
    """The template that was last written at the desk."""

    def put_line(self, line: str) -> None:
        """Put a line into the terminal, for the player to complete or to enter; its preview stands below it."""
        self.action_show_pane("terminal")
        self.terminal.line.put(line)

    @on(JobsBoard.Stopping)
    def _job_stopping(self, event: JobsBoard.Stopping) -> None:
        """Put the line that stops a job into the terminal; say so where nothing can."""
        if event.line:
            self.put_line(event.line)
        else:
            self.terminal.say(f"{event.name} can't be stopped: it has ended, or it runs as a document, which runs to its end.", "quiet")

    @on(TemplatePane.Opened)
    def _desk_wanted(self) -> None:
        """Open the desk on what was written there last; what is to be deployed goes into the terminal's line."""
        from cloudlab.app.panes.template.desk import Desk, Doings, Draft
        from cloudlab.lab import template_desk

        session = self.sitting.session

        def following(file: str) -> Draft | None:
            found = template_desk.following(file)
            return Draft(*found) if found is not None else None

        def closed(answer: tuple[Draft, str] | None) -> None:
            self.hold_clock()
            if answer is not None:
                self.draft, line = answer
                if line:
                    self.put_line(line)

        self.sitting.pacer.hold("a template is being written")
        doings = Doings(
            lambda file, text: template_desk.examine(session, file, text),
            template_desk.save,
            lambda: template_desk.standing(session),
            following,
        )
        self.app.push_screen(Desk(self.draft or Draft(*template_desk.first(session)), doings), closed)

    @on(MapSurface.Opened)
    def _thing_opened(self, event: MapSurface.Opened) -> None:
        self.inspect(event.resource, event.kind)

    def inspect(self, resource: str, kind: str = "") -> None:
        """Show a resource at length, and do with it what the player chooses."""
        from cloudlab.app.panes.cloud_map.inspect import InspectScreen
        from cloudlab.lab.actions import actions
        from cloudlab.lab.inspecting import inspect

        session = self.sitting.session
        seen = inspect(session, resource, kind)
        if seen is None:
            return

        def closed(chosen: Chosen | None) -> None:
            match chosen:
                case ("line", line):
                    self.put_line(line)
                case ("run", line):
                    self.terminal.echo(line)
                    self.sitting.enter(line)
                    self.refresh_view()
                case ("trace", key):
                    self.trace(key)
                case ("copy", key):
                    self.copy(key)

        self.app.push_screen(InspectScreen(seen, actions(session, resource, kind)), closed)

    @on(MapSurface.Traced)
    def _way_asked(self, event: MapSurface.Traced) -> None:
        self.trace(event.resource)

    def trace(self, chosen: str = "") -> None:
        """Let the player pick two ends; ways light up on the map."""
        from cloudlab.app.panes.cloud_map.trace import TraceScreen
        from cloudlab.lab.tracing import INTERNET, goals, trace

        session = self.sitting.session
        found = goals(session.world, session.level.scenario)

        def closed(line: str | None) -> None:
            if line:
                self.put_line(line)

        def find(source: str, target: str, port: int) -> Trace:
            return trace(session.world, source, target, port)

        moving = self.app.animation_level != "none"
        self.action_show_pane("map")
        surface = self.query_one(MapSurface)
        self.app.push_screen(TraceScreen(found, find, surface, chosen, outside=INTERNET, moving=moving), closed)

    def action_patching(self) -> None:
        """Show who is exposed, and what is done about it."""
        from cloudlab.app.screens.patching.screen import PatchingScreen

        self.app.push_screen(PatchingScreen(self))

    @on(BoardGrid.Opened)
    def _cell_opened(self, event: BoardGrid.Opened) -> None:
        from cloudlab.app.panes.board.cell import CellScreen

        self.app.push_screen(CellScreen(event.board, event.place))

    @on(PagerPane.Opened)
    def _page_opened(self, event: PagerPane.Opened) -> None:
        self.open_page(event.incident)

    def open_page(self, incident: str) -> None:
        """Show an incident at length, and do what the player chooses."""
        from cloudlab.app.panes.pager.page import PageScreen
        from cloudlab.lab.timeline import timeline

        session = self.sitting.session
        page = next((p for p in self.view.pages if p.id == incident), None) if self.view is not None else None
        if page is None or self.view is None:
            return

        def closed(answer: Answer | None) -> None:
            match answer:
                case ("ack", _):
                    self.sitting.acknowledge(incident)
                case ("line", line):
                    self.put_line(line)
                case ("inspect", resource):
                    self.inspect(resource)

        told = timeline(session.world, session.history, incident, session.level.scenario.catalogue)
        self.app.push_screen(PageScreen(page, self.view.status.now, told), closed)

    @on(MapSurface.Copied)
    def _id_copied(self, event: MapSurface.Copied) -> None:
        self.copy(event.resource)

    def copy(self, text: str) -> None:
        """Copy a text to the clipboard, and say so."""
        self.app.copy_to_clipboard(text)
        self.terminal.say(f"copied {text}", "quiet")
