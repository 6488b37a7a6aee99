"""Verification: what an instructor can say of a handed-in journal - whole, of this level, and truly leading where it claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cloudlab.engine.simulation import Referee, Simulation
from cloudlab.journal.error import JournalError
from cloudlab.journal.file import Reading, read
from cloudlab.journal.replay import differences, replay
from cloudlab.lab.saves import outcome
from cloudlab.model.scenario import Scenario
from cloudlab.model.training import Fact


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of checking a journal."""

    ok: bool
    reasons: tuple[str, ...]
    """Why it does not count, each a sentence; empty where it does."""
    digest: str | None = None
    """Of the World it leads to; None where it could not be replayed."""
    outcome: str | None = None
    """won, lost or unfinished, as replayed; None where it could not be."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """The real results the run relied on. A replay takes them as written; whoever doubts them trains the specs again."""


def verify(path: Path, scenario: Scenario, referee: Referee) -> Verified:
    """Check a handed-in journal against the level as it is here. Trusts nothing in it, and never raises for what is in it."""
    try:
        reading = read(path)
    except JournalError as error:
        return Verified(False, (str(error),))
    reasons = list(_unfit(reading, scenario))
    if differences(reading.header, scenario):
        return Verified(False, tuple(reasons))
    simulation = Simulation.open(scenario, reading.header.seed, referee)
    try:
        replay(reading.header, reading.records, simulation)
    except JournalError as error:
        return Verified(False, (*reasons, str(error)))
    except (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError) as error:
        # No run that was played does this; a file written by hand may.
        return Verified(False, (*reasons, f"It leads the simulation where no played run can be ({type(error).__name__}: {error})."))
    ended = simulation.world.over or "unfinished"
    claimed = outcome(reading.records)
    if claimed not in ("unfinished", ended):
        reasons.append(f"It says the run was {claimed}; replayed, it is {ended}.")
    return Verified(not reasons, tuple(reasons), simulation.digest(), ended, simulation.world.facts)


def _unfit(reading: Reading, scenario: Scenario) -> tuple[str, ...]:
    found = [reading.damage] if reading.damage is not None else []
    found += [f"It was not played in this frame: {difference}." for difference in differences(reading.header, scenario)]
    if reading.header.mood == "win" and any(r.kind == "rewound" for r in reading.records):
        found.append("It says it was played in win mood, but it was rewound.")
    return tuple(found)
