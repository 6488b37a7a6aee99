"""A data card tells what its set is, stands for and is worth."""

from __future__ import annotations

import json

import pytest

from cloudlab.cli import main
from cloudlab.lab.data_cards import card_text, cards_json, cards_text
from tests.support import card

CARDS = {"tiny": card("tiny"), "other": card("other", title="Something else", best_auc=None)}


def test_the_card_of_level_01(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "churn"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "churn: Customers about to leave"
    assert (
        "  stands for: trained on 60,000 rows, standing for 40,000,000 rows of 2.0 GB in all; a job's duration, memory and price are"
        in ("\n".join(told))
    )
    assert (
        "  an answer is worth: yes, rightly: $0.20; yes, wrongly: -$0.10; no, rightly: $0.00; no, wrongly: $0.00;"
        " the best constant answer earns nothing" in told
    )
    assert "  a score of 0.333 or more is a yes" in told
    assert "  reference: a competent model earns $0.0250 an answer" in told
    assert "  best ranking any model could reach (AUC): 0.8864" in told
    assert "  licence: CC0-1.0" in told


def test_what_nobody_knows_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "unknown; nobody knows it of real data" in card_text(CARDS["other"])
    assert main(["data", "breast-cancer"]) == 0
    assert "stands for itself: a job's duration, memory and price are modelled at its own size" in capsys.readouterr().out


def test_a_word_chooses_cards() -> None:
    assert cards_text(CARDS, "something ELSE").startswith("other: Something else\n")
    assert [c["id"] for c in json.loads(cards_json(CARDS))["cards"]] == ["tiny", "other"]
    assert cards_text(CARDS, "othr").endswith("Did you mean other?\n")
    assert cards_text(CARDS, "zzz").endswith("There: tiny, other.\n")
