"""The store of facts: keeps, finds, and survives damage."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cloudlab.jobs.store import FactStore, write_whole
from cloudlab.model.training import Scored, Trained, TrainingFailed

DIGEST, EDITION, SHA = "ab" * 16, "0123456789abcdef", "cd" * 32
TRAINED = Trained(DIGEST, SHA, 200, (("train:auc", 900_100), ("validation:auc", 874_600)))
FAILED = TrainingFailed(DIGEST, "ClientError", "Extraneous hyperparameter found: foo")
SCORED = Scored(DIGEST, "churn", 7, b"\x1b\x2d")
MADE_WITH = (("xgboost", "3.2.0"),)


@pytest.mark.parametrize("fact", [TRAINED, FAILED])
def test_a_training_fact_comes_back_as_it_was(tmp_path: Path, fact: Trained | TrainingFailed) -> None:
    store = FactStore(tmp_path)
    assert store.trained(DIGEST, EDITION) is None
    store.keep_trained(fact, EDITION, MADE_WITH)
    assert FactStore(tmp_path).trained(DIGEST, EDITION) == fact
    assert store.trained(DIGEST, "another") is None
    assert "3.2.0" in next(tmp_path.glob("trained/*.json")).read_text()


def test_answers_belong_to_the_artifact_that_gave_them(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    store.keep_scored(SCORED, EDITION, SHA, MADE_WITH)
    assert store.scored(DIGEST, "churn", EDITION, SHA) == SCORED
    assert store.scored(DIGEST, "churn", EDITION, "ef" * 32) is None
    assert store.scored(DIGEST, "fraud", EDITION, SHA) is None
    assert store.damaged == []


def test_shipped_facts_are_found_and_never_written(tmp_path: Path) -> None:
    shipped = FactStore(tmp_path / "shipped")
    shipped.keep_trained(TRAINED, EDITION, MADE_WITH)
    write_whole(shipped.artifacts / f"{SHA}.ubj", b"model")
    store = FactStore(tmp_path / "mine", (shipped.root,))
    assert store.trained(DIGEST, EDITION) == TRAINED
    assert store.artifact(SHA) == shipped.artifacts / f"{SHA}.ubj"
    assert not (tmp_path / "mine").exists()


def _corrupt(content: bytes) -> list[bytes]:
    entry = json.loads(content)
    entry["body"]["rounds"] = 1
    forged = json.dumps(entry).encode()
    return [b"", content[:40], content[:-1] + b"x", forged, b"[]", b"null", b"\xff\xfe"]


@pytest.mark.parametrize("case", range(7))
def test_a_damaged_entry_is_reported_and_forgotten(tmp_path: Path, case: int, caplog: pytest.LogCaptureFixture) -> None:
    store = FactStore(tmp_path)
    store.keep_trained(TRAINED, EDITION, MADE_WITH)
    (path,) = tmp_path.glob("trained/*.json")
    path.write_bytes(_corrupt(path.read_bytes())[case])
    with caplog.at_level(logging.WARNING, "cloudlab.jobs.store"):
        assert store.trained(DIGEST, EDITION) is None
    assert store.damaged == [path]
    assert "set aside" in caplog.text
    assert not path.exists()
    store.keep_trained(TRAINED, EDITION, MADE_WITH)
    assert store.trained(DIGEST, EDITION) == TRAINED


def test_every_single_byte_may_be_damaged(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    store.keep_scored(SCORED, EDITION, SHA, MADE_WITH)
    (path,) = tmp_path.glob("scored/*.json")
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        # Some bytes carry no meaning (spaces, noted versions); a fact that comes back is always the right one.
        assert store.scored(DIGEST, "churn", EDITION, SHA) in (None, SCORED)


def test_a_renamed_entry_is_no_fact_about_another_spec(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    store.keep_trained(TRAINED, EDITION, MADE_WITH)
    (path,) = tmp_path.glob("trained/*.json")
    path.rename(path.with_name(f"{'00' * 16}.{EDITION}.json"))
    assert store.trained("00" * 16, EDITION) is None
    assert len(store.damaged) == 1


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "cd" * 31 + "c/"])
def test_an_artifact_is_named_by_hex_digits_only(tmp_path: Path, name: str) -> None:
    assert FactStore(tmp_path).artifact(name) is None


def test_many_may_write_at_once(tmp_path: Path) -> None:
    def write(_: int) -> Trained | TrainingFailed | None:
        store = FactStore(tmp_path)
        store.keep_trained(TRAINED, EDITION, MADE_WITH)
        return store.trained(DIGEST, EDITION)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(100))) == {TRAINED}
    assert [path.suffix for path in (tmp_path / "trained").iterdir()] == [".json"]
