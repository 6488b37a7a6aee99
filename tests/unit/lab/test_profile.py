"""The profile: what was reached is never lost, and a damaged file is told, kept and lived with."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cloudlab.lab.profile import Due, Profile, load_profile, profile_path, save_profile


def test_a_profile_comes_back_as_it_was_saved() -> None:
    profile = Profile().finished("01-first-server", 2, 750).remembered("01-first-server/route", date(2026, 3, 2), 1)
    save_profile(profile)
    assert load_profile() == profile
    assert profile == Profile({"01-first-server": 2}, {"01-first-server": 750}, {"01-first-server/route": Due(date(2026, 3, 2), 1)})


def test_no_file_is_an_empty_profile(cloudlab_home: Path) -> None:
    assert load_profile() == Profile()
    assert not cloudlab_home.exists()


def test_a_worse_run_takes_nothing_away() -> None:
    profile = Profile().finished("01", 2, 750).finished("01", 1, 800).finished("01", 3, 100)
    assert (profile.stars, profile.best) == ({"01": 3}, {"01": 800})


def test_cards_are_due_on_their_day_longest_waiting_first() -> None:
    profile = Profile().remembered("b", date(2026, 3, 2)).remembered("a", date(2026, 3, 3)).remembered("c", date(2026, 3, 1))
    assert profile.due(date(2026, 2, 28)) == ()
    assert profile.due(date(2026, 3, 2)) == ("c", "b")
    assert profile.due(date(2026, 3, 9)) == ("c", "b", "a")


WHOLE = {"schema": 1, "stars": {"01": 2}, "best": {"01": 700}, "cards": {"01/x": {"on": "2026-03-02", "times": 0}}}


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"", Profile()),
        (b"{", Profile()),
        (b"[" * 100_000, Profile()),
        (b"\xff\xfe", Profile()),
        (b"[1]", Profile()),
        (b"{}", Profile()),
        (json.dumps(WHOLE | {"stars": {"01": 9, "02": "x", "03": True, "04": 1}}).encode(), "stars"),
        (json.dumps(WHOLE | {"cards": {"x": {"on": "soon", "times": 0}, "y": 3}}).encode(), "cards"),
        (json.dumps(WHOLE | {"more": 1}).encode(), "all"),
    ],
)
def test_a_damaged_profile_is_kept_aside_and_told(content: bytes, kept: Profile | str) -> None:
    profile_path().parent.mkdir()
    profile_path().write_bytes(content)
    profile = load_profile()
    whole = Profile({"01": 2}, {"01": 700}, {"01/x": Due(date(2026, 3, 2))})
    expected = {
        "stars": Profile({"04": 1}, whole.best, whole.cards),
        "cards": Profile(whole.stars, whole.best, {}),
        "all": whole,
    }
    wanted = kept if isinstance(kept, Profile) else expected[kept]
    assert (profile.stars, profile.best, profile.cards) == (wanted.stars, wanted.best, wanted.cards)
    assert profile.damage is not None
    assert profile.damage.startswith("profile.json was damaged; it is kept as profile.json.damaged-1, and ")
    assert profile_path().with_name("profile.json.damaged-1").read_bytes() == content
    assert not profile_path().exists()
    save_profile(profile)
    assert load_profile().damage is None


def test_a_newer_profile_is_kept_for_the_newer_program() -> None:
    profile_path().parent.mkdir()
    profile_path().write_text(json.dumps({"schema": 2, "stars": {"01": 3}}))
    profile = load_profile()
    assert (profile.stars, profile.damage) == (
        {},
        "profile.json was written by a newer cloudlab; it is kept as profile.json.damaged-1, and a new one begins.",
    )


def test_a_profile_that_cannot_be_read_is_told() -> None:
    profile_path().mkdir(parents=True)
    assert "cannot be read" in (load_profile().damage or "")
