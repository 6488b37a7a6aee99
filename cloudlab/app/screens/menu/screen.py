"""The menu: go on, choose a level from the campaign's map, look at cards again, set things."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app import ink
from cloudlab.app.bars.keys import KeysBar, Told
from cloudlab.app.ink import MUTED, STRONG, content, line, style
from cloudlab.lab.campaign import ACTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cloudlab.app.doors import Doors, LastRun, Standing
    from cloudlab.lab.campaign import Entry

ABOUT = (
    ("cloudlab", STRONG),
    ("What you own when you build it yourself,", ""),
    ("what you hand over when you tick the box,", ""),
    ("and when each is the right call.", ""),
    ("", ""),
    ("The models you train are real. The bill is zero.", MUTED),
)


class MenuScreen(Screen[None]):
    """One list; the panel beside it says more about the chosen line."""

    CSS_PATH = "menu.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "quit", show=False), Binding("f1", "help", "help")]

    class LevelChosen(Message):
        """A new run of this level."""

        def __init__(self, level: str) -> None:
            super().__init__()
            self.level = level

    class ResumeChosen(Message):
        """Go on with this run."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class SettingsChosen(Message):
        """The settings are asked for."""

    class ReviewChosen(Message):
        """The review cards are asked for."""

    class OrientationChosen(Message):
        """A run with the guide beside it, in this level."""

        def __init__(self, level: str) -> None:
            super().__init__()
            self.level = level

    def __init__(self, doors: Doors) -> None:
        super().__init__()
        self.doors = doors
        self.entries: tuple[Entry, ...] = ()
        self.last: LastRun | None = None
        self.standings: dict[str, Standing] = {}
        self.unusable: tuple[str, ...] = ()
        self.due = 0
        self.looked = False
        """Whether the saves have been looked at."""

    def compose(self) -> ComposeResult:
        with Vertical(id="menu"):
            yield Static(
                Content.assemble((" cloudlab ", "bold $text-primary on $primary 20%"), ("  what you own, what you hand over", MUTED)),
                id="menu-head",
            )
            with Horizontal(id="menu-body"):
                yield OptionList(id="choices-menu", markup=False)
                yield Static(Content(), id="about", markup=False)
            yield Static(Content.styled(f"profile folder: {ink.plain(str(self.doors.home()))}", MUTED), id="home", markup=False)
        yield KeysBar()

    def on_mount(self) -> None:
        self.query_one("#choices-menu").border_title = Content.styled("campaign", "bold")
        self.entries = self.doors.campaign()
        self._fill()
        self.query_one("#choices-menu").focus()
        self.call_after_refresh(self.look_again)

    def keys_now(self) -> Iterator[Told]:
        """Yield what Enter does in the list."""
        yield Told("enter", "enter", "choose")

    def tell(self, text: str) -> None:
        """Say something where the profile folder stands."""
        home = self.query_one("#home", Static)
        home.update(Content.styled(ink.folded(text, home.content_region.width or 70), MUTED))

    def look_again(self) -> None:
        """Look at the saves, off the screen's own time."""
        self.run_worker(self._look(), exclusive=True)

    async def _look(self) -> None:
        self.last = await self.doors.last_run()
        self.standings = await self.doors.standings()
        self.unusable = await self.doors.unusable()
        self.due = await self.doors.due()
        first, self.looked = not self.looked, True
        self.call_later(self._fill, prefer_continue=first)  # in the screen's own turn: it may be on its way out by now

    # the list ---------------------------------------------------------------------------------------------------------

    def _fill(self, *, prefer_continue: bool = False) -> None:
        listed = self.query_one("#choices-menu", OptionList)
        kept = listed.highlighted_option.id if listed.highlighted_option is not None else None
        listed.clear_options()
        listed.add_options(self._options())
        wanted = "continue" if self.last is not None and (prefer_continue or kept is None) else kept
        at = next((i for i in range(listed.option_count) if wanted and listed.get_option_at_index(i).id == wanted), None)
        listed.highlighted = (
            at if at is not None else next((i for i in range(listed.option_count) if not listed.get_option_at_index(i).disabled), None)
        )
        self._tell_about()

    def _options(self) -> list[Option | None]:
        options: list[Option | None] = []
        if self.last is not None:
            rows = [line(("▶ go on  ", STRONG), self.last.told)]
            rows += [line(("  ▲ its end was cut", style("wait")))] if self.last.damage else []
            options.append(Option(content(rows), id="continue"))
        else:
            word = "no unfinished run" if self.looked else "looking for saved runs"
            options.append(Option(Content.styled(f"  {word}", MUTED), id="continue", disabled=True))
        if self.unusable:
            many = f"{len(self.unusable)} saves" if len(self.unusable) > 1 else "1 save"
            options.append(Option(content([line((f"  ▲ {many} cannot be read", style("wait")))]), id="unusable"))
        act = 0
        for entry in self.entries:
            if entry.act != act:
                act = entry.act
                options += [None, Option(content([line((f"  act {act}  {ACTS.get(act, '')}", MUTED))]), disabled=True)]
            options.append(Option(self._level(entry), id=f"level:{entry.id}"))
        if not self.entries:
            options += [None, Option(Content.styled("  No levels were found in this installation.", MUTED), disabled=True)]
        options += [
            None,
            Option(
                content([line("  review    ", (f"{self.due} due" if self.due else "nothing due", STRONG if self.due else MUTED))]),
                id="review",
            ),
            Option(Content("  orientation"), id="orientation", disabled=not self.entries),
            Option(Content("  settings"), id="settings"),
            Option(Content("  quit"), id="quit"),
        ]
        return options

    def _level(self, entry: Entry) -> Content:
        standing = self.standings.get(entry.id)
        stars = standing.stars if standing is not None else 0
        best = f"  {standing.best:,}" if standing is not None and standing.best is not None else ""
        shown = line("  ", ("★" * stars + "☆" * (3 - stars), "$text-accent" if stars else MUTED), (f"{best:>7}", MUTED))
        name = line(("  " + entry.number + "  ", MUTED), (entry.title, STRONG))
        listed = self.query_one("#choices-menu").scrollable_content_region.width
        return content([ink.ends(name, shown, max(24, min(54, listed - 2)))])

    def _tell_about(self) -> None:
        chosen = self.query_one("#choices-menu", OptionList).highlighted_option
        key = chosen.id if chosen is not None and chosen.id else ""
        self.query_one("#about", Static).update(content([line(row) for row in self._about(key)]))

    def _about(self, key: str) -> list[ink.Span]:
        if key == "continue" and self.last is not None:
            return [
                ("Go on where you were", STRONG),
                ("", ""),
                (self.last.told, ""),
                (self.last.more, MUTED),
                ("", ""),
                *self._rows(f"The end of its file is damaged: {self.last.damage} It goes on from there." if self.last.damage else ""),
                (str(self.last.path.name), MUTED),
            ]
        if key.startswith("level:"):
            entry = next(e for e in self.entries if f"level:{e.id}" == key)
            standing = self.standings.get(entry.id)
            played = (
                f"{standing.stars} of 3 stars" + (f", best score {standing.best}" if standing.best is not None else "")
                if standing
                else "not finished yet"
            )
            return [
                (f"{entry.number}  {entry.title}", STRONG),
                ("", ""),
                (played, ""),
                ("", ""),
                ("Enter opens the brief. There you", MUTED),
                ("choose mood and seed, and predict.", MUTED),
                ("", ""),
                ("★ goals met", MUTED),
                ("★ inside par", MUTED),
                ("★ robust: luck did not earn it", MUTED),
            ]
        if key == "unusable":
            rows = [row for damage in self.unusable[:4] for row in [*self._rows(damage), ("", "")]]
            return [("Saves that cannot be read", STRONG), ("", ""), *rows, ("The files stay where they are.", MUTED)]
        told = {
            "review": "Cards of finished levels, to be remembered: the front, then the back. What you know comes back later and later.",
            "orientation": "The first five minutes: a guide on the real screen of the first level, each step done by doing it.",
            "settings": "Theme, motion, pace, mood, sounds, and keys of your own.",
        }.get(key)
        if told is not None:
            return [(key.capitalize(), STRONG), ("", ""), *self._rows(told)]
        return list(ABOUT)

    def _rows(self, text: str) -> list[ink.Span]:
        cells = max(16, self.query_one("#about").content_region.width)
        return [(row[0][0], "") for row in ink.wrapped(text, cells)]

    def on_resize(self) -> None:
        if self.query("#choices-menu") and self.looked:
            self._fill()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._tell_about()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        key = event.option.id or ""
        if key == "quit":
            self.app.call_later(self.app.action_quit)
        elif key == "continue" and self.last is not None:
            self.post_message(self.ResumeChosen(self.last.path))
        elif key.startswith("level:"):
            self.post_message(self.LevelChosen(key.removeprefix("level:")))
        elif key == "review":
            self.post_message(self.ReviewChosen())
        elif key == "orientation":
            self.post_message(self.OrientationChosen(self.entries[0].id))
        elif key == "settings":
            self.post_message(self.SettingsChosen())

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen
        from cloudlab.app.screens.menu.help import MENU_HELP

        self.app.push_screen(HelpScreen(MENU_HELP))
