"""The judge: objectives, the verdict, and the next hint - all read from the World through named predicates."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.levels.predicates import Finding, holds
from cloudlab.levels.schema import HintPart, LevelFile, ObjectivePart
from cloudlab.model.scenario import Scenario
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
    return tuple(Judged(o, holds(o.when, world, scenario)) for o in level.objectives)


def next_hint(level: LevelFile, world: World, scenario: Scenario, road: str) -> tuple[int, HintPart, str] | None:
    """Return (index, hint, text) of the first hint whose matter is not in order yet, the finding filled in; None if all is well.

    The text says where the player is wrong, computed from state and reachability, not what a walkthrough's next line is.
    """
    for index, hint in enumerate(level.hints):
        if hint.road in ("any", road):
            finding = holds(hint.unless, world, scenario)
            if not finding.ok:
                return index, hint, hint.text.replace("{finding}", finding.evidence)
    return None
