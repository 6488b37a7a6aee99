"""Drawing: how the next order of a sequence is chosen, from chance and from what both clouds have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

from cloudlab.commands.base import Command
from cloudlab.model.compute import Instance
from cloudlab.model.network import Subnet
from cloudlab.model.world import World
from tests.truth.other_cloud import NAMES

T = TypeVar("T")

Order = Callable[["Drawing"], Command]
ORDERS: dict[str, list[tuple[Order, int]]] = {}
"""Theme -> its orders with their weights."""


def orders(theme: str) -> Callable[[int], Callable[[Order], Order]]:
    """Return what registers the orders of a theme with their weights."""

    def weighing(weight: int) -> Callable[[Order], Order]:
        def register(order: Order) -> Order:
            ORDERS.setdefault(theme, []).append((order, weight))
            return order

        return register

    return weighing


def draw(chance: Random, themes: tuple[str, ...], world: World, ids: dict[str, str]) -> Command:
    """Return the next order of a sequence about some themes."""
    there = [pair for theme in themes for pair in ORDERS[theme]]
    while True:
        ((order, _),) = chance.choices(there, [weight for _, weight in there])
        try:
            return order(Drawing(chance, world, ids))
        except Unsuitable:
            continue


class Unsuitable(Exception):
    """There is not what an order is about; another one is drawn."""


class Drawing:
    """Chance, and what is there. One thing at most is wrong in an order: which of two AWS would name first is nowhere told."""

    def __init__(self, chance: Random, world: World, ids: dict[str, str]) -> None:
        self._chance = chance
        self.world = world
        self._ids = ids
        self._wrong = False

    def chance(self, one_in: int) -> bool:
        return self._chance.randrange(one_in) == 0

    def number(self, least: int, most: int) -> int:
        return self._chance.randint(least, most)

    def of(self, things: Sequence[T]) -> T:
        return things[self._chance.randrange(len(things))]

    def wrongly(self, right: T, wrong: Sequence[T], one_in: int = 10) -> T:
        """Return what is right, or now and then something wrong."""
        return self.of(wrong) if self.errs(one_in) else right

    def errs(self, one_in: int, nothing_right: bool = False) -> bool:
        """Say, one time in so many, that something is to be wrong. Where nothing right is there, that or Unsuitable."""
        if nothing_right:
            self.must_err()
            return True
        if self._wrong or not self.chance(one_in):
            return False
        self._wrong = True
        return True

    def must_err(self) -> None:
        """Make the order a wrong one; Unsuitable where it is wrong already, and mostly."""
        if self._wrong or not self.chance(6):
            raise Unsuitable
        self._wrong = True

    def name(self) -> str:
        return self.of(NAMES)

    def has(self, key: str) -> bool:
        """Both clouds know it."""
        return key in self._ids

    def never_was(self, prefix: str) -> str:
        return f"{prefix}-{self._chance.getrandbits(68):017x}"

    def from_(self, keys: Iterable[str], prefix: str) -> str:
        """Return one of these that both clouds have, or now and then an id that never was. Unsuitable where there is none."""
        there = [key for key in keys if self.has(key)]
        return self.never_was(prefix) if self.errs(14, not there) else self.of(there)

    def one(self, kind: type, prefix: str, *, unused: bool = False) -> str:
        """Return a record of a kind; `unused`: preferably the newest, which nothing may hang on yet."""
        there = [key for key in self.world.table(kind) if self.has(key)]
        return self.from_(there[-1:] if unused else there, prefix)

    def some(self, kind: type) -> str:
        """Return a record of a kind, and never one that is not there."""
        there = [key for key in self.world.table(kind) if self.has(key)]
        if not there:
            raise Unsuitable
        return self.of(there)

    def named(self, kind: type) -> str:
        """Return the name of a record whose name is its id, or some other name."""
        there = [key for key in self.world.table(kind) if key in NAMES]
        return self.of([name for name in NAMES if name not in there] or ["echo"]) if self.errs(8, not there) else self.of(there)

    def new(self, kind: type) -> str:
        """Return a name that no record of a kind has, or now and then one that is taken."""
        there = [key for key in self.world.table(kind) if key in NAMES]
        free = [name for name in NAMES if name not in there]
        if there and self.errs(8, not free):
            return self.of(there)
        return self.of(free)

    def instance(self, *states: str) -> str:
        there = [i.id for i in self.world.every(Instance) if i.fleet is None and (not states or i.state in states)]
        return self.from_(there, "i")

    def subnets_in_zones(self, count: int) -> tuple[str, ...]:
        """Return subnets of one VPC in so many zones, or as many as there are."""
        by_vpc: dict[str, dict[str, str]] = {}
        for subnet in self.world.every(Subnet):
            if self.has(subnet.id):
                by_vpc.setdefault(subnet.vpc, {}).setdefault(subnet.zone, subnet.id)
        found = tuple(max(by_vpc.values(), key=len, default={}).values())[:count]
        if len(found) < count:
            raise Unsuitable
        return (self.never_was("subnet"), *found[1:]) if self.errs(14) else found
