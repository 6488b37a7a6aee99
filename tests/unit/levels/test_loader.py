"""What an author is told: file, line, key, and what was probably meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloudlab.levels.cards import CardError
from cloudlab.levels.error import LevelError, nearest
from cloudlab.levels.loader import find_level, level_ids, load_level
from cloudlab.model.time import HOUR, at
from cloudlab.paths import assets_dir
from tests.small_level import LEVEL_ID, TEXT, small_level, write_level


def line_of(text: str, part: str, nth: int = 1) -> int:
    """Return the line (from 1) with the nth occurrence of `part`."""
    found = [n for n, line in enumerate(text.splitlines(), 1) if part in line]
    return found[nth - 1]


def refused(folder: Path, text: str) -> LevelError:
    with pytest.raises(LevelError) as caught:
        small_level(folder, text)
    return caught.value


def test_a_level_is_compiled_into_a_scenario(tmp_path: Path) -> None:
    level = small_level(tmp_path)
    scenario = level.scenario
    assert (level.id, scenario.id, scenario.title) == ("90-small", "90-small", "Small")
    assert (scenario.starts, scenario.ends) == (at(1, "09:00"), at(2, "18:00"))
    assert (scenario.calendar.first_weekday, scenario.calendar.opens, scenario.calendar.closes) == (0, 9 * HOUR, 18 * HOUR)
    assert scenario.budget_micros == 500_000_000
    assert [(p.id, p.hourly_micros) for p in scenario.team] == [("ana", 87_000_000), ("raj", 87_000_000)]
    assert (scenario.slo.target_ppm, scenario.slo.since) == (980_000, at(1, "12:00"))
    assert [(f.name, f.channel) for f in scenario.files] == [("churn/train.csv", "train"), ("churn/validation.csv", "validation")]
    assert level.brief().startswith("# Small")


def test_the_digest_names_the_content(tmp_path: Path) -> None:
    one = small_level(tmp_path / "a").scenario.digest
    assert small_level(tmp_path / "b").scenario.digest == one
    assert small_level(tmp_path / "c", TEXT.replace("budget_usd: 500", "budget_usd: 501")).scenario.digest != one


def test_a_level_is_found_by_id_or_number(tmp_path: Path) -> None:
    levels = write_level(tmp_path)
    assert level_ids(levels) == (LEVEL_ID,)
    assert find_level(levels, "90-small") == find_level(levels, "90") == "90-small"
    with pytest.raises(LevelError, match=r"there is no level '90-smal'\. Did you mean '90-small'\?"):
        find_level(levels, "90-smal")
    with pytest.raises(LevelError, match=r"no level '../90-small'"):
        load_level(levels, assets_dir(), "../90-small")


# (what is wrong, what is written instead of what, which line, key, and what the message says)
FAULTS: list[tuple[str, str, str, str, int, str, str]] = [
    ("unknown key", "budget_usd: 500", "budget_us: 500", "budget_us", 1, "budget_us", "Did you mean 'budget_usd'?"),
    ("unknown key within", "slo: {target: 0.98,", "slo: {taget: 0.98,", "slo:", 1, "slo.taget", "Did you mean 'target'?"),
    ("unknown key in a list", "- {id: raj, title:", "- {id: raj, titel: x, title:", "id: raj", 1, "team.1.titel", "Did you mean 'title'?"),
    ("wrong type", "version: 1", "version: one", "version", 1, "version", "valid integer"),
    ("missing key", "title: Small\n", "", "id: 90", 0, "title", "missing"),
    ("bad instant", "at: day 1 09:00", "at: monday nine", "start:", 1, "start.at", "day 2 09:00"),
    ("no such clock", "at: day 1 09:00", "at: day 1 29:00", "start:", 1, "start.at", "day 2 09:00"),
    ("no such weekday", "weekday: monday", "weekday: mon", "start:", 1, "start.weekday", "'monday', 'tuesday'"),
    ("closed all day", "opens: 9", "opens: 18", "start:", 1, "start.opens", "Open before you close"),
    ("no time", "clock: {days: 1, hours: 9}", "clock: {days: 0}", "clock:", 1, "clock", "no time at all"),
    ("slo too late", "since: day 1 12:00", "since: day 9 12:00", "slo:", 1, "slo.since", "from day 1 09:00 to day 2 18:00"),
    ("two of one name", "id: raj", "id: ana", "id: ana", 2, "team.1.id", "is taken"),
    ("need without data", "dataset: churn\n    traffic", "dataset: chrun\n    traffic", "dataset: chrun", 1, "needs.0.dataset", "churn"),
    ("no such data", "data: [churn]", "data: [churn, chrun]", "data:", 1, "data.1", "Did you mean 'churn'?"),
    ("factors", "noise: 0}", "noise: 0, hours: [1, 2]}", "traffic:", 1, "needs.0.traffic.hours", "24 factors"),
    ("negative factor", "noise: 0}", "noise: 0, weekdays: [1, 2, 3, 4, 5, 6, -7]}", "traffic:", 1, "needs.0.traffic.weekdays", "0 or more"),
    ("predicate", "{exists: {kind: vpc}}", "{exist: {kind: vpc}}", "id: vpc", 1, "objectives.0.when.exist", "Did you mean 'exists'?"),
    (
        "argument",
        "{exists: {kind: vpc}}",
        "{exists: {kind: vpc, cuont: 1}}",
        "id: vpc",
        1,
        "objectives.0.when.exists.cuont",
        "Did you mean 'count'?",
    ),
    ("no argument", "{breached: {}}", "{breached: {by: x}}", "breach:", 1, "lose.breach.breached.by", "takes no arguments"),
    ("missing argument", "answered: {need: scores, share: 0.5}", "answered: {need: scores}", "answered:", 1, "win.answered", "needs share"),
    ("kind", "{kind: vpc}", "{kind: vcp}", "id: vpc", 1, "objectives.0.when.exists.kind", "Did you mean 'vpc'?"),
    ("need of a predicate", "answered: {need: scores,", "answered: {need: score,", "answered:", 1, "win.answered.need", "'scores'"),
    ("type of an argument", "share: 0.5", "share: half", "answered:", 1, "win.answered.share", "a number, not 'half'"),
    ("share", "share: 0.5", "share: 50", "answered:", 1, "win.answered.share", "0.95 is 95 %"),
    (
        "dataset of a hint",
        "unless: {dataset-stored: {dataset: churn}}",
        "unless: {dataset-stored: {dataset: chur}}",
        "dataset-stored",
        1,
        "hints.0.unless.dataset-stored.dataset",
        "Did you mean 'churn'?",
    ),
    ("choice", "by: 50400}}}", "till: 50400}}}", "a: {text", 1, "predictions.0.choices.a.when.first-value.till", "takes no 'till'"),
    ("right answer", "right: b", "right: c", "right:", 1, "questions.0.right", "Choices: a, b."),
    ("nothing right", "    right: b\n", "", "id: Q1", 1, "questions.0", "can ever be right"),
    ("brief", "brief: brief.md", "brief: breif.md", "brief:", 1, "brief", "no file 'breif.md'"),
    ("bot", "file: nothing.aws", "file: nothng.aws", "nothng", 1, "bots.0.file", "Did you mean 'nothing.aws'?"),
    ("said twice", "act: 1\n", "act: 1\ntitle: Again\n", "title: Again", 1, "title", "a second time"),
    ("quota", "act: 1\n", "act: 1\nquotas: {vpcs_per_regoin: 2}\n", "quotas:", 1, "quotas.vpcs_per_regoin", "vpcs_per_region"),
]


@pytest.mark.parametrize(("old", "new", "line_with", "nth", "key", "says"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_told_with_its_line_and_key(tmp_path: Path, old: str, new: str, line_with: str, nth: int, key: str, says: str) -> None:
    assert TEXT.count(old) >= 1
    text = TEXT.replace(old, new, 1)
    error = refused(tmp_path, text)
    assert error.file == tmp_path / "levels" / LEVEL_ID / "level.yaml"
    assert error.key == key
    assert says in str(error)
    if nth:
        assert error.line == line_of(text, line_with, nth)
        assert str(error).startswith(f"{error.file}:{error.line}: {key}: ")


@pytest.mark.parametrize(
    ("incident", "key", "says"),
    [
        ("{id: x, kind: disk-ful, earliest: day 1 10:00, latest: day 1 11:00}", "kind", "Did you mean 'disk-full'?"),
        ("{id: x, kind: disk-full, earliest: day 1 12:00, latest: day 1 11:00}", "latest", "is before"),
        ("{id: x, kind: disk-full, earliest: day 1 08:00, latest: day 1 11:00}", "earliest", "outside the run"),
        ("{id: x, kind: disk-full, earliest: day 1 10:00, latest: day 4 11:00}", "latest", "outside the run"),
        ("{id: x, kind: disk-full, earliest: day 1 10:00, latest: day 1 11:00, aim: biggest}", "aim", "'first', 'busiest' or 'any'"),
        ("{id: x, kind: disk-full, earliest: day 1 10:00, latest: day 1 11:00, patience_hours: -1}", "patience_hours", "greater"),
        ("{id: x, kind: os-cve, earliest: day 1 10:00, latest: day 1 11:00, detail: soon}", "detail", "CVE-2024-6387 age=9d"),
        ("{id: x, kind: az-outage, earliest: day 1 10:00, latest: day 1 11:00, detail: soon}", "detail", "neither a zone"),
        ("{id: ok, kind: disk-full, earliest: day 1 10:00, latest: day 1 11:00}", "id", "is taken"),
    ],
)
def test_an_incident_that_could_not_strike(tmp_path: Path, incident: str, key: str, says: str) -> None:
    good = "{id: ok, kind: disk-full, earliest: day 1 10:00, latest: day 1 11:00}"
    text = TEXT + f"incidents:\n  - {good}\n  - {incident}\n"
    error = refused(tmp_path, text)
    assert error.key == f"incidents.1.{key}"
    assert error.line == len(text.splitlines())
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id: [1, 2\n", "this is no YAML"),
        ("- a\n- b\n", "a level is a mapping"),
        ("", "a level is a mapping"),
        ("a: b: c\n", "this is no YAML"),
        ("id: \x01\n", "this is no YAML"),
        ("at: 2024-13-45\n", "this is no YAML"),
    ],
)
def test_what_is_no_level_at_all(tmp_path: Path, text: str, says: str) -> None:
    assert says in str(refused(tmp_path, text))


def test_the_folder_has_the_levels_name(tmp_path: Path) -> None:
    error = refused(tmp_path, TEXT.replace("id: 90-small", "id: 91-small"))
    assert (error.key, error.line) == ("id", 1)
    assert "Make them equal." in str(error)


def test_a_data_card_that_cannot_be_used_is_the_authors_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloudlab.levels import loader

    def broken(path: Path) -> Any:
        raise CardError(f"{path}: rows: missing")

    monkeypatch.setattr(loader, "load_card", broken)
    error = refused(tmp_path, TEXT)
    assert error.file.name == "churn.yaml"
    assert "rows: missing" in str(error)


def test_nearest_or_all() -> None:
    assert nearest("subnt", ["subnet", "vpc"]) == "Did you mean 'subnet'?"
    assert nearest("zzz", ["subnet", "vpc"]) == "Known: subnet, vpc."
