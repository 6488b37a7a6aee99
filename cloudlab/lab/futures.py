"""Futures: the final design of a run in place from the start of other seeds - a distribution instead of an anecdote.

Automation and the provider act by themselves. What is left to people follows a fixed on-call policy: when a page comes, the
person whose field it is does the first thing the page lists, with the usual effort, at any hour.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_access import RevokeSecurityGroupIngress
from cloudlab.commands.ec2_compute import RebootInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.opening import opening_world
from cloudlab.engine.rules.exposure import open_to_world
from cloudlab.engine.rules.fronts import fronts
from cloudlab.engine.run import KINDS
from cloudlab.engine.simulation import Simulation
from cloudlab.engine.window_life import ahead
from cloudlab.lab.result import Result
from cloudlab.lab.session import pages_team
from cloudlab.levels.judge import LevelReferee
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.inputs import Given
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.operations import Handover, Incident, Meter, Segment, Serving
from cloudlab.model.patching import Delivery
from cloudlab.model.people import Person
from cloudlab.model.scenario import Scenario
from cloudlab.model.windows import WindowExecution
from cloudlab.model.world import World

FIXED = 100
"""The futures the third star is judged by: seeds 10,001 to 10,100."""
ROBUST = 90
"""Of those, the design must win at least so many."""

_DESIGN = (*(kind for kind in KINDS.values() if "id" in getattr(kind, "__dataclass_fields__", {})), Handover)
"""What of a World is the design: its resources, and the addresses handed to callers."""


@dataclass(frozen=True, slots=True)
class Future:
    seed: int
    outcome: str
    because: str
    served_permille: int
    pages: int


@dataclass(frozen=True, slots=True)
class Futures:
    runs: tuple[Future, ...]

    @property
    def won(self) -> int:
        return sum(r.outcome == "won" for r in self.runs)

    @property
    def robust(self) -> bool:
        return len(self.runs) >= FIXED and self.won * FIXED >= ROBUST * len(self.runs)

    def losses(self) -> list[tuple[str, int]]:
        """Return (reason, count) of the losses, the most frequent first."""
        return Counter(_cause(r.because) for r in self.runs if r.outcome != "won").most_common()

    def text(self) -> str:
        """Return the distribution in plain text."""
        count = len(self.runs)
        served = sorted(r.served_permille for r in self.runs)
        pages = sorted(r.pages for r in self.runs)
        lines = [
            f"Your final design from the start of {count} other seeds: won in {self.won} of {count}.",
            f"Requests answered: worst {served[0] / 10:.1f} %, median {served[count // 2] / 10:.1f} %, best {served[-1] / 10:.1f} %.",
            f"Times paged: median {pages[count // 2]}, most {pages[-1]}.",
        ]
        return "\n".join(lines + [f"In {n} of {count} futures: {why}" for why, n in self.losses()])


def _cause(because: str) -> str:
    """Drop ids and figures, so that equal reasons count together."""
    return " ".join("..." if any(c.isdigit() for c in word) else word for word in because.split())


async def futures(result: Result, count: int = FIXED, each: Callable[[Futures], None] = lambda _: None) -> Futures:
    """Play `count` futures of a run's final design beside the event loop; `each` is told after every one what there is so far."""
    runs: list[Future] = []
    for index in range(count):
        runs.append(await asyncio.to_thread(play_future, result, 10_001 + index))
        each(Futures(tuple(runs)))
    return Futures(tuple(runs))


async def stars(result: Result) -> int:
    """Return the stars of a run, the third one included; its futures are played only where they can still earn it."""
    earned = result.score.stars
    return stars_with(earned, await futures(result)) if earned == 2 else earned


def stars_with(earned: int, played: Futures) -> int:
    """Return the stars of a run once its futures are played: two become three where the design wins nearly all fixed ones."""
    return 3 if earned == 2 and played.robust else earned


def play_future(result: Result, seed: int) -> Future:
    """Play one future. The clock never waits for real work: a design brings the results it was built with."""
    level = result.level
    simulation = Simulation(
        level.scenario, _transplanted(result.world, opening_world(level.scenario, seed), level.scenario), LevelReferee(level.file)
    )
    given = 0
    answered: set[str] = set()
    while simulation.world.over is None:
        simulation.advance(level.scenario.ends, lambda e: pages_team(simulation.world, e))
        for incident in list(simulation.world.every(Incident)):
            if incident.is_open and incident.detected is not None and incident.holder == "customer" and incident.id not in answered:
                answered.add(incident.id)
                for command in on_call(simulation.world, incident):
                    given += 1
                    simulation.submit(
                        Given(f"f{given}", _who(simulation.world, level.scenario.catalogue.effort(command.effort_key).domain), command)
                    )
    tally = Result(level, simulation.world, (), "learn", "").tally
    return Future(
        seed=seed,
        outcome=simulation.world.over,
        because=simulation.world.because,
        served_permille=tally.served * 1000 // tally.offered if tally.offered else 0,
        pages=len(answered),
    )


def _transplanted(final: World, opening: World, scenario: Scenario) -> World:
    """Put the design of `final`, in good health and serving, into the opening of another seed."""
    world = replace(opening, facts=final.facts)
    for kind in _DESIGN:
        records: list[Any] = list(final.every(kind))
        world = world.put(*(sound for r in records if (sound := _sound(r, opening.now)) is not None))
    for meter in final.every(Meter):
        if meter.since is not None:
            world = world.put(replace(meter, since=opening.now, accrued=0))
    world = ahead(world, scenario)
    return world.put(*(Serving(n.id, (Segment(opening.now, fronts(world, scenario, n)),)) for n in scenario.needs))


def _sound(record: Any, now: int) -> Any:
    """Return a record as a sound design has it, or None for what was passing: finished jobs, dead machines."""
    if isinstance(record, Invocation | Delivery | TrainingJob | WindowExecution):
        return None
    if isinstance(record, Instance):
        if record.state != "running":
            return None
        return replace(record, booted=now, started=now, checks="passed", system_checks="passed", disk="ok", compromised=False, ended=None)
    if isinstance(record, Endpoint):
        return replace(record, lost=0, compromised=False) if record.status == "InService" else None
    return record


def on_call(world: World, incident: Incident) -> list[Command]:
    """Return what the fixed policy does about a page."""
    instance = world.find(Instance, incident.resource)
    if instance is None:
        return []
    match incident.kind:
        case "instance-status-check":
            return [RebootInstances(instance_ids=(instance.id,))]
        case "disk-full":
            return [SendCommand(document_name="cloudlab-CleanDisk", instance_ids=(instance.id,))]
        case "runtime-cve":
            return [SendCommand(document_name="cloudlab-InstallRuntime", instance_ids=(instance.id,))]
        case "os-cve":
            patch: dict[str, tuple[str, ...]] = {"Operation": ("Install",), "RebootOption": ("RebootIfNeeded",)}
            return [SendCommand(document_name="AWS-RunPatchBaseline", instance_ids=(instance.id,), parameters=patch)]
        case "security-group-scanned":
            return [
                RevokeSecurityGroupIngress.model_validate(
                    {
                        "GroupId": door.group,
                        "IpPermissions": [
                            {
                                "IpProtocol": "tcp" if door.rule.protocol == "-1" else door.rule.protocol,
                                "FromPort": door.rule.from_port,
                                "ToPort": door.rule.to_port,
                                "IpRanges": [{"CidrIp": door.rule.cidr}],
                            }
                        ],
                    }
                )
                for door in open_to_world(world, instance.id)
            ]
    return []


def _who(world: World, domain: str) -> str:
    """Return who does it: the first of the team whose field it is, else the first."""
    team = list(world.every(Person))
    return next((p.id for p in team if domain in p.expertise), team[0].id)


__all__ = ["FIXED", "ROBUST", "Future", "Futures", "futures", "on_call", "play_future", "stars", "stars_with"]
