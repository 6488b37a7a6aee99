"""Three tellings of one fleet come to the same: the engine's, which leaps, a loop over minutes, and SimPy's processes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.scaled import NEED, engine_totals, open_following, told_for_models
from tests.truth.fleet_models import by_simpy, by_the_minute


@pytest.mark.parametrize("noise", [0, 40, 150])
def test_all_three_come_to_the_same_totals(noise: int) -> None:
    fleet = open_following(3, replace(NEED, traffic=replace(NEED.traffic, noise=noise)))
    told = told_for_models(fleet)
    engine, minutes, processes = engine_totals(fleet), by_the_minute(told), by_simpy(told)
    assert engine == minutes == processes
    assert engine.changes >= 6
    assert engine.failed > 0
