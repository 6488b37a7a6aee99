"""A level's own bots as a player would play them: their statements, and what they do at a page."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab import paths
from cloudlab.app.doors import Doors
from cloudlab.dialects.script import OnIncident, parse_script
from cloudlab.lab import open as opening
from cloudlab.lab.afterwards import replayed
from cloudlab.lab.golden import SEED, golden_path
from cloudlab.lab.work import KnownWork
from cloudlab.model.training import Fact


class KnownResults(Doors):
    """The real doors; what would be trained is known from the golden journals."""

    async def work(self, *, reuse: bool = False):
        level = opening.level("01")
        facts: dict[str, Fact] = {}
        for bot in level.file.bots:
            if bot.main:
                facts |= replayed(golden_path(level, bot))[0].world.facts
        return KnownWork(facts)


@dataclass(frozen=True, slots=True)
class Road:
    lines: tuple[str, ...]
    """Statements in order, each on one line."""
    at_pages: dict[str, tuple[str, ...]]
    """Kind of incident -> the lines given when it pages."""


def road(file: str) -> Road:
    text = (paths.levels_dir() / "01-first-server" / "bots" / file).read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = {s.kind: s for s in parse_script(text).statements if isinstance(s, OnIncident)}
    lines: list[str] = []
    pages: dict[str, tuple[str, ...]] = {}
    inside: str | None = None
    for row in text.splitlines():
        line = row.partition("  # ")[0].strip()
        if line.startswith("on incident "):
            inside = line.split()[2]
            pages[inside] = ()
        elif line == "end":
            inside = None
        elif line and not line.startswith("#"):
            if inside is not None:
                pages[inside] = (*pages[inside], line)
            else:
                lines.append(line)
    assert set(blocks) == set(pages)
    return Road(tuple(lines), pages)


__all__ = ["SEED", "KnownResults", "Road", "road"]
