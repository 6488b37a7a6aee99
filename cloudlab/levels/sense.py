"""What the shape of a level does not see: names that lead nowhere, windows outside the run, predicates asked wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

from cloudlab.engine.incident_kinds import az_outage, control_plane_outage, traffic_spike
from cloudlab.engine.rules import libraries, vulnerabilities
from cloudlab.levels import standing  # noqa: F401 - its predicates are registered by importing it
from cloudlab.levels.error import nearest
from cloudlab.levels.predicates import KINDS, PREDICATES
from cloudlab.levels.schema import LevelFile, QuestionPart
from cloudlab.levels.source import Location, Source
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.time import stamp


def make_sense(file: LevelFile, source: Source, folder: Path, catalogue: Catalogue) -> None:
    """Raise LevelError for the first thing that would only show while somebody plays."""
    _clock(file, source)
    _names(file, source)
    _files(file, source, folder)
    _incidents(file, source, catalogue)
    for location, when in whens(file):
        check_when(file, source, location, when)
    for group in ("predictions", "questions"):
        for index, question in enumerate(getattr(file, group)):
            _question(question, source, (group, index))
    known = [f.key for f in catalogue.facts if f.group == "quotas"]
    for name in file.quotas:
        if name not in known:
            raise source.error(f"there is no quota '{name}'.", "quotas", name, accepted=nearest(name, known))


def _clock(file: LevelFile, source: Source) -> None:
    if file.start.opens >= file.start.closes:
        raise source.error(
            f"the office opens at {file.start.opens} and closes at {file.start.closes}.",
            "start",
            "opens",
            accepted="Open before you close.",
        )
    if file.clock.seconds == 0:
        raise source.error("the run lasts no time at all.", "clock", accepted="Give days or hours.")
    ends = file.start.at + file.clock.seconds
    if not file.start.at <= file.slo.since < ends:
        raise source.error(f"{stamp(file.slo.since)} lies outside the run.", "slo", "since", accepted=_window(file.start.at, ends))


def _window(starts: int, ends: int) -> str:
    return f"The run lasts from {stamp(starts)} to {stamp(ends)}."


def _names(file: LevelFile, source: Source) -> None:
    """Each id once in its list; needs ask for data the level has."""
    for group in ("team", "needs", "incidents", "objectives", "cards", "starts"):
        seen: set[str] = set()
        for index, part in enumerate(getattr(file, group)):
            if part.id in seen:
                raise source.error(f"the id '{part.id}' is taken.", group, index, "id", accepted="Give each its own.")
            seen.add(part.id)
    asked: set[str] = set()
    for group in ("predictions", "questions"):
        for index, question in enumerate(getattr(file, group)):
            if question.id in asked:
                raise source.error(f"the id '{question.id}' is taken.", group, index, "id", accepted="Give each its own.")
            asked.add(question.id)
    for index, need in enumerate(file.needs):
        if need.dataset not in file.data:
            lists = f"`data` lists: {', '.join(file.data) or 'nothing'}."
            raise source.error(f"the need '{need.id}' wants '{need.dataset}'.", "needs", index, "dataset", accepted=lists)


def _files(file: LevelFile, source: Source, folder: Path) -> None:
    if not (folder / file.brief).is_file():
        raise source.error(f"there is no file '{file.brief}' beside the level.", "brief")
    for index, start in enumerate(file.starts):
        for key, name in (("script", start.script), ("brief", start.brief)):
            if name is not None and not (folder / name).is_file():
                raise source.error(f"there is no file '{name}' beside the level.", "starts", index, key)
    starts = [s.id for s in file.starts]
    there = sorted(p.name for p in (folder / "bots").glob("*.aws"))
    for index, bot in enumerate(file.bots):
        if bot.start and bot.start not in starts:
            accepted = nearest(bot.start, starts) if starts else "The level opens with an empty account."
            raise source.error(f"there is no start '{bot.start}'.", "bots", index, "start", accepted=accepted)
        if bot.file not in there:
            raise source.error(f"there is no script 'bots/{bot.file}'.", "bots", index, "file", accepted=nearest(bot.file, there))


def _incidents(file: LevelFile, source: Source, catalogue: Catalogue) -> None:
    known = [i.id for i in catalogue.incidents if i.modelled]
    starts, ends = file.start.at, file.start.at + file.clock.seconds
    for index, incident in enumerate(file.incidents):
        if incident.kind not in known:
            raise source.error(
                f"there is no incident kind '{incident.kind}'.", "incidents", index, "kind", accepted=nearest(incident.kind, known)
            )
        if incident.latest < incident.earliest:
            raise source.error(
                f"{stamp(incident.latest)} is before {stamp(incident.earliest)}.", "incidents", index, "latest", accepted="Earliest first."
            )
        for edge in ("earliest", "latest"):
            if not starts <= getattr(incident, edge) < ends:
                raise source.error(
                    f"{stamp(getattr(incident, edge))} lies outside the run.", "incidents", index, edge, accepted=_window(starts, ends)
                )
        reads = {
            vulnerabilities.KIND: vulnerabilities.publication,
            libraries.KIND: libraries.told,
            az_outage.KIND: az_outage.told,
            control_plane_outage.KIND: az_outage.told,
            traffic_spike.KIND: traffic_spike.told,
        }.get(incident.kind)
        if reads is not None:
            try:
                reads(incident.detail)
            except AssertionError as wrong:
                raise source.error(f"{wrong}.", "incidents", index, "detail") from wrong


def _question(question: QuestionPart, source: Source, where: Location) -> None:
    computed = any(not isinstance(c, str) and c.when is not None for c in question.choices.values())
    if question.right is not None and question.right not in question.choices:
        offered = f"Choices: {', '.join(question.choices)}."
        raise source.error(f"'{question.right}' is none of the choices.", *where, "right", accepted=offered)
    if question.right is None and not computed:
        raise source.error("no choice can ever be right.", *where, accepted="Give `right`, or a choice with `when`.")


def whens(file: LevelFile) -> Iterator[tuple[Location, Mapping[str, Mapping[str, Any]]]]:
    """Yield every question a level asks of a World, with where it stands."""
    yield ("win",), file.win
    for name, loss in file.lose.items():
        yield ("lose", name), loss
    for index, objective in enumerate(file.objectives):
        yield ("objectives", index, "when"), objective.when
    for index, hint in enumerate(file.hints):
        yield ("hints", index, "unless"), hint.unless
    for group in ("predictions", "questions"):
        for index, question in enumerate(getattr(file, group)):
            for key, choice in question.choices.items():
                if not isinstance(choice, str) and choice.when is not None:
                    yield (group, index, "choices", key, "when"), choice.when


def check_when(file: LevelFile, source: Source, where: Location, when: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse unknown predicates, arguments and values by name."""
    for name, arguments in when.items():
        if name not in PREDICATES:
            raise source.error(f"there is no predicate '{name}'.", *where, name, accepted=nearest(name, sorted(PREDICATES)))
        known = _arguments(name)
        for argument, value in arguments.items():
            if argument not in known:
                accepted = nearest(argument, list(known)) if known else "It takes no arguments."
                raise source.error(f"'{name}' takes no '{argument}'.", *where, name, argument, accepted=accepted)
            _check_value(file, source, (*where, name, argument), argument, known[argument].annotation, value)
        missing = [a for a, parameter in known.items() if parameter.default is Parameter.empty and a not in arguments]
        if missing:
            raise source.error(f"'{name}' needs {', '.join(missing)}.", *where, name)


@lru_cache(maxsize=256)
def _arguments(name: str) -> dict[str, Parameter]:
    return {p.name: p for p in signature(PREDICATES[name]).parameters.values() if p.kind is Parameter.KEYWORD_ONLY}


_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
_WORDS = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}


def _check_value(file: LevelFile, source: Source, where: Location, argument: str, annotation: str, given: Any) -> None:
    value: Any = given  # not narrowed: what it is is found out by the table
    plain = annotation.removesuffix(" | None")
    if type(value) not in _TYPES[plain]:
        raise source.error(f"{argument} is {_WORDS[plain]}, not {value!r}.", *where)
    lists = {"need": [n.id for n in file.needs], "dataset": list(file.data), "kind": list(KINDS), "channel": ["train", "validation"]}
    if argument in lists and value not in lists[argument]:
        raise source.error(f"there is no {argument} '{value}'.", *where, accepted=nearest(value, lists[argument]))
    if argument == "share" and not 0 < value <= 1:
        raise source.error(f"a share lies between 0 and 1, not at {value}.", *where, accepted="0.95 is 95 %.")
