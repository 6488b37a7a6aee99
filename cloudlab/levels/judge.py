"""The judge: objectives, the verdict, and the next hint - all read from the World through named predicates."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.rules.knowledge import believed, known_until
from cloudlab.levels import standing  # noqa: F401 - its predicates are registered by importing it
from cloudlab.levels.predicates import OF_TRAFFIC, Finding, holds, roads_begun
from cloudlab.levels.schema import HintPart, LevelFile, ObjectivePart, When
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Judged:
    """An objective with whether it is met, and what shows it."""

    objective: ObjectivePart
    finding: Finding


@dataclass(frozen=True, slots=True)
class LevelReferee:
    """Ends a run: lost as soon as a loss holds, won or lost when the time is up."""

    level: LevelFile

    def verdict(self, world: World, scenario: Scenario) -> tuple[str, str] | None:
        for when in self.level.lose.values():
            loss = holds(when, world, scenario)
            if loss.ok:
                return "lost", loss.evidence
        if world.now < scenario.ends:
            return None
        win = holds(self.level.win, world, scenario)
        return ("won" if win.ok else "lost"), win.evidence


def objectives(level: LevelFile, world: World, scenario: Scenario) -> tuple[Judged, ...]:
    """Judge every objective by what is so."""
    return tuple(Judged(o, holds(o.when, world, scenario)) for o in level.objectives)


def known_objectives(level: LevelFile, world: World, scenario: Scenario) -> tuple[Judged, ...]:
    """Judge every objective by what the team knows: an outage nobody has noticed leaves the screen as it was."""
    return tuple(Judged(o, known_to_hold(o.when, world, scenario)) for o in level.objectives)


def known_to_hold(when: When, world: World, scenario: Scenario) -> Finding:
    """Return a finding as the team could make it; figures of traffic are as of the last look, and say so."""
    then = believed(world)
    asked = [str(a["need"]) for name, a in when.items() if name in OF_TRAFFIC]
    as_of = min((known_until(world, scenario, scenario.need(n)) for n in asked), default=world.now)
    finding = holds(when, then.at(as_of), scenario)
    return finding if as_of == world.now else Finding(finding.ok, f"{finding.evidence} (as of {stamp(as_of)})")


def next_hint(level: LevelFile, world: World, scenario: Scenario, road: str = "any") -> tuple[int, HintPart, str] | None:
    """Return (index, hint, text) of the first hint whose matter is not in order yet, the finding filled in; None if all is well.

    The text says where the player is wrong, computed from state and reachability as far as the team knows them, not what a
    walkthrough's next line is. Hints of one road are for who is on it: the road named, else every road begun.
    """
    roads = roads_begun(world) if road == "any" else (road,)
    for index, hint in enumerate(level.hints):
        if hint.road in ("any", *roads):
            finding = known_to_hold(hint.unless, world, scenario)
            if not finding.ok:
                return index, hint, hint.text.replace("{finding}", finding.evidence)
    return None
