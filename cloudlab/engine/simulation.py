"""Simulation: one run from its opening on - submit inputs, advance time, preview, fork, digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cloudlab.commands.base import Command
from cloudlab.engine import nouns  # noqa: F401 - importing the nouns registers their handlers
from cloudlab.engine.kernel import ANSWERERS, FIRERS, Context, NeedsFact, Refused, Want, decided, evolve, reactions
from cloudlab.engine.opening import opening_world
from cloudlab.engine.rules.billing import Charge, charges
from cloudlab.engine.rules.effort import people_cost
from cloudlab.engine.work import give, plan, take_back
from cloudlab.model.events import Event
from cloudlab.model.events.incidents import IncidentAcknowledged
from cloudlab.model.events.run import CommitmentMade, FactLearned, NoteTaken, RunEnded
from cloudlab.model.events.work import OrderFinished
from cloudlab.model.inputs import Acknowledged, Committed, Given, Input, Learned, Noted, TakenBack
from cloudlab.model.operations import Commitment, Incident
from cloudlab.model.people import Order, Person
from cloudlab.model.refusal import Refusal
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import Seconds, stamp
from cloudlab.model.world import World

RULES = 3
"""Raised whenever the simulation behaves otherwise than before; a journal of other rules is not replayed."""

_REACTION_ROUNDS = 20
"""A chain of reactions longer than this is a bug, not a long story."""


class Referee(Protocol):
    """Decides, after every batch of events, whether the run is over."""

    def verdict(self, world: World, scenario: Scenario) -> tuple[str, str] | None:
        """Return (won or lost, because), or None while the run goes on."""


class NoReferee:
    """For the lab and for engine tests: nothing ends a run but its clock."""

    def verdict(self, world: World, scenario: Scenario) -> tuple[str, str] | None:
        return ("lost", "the time is up") if world.now >= scenario.ends else None


@dataclass(frozen=True, slots=True)
class Happening:
    """An event and its instant."""

    at: Seconds
    event: Event


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an input: happenings, or a refusal that changed nothing."""

    happenings: tuple[Happening, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the clock went: `waiting` names the real result it stands still for, if any."""

    happenings: tuple[Happening, ...]
    waiting: Want | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a command would take and cost if given now; nothing was changed to find out."""

    refusal: Refusal | None
    effort: Seconds
    due: Seconds
    people_micros: int
    charges: tuple[Charge, ...]
    queued_behind: int = 0


class Simulation:
    """A run in simulated time. All state is the immutable `world`; `fork()` is therefore free."""

    __slots__ = ("answers", "referee", "scenario", "world")

    def __init__(self, scenario: Scenario, world: World, referee: Referee | None = None) -> None:
        self.scenario = scenario
        self.world = world
        self.referee: Referee = referee or NoReferee()
        self.answers: dict[str, dict[str, Any]] = {}
        """AWS's responses of finished orders, by order id."""

    @classmethod
    def open(cls, scenario: Scenario, seed: int, referee: Referee | None = None) -> Simulation:
        return cls(scenario, opening_world(scenario, seed), referee)

    @property
    def now(self) -> Seconds:
        return self.world.now

    def fork(self) -> Simulation:
        """Return an independent run that shares the past of this one."""
        other = Simulation(self.scenario, self.world, self.referee)
        other.answers = dict(self.answers)
        return other

    def digest(self) -> str:
        return self.world.digest()

    def submit(self, given: Input) -> Outcome:
        """Take an input at the present instant, after whatever else is due then. A refusal changes nothing.

        Settling first makes the order of inputs and timers of one instant the same however callers have stepped the clock.
        """
        due = self.advance(self.world.now).happenings
        ctx = Context(self.world, self.scenario, given.id)
        if self.world.over is not None and not isinstance(given, Committed | Noted):
            return Outcome(due, self._run_over())
        try:
            events = tuple(self._events_of(ctx, given))
        except Refused as no:
            return Outcome(due, no.refusal)
        happenings = due + self._apply(events, given.id)
        if isinstance(given, Given | TakenBack):
            happenings += self._finish_at_once()
        return Outcome(happenings)

    def build(self, origin: str, command: Command) -> dict[str, Any]:
        """Let a command take effect at this instant, at nobody's cost of time; return AWS's response.

        This is how the system of a level's start comes to be before anybody plays; a run's own orders go through `submit`. Raises
        Refused.
        """
        ctx = Context(self.world, self.scenario, origin)
        self._apply(decided(ctx, command), origin)
        answer = ANSWERERS.get(type(command))
        return answer(Context(self.world, self.scenario, origin), command) if answer is not None else {}

    def advance(self, until: Seconds, stop: Callable[[Event], bool] | None = None) -> Progress:
        """Let time pass to `until`, or to the first instant with an event for which `stop` says so.

        All timers of one instant fire before the clock stops there, so stopping never changes what happens. A timer that
        needs a real result stops the clock at its instant (`Progress.waiting`); submit the fact and advance again.
        """
        happenings: list[Happening] = []
        while self.world.over is None and self.world.timers and self.world.timers[0].due <= until:
            timer = self.world.timers[0]
            if stop is not None and timer.due > self.world.now and any(stop(h.event) for h in happenings):
                return Progress(tuple(happenings))
            self.world = self.world.at(timer.due)
            try:
                events = tuple(FIRERS[timer.kind](Context(self.world, self.scenario, timer.target), timer))
            except NeedsFact as need:
                return Progress(tuple(happenings), need.want)
            self.world = self.world.fired()
            happenings += self._apply(events, timer.target)
        if self.world.over is None and not (stop is not None and any(stop(h.event) for h in happenings)):
            self.world = self.world.at(max(until, self.world.now))
        return Progress(tuple(happenings))

    def preview(self, person_id: str, command: Command) -> Preview:
        """Tell price, effort, finish time and present refusals of a command. Rolls no dice and passes no time.

        Behind other orders the finish is foreseen as if each of them is accepted and nobody is paged meanwhile.
        """
        ctx = Context(self.world, self.scenario, "preview")
        found = self.world.find(Person, person_id)
        if found is None:
            return Preview(self._no_such_person(person_id), 0, self.world.now, 0, ())
        refusal = self._run_over() if self.world.over is not None else None
        try:
            decided(ctx, command)
        except Refused as no:
            refusal = refusal or no.refusal
        person, begin = self._hands_free(ctx, found)
        order = plan(replace(ctx, world=self.world.at(begin)), person, Order("preview", person_id, command))
        assert order.due is not None
        cost = people_cost(self.scenario.catalogue, person, order.effort, order.outside)
        waiting = len(found.queue) + (found.current is not None)
        return Preview(refusal, order.effort, order.due, cost, charges(command, self.scenario, self.world), waiting)

    def _hands_free(self, ctx: Context, person: Person) -> tuple[Person, Seconds]:
        """Return the person as they will be after the orders they have, and the instant when they are done with them."""
        begin = self.world.now
        for order in (*((person.current,) if person.current is not None else ()), *person.queue):
            planned = order if order.due is not None else plan(replace(ctx, world=self.world.at(begin)), person, order)
            assert planned.due is not None
            done, task = dict(person.done), order.command.effort_key
            person = replace(person, done=tuple(sorted({**done, task: done.get(task, 0) + 1}.items())))
            begin = max(begin, planned.due)
        return person, begin

    def _no_such_person(self, name: str) -> Refusal:
        return Refusal("NoSuchPerson", f"There is no '{name}' in the team.", f"The team: {', '.join(self.world.table(Person))}.")

    def _run_over(self) -> Refusal:
        return Refusal("RunOver", f"The run is over ({self.world.over}).", "Look at the debrief, or start another run.")

    def _events_of(self, ctx: Context, given: Input) -> tuple[Event, ...]:
        match given:
            case Given(person=name, command=command):
                person = self.world.find(Person, name)
                if person is None:
                    raise Refused(self._no_such_person(name))
                return tuple(give(ctx, person, command))
            case TakenBack(order=order_id):
                events = tuple(take_back(ctx, order_id))
                if not events:
                    raise Refused(Refusal("NoSuchOrder", f"Nobody is working on '{order_id}'.", "It may have taken effect already."))
                return events
            case Learned(fact=fact):
                return (FactLearned(fact),)
            case Acknowledged(incident=incident_id):
                incident = self.world.find(Incident, incident_id)
                if incident is None or incident.detected is None:
                    open_ids = [i.id for i in self.world.every(Incident) if i.detected is not None and i.is_open]
                    there = f"Open pages: {', '.join(open_ids)}." if open_ids else "The pager is quiet."
                    raise Refused(Refusal("NoSuchPage", f"There is no page '{incident_id}'.", there))
                return (IncidentAcknowledged(incident_id),)
            case Committed(kind=kind, key=key, choice=choice):
                self._check_commitment(ctx, kind, key)
                return (CommitmentMade(Commitment(f"{kind}:{key}", kind, choice, ctx.now)),)
            case Noted(text=text):
                return (NoteTaken(text),)

    def _check_commitment(self, ctx: Context, kind: str, key: str) -> None:
        """Refuse a prediction of what has begun to show, and a second answer to what was explained meanwhile."""
        if kind == "predicted" and ctx.now > self.scenario.starts:
            sentence = f"A prediction is made before the clock has run; it is {stamp(ctx.now)}."
            raise Refused(Refusal("TooLate", sentence, "In learn mood, `rewind` to the first decision; else start another run."))
        if kind == "answered" and self.world.over is not None and self.world.find(Commitment, f"{kind}:{key}") is not None:
            raise Refused(Refusal("AlreadyAnswered", f"{key} was answered, and the run is over.", "Another run asks it again."))

    def _apply(self, events: tuple[Event, ...], origin: str) -> tuple[Happening, ...]:
        """Fold a batch of events, then whatever follows of itself, then ask the referee."""
        happenings: list[Happening] = []
        rounds = 0
        while events:
            before = self.world
            self.world = evolve(before, events)
            happenings += [Happening(self.world.now, event) for event in events]
            self._write_answers(events)
            ctx = Context(self.world, self.scenario, origin)
            events = reactions(before, ctx)
            rounds += 1
            assert rounds < _REACTION_ROUNDS, f"reactions do not settle: {events}"
        if self.world.over is None and (verdict := self.referee.verdict(self.world, self.scenario)) is not None:
            ended = RunEnded(*verdict)
            self.world = evolve(self.world, (ended,))
            happenings.append(Happening(self.world.now, ended))
        return tuple(happenings)

    def _write_answers(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, OrderFinished):
                answer = ANSWERERS.get(type(event.order.command))
                ctx = Context(self.world, self.scenario, event.order.id)
                self.answers[event.order.id] = answer(ctx, event.order.command) if answer is not None else {}

    def _finish_at_once(self) -> tuple[Happening, ...]:
        """Let effortless orders take effect, and freed hands turn to their next order, within the instant."""
        if not any(t.due <= self.world.now and t.kind in ("work", "next-order") for t in self.world.timers):
            return ()
        return self.advance(self.world.now).happenings
