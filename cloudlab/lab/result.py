"""The result of a run: one object for scripts (`run --json`), reports and debriefs, all numbers from the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloudlab.engine.rules import ledger, traffic
from cloudlab.engine.rules.settling import Tally
from cloudlab.engine.simulation import RULES, Happening
from cloudlab.levels.loader import Level
from cloudlab.levels.score import Score, score
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.learning import TrainingJob
from cloudlab.model.money import round_lines
from cloudlab.model.operations import Incident, Serving
from cloudlab.model.people import Toil
from cloudlab.model.time import MINUTE, Seconds
from cloudlab.model.training import Trained, TrainingSpec
from cloudlab.model.world import World

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Result:
    """How a run stands or ended, for any face."""

    level: Level
    world: World
    history: tuple[Happening, ...]
    mood: str
    journal: str
    """Path of the journal file, or empty."""

    @property
    def outcome(self) -> str:
        """won, lost or unfinished."""
        return self.world.over or "unfinished"

    @property
    def because(self) -> str:
        return self.world.because

    @property
    def score(self) -> Score:
        return score(self.level.file, self.world, self.level.scenario, win_mood=self.mood == "win")

    @property
    def tally(self) -> Tally:
        return traffic.total_tally(self.world, self.level.scenario)

    @property
    def time_to_value(self) -> Seconds | None:
        """Seconds from the run's start to the end of the first valued hour."""
        scenario = self.level.scenario
        reached = traffic.time_to_value(self.world, scenario, scenario.needs[0])
        return None if reached is None else reached - scenario.starts

    @property
    def cost(self) -> int:
        """Micro-dollars for cloud and people."""
        return ledger.cost(self.world)

    @property
    def road(self) -> str:
        """hand-built, managed, mixed - by what ever served requests - or none."""
        served = {f.resource for s in self.world.every(Serving) for seg in s.segments for f in seg.fronts}
        by_hand = any(r in self.world.table(Instance) for r in served)
        managed = any(r not in self.world.table(Instance) for r in served)
        return "mixed" if by_hand and managed else "hand-built" if by_hand else "managed" if managed else "none"

    def incidents(self) -> list[Incident]:
        """Return the incidents that struck something, in order of time; while the run lasts, only those the team has noticed."""
        told = (i for i in self.world.every(Incident) if i.resource is not None and (self.world.over or i.detected is not None))
        return sorted(told, key=lambda i: i.struck)

    def models(self) -> list[tuple[str, TrainingSpec, Trained]]:
        """Return (name, spec, fact) of every model really trained for this run, oldest first."""
        specs = [(j.id, j.spec) for j in self.world.every(TrainingJob)]
        specs += [(i.command, i.training) for i in self.world.every(Invocation)]
        found = []
        for name, spec in specs:
            fact = self.world.trained(spec.digest()) if spec is not None else None
            if spec is not None and isinstance(fact, Trained):
                found.append((name, spec, fact))
        return found

    def _minutes(self) -> list[dict[str, Any]]:
        """Return hours worked per kind of task as whole minutes that sum to the whole run's, overtime among them."""
        toil = [t for t in self.world.every(Toil) if t.seconds]
        seconds = [t.seconds - t.outside for t in toil] + [t.outside for t in toil]
        minutes = [rounded // MINUTE for rounded in round_lines(seconds, MINUTE)]
        inside, outside = minutes[: len(toil)], minutes[len(toil) :]
        return [
            {"task": t.id, "minutes": day + late, "overtime_minutes": late, "times": t.times}
            for t, day, late in zip(toil, inside, outside, strict=True)
        ]

    def json(self, stars: int | None = None) -> dict[str, Any]:
        """Return the object that `cloudlab run --json` prints; its keys are a fixed interface.

        `stars` with the third one, where the futures were played; else as far as the run itself shows.
        """
        points, tally = self.score, self.tally
        return {
            "schema": SCHEMA,
            "level": self.level.id,
            "seed": self.world.seed,
            "rules": RULES,
            "mood": self.mood,
            "outcome": self.outcome,
            "because": self.because,
            "road": self.road,
            "score": {
                "total": points.total,
                "lines": [{"id": s.id, "points": s.points, "max": s.max, "evidence": s.evidence} for s in points.lines],
            },
            "stars": points.stars if stars is None else stars,
            "time_to_value_s": self.time_to_value,
            "ledger": {
                "usd_micros": [{"line": e.line, "resource": e.resource, "micros": e.micros} for e in ledger.bill(self.world)],
                "minutes": self._minutes(),
            },
            "incidents": [
                {
                    "id": i.id,
                    "kind": i.kind,
                    "resource": i.resource,
                    "duty": i.duty,
                    "holder": i.holder,
                    "struck_s": i.struck,
                    "detected_s": i.detected,
                    "resolved_s": i.resolved,
                    "failed": i.failed,
                }
                for i in self.incidents()
            ],
            "models": [{"name": name, "container": spec.container, "metrics": dict(fact.metrics)} for name, spec, fact in self.models()],
            "requests": {
                "offered": tally.offered,
                "served": tally.served,
                "right": tally.right,
                "slow": tally.slow,
                "failed": dict(tally.failed),
            },
            "value_usd_micros": tally.value_micros,
            "digest": self.world.digest(),
            "journal": self.journal,
        }
