"""Session: one live run - it submits, lets time pass, keeps the journal, and fetches real results when the clock waits for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cloudlab.commands.base import Command
from cloudlab.dialects.human import human
from cloudlab.engine.kernel import Refused, Want
from cloudlab.engine.rules.wanted import predictions_wanted, trainings_under_way
from cloudlab.engine.simulation import RULES, Happening, Outcome, Preview, Simulation
from cloudlab.engine.trail import TRAIL
from cloudlab.journal.error import JournalError
from cloudlab.journal.file import Journal
from cloudlab.journal.record import Header, Record
from cloudlab.journal.replay import Step, replay
from cloudlab.lab.captures import Capture, capture_in
from cloudlab.lab.templates import loaded
from cloudlab.lab.trail import told
from cloudlab.lab.waiting import outage, turns_away
from cloudlab.levels.judge import LevelReferee, next_hint
from cloudlab.levels.loader import Level
from cloudlab.levels.schema import HintPart
from cloudlab.model.events import Event
from cloudlab.model.events.compute import InvocationEnded
from cloudlab.model.events.incidents import IncidentDetected
from cloudlab.model.events.learning import EndpointCameInService, EndpointFailed, TrainingJobEnded
from cloudlab.model.events.run import ResourcesSeen, RunEnded
from cloudlab.model.events.watching import AlarmStateChanged
from cloudlab.model.events.work import OrderCancelled, OrderFinished, OrderRefused
from cloudlab.model.inputs import Acknowledged, Committed, Given, Input, Learned, Noted, TakenBack
from cloudlab.model.operations import Incident
from cloudlab.model.people import Person
from cloudlab.model.refusal import Refusal
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR, Seconds
from cloudlab.model.training import Fact, TrainingSpec
from cloudlab.model.world import World


class Work(Protocol):
    """Real work done elsewhere, as a session sees it."""

    async def fact(self, want: Want) -> Fact:
        """Return the real result, working for it where it is not known yet."""
        ...

    def begin(self, spec: TrainingSpec) -> None:
        """Start a training in the background, because its job has started in the simulation."""
        ...

    def cancel(self, spec_digest: str) -> None:
        """Stop a training nobody waits for any more."""
        ...

    async def predict(self, spec: TrainingSpec, body: str) -> list[float]:
        """Return the trained model's real scores for rows of CSV."""
        ...


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of an order: its id, or why it was refused."""

    order: str
    outcome: Outcome

    @property
    def refusal(self) -> Refusal | None:
        return self.outcome.refusal


class Log(Protocol):
    """Where a session writes what happens: a Journal on disk, or a MemoryJournal for runs nobody resumes."""

    @property
    def path(self) -> Path | None: ...

    @property
    def repair(self) -> str | None: ...

    @property
    def next_input(self) -> int: ...

    def append(
        self, *, at: Seconds, kind: str, id: str = "", body: Mapping[str, Any] | None = None, refusal: str | None = None
    ) -> Record: ...

    def append_input(self, *, at: Seconds, given: Input, refusal: str | None = None) -> Record: ...

    def effective(self) -> Sequence[Record]: ...

    def close(self) -> None: ...


Listener = Callable[[Sequence[Happening]], None]


class Session:
    """A run being played. Everything that happened is in `journal`; everything that is so, in `world`."""

    def __init__(self, level: Level, simulation: Simulation, journal: Log, work: Work, *, mood: str) -> None:
        self.level = level
        self.simulation = simulation
        self.journal = journal
        self.work = work
        self.mood = mood
        self.history: list[Happening] = []
        """Everything that has happened, in order; a rewind shortens it."""
        self.listeners: list[Listener] = []
        self.captures: dict[str, Capture] = {}
        """Order -> the `$name` that keeps what comes of it."""
        self._before: dict[int, tuple[World, int]] = {}
        """Record number -> (World just before it, length of history): what a rewind goes back to."""
        self._begun: set[str] = set()

    # opening and closing ----------------------------------------------------------------------------------------------

    @classmethod
    def start(cls, level: Level, seed: int, path: Path, work: Work, *, mood: str, player: str, started: str) -> Session:
        """Open a new run and its journal at `path`. `started` is a wall-clock text, an observation only."""
        header = Header(
            level=level.id,
            level_digest=level.scenario.digest,
            catalogue_digest=level.scenario.catalogue.digest,
            seed=seed,
            rules=RULES,
            mood=mood,
            player=player,
            started=started,
            start=level.scenario.start,
        )
        journal = Journal.create(path, header)
        return cls(level, Simulation.open(level.scenario, seed, LevelReferee(level.file)), journal, work, mood=mood)

    @classmethod
    def resume(cls, level: Level, path: Path, work: Work) -> Session:
        """Go on with a saved run exactly where it was; raises JournalError where it cannot be replayed."""
        journal = Journal.open(path)
        simulation = Simulation.open(level.scenario, journal.header.seed, LevelReferee(level.file))
        session = cls(level, simulation, journal, work, mood=journal.header.mood)
        session._replay(journal)
        return session

    def _replay(self, journal: Journal) -> None:
        """Bring the simulation to where the journal ends, and keep what rewinds and telling need."""
        lengths = {0: 0}

        def seen(step: Step) -> None:
            if step.record.kind == "rewound":
                del self.history[lengths[int(step.record.body["to"])] :]
            self.history += step.passed
            self._before[step.record.n] = (step.before, len(self.history))
            self.history += step.outcome
            lengths[step.record.n] = len(self.history)

        replay(journal.header, journal.records, self.simulation, seen=seen)
        kept = [capture for record in journal.records if (capture := capture_in(record)) is not None]
        self.captures = {capture.order: capture for capture in kept}
        self._begin_trainings()

    def close(self) -> None:
        """Note where the clock stands and let go of the journal."""
        try:
            self.hold("closed")
        finally:
            self.journal.close()

    # reading ----------------------------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        return self.simulation.world

    @property
    def now(self) -> Seconds:
        return self.simulation.now

    @property
    def over(self) -> bool:
        return self.world.over is not None

    def answer(self, order: str) -> dict[str, Any] | None:
        """Return AWS's response of a finished order."""
        return self.simulation.answers.get(order)

    def preview(self, command: Command, person: str | None = None) -> Preview:
        try:
            return self.simulation.preview(person or self.default_person(), loaded(command))
        except Refused as no:
            return Preview(no.refusal, 0, self.now, 0, ())

    def default_person(self) -> str:
        """Return who gets an order that names nobody: the first of the team."""
        return next(iter(self.world.table(Person)))

    # doing ------------------------------------------------------------------------------------------------------------

    def submit(self, command: Command, person: str | None = None, capture: Callable[[str], Capture] | None = None) -> Submitted:
        """Give an order. It is on disk, accepted or refused, before this returns; so is, before it, the name that is to keep its answer."""
        try:
            given = Given(self._next_id(), person or self.default_person(), loaded(command))
        except Refused as no:  # the file an order names is read before anybody is asked: there is nothing to keep of it
            return Submitted("", Outcome((), no.refusal))
        if capture is not None:
            kept = capture(given.id)
            self.journal.append(at=self.now, kind="observed", id="", body=kept.body(), refusal=None)
            self.captures[given.id] = kept
        return Submitted(given.id, self._take(given))

    def take_back(self, order: str) -> Outcome:
        """Cancel an order that has not taken effect."""
        return self._take(TakenBack(self._next_id(), order))

    def stop_work(self, person_id: str) -> str:
        """Cancel what a person is working on (their queue goes on), and say so; the hours already worked stay on the ledger."""
        person = self.world.find(Person, person_id)
        if person is None:
            return f"There is no '{person_id}' in the team. The team: {', '.join(self.world.table(Person))}."
        if person.current is None:
            return f"{person_id} is not working on anything."
        outcome = self.take_back(person.current.id)
        return str(outcome.refusal) if outcome.refusal is not None else f"{person_id} stopped: {human(person.current.command)}."

    def acknowledge(self, incident: str) -> Outcome:
        return self._take(Acknowledged(self._next_id(), incident))

    def commit(self, kind: str, key: str, choice: str) -> Outcome:
        """Commit to a prediction, an answer or a decision."""
        return self._take(Committed(self._next_id(), kind, key, choice))

    def note(self, text: str) -> Outcome:
        return self._take(Noted(self._next_id(), text))

    def hint(self, road: str = "any") -> str:
        """Return the next hint, computed from where the player is wrong; taking it is noted (and costs points in win mood).

        It begins with an outage the team knows of; saying so alone is no hint.
        """
        found = next_hint(self.level.file, self.world, self.level.scenario, road)
        because = outage(self.world, self.level.scenario)
        if because:
            page = next((i.id for i in self.world.every(Incident) if _explains(self.level.scenario, i)), None)
            then = f"Page {page} lists the ways out." if page else "No page says why yet: look at what answers."
            down = f"Your service is down: {because}. {then}"
            return down if found is None else f"{down}\n{self._hinted(found)}"
        if found is None:
            return "Nothing is wrong that a hint could help with. Let time pass and watch the pager."
        return self._hinted(found)

    def _hinted(self, found: tuple[int, HintPart, str]) -> str:
        index, _, text = found
        self._take(Committed(self._next_id(), "hint", str(index), "taken"))
        return text

    def hold(self, why: str) -> None:
        """Note in the journal that the clock stopped here, and why."""
        self.journal.append(at=self.now, kind="clock", id="", body={"why": why}, refusal=None)

    def step(self, until: Seconds, stop: Callable[[Event], bool] | None = None) -> Want | None:
        """Let simulated time pass to `until` at the latest; return the real result the clock stands waiting for, if any."""
        before = self.world
        progress = self.simulation.advance(until, stop)
        if any(noticed(h.event) and not isinstance(h.event, RunEnded) for h in progress.happenings):
            try:
                self.hold("passed")  # what the team has seen happen stays so, whatever happens to this program
            except JournalError:
                self.simulation.world = before
                raise
        self._happened(progress.happenings)
        self._begin_trainings()
        return progress.waiting

    async def advance(self, until: Seconds, stop: Callable[[Event], bool] | None = None) -> None:
        """Let simulated time pass to `until`, fetching real results on the way; earlier where `stop` says so or the run ends."""
        before = len(self.history)
        while (want := self.step(until, stop)) is not None:
            await self.fetch(want)
            if stop is not None and any(stop(h.event) for h in self.history[before:]):
                return

    async def fetch(self, want: Want) -> None:
        """Wait for a real result and hand it to the simulation, if the clock still stands waiting for it (it may have been rewound)."""
        fact = await self.work.fact(want)
        if self.simulation.fork().advance(self.now).waiting == want:
            self.learn(fact)

    def learn(self, fact: Fact) -> Outcome:
        return self._take(Learned(self._next_id(), fact))

    async def complete_answer(self, order: str) -> dict[str, Any] | None:
        """Return an order's response with what only a real model can say filled in (an endpoint's prediction)."""
        answer = self.answer(order)
        if answer is not None and TRAIL in answer:
            return {"Events": told(self, *answer[TRAIL])}
        wanted = predictions_wanted(self.world, answer)
        if answer is None or wanted is None:
            return answer
        spec, body = wanted
        scores = await self.work.predict(spec, body)
        filled = {k: v for k, v in answer.items() if not k.startswith("_")}
        return filled | {"Body": "\n".join(f"{s:.6f}" for s in scores)}

    # rewinding --------------------------------------------------------------------------------------------------------

    def decisions(self) -> list[Record]:
        """Return the records one may rewind to just before: accepted orders and commitments that still count, oldest first."""
        kinds = ("given", "committed", "acknowledged")
        return [r for r in self.journal.effective() if r.kind in kinds and r.refusal is None and r.body.get("kind") != "hint"]

    def rewind(self, record: int) -> Refusal | None:
        """Go back to the instant just before `record`. Learn mood only; the journal keeps what was undone."""
        if self.mood != "learn":
            return Refusal("NotInWinMood", "A run in win mood is played as it falls.", "Start a run with --mood learn to rewind.")
        counting = [r.n for r in self.decisions()]
        if record not in counting or record not in self._before:
            known = ", ".join(map(str, counting)) or "none yet"
            return Refusal("NoSuchDecision", f"There is no decision {record} to go back to.", f"Decisions: {known}.")
        world, length = self._before[record]
        self.journal.append(at=world.now, kind="rewound", id="", body={"to": record - 1}, refusal=None)
        self.simulation.world = world
        del self.history[length:]
        self._begin_trainings()
        return None

    def undo(self) -> Refusal | None:
        """Rewind to just before the last decision."""
        decisions = self.decisions()
        if not decisions:
            return Refusal("NothingToUndo", "Nothing has been decided yet.", "Give an order first.")
        return self.rewind(decisions[-1].n)

    # inside -----------------------------------------------------------------------------------------------------------

    def _next_id(self) -> str:
        """Number inputs by inputs alone: how often the clock was stopped meanwhile must not change ids and dice."""
        return f"i{self.journal.next_input}"

    def _take(self, given: Input) -> Outcome:
        before = self.world
        outcome = self.simulation.submit(given)
        refusal = outcome.refusal.code if outcome.refusal is not None else None
        try:
            record = self.journal.append_input(at=before.now, given=given, refusal=refusal)
        except JournalError:
            self.simulation.world = before  # what is not on disk has not happened
            raise
        self._before[record.n] = (before, len(self.history))
        self._happened(outcome.happenings)
        self._begin_trainings()
        return outcome

    def _happened(self, happenings: Sequence[Happening]) -> None:
        if happenings:
            self.history += happenings
            if any(isinstance(h.event, RunEnded) for h in happenings):
                body = {"why": "over", "outcome": self.world.over}
                self.journal.append(at=self.now, kind="clock", id="", body=body, refusal=None)
            for listener in self.listeners:
                listener(happenings)

    def _begin_trainings(self) -> None:
        """Start real trainings as soon as their jobs start, so that the result is often there before the clock needs it."""
        under_way = {spec.digest(): spec for spec in trainings_under_way(self.world)}
        for digest, spec in under_way.items():
            if digest not in self._begun:
                self._begun.add(digest)
                self.work.begin(spec)
        for digest in [d for d in self._begun if d not in under_way]:
            self._begun.discard(digest)
            if self.world.trained(digest) is None:
                self.work.cancel(digest)


def _explains(scenario: Scenario, incident: Incident) -> bool:
    """Tell whether an incident on the pager may be why nothing answers."""
    return incident.is_open and incident.detected is not None and turns_away(scenario, incident)


QUIET: Seconds = 12 * HOUR
"""How far a jump to the next event goes at most when nothing happens that the team would notice."""


def noticed(event: Event) -> bool:
    """Tell whether somebody of the team notices an event when it happens: an own order's end, a resource seen, news, the end."""
    if isinstance(event, AlarmStateChanged):
        return not event.quiet
    return isinstance(event, OrderFinished | OrderRefused | OrderCancelled | ResourcesSeen | IncidentDetected | RunEnded)


_WORK = (InvocationEnded, TrainingJobEnded, EndpointCameInService, EndpointFailed)


def came_to_its_end(event: Event) -> bool:
    """Tell whether something that was begun and goes on by itself is through: a document, a training job, an endpoint on its way."""
    return isinstance(event, _WORK)


def pages_team(world: World, event: Event) -> bool:
    """Tell whether an event pages the team: news of an incident whose duty is the customer's."""
    return isinstance(event, IncidentDetected) and world.get(Incident, event.incident).holder == "customer"


def finishes(order: str) -> Callable[[Event], bool]:
    """Return a stop condition: this order took effect or was refused."""
    return lambda event: isinstance(event, OrderFinished | OrderRefused) and event.order.id == order
