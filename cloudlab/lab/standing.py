"""Standing orders: what `on incident KIND ... end` says at the prompt is given by itself at each page of that kind."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.dialects.errors import did_you_mean
from cloudlab.dialects.tokens import Value, statements
from cloudlab.lab.pasted import Pasted
from cloudlab.levels.loader import Level
from cloudlab.model.operations import Incident
from cloudlab.model.refusal import Refusal
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Standing:
    """What is given at each page of a kind."""

    kind: str
    lines: tuple[Pasted, ...]

    def told(self) -> str:
        """Say it on one line."""
        return f"{self.kind}: " + "; ".join(each.text for each in self.lines)


def read_block(text: str, kind: str) -> Standing:
    """Return the lines of a block that has been parsed already."""
    inside = [raw for raw in statements(text, verbatim=("note",)) if raw.words][1:-1]
    lines = []
    for raw in inside:
        first, last = raw.words[0].start, raw.words[-1].end
        lines.append(Pasted(text.count("\n", 0, first) + 1, text[first:last].replace("\\\n", " "), not raw.words[-1].is_bare("&")))
    return Standing(kind, tuple(lines))


def refused_kind(level: Level, kind: str) -> Refusal | None:
    """Return why there can be no standing order for a kind of incident; None where there can."""
    kinds = [each.id for each in level.scenario.catalogue.incidents]
    if kind in kinds:
        return None
    return Refusal("NoSuchIncident", f"There is no incident kind '{kind}'.", did_you_mean(kind, kinds) or ", ".join(kinds))


def open_page(world: World, kinds: tuple[str, ...], answered: set[str]) -> Incident | None:
    """Return the page noticed first that is the team's, open, of one of these kinds, and not answered yet."""
    pages = [i for i in world.every(Incident) if i.detected is not None and i.holder == "customer" and i.is_open and i.id not in answered]
    return min((i for i in pages if i.kind in kinds), key=lambda i: (i.detected or 0, i.id), default=None)


def facts(page: Incident) -> dict[str, Value]:
    """Return what the lines may say of their page."""
    due = "" if page.due is None else str(page.due)
    return {"incident.id": page.id, "incident.resource": page.resource or "", "incident.due": due, "incident.kind": page.kind}


def begun_text(kind: str, lines: int) -> str:
    """Say what a new standing order does, and how long."""
    many = f"{lines} lines are" if lines != 1 else "1 line is"
    return (
        f"Standing order for {kind}: {many} given at each page of that kind, as long as this run is open; it is not saved with it. "
        f"`standing` lists such orders, `standing off {kind}` ends this one."
    )


def listed_text(told: list[str]) -> str:
    """List standing orders, or say how one is given."""
    return "\n".join(told) if told else "There are none. `on incident KIND`, the lines to give at its page, and `end` make one."


def ended_text(kind: str, found: bool) -> str:
    """Say what became of `standing off KIND`."""
    return f"The standing order for {kind} is ended." if found else f"There is no standing order for '{kind}'; `standing` lists them."
