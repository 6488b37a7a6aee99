"""Review: which cards are due, and when the next one comes back."""

from __future__ import annotations

from datetime import date

from cloudlab.lab.profile import Profile, load_profile, reviewed, save_profile
from cloudlab.lab.review import due_cards, next_due

TODAY = date(2026, 3, 10)


def test_nothing_is_due_in_a_new_profile() -> None:
    assert due_cards(TODAY) == []
    assert next_due(TODAY) is None


def test_due_cards_are_found_and_what_was_known_comes_back_later() -> None:
    from cloudlab.lab.open import level

    card = level("1").file.cards[0]
    key = f"01-first-server/{card.id}"
    save_profile(
        Profile()
        .remembered(key, date(2026, 3, 9))
        .remembered("77-gone/x", date(2026, 3, 1))
        .remembered("01-first-server/z", date(2026, 3, 14))
    )
    (due,) = due_cards(TODAY)
    assert (due.key, due.front, due.back, due.times) == (key, card.front, card.back, 0)
    assert next_due(TODAY) == date(2026, 3, 14)
    reviewed(key, True, TODAY)
    assert due_cards(TODAY) == []
    assert load_profile().cards[key].on == date(2026, 3, 13)
    reviewed(key, False, TODAY)
    assert load_profile().cards[key].on == date(2026, 3, 11)
