"""What things cost: the charges a command would start, and the ledger of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cloudlab.commands.base import Command
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that a command would start or make."""

    line: str
    micros: int
    per: str
    """`hour` for a meter, `once` for a single charge."""
    estimated: bool = False
    """It follows from a modelled duration; the bill is told by what really happens."""


Pricer = Callable[[Any, Scenario], tuple[Charge, ...]]
PRICERS: dict[type[Command], Pricer] = {}
P = TypeVar("P", bound=Pricer)


def prices(command: type[Command]) -> Callable[[P], P]:
    """Register what a command would cost: (command, scenario) -> charges. Commands without one are free."""

    def register(handler: P) -> P:
        assert command not in PRICERS, f"two prices for {command.__name__}"
        PRICERS[command] = handler
        return handler

    return register


WorldPricer = Callable[[Any, Scenario, World], tuple[Charge, ...]]
WORLD_PRICERS: dict[type[Command], WorldPricer] = {}
W = TypeVar("W", bound=WorldPricer)


def prices_in_world(command: type[Command]) -> Callable[[W], W]:
    """Register what a command would cost where that depends on what exists: (command, scenario, world) -> charges."""

    def register(handler: W) -> W:
        assert command not in {**PRICERS, **WORLD_PRICERS}, f"two prices for {command.__name__}"
        WORLD_PRICERS[command] = handler
        return handler

    return register


def charges(command: Command, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    """Return the charges `command` would start if it were accepted."""
    if (in_world := WORLD_PRICERS.get(type(command))) is not None:
        return in_world(command, scenario, world)
    pricer = PRICERS.get(type(command))
    return pricer(command, scenario) if pricer is not None else ()
