"""Orientation: each step is done by doing it, and by nothing else."""

from __future__ import annotations

from pathlib import Path

from cloudlab.lab.orientation import STEPS, Orientation, Signs, signs_of
from tests.runs import perform, start
from tests.small_level import small_level

DONE = (
    Signs(pane="map"),
    Signs(orders=1),
    Signs(orders=1, passed=240),
    Signs(orders=1, passed=240, warned=True),
    Signs(orders=1, passed=240, hints=1),
    Signs(orders=1, passed=240, hints=1, pane="board"),
    Signs(orders=1, passed=240, hints=1, sought=True),
)


def test_each_step_waits_for_its_own_sign() -> None:
    assert len(DONE) == len(STEPS) == 7
    orientation = Orientation()
    assert not orientation.tell(Signs())
    for at, signs in enumerate(DONE):
        assert orientation.at == at
        for other in DONE[:at]:
            assert at == 2 or not orientation.tell(other)
        assert orientation.tell(signs)
    assert orientation.step is None
    assert not orientation.tell(Signs())


async def test_signs_come_from_the_journal(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    assert signs_of(session, "", warned=False, sought=False) == Signs()
    await perform(session, "ec2 create-vpc --cidr-block 10.0.0.0/16\n")
    session.hint()
    seen = signs_of(session, "map", warned=True, sought=False)
    assert (seen.orders, seen.hints, seen.pane, seen.warned) == (1, 1, "map", True)
    assert seen.passed == session.now - session.level.scenario.starts > 0
