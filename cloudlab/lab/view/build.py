"""The builder of Views: a slice that did not change keeps its identity, so that a face repaints only what did."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from cloudlab.dialects.human import human
from cloudlab.engine.rules import ledger
from cloudlab.engine.simulation import Happening
from cloudlab.lab.patches import patch_lines
from cloudlab.lab.session import Session
from cloudlab.lab.telling import Line, tell
from cloudlab.lab.view.cloud import cloud
from cloudlab.lab.view.money import money
from cloudlab.lab.view.operations import board, pages, service
from cloudlab.lab.view.series import SeriesBuilder
from cloudlab.lab.view.slices import Goal, Status, View, Worker
from cloudlab.lab.view.stacks import stacks
from cloudlab.lab.view.trainings import trainings
from cloudlab.levels.judge import known_objectives
from cloudlab.model.people import Person
from cloudlab.model.time import stamp

LOG_LINES = 500


class ViewBuilder:
    """Builds the View of a session; keeps the last one to reuse unchanged slices."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._last: View | None = None
        self._series = SeriesBuilder(session.level.scenario)
        self._told: list[Line] = []
        self._told_until = 0
        self._told_last: Happening | None = None

    def build(self) -> View:
        fresh = self._fresh()
        if self._last is not None:
            same = {f.name: getattr(self._last, f.name) for f in fields(View) if getattr(fresh, f.name) == getattr(self._last, f.name)}
            fresh = replace(fresh, **same)
        self._last = fresh
        return fresh

    def _fresh(self) -> View:
        session, world, scenario = self.session, self.session.world, self.session.level.scenario
        return View(
            status=self._status(),
            services=tuple(service(world, scenario, need) for need in scenario.needs),
            team=tuple(_worker(p) for p in world.every(Person)),
            cloud=cloud(world),
            board=board(world, scenario),
            goals=tuple(
                Goal(j.objective.id, j.objective.text, j.finding.ok, j.finding.evidence)
                for j in known_objectives(session.level.file, world, scenario)
            ),
            pages=tuple(pages(world, scenario)),
            jobs=tuple(trainings(world, scenario)),
            log=self._log(),
            series=self._series.build(world, session.history),
            money=money(world, scenario, self._series.billed),
            patching=tuple(patch_lines(world, scenario)),
            stacks=stacks(world, scenario),
        )

    def _status(self) -> Status:
        session, world, scenario = self.session, self.session.world, self.session.level.scenario
        return Status(
            level=scenario.id,
            title=scenario.title,
            mood=session.mood,
            now=world.now,
            clock=stamp(world.now),
            ends=scenario.ends,
            spent_micros=ledger.cost(world),
            budget_micros=scenario.budget_micros,
            hourly_micros=ledger.hourly_rate(world),
            over=world.over,
            because=world.because,
        )

    def _log(self) -> tuple[Line, ...]:
        history = self.session.history
        if self._told_last is not None and (self._told_until > len(history) or history[self._told_until - 1] is not self._told_last):
            self._told, self._told_until = [], 0  # a rewind took back what was told
        catalogue: Any = self.session.level.scenario.catalogue
        for happening in history[self._told_until :]:
            line = tell(happening, self.session.world, catalogue)
            if line is not None:
                self._told.append(line)
        self._told_until = len(history)
        self._told_last = history[-1] if history else None
        return tuple(self._told[-LOG_LINES:])


def _worker(person: Person) -> Worker:
    current = person.current
    return Worker(
        name=person.id,
        title=person.title,
        expertise=person.expertise,
        doing=human(current.command) if current is not None else "",
        until=current.due if current is not None else None,
        order=current.id if current is not None else None,
        queued=len(person.queue),
    )
