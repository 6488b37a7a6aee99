"""The kernel: who decides which command, who evolves which event, who fires which timer; one handler each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from cloudlab.commands.base import Command
from cloudlab.engine.rules.quotas import applied
from cloudlab.model.events import Event
from cloudlab.model.ids import resource_id
from cloudlab.model.refusal import Refusal
from cloudlab.model.scenario import Scenario
from cloudlab.model.training import TrainingSpec
from cloudlab.model.world import R, Timer, World


class Refused(Exception):
    """Raised by a decider: the service says no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def refuse(code: str, sentence: str, accepted: str = "") -> NoReturn:
    """Refuse the command under AWS's error `code`; `accepted` says what would be accepted."""
    raise Refused(Refusal(code, sentence, accepted))


@dataclass(frozen=True, slots=True)
class Want:
    """A real result the simulated clock cannot pass without: a training (dataset None) or a scoring on a stream."""

    spec: TrainingSpec
    dataset: str | None = None


class NeedsFact(Exception):
    """Raised by a firer: the timer cannot fire before this fact is known (a job barrier)."""

    def __init__(self, want: Want) -> None:
        super().__init__(f"needs {want}")
        self.want = want


@dataclass(frozen=True, slots=True)
class Context:
    """What a decider or firer may know: the World as it is, the frame of the run, and the origin of ids."""

    world: World
    scenario: Scenario
    origin: str
    """Stable id of the originating input (or of the timer's target)."""

    @property
    def now(self) -> int:
        return self.world.now

    def of(self, origin: str) -> Context:
        """Return the same for another origin."""
        return Context(self.world, self.scenario, origin)

    def quota(self, key: str) -> int:
        """Return a limit of this account as it is now: what it was raised to, else what it began with."""
        return applied(self.world, self.scenario, key)

    def new_id(self, prefix: str, index: int = 0) -> str:
        return resource_id(prefix, self.origin, index)

    def need(self, kind: type[R], key: str, code: str, noun: str) -> R:
        """Return the record, or refuse with AWS's not-found `code` and what exists instead."""
        found = self.world.find(kind, key)
        if found is None:
            there = list(self.world.table(kind))
            refuse(code, f"The {noun} '{key}' does not exist.", accepted=_existing(noun, there))
        return found


def _existing(noun: str, ids: list[str]) -> str:
    if not ids:
        return f"There is no {noun} yet; create one first."
    shown = ", ".join(ids[:4])
    return f"Existing: {shown}" + (f" and {len(ids) - 4} more." if len(ids) > 4 else ".")


Events = Iterable[Event]
Decider = Callable[[Context, Any], Events]
Evolver = Callable[[World, Any], World]
Firer = Callable[[Context, Timer], Events]
Answerer = Callable[[Context, Any], dict[str, Any]]
Reactor = Callable[[World, Context], Events]

DECIDERS: dict[type[Command], Decider] = {}
EVOLVERS: dict[type[Event], Evolver] = {}
FIRERS: dict[str, Firer] = {}
ANSWERERS: dict[type[Command], Answerer] = {}
REACTORS: list[tuple[Reactor, Callable[[frozenset[type]], bool]]] = []
"""Each with whether it is to be asked once these tables have changed."""

GUARDS: list[Callable[[Context, Command], None]] = []
"""Asked before any decider: each may refuse, whatever the command is about."""

D = TypeVar("D", bound=Decider)
G = TypeVar("G", bound=Callable[[Context, Any], None])
E = TypeVar("E", bound=Evolver)
F = TypeVar("F", bound=Firer)
A = TypeVar("A", bound=Answerer)
X = TypeVar("X", bound=Reactor)


def guards(handler: G) -> G:
    """Register a guard: (context, command) -> nothing, or Refused."""
    GUARDS.append(handler)
    return handler


def decided(ctx: Context, command: Command) -> tuple[Event, ...]:
    """Return what follows of a command, or raise Refused. A tuple: a decider that refuses halfway leaves nothing of what it had yielded."""
    for guard in GUARDS:
        guard(ctx, command)
    return tuple(DECIDERS[type(command)](ctx, command))


def decides(command: type[Command]) -> Callable[[D], D]:
    """Register the one decider of a command: (context, command) -> events, or Refused."""

    def register(handler: D) -> D:
        assert command not in DECIDERS, f"two deciders for {command.__name__}"
        DECIDERS[command] = handler
        return handler

    return register


def answers(command: type[Command]) -> Callable[[A], A]:
    """Register how a command's AWS response is written once it took effect: (context after it, command) -> dict."""

    def register(handler: A) -> A:
        assert command not in ANSWERERS, f"two answers for {command.__name__}"
        ANSWERERS[command] = handler
        return handler

    return register


def evolves(event: type[Event]) -> Callable[[E], E]:
    """Register the one evolver of an event: (world, event) -> world."""

    def register(handler: E) -> E:
        assert event not in EVOLVERS, f"two evolvers for {event.__name__}"
        EVOLVERS[event] = handler
        return handler

    return register


def fires(kind: str) -> Callable[[F], F]:
    """Register the one firer of a timer kind: (context, timer) -> events, or NeedsFact."""

    def register(handler: F) -> F:
        assert kind not in FIRERS, f"two firers for {kind}"
        FIRERS[kind] = handler
        return handler

    return register


def reacts(handler: X) -> X:
    """Register a reactor: (world before, context after a batch of events) -> events that follow of themselves."""
    REACTORS.append((handler, _always))
    return handler


def _always(changed: frozenset[type]) -> bool:
    return True


def reacts_to(*kinds: type) -> Callable[[X], X]:
    """Register a reactor that has something to say only where a table of these kinds has changed."""
    decide = frozenset(kinds)

    def register(handler: X) -> X:
        REACTORS.append((handler, lambda changed: not decide.isdisjoint(changed)))
        return handler

    return register


def reacts_but_to(*kinds: type) -> Callable[[X], X]:
    """Register a reactor that has something to say where a table of any other kind has changed."""
    silent = frozenset(kinds)

    def register(handler: X) -> X:
        REACTORS.append((handler, lambda changed: not changed <= silent))
        return handler

    return register


def reactions(before: World, ctx: Context) -> tuple[Event, ...]:
    """Return what follows of itself from what has changed since `before`."""
    old = before.tables
    changed = frozenset(kind for kind, table in ctx.world.tables.items() if old.get(kind) is not table)
    return tuple(event for react, concerns in REACTORS if concerns(changed) for event in react(before, ctx))


def evolve(world: World, events: Events) -> World:
    """Fold events into the World."""
    for event in events:
        world = EVOLVERS[type(event)](world, event)
    return world
