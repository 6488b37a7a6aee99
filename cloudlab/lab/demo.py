"""The demo: a level's own bot at the prompt - which line comes next, while screen or test types it and lets time pass."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.dialects.script import OnIncident, Statement, WaitAll, WaitFor, WaitForEnd, WaitUntil, parse_script
from cloudlab.dialects.tokens import statements
from cloudlab.journal.error import JournalError
from cloudlab.lab import open as opening
from cloudlab.lab.afterwards import replayed
from cloudlab.lab.debrief import Side, side
from cloudlab.lab.golden import SEED, golden_path
from cloudlab.lab.session import Session
from cloudlab.lab.sitting import Sitting
from cloudlab.lab.work import KnownWork
from cloudlab.levels.error import LevelError, nearest
from cloudlab.levels.loader import Level
from cloudlab.levels.schema import BotPart
from cloudlab.model.operations import Incident
from cloudlab.model.people import Person

TO_THE_END = "wait for end"
WAITS = (WaitFor, WaitAll, WaitForEnd, WaitUntil)
"""What is waited for again where a page came in between."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of a bot, as it is typed."""

    text: str
    statement: Statement | None = None
    """None for a line of an `on incident` block."""
    waits: bool = True
    """The next line is typed when the work of this one is done."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a bot says: its lines in order, and for each kind of incident those that answer its page."""

    plain: tuple[Said, ...]
    at_pages: dict[str, tuple[Said, ...]]


def main_bot(level: Level, road: str) -> BotPart:
    """Return the bot that shows a road; raises LevelError where the level has none."""
    mains = {bot.road: bot for bot in level.file.bots if bot.main}
    for known, bot in mains.items():
        if known == road:
            return bot
    raise LevelError(level.folder, f"no bot plays the road '{road}'.", accepted=nearest(road, list(mains)))


def next_road(level: Level, road: str) -> str:
    """Return the road whose bot is shown after this one's; the same where there is no other."""
    roads = [bot.road for bot in level.file.bots if bot.main]
    return roads[(roads.index(road) + 1) % len(roads)] if road in roads else road


def side_of(level: Level, road: str) -> Side | None:
    """Return the figures of the road shown after this one, from its golden run; None where there is none to be read."""
    other = next_road(level, road)
    try:
        return side(replayed(golden_path(level, main_bot(level, other)))[0]) if other != road else None
    except (JournalError, LevelError):
        return None


def read_lines(text: str, file: str = "bot") -> Lines:
    """Read a bot's script into the lines one would type. Raises ScriptError."""
    parsed = iter(parse_script(text, file).statements)
    plain: list[Said] = []
    at_pages: dict[str, tuple[Said, ...]] = {}
    inside: str | None = None
    for raw in statements(text, verbatim=("note",)):
        if not raw.words:
            continue
        written = " ".join(part.strip() for part in text[raw.words[0].start : raw.words[-1].end].split("\\\n"))
        waits = not raw.words[-1].is_bare("&")
        if inside is not None:
            if written == "end":
                inside = None
            else:
                at_pages[inside] = (*at_pages[inside], Said(written, waits=waits))
            continue
        statement = next(parsed)
        if isinstance(statement, OnIncident):
            inside = statement.kind
            at_pages[inside] = ()
        else:
            plain.append(Said(written, statement, waits))
    return Lines(tuple(plain), at_pages)


def open_demo(word: str, road: str) -> tuple[Session, Lines]:
    """Start a run of the level that is never saved, with what its golden runs trained.

    Raises LevelError, JournalError or ScriptError. Nothing is trained.
    """
    level = opening.level(word)
    bot = main_bot(level, road)
    known = KnownWork(dict(replayed(golden_path(level, bot))[0].world.facts))
    lines = read_lines((level.folder / "bots" / bot.file).read_text(encoding="utf-8"), bot.file)
    return opening.unsaved_run(level, known, seed=SEED), lines


class Demo:
    """Says which line is to be typed next. Whoever types gives it to the same sitting, and lets its pacer tick."""

    def __init__(self, sitting: Sitting, lines: Lines) -> None:
        self.sitting = sitting
        self._ahead = list(lines.plain)
        self._at_pages = lines.at_pages
        self._answers: list[str] = []
        self._answered: set[str] = set()
        self._last = Said("")
        self._began = 0
        """When the last line was given, in simulated seconds."""
        self._cut_short = False
        """A page stopped the clock after the last line."""

    @property
    def over(self) -> bool:
        """Tell whether nothing will be typed any more: the run has ended, or its real results are not known."""
        return self.sitting.session.over or self.sitting.pacer.failed is not None

    def next_line(self) -> str | None:
        """Return the line to type now, which is then to be given; None while there is something to wait for."""
        pacer, session = self.sitting.pacer, self.sitting.session
        if self.over or pacer.waiting is not None or self.sitting.answering:
            return None
        if pacer.running and self._last.waits:
            return None
        self._look_at_pages()
        if self._answers:
            return self._answers.pop(0)
        if self._last.waits and any(p.current is not None or p.queue for p in session.world.every(Person)):
            pacer.run()  # a page stopped the clock while somebody was at work
            return None
        self._last = self._again() or (self._ahead.pop(0) if self._ahead else Said(TO_THE_END))
        self._began = session.now
        return self._last.text

    def _again(self) -> Said | None:
        """Return the last line where it was a wait that a page cut short."""
        cut_short, self._cut_short = self._cut_short, False
        passed = self.sitting.session.now > self._began  # else it was so already, and what stopped the clock was before it
        return self._last if cut_short and passed and isinstance(self._last.statement, WAITS) else None

    def _look_at_pages(self) -> None:
        """Line up what the blocks say to pages that are open and not answered yet."""
        self._cut_short = self._cut_short or self.sitting.pacer.stopped_because == "paged"
        for page in self.sitting.session.world.every(Incident):
            if page.detected is None or not page.is_open or page.holder != "customer" or page.id in self._answered:
                continue
            self._answered.add(page.id)
            facts = {"id": page.id, "resource": page.resource or "", "due": "" if page.due is None else str(page.due), "kind": page.kind}
            for said in self._at_pages.get(page.kind, ()):
                text = said.text
                for name, value in facts.items():
                    text = text.replace(f"$incident.{name}", value)
                self._answers.append(text)
