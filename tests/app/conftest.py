"""What every test of the screens shares: a pilot that does not wait for a process at rest, which a game whose clock runs never is."""

from __future__ import annotations

import pytest
from textual import app, pilot
from textual._wait import wait_for_idle

LONGEST = 0.03


async def settled(min_sleep: float = 0.0, max_sleep: float = LONGEST) -> None:
    """Wait as Textual's pilot does until the process is idle, but three hundredths of a second at most instead of a whole one."""
    await wait_for_idle(min(min_sleep, LONGEST), min(max_sleep, LONGEST))


@pytest.fixture(autouse=True)
def brisk_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "wait_for_idle", settled)
    monkeypatch.setattr(pilot, "wait_for_idle", settled)
