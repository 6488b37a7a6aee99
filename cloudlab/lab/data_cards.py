"""The data cards as text or JSON: what a set is, what it stands for, what answers on it are worth and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches

from cloudlab.model.money import format_usd
from cloudlab.model.training import DataCard

SPLITS = {"train": "to train on", "validation": "to judge by", "stream": "never shown to a model: the requests are these"}


def find_cards(cards: Mapping[str, DataCard], word: str) -> list[DataCard]:
    """Return the cards with every part of `word` in their id, title, story, source or features; all of them for no word."""
    parts = word.casefold().split()
    return [card for card in cards.values() if all(part in _haystack(card) for part in parts)]


def cards_text(cards: Mapping[str, DataCard], word: str = "") -> str:
    """Return what `cloudlab data WORD` prints: plain text, ending in a newline."""
    found = find_cards(cards, word)
    if not found:
        near = get_close_matches(word.casefold().strip(), list(cards), n=1)
        there = f"Did you mean {near[0]}?" if near else f"There: {', '.join(cards)}."
        return f"No data card has that in its id, title, story, source or features. {there}\n"
    return "\n\n".join(card_text(card) for card in found) + "\n"


def cards_json(cards: Mapping[str, DataCard], word: str = "") -> str:
    """Return the same as one JSON object."""
    body = {"schema": 1, "word": word, "cards": [asdict(card) | {"rows": dict(card.rows)} for card in find_cards(cards, word)]}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def card_text(card: DataCard) -> str:
    """Return one card, a line per matter."""
    payoff = card.payoff
    worth = (
        f"yes, rightly: {_usd(payoff.true_positive)}; yes, wrongly: {_usd(payoff.false_positive)};"
        f" no, rightly: {_usd(payoff.true_negative)}; no, wrongly: {_usd(payoff.false_negative)}"
    )
    best = f"{card.best_auc / 1_000_000:.4f}" if card.best_auc is not None else "unknown; nobody knows it of real data"
    lines = [
        f"{card.id}: {card.title}",
        " ".join(card.story.split()),
        "rows: " + "; ".join(f"{count:,} {split} ({SPLITS.get(split, split)})" for split, count in card.rows),
        _stands_for(card),
        f"asked: {card.label}, out of {len(card.features)} features: {', '.join(card.features)}",
        f"a score of {card.threshold / 1_000_000:.3f} or more is a yes",
        f"an answer is worth: {worth}; the best constant answer earns nothing",
        f"reference: a competent model earns {format_usd(card.reference_micros, 4)} an answer",
        f"best ranking any model could reach (AUC): {best}",
        "files: " + ", ".join(f"{name} ({channel})" for name, channel in card.files),
        f"source: {card.source}",
        f"licence: {card.licence}",
    ]
    return "\n  ".join(lines)


def _stands_for(card: DataCard) -> str:
    train = dict(card.rows).get("train", 0)
    if card.represented_rows == sum(count for _, count in card.rows):
        return "stands for itself: a job's duration, memory and price are modelled at its own size"
    size = f"{card.represented_rows:,} rows of {_bytes(card.represented_bytes)} in all"
    return f"stands for: trained on {train:,} rows, standing for {size}; a job's duration, memory and price are modelled at that size"


def _bytes(count: int) -> str:
    return f"{count / 1_000_000_000:.1f} GB" if count >= 100_000_000 else f"{count / 1_000_000:.1f} MB"


def _usd(micros: int) -> str:
    return format_usd(micros, 2)


def _haystack(card: DataCard) -> str:
    return " ".join((card.id, card.title, card.story, card.source, *card.features)).casefold()
