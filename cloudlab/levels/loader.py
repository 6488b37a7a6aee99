"""The loader: from `levels/<id>/level.yaml` to a Level that can be run, or a LevelError that says where to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from cloudlab.levels.cards import CardError, load_card
from cloudlab.levels.catalogue import load_catalogue
from cloudlab.levels.containers import load_containers
from cloudlab.levels.error import LevelError, nearest
from cloudlab.levels.handed_over import hand_over
from cloudlab.levels.schema import LevelFile, StartPart
from cloudlab.levels.sense import make_sense
from cloudlab.levels.shipped import NotShipped, artifact_bytes, shipped_facts, spec_of
from cloudlab.levels.source import Source
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.people import Person
from cloudlab.model.scenario import Need, ObjectFile, Planned, Scenario, Slo, Traffic
from cloudlab.model.time import HOUR, Calendar
from cloudlab.model.training import DataCard, Fact
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Level:
    """A level as it is played: the author's file, the compiled scenario, and where its other files lie."""

    file: LevelFile
    scenario: Scenario
    folder: Path
    assets_dir: Path

    def starting(self, start: str) -> Level:
        """Return the same level as it opens with another of its starts; the first where `start` is empty. Raises LevelError."""
        wanted = start or (self.file.starts[0].id if self.file.starts else "")
        return self if wanted == self.scenario.start else load_level(self.folder.parent, self.assets_dir, self.folder.name, wanted)

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def start(self) -> StartPart | None:
        """What this run opens with; None for an empty account."""
        return next((s for s in self.file.starts if s.id == self.scenario.start), None)

    def brief(self) -> str:
        """Return the brief of this start as Markdown."""
        own = self.start.brief if self.start is not None else None
        return (self.folder / (own or self.file.brief)).read_text(encoding="utf-8")


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


def read_level(levels_dir: Path, level_id: str) -> LevelFile:
    """Read what an author wrote, without the assets it needs; raises LevelError."""
    path = levels_dir / find_level(levels_dir, level_id) / "level.yaml"
    return Source(path, path.read_bytes()).read()


def load_level(levels_dir: Path, assets_dir: Path, level_id: str, start: str = "") -> Level:
    """Read one level as it opens with one of its starts, the first unless named; raises LevelError."""
    folder = levels_dir / find_level(levels_dir, level_id)
    path = folder / "level.yaml"
    raw = path.read_bytes()
    source = Source(path, raw)
    file = source.read()
    if file.id != folder.name:
        raise source.error(f"the id is '{file.id}', but the folder is called '{folder.name}'.", "id", accepted="Make them equal.")
    catalogue = load_catalogue(assets_dir)
    make_sense(file, source, folder, catalogue)
    scenario = _compile(file, source, assets_dir, catalogue, raw)
    chosen = _start(file, folder, start)
    if chosen is None:
        return Level(file, scenario, folder, assets_dir)
    script = folder / chosen.script
    facts = tuple(fact for f in scenario.files if f.model is not None for fact in shipped_facts(assets_dir, f.model))
    built = _built(scenario, script, script.read_bytes(), chosen.built_days, facts)
    digest = blake2b(scenario.digest.encode() + script.read_bytes() + repr(facts).encode(), digest_size=16).hexdigest()
    return Level(file, replace(scenario, digest=digest, start=chosen.id, handed_over=built), folder, assets_dir)


_BUILT: dict[tuple[str, bytes], World] = {}
"""What start scripts left, by the level's digest and the script: built once per process."""


def _built(scenario: Scenario, script: Path, text: bytes, built_days: int, facts: tuple[Fact, ...]) -> World:
    key = (scenario.digest + scenario.catalogue.digest, text)
    if key not in _BUILT:
        _BUILT[key] = hand_over(scenario, script, built_days, facts)
    return _BUILT[key]


def _start(file: LevelFile, folder: Path, word: str) -> StartPart | None:
    """Return the start that `word` names, the first where it names none; None where the level opens with an empty account."""
    if not word:
        return file.starts[0] if file.starts else None
    found = next((s for s in file.starts if s.id == word), None)
    if found is None:
        known = [s.id for s in file.starts]
        accepted = nearest(word, known) if known else "It opens with an empty account."
        raise LevelError(folder / "level.yaml", f"there is no start '{word}'.", key="starts", accepted=accepted)
    return found


def _compile(file: LevelFile, source: Source, assets_dir: Path, catalogue: Catalogue, raw: bytes) -> Scenario:
    cards = {name: _card(source, assets_dir, index, name) for index, name in enumerate(file.data)}
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
            Need(
                n.id,
                n.title,
                n.dataset,
                Traffic(n.traffic.base_per_minute, n.traffic.hours, n.traffic.weekdays, n.traffic.noise),
                n.port,
                n.database,
            )
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
        files=(*_files(cards), *_models(file, source, assets_dir)),
        containers=load_containers(assets_dir),
        catalogue=catalogue,
        training_seed=file.training_seed,
        quotas=dict(file.quotas) or None,
    )


def _card(source: Source, assets_dir: Path, index: int, name: str) -> DataCard:
    file = assets_dir / "data" / f"{name}.yaml"
    if not file.exists():
        known = sorted(p.stem for p in (assets_dir / "data").glob("*.yaml"))
        raise source.error(f"there is no data set '{name}'.", "data", index, accepted=nearest(name, known))
    try:
        return load_card(file)
    except CardError as error:
        raise LevelError(file, str(error).removeprefix(f"{file}: ")) from error


def _files(cards: dict[str, DataCard]) -> Iterator[ObjectFile]:
    for card in cards.values():
        rows = dict(card.rows)
        for name, channel in card.files:
            size = card.represented_bytes * rows[channel] // rows["train"]
            yield ObjectFile(name, card.id, channel, size)


def _models(file: LevelFile, source: Source, assets_dir: Path) -> Iterator[ObjectFile]:
    for index, part in enumerate(file.models):
        spec = spec_of(part, file.training_seed)
        try:
            yield ObjectFile(part.file, None, None, artifact_bytes(assets_dir, spec), spec)
        except NotShipped as missing:
            make = "python -m cloudlab.lab.shipping trains and keeps it."
            raise source.error(f"its results are not shipped: {missing}.", "models", index, accepted=make) from missing


def _digest(raw: bytes, cards: dict[str, DataCard]) -> str:
    hasher = blake2b(raw, digest_size=16)
    for name in sorted(cards):
        hasher.update(repr(cards[name]).encode())
    return hasher.hexdigest()
