"""Names with brackets show as such wherever a player's own words are told."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from cloudlab.app.doors import LastRun
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.settings.screen import SettingsScreen
from tests.app.stage import NARROW, TestDoors, a_session, play, running, screen_text, type_line, until

NAME = "[red]x[/] [@click=app.quit]y"


class Bracketed(TestDoors):
    """A profile folder and a run with such a name."""

    def home(self) -> Path:
        return Path(f"/home/{NAME}")


async def test_profile_folder_run_and_what_is_saved():
    doors = Bracketed()
    doors.last = LastRun(Path(f"{NAME}.jsonl"), "90-test", f"{NAME}, day 1", NAME, NAME)
    doors.damaged = (f"{NAME} cannot be read",)
    async with running(NARROW, doors=doors, notifications=True) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked and "profile" in screen_text(pilot.app))
        assert f"profile folder: /home/{NAME}" in screen_text(pilot.app)
        assert "▶ go on  [red]x[/]" in screen_text(pilot.app)
        pilot.app.screen.tell(f"saved: /{NAME}")
        await pilot.pause()
        assert f"saved: /{NAME}" in screen_text(pilot.app)
        pilot.app.open_settings()
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        assert f"kept in /home/{NAME}" in screen_text(pilot.app)
        pilot.app.notify(NAME, title="A name", markup=False)
        await until(pilot, lambda: "[red]x[/]" in screen_text(pilot.app))


async def test_a_note_in_terminal_history_log_and_debrief():
    doors = TestDoors()
    async with running(doors=doors) as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await type_line(pilot, f"note {NAME}")
        await until(pilot, lambda: f"$ note {NAME}" in screen_text(pilot.app))
        screen.terminal.line.focus()
        await pilot.press("up")
        await pilot.pause()
        assert screen.terminal.line.value == f"note {NAME}"
        screen.terminal.line.put("")
        screen.terminal.line.put(f"ec2 create-vpc --cidr-block {NAME}" + " long" * 40)
        await pilot.pause()
        assert isinstance(screen.query_one("#foresight").tooltip, Content | None)
        screen.terminal.line.put("")
        session.step(session.level.scenario.ends)
        screen.refresh_view()
        await until(pilot, lambda: isinstance(pilot.app.screen, DebriefScreen))
        pilot.app.screen._tell_below(f"Saved: /{NAME}", "good")
        await pilot.pause()
        assert f"✓ Saved: /{NAME}" in screen_text(pilot.app)
