"""Golden journals: every level's main bots, replayed, end in the very World they once ended in."""

from __future__ import annotations

import pytest

from cloudlab import paths
from cloudlab.lab import open as opening
from cloudlab.lab.golden import golden_path, replayed
from cloudlab.levels.loader import level_ids

CASES = [(level, bot) for level in map(opening.level, level_ids(paths.levels_dir())) for bot in level.file.bots if bot.main]


@pytest.mark.parametrize(("level", "bot"), CASES, ids=[f"{level.id}-{bot.road}" for level, bot in CASES])
def test_a_golden_journal_replays_to_its_digest(level, bot):
    pinned, now = replayed(level, golden_path(level, bot))
    assert now == pinned, "the simulation behaves otherwise: raise RULES, then write the goldens anew (python -m cloudlab.lab.golden)"
