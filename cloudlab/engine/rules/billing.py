"""What things cost: the charges a command would start, and the ledger of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cloudlab.commands.base import Command
from cloudlab.model.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that a command would start or make."""

    line: str
    micros: int
    per: str
    """`hour` for a meter, `once` for a single charge."""


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


def charges(command: Command, scenario: Scenario) -> tuple[Charge, ...]:
    """Return the charges `command` would start if it were accepted."""
    pricer = PRICERS.get(type(command))
    return pricer(command, scenario) if pricer is not None else ()
