"""What a level hands over: the system its start script has built by the run's first instant, at nobody's cost.

A start script is written like any other (docs/levels.md), with aws CLI lines a minute apart, captures, `wait SPAN` and comments. It is
played days before the opening, so that its machines have booted, its model servers answer, and what is old is old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cloudlab.dialects.errors import LineError
from cloudlab.dialects.output import query
from cloudlab.dialects.script import Order, Place, ScriptError, WaitSpan, captured, parse_script
from cloudlab.dialects.tokens import Value
from cloudlab.engine.kernel import Refused
from cloudlab.engine.simulation import Simulation
from cloudlab.levels.error import LevelError
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import DAY, MINUTE, Seconds
from cloudlab.model.training import Fact
from cloudlab.model.world import World, fact_key


def hand_over(scenario: Scenario, script: Path, built_days: int, facts: tuple[Fact, ...]) -> World:
    """Return the World a start script leaves at the run's opening; `facts` are the shipped models' results.

    Raises LevelError with the script's line where it is refused, says what a start can't, or needs a result nobody shipped.
    """
    before = replace(scenario, starts=scenario.starts - built_days * DAY, incidents=(), handed_over=None)
    simulation = Simulation.open(before, seed=0)
    known = {fact_key(fact): fact for fact in facts}
    for key, fact in known.items():
        simulation.world = simulation.world.with_fact(key, fact)
    variables: dict[str, Value] = {}
    try:
        for number, statement in enumerate(parse_script(script.read_text(encoding="utf-8"), script.name).statements, 1):
            match statement:
                case Order(manner=manner):
                    value = _build(simulation, statement, number, variables)
                    if manner.capture is not None:
                        variables[manner.capture] = value
                    _pass_time(simulation, statement.place, script, simulation.now + MINUTE, scenario.starts)
                case WaitSpan(seconds=seconds):
                    _pass_time(simulation, statement.place, script, simulation.now + seconds, scenario.starts)
                case _:
                    raise statement.place.error("NotInAStart", "A start has aws lines and `wait SPAN`, nothing else.")
    except ScriptError as wrong:
        raise LevelError(script, f"{wrong.code}: {wrong.sentence}", line=wrong.line, accepted=wrong.accepted) from wrong
    last = Place(script.name, 0, "the opening")
    _pass_time(simulation, last, script, scenario.starts, scenario.starts)
    return simulation.world


def _build(simulation: Simulation, statement: Order, number: int, variables: Mapping[str, Value]) -> Value:
    place = statement.place
    try:
        line = statement.line(variables)
        answer = simulation.build(f"start{number}", line.command)
        path = line.query if line.query is not None else line.command.returns
        found = captured(query(path, answer)) if path else None
    except LineError as wrong:
        raise place.error(wrong.refusal.code, wrong.sentence, wrong.accepted) from wrong
    except Refused as no:
        raise place.error(no.refusal.code, no.refusal.sentence, no.refusal.accepted) from no
    if statement.manner.capture is not None and found is None:
        raise place.error("NothingCaptured", f"There is nothing to keep in ${statement.manner.capture}.")
    return found if found is not None else ""


def _pass_time(simulation: Simulation, place: Place, script: Path, until: Seconds, opening: Seconds) -> None:
    if until > opening:
        raise place.error("TooLate", "The start waits beyond the run's opening.", "Raise built_days, or wait less.")
    progress = simulation.advance(until)
    if progress.waiting is not None:
        want = progress.waiting
        raise LevelError(
            script,
            f"a result of {want.spec.container} on {want.spec.dataset} is needed, and the game ships none.",
            line=place.line,
            accepted="`models` of the level lists what it ships: python -m cloudlab.lab.shipping makes the results.",
        )
