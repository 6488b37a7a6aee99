"""Settings: kept whole, read back, and what makes no sense counts as not set."""

from __future__ import annotations

import pytest

from cloudlab.lab.saves import SaveError
from cloudlab.lab.settings import Settings, load_settings, save_settings, settings_path


def test_what_is_kept_is_read_back() -> None:
    assert load_settings() == Settings()
    kept = Settings(pace=2, reduced_motion=True, mood="win", theme="light", sounds=True, keys={"run.hint": "f11"}, oriented=True)
    save_settings(kept)
    assert load_settings() == kept
    assert [path.name for path in settings_path().parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, '{"pace": 17, "mood": 3, "keys": {"a": 1}, "sounds": "on"}', "\xff"])
def test_damaged_settings_count_as_none(text: str) -> None:
    save_settings(Settings(pace=2))
    settings_path().write_text(text, encoding="latin-1")
    assert load_settings() == Settings()


def test_one_bad_setting_leaves_the_others() -> None:
    save_settings(Settings())
    settings_path().write_text('{"pace": 17, "theme": "light", "reduced_motion": true}')
    assert load_settings() == Settings(theme="light", reduced_motion=True)


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLOUDLAB_HOME", str(tmp_path / "file"))
    with pytest.raises(SaveError, match="CLOUDLAB_HOME"):
        save_settings(Settings())
