"""Replay: drives a simulation through a journal again, and holds it to having the same effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloudlab.engine.simulation import RULES, Happening, Simulation
from cloudlab.journal.codec import decode_input
from cloudlab.journal.error import JournalError, ReplayDiverged
from cloudlab.journal.history import rewound_to
from cloudlab.journal.record import INPUT_KINDS, Header, Record
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Step:
    """One record played again."""

    record: Record
    passed: tuple[Happening, ...]
    """What happened while time passed to the record's instant (after a rewind: since the point it went back to)."""
    before: World
    """The World just before the record's input went in."""
    outcome: tuple[Happening, ...] = ()
    """What came of the input itself."""


def differences(header: Header, scenario: Scenario) -> tuple[str, ...]:
    """Return in which ways a journal's frame is another than the one at hand; none: it can be replayed."""
    found = []
    if header.rules != RULES:
        found.append(f"it was played under rules {header.rules}, and these are rules {RULES}")
    if header.level != scenario.id:
        found.append(f"it is a run of level '{header.level}', not of '{scenario.id}'")
    elif header.start != scenario.start:
        found.append(f"it opened with '{header.start or 'an empty account'}', not with '{scenario.start or 'an empty account'}'")
    elif header.level_digest != scenario.digest:
        found.append(f"the level '{header.level}' has changed since")
    if header.catalogue_digest != scenario.catalogue.digest:
        found.append("the catalogue (prices, timings, quotas) has changed since")
    return tuple(found)


def replay(
    header: Header,
    records: Sequence[Record],
    simulation: Simulation,
    until_n: int | None = None,
    seen: Callable[[Step], object] | None = None,
) -> Simulation:
    """Drive `simulation`, which stands at its opening, through the records (up to number `until_n`); return it.

    It ends at the instant of the last record, so a session goes on exactly where it was. Rewinds are followed as they were
    made: what was undone is played, then undone. Raises JournalError where the frame differs, ReplayDiverged where a record has
    another effect than it had.
    """
    if differing := differences(header, simulation.scenario):
        raise JournalError(
            f"This journal cannot be replayed: {'; '.join(differing)}."
            " The cloudlab it was played with can still replay and report it; to play on here, start a new run of the level."
        )
    if simulation.world.seed != header.seed:
        raise JournalError(f"This journal cannot be replayed: its seed is {header.seed}, not {simulation.world.seed}.")
    wanted = records if until_n is None else [r for r in records if r.n <= until_n]
    returns = {rewound_to(r) for r in wanted if r.kind == "rewound"}
    worlds: dict[int, World] = {0: simulation.world}
    for record in wanted:
        if record.kind == "rewound":
            simulation.world = worlds[rewound_to(record)]
        step = _play(record, simulation)
        if record.n in returns:
            worlds[record.n] = simulation.world
        if seen is not None:
            seen(step)
    return simulation


def _play(record: Record, simulation: Simulation) -> Step:
    """Let time pass to the record's instant, then let its input in."""
    if record.kind == "observed":
        return Step(record, (), simulation.world)
    progress = simulation.advance(record.at)
    if simulation.now != record.at:
        now, then = stamp(simulation.now), stamp(record.at)
        if progress.waiting is not None:
            raise ReplayDiverged(record.n, f"at {now} the clock waits for the real result of {progress.waiting}, which is not there.")
        raise ReplayDiverged(record.n, f"it was written at {then}, but the replay stands at {now} and goes no further.")
    before = simulation.world
    if record.kind not in INPUT_KINDS:
        return Step(record, progress.happenings, before)
    try:
        given = decode_input(record.kind, record.id, record.body)
    except JournalError as error:
        raise JournalError(f"Record {record.n} cannot be replayed: {error}") from error
    outcome = simulation.submit(given)
    code = outcome.refusal.code if outcome.refusal is not None else None
    if code != record.refusal:
        was = f"was refused with {record.refusal}" if record.refusal else "was accepted"
        now_is = f"is refused with {code}" if code else "is accepted"
        raise ReplayDiverged(
            record.n,
            f"when it was played ({record.kind}, {stamp(record.at)}) it {was}; replayed, it {now_is}."
            " The same rules should do the same: this journal is worth a bug report.",
            record.refusal,
            code,
        )
    return Step(record, progress.happenings, before, outcome.happenings)
