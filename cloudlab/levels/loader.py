"""The loader: from `levels/<id>/level.yaml` to a Level that can be run, or a LevelError that says where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cloudlab.levels.cards import load_card
from cloudlab.levels.catalogue import load_catalogue
from cloudlab.levels.containers import load_containers
from cloudlab.levels.error import LevelError, nearest
from cloudlab.levels.predicates import PREDICATES
from cloudlab.levels.schema import LevelFile
from cloudlab.model.people import Person
from cloudlab.model.scenario import Need, ObjectFile, Planned, Scenario, Slo, Traffic
from cloudlab.model.time import HOUR, Calendar
from cloudlab.model.training import DataCard

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Level:
    """A level as it is played: the author's file, the compiled scenario, and where its other files lie."""

    file: LevelFile
    scenario: Scenario
    folder: Path

    @property
    def id(self) -> str:
        return self.file.id

    def brief(self) -> str:
        """Return the brief as Markdown."""
        return (self.folder / self.file.brief).read_text(encoding="utf-8")


def level_ids(levels_dir: Path) -> tuple[str, ...]:
    """Return the ids of all levels in the folder, in campaign order."""
    return tuple(sorted(p.parent.name for p in levels_dir.glob("*/level.yaml")))


def find_level(levels_dir: Path, word: str) -> str:
    """Return the id that `word` means: the whole id, or its number (`01`, `1`). LevelError with the nearest one otherwise."""
    ids = level_ids(levels_dir)
    if word in ids:
        return word
    numbered = [i for i in ids if word.isdigit() and i.split("-")[0].lstrip("0") == word.lstrip("0")]
    if len(numbered) == 1:
        return numbered[0]
    raise LevelError(levels_dir, f"there is no level '{word}'.", accepted=nearest(word, list(ids)))


def load_level(levels_dir: Path, assets_dir: Path, level_id: str) -> Level:
    """Read one level; raises LevelError."""
    folder = levels_dir / find_level(levels_dir, level_id)
    path = folder / "level.yaml"
    raw = path.read_bytes()
    file = _read(path, raw)
    if file.id != folder.name:
        raise LevelError(path, f"the id is '{file.id}', but the folder is called '{folder.name}'.", key="id", accepted="Make them equal.")
    return Level(file, _compile(file, path, assets_dir, raw), folder)


def _read(path: Path, raw: bytes) -> LevelFile:
    try:
        content = yaml.load(raw, Loader=_Loader)  # a safe loader either way
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else None
        raise LevelError(path, f"this is no YAML: {error.problem}", line=line) from error
    if not isinstance(content, dict):
        raise LevelError(path, "a level is a mapping of keys.", accepted="See docs/levels.md.")
    try:
        return LevelFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        accepted = ""
        if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
            accepted = nearest(str(first["loc"][-1]), list(LevelFile.model_fields))
        raise LevelError(path, first["msg"] + ".", key=key, line=_line_of(raw, first["loc"]), accepted=accepted) from error


def _line_of(raw: bytes, location: tuple[int | str, ...]) -> int | None:
    """Find the line of a key by walking its path through the text; good enough to put the cursor there."""
    lines = raw.decode(errors="replace").splitlines()
    at = 0
    found = None
    for part in location:
        if isinstance(part, str):
            for number in range(at, len(lines)):
                if re.match(rf"^[\s\-{{]*{re.escape(part)}\s*:", lines[number]) or f"{part}:" in lines[number]:
                    at, found = number, number + 1
                    break
    return found


def _compile(file: LevelFile, path: Path, assets_dir: Path, raw: bytes) -> Scenario:
    catalogue = load_catalogue(assets_dir)
    cards = {name: _card(path, assets_dir, name) for name in file.data}
    for need in file.needs:
        if need.dataset not in cards:
            raise LevelError(
                path, f"the need '{need.id}' wants '{need.dataset}'.", key="needs", accepted=f"`data` lists: {', '.join(cards)}."
            )
    for incident in file.incidents:
        known = [i.id for i in catalogue.incidents if i.modelled]
        if incident.kind not in known:
            raise LevelError(path, f"there is no incident kind '{incident.kind}'.", key="incidents", accepted=nearest(incident.kind, known))
    for key, when in _whens(file):
        _check_when(path, key, when)
    hourly = catalogue.people.engineer_micros_per_hour
    starts = file.start.at
    return Scenario(
        id=file.id,
        title=file.title,
        digest=_digest(raw, cards),
        calendar=Calendar(file.start.first_weekday, file.start.opens * HOUR, file.start.closes * HOUR),
        starts=starts,
        ends=starts + file.clock.seconds,
        budget_micros=file.budget_micros,
        team=tuple(Person(m.id, m.title, m.expertise, hourly) for m in file.team),
        needs=tuple(
            Need(n.id, n.title, n.dataset, Traffic(n.traffic.base_per_minute, n.traffic.hours, n.traffic.weekdays, n.traffic.noise), n.port)
            for n in file.needs
        ),
        slo=Slo(file.slo.target_ppm, file.slo.since),
        incidents=tuple(
            Planned(
                id=i.id,
                kind=i.kind,
                earliest=i.earliest,
                latest=i.latest,
                aim=i.aim,
                patience=i.patience_hours * HOUR if i.patience_hours is not None else None,
                rate_factor=i.rate_factor,
                detail=i.detail,
            )
            for i in file.incidents
        ),
        cards=cards,
        files=tuple(_files(cards)),
        containers=load_containers(assets_dir),
        catalogue=catalogue,
        training_seed=file.training_seed,
        quotas=dict(file.quotas) or None,
    )


def _card(path: Path, assets_dir: Path, name: str) -> DataCard:
    file = assets_dir / "data" / f"{name}.yaml"
    if not file.exists():
        known = sorted(p.stem for p in (assets_dir / "data").glob("*.yaml"))
        raise LevelError(path, f"there is no data set '{name}'.", key="data", accepted=nearest(name, known))
    return load_card(file)


def _files(cards: dict[str, DataCard]) -> Iterator[ObjectFile]:
    for card in cards.values():
        rows = dict(card.rows)
        for name, channel in card.files:
            size = card.represented_bytes * rows[channel] // rows["train"]
            yield ObjectFile(name, card.id, channel, size)


def _digest(raw: bytes, cards: dict[str, DataCard]) -> str:
    hasher = blake2b(raw, digest_size=16)
    for name in sorted(cards):
        hasher.update(repr(cards[name]).encode())
    return hasher.hexdigest()


def _whens(file: LevelFile) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    yield "win", file.win
    for name, loss in file.lose.items():
        yield f"lose.{name}", loss
    for objective in file.objectives:
        yield f"objectives.{objective.id}", objective.when
    for index, hint in enumerate(file.hints):
        yield f"hints.{index}", hint.unless
    for question in (*file.predictions, *file.questions):
        for key, choice in question.choices.items():
            if not isinstance(choice, str) and choice.when is not None:
                yield f"{question.id}.choices.{key}", choice.when


@lru_cache(maxsize=256)
def _arguments(name: str) -> tuple[tuple[str, bool], ...]:
    parts = signature(PREDICATES[name]).parameters.values()
    return tuple((p.name, p.default is Parameter.empty) for p in parts if p.kind is Parameter.KEYWORD_ONLY)


def _check_when(path: Path, key: str, when: dict[str, dict[str, Any]]) -> None:
    """Refuse unknown predicates and arguments by name, before anybody plays the level."""
    for name, arguments in when.items():
        if name not in PREDICATES:
            raise LevelError(path, f"there is no predicate '{name}'.", key=key, accepted=nearest(name, sorted(PREDICATES)))
        known = dict(_arguments(name))
        for argument in arguments:
            if argument not in known:
                raise LevelError(path, f"'{name}' takes no '{argument}'.", key=key, accepted=nearest(argument, list(known)))
        missing = [a for a, required in known.items() if required and a not in arguments]
        if missing:
            raise LevelError(path, f"'{name}' needs {', '.join(missing)}.", key=key)
