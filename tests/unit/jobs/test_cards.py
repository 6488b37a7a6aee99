"""Data cards, their recipes, and the rows they stand for."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cloudlab.jobs.recipe import CardMissing, load_recipe
from cloudlab.jobs.worker import churn, data
from cloudlab.levels.cards import CardError, load_card, load_cards
from cloudlab.paths import assets_dir

FOLDER = assets_dir() / "data"
CARDS = load_cards(FOLDER)
DIGESTS = {
    "churn": "9a34f8f02357a809b662c67f93457be1693b9a111720bb3c90c0959683ae6b4d",
    "breast-cancer": "0413998bce622bea9ab6f669624a78b04cbb6053d2772c14a70a48d8997cf808",
}
ids = pytest.mark.parametrize("name", sorted(CARDS))


def rows(name: str) -> data.Dataset:
    return data.load(load_recipe(FOLDER, name))


@ids
def test_the_rows_are_the_same_bytes_everywhere(name: str) -> None:
    digest = hashlib.sha256()
    for split in ("train", "validation", "stream"):
        part = rows(name).split(split)
        digest.update(part.features.astype("<f4").tobytes())
        digest.update(part.labels.astype("<f4").tobytes())
    assert digest.hexdigest() == DIGESTS[name]


@ids
def test_a_card_tells_the_truth_about_its_rows(name: str) -> None:
    card, found = CARDS[name], rows(name)
    assert found.columns == card.features
    for split, size in card.rows:
        part = found.split(split)
        assert part.features.shape == (size, len(card.features))
        assert part.labels.shape == (size,)
        assert set(part.labels.tolist()) == {0.0, 1.0}
        assert np.isfinite(part.features).all()
    assert {channel for _, channel in card.files} == {"train", "validation"}


@ids
def test_the_represented_size_is_that_of_its_csv(name: str) -> None:
    card = CARDS[name]
    lines = [f"0,{','.join(f'{value:.6g}' for value in row)}\n" for row in rows(name).train.features[:2_000]]
    measured = sum(map(len, lines)) / len(lines)
    assert card.represented_bytes / card.represented_rows == pytest.approx(measured, rel=0.02)


@ids
def test_the_best_constant_answer_earns_exactly_zero(name: str) -> None:
    card, truth = CARDS[name], rows(name).stream.labels > 0.5
    always_no = card.payoff.true_negative * (~truth).sum() + card.payoff.false_negative * truth.sum()
    always_yes = card.payoff.false_positive * (~truth).sum() + card.payoff.true_positive * truth.sum()
    assert always_no == 0
    assert always_yes < 0


@ids
def test_the_threshold_is_where_an_answer_breaks_even(name: str) -> None:
    card = CARDS[name]
    cost, gain = -card.payoff.false_positive, card.payoff.true_positive
    assert card.threshold == cost * 1_000_000 // (cost + gain)


def test_the_best_auc_on_the_card_is_the_one_the_true_probabilities_reach() -> None:
    recipe = load_recipe(FOLDER, "churn")
    customers = churn.generate(recipe.seed, sum(size for _, size in recipe.rows))
    best = data.expected_auc(customers.probability_ppm)
    assert CARDS["churn"].best_auc == round(best * 10_000) * 100
    assert rows("churn").best_auc == best


def test_the_expected_auc_agrees_with_counting_pairs() -> None:
    chances = np.array([100_000, 500_000, 500_000, 900_000], dtype=np.int64)
    p = chances / 1e6
    pairs = [(i, j) for i in range(4) for j in range(4)]
    won = sum(p[i] * (1 - p[j]) * (1.0 if p[i] > p[j] else 0.5 if p[i] == p[j] else 0.0) for i, j in pairs)
    assert data.expected_auc(chances) == pytest.approx(won / sum(p[i] * (1 - p[j]) for i, j in pairs))


def test_the_probabilities_are_those_the_labels_were_drawn_from() -> None:
    customers = churn.generate(7, 50_000)
    assert customers.probability_ppm.min() >= 0
    assert customers.probability_ppm.max() <= 1_000_000
    for low in range(0, 1_000_000, 100_000):
        group = (customers.probability_ppm >= low) & (customers.probability_ppm < low + 100_000)
        assert customers.labels[group].mean() == pytest.approx(customers.probability_ppm[group].mean() / 1e6, abs=0.03)


def test_a_longer_table_begins_with_the_same_customers() -> None:
    short, long = churn.generate(3, 100), churn.generate(3, 1_000)
    assert np.array_equal(short.features, long.features[:100])
    assert np.array_equal(short.labels, long.labels[:100])
    assert not np.array_equal(churn.generate(4, 100).features, short.features)


def test_what_decides_the_rows_names_the_edition() -> None:
    recipe = load_recipe(FOLDER, "churn")
    assert recipe.revision == churn.REVISION
    other = replace(recipe, threshold_ppm=1)
    assert other.data_edition() == recipe.data_edition()
    assert other.answer_edition() != recipe.answer_edition()
    assert replace(recipe, seed=1).data_edition() != recipe.data_edition()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("threshold_ppm: 333_333", "threshold_ppm: 2_000_000", "threshold_ppm"),
        ("label:", "lable:", "lable"),
        ("true_negative: 0", "true_negative: 5", "exactly zero"),
        ("false_positive: -100_000", "false_positive: 100_000", "must cost"),
        ("  - bundle\n", "  - autopay\n", "twice"),
        ("id: churn", "id: churm", "file's own name"),
        ("id: churn", "id: [churn", "not YAML"),
    ],
)
def test_a_card_that_is_wrong_is_refused_by_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (FOLDER / "churn.yaml").read_text()
    assert old in text
    path = tmp_path / "churn.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(CardError, match=said):
        load_card(path)


def test_a_missing_card_is_said(tmp_path: Path) -> None:
    with pytest.raises(CardError):
        load_card(tmp_path / "none.yaml")
    with pytest.raises(CardMissing):
        load_recipe(tmp_path, "none")
    (tmp_path / "half.yaml").write_text("rows: {train: 1}")
    with pytest.raises(CardMissing):
        load_recipe(tmp_path, "half")
