"""Kinds of things: where each stands on the map, what is told of it, what may be done with it; their modules register it here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from cloudlab.lab.view.slices import Node
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World

Place = tuple[str, str]
"""Kind and id of what a thing stands in."""
REGION_WIDE: Place = ("account", ACCOUNT)
"""In no network."""
Placed = tuple[Place, Node]
Nodes = Callable[[World], Iterator[Placed]]
"""Every thing of one kind the team knows of, without what is inside it: that comes by its own place."""

Row = tuple[str, str]
"""(label, what is so)"""
Facts = Callable[[World, Scenario, Any], Iterator[Row]]

Offer = tuple[str, str] | tuple[str, str, str]
"""(what it does, the line, why it would be pointless though AWS takes it; nothing or empty where it is not)"""
Offers = Callable[[World, Any], Iterator[Offer]]

Find = Callable[[World, str], object | None]

KINDS: dict[str, type[Any]] = {}
"""Kind on the map -> its records, in the order in which neighbours stand."""
NODES: dict[str, Nodes] = {}
FINDS: dict[str, Find] = {}
COLUMNS: list[type[Any]] = []
"""Records that get a column of their own on the responsibility board; networks and roles stand behind them."""
FACTS: dict[type[Any], Facts] = {}
OFFERS: dict[type[Any], Offers] = {}

N = TypeVar("N", bound=Nodes)
F = TypeVar("F", bound=Facts)
O = TypeVar("O", bound=Offers)  # noqa: E741


def stands(kind: str, record: type[Any], *, column: bool = False, find: Find | None = None) -> Callable[[N], N]:
    """Register where things of a kind stand; `column`: on the board too; `find`: how to get one by id, where it is no record."""

    def register(nodes: N) -> N:
        assert kind not in KINDS, f"{kind} stands on the map twice"
        KINDS[kind], NODES[kind] = record, nodes
        FINDS[kind] = find or (lambda world, key: world.find(record, key))
        if column:
            COLUMNS.append(record)
        return nodes

    return register


def facts(kind: type[Any]) -> Callable[[F], F]:
    """Register what is told of a kind of record. Without it a thing tells the fields of its record."""

    def register(told: F) -> F:
        assert kind not in FACTS, f"two lists of facts for {kind.__name__}"
        FACTS[kind] = told
        return told

    return register


def offers(kind: type[Any]) -> Callable[[O], O]:
    """Register what may be done with a kind of record. Without it nothing is offered."""

    def register(offer: O) -> O:
        assert kind not in OFFERS, f"two lists of actions for {kind.__name__}"
        OFFERS[kind] = offer
        return offer

    return register


def plain_facts(_world: World, _scenario: Scenario, record: Any) -> Iterator[Row]:
    """Tell the fields of a record that are words, numbers or lists of words."""
    for name in getattr(type(record), "__dataclass_fields__", {}):
        value = getattr(record, name)
        if isinstance(value, bool):
            yield name.replace("_", " "), "yes" if value else "no"
        elif isinstance(value, str | int):
            yield name.replace("_", " "), str(value)
        elif isinstance(value, tuple) and value and all(isinstance(each, str) for each in value):
            yield name.replace("_", " "), ", ".join(value)
