"""What every test shares: a home folder of its own, and one way of trying examples."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: two cores run several tests at once, so a single example's time says nothing. In CI the examples are the same each
# time, so a red run is about the change; at a desk they vary, and find more.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def cloudlab_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test, and each process it starts, an empty player's folder: no test may ever touch real saves."""
    home = tmp_path / "cloudlab-home"
    monkeypatch.setenv("CLOUDLAB_HOME", str(home))
    return home
