"""The differential test, of any length: sequences of orders to cloudlab and to moto; where moto refuses, so does cloudlab, in its words.

`python -m tests.truth.differential --sequences 2000` is the long run; what it says stands in docs/truth.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from random import Random

from cloudlab.commands.base import Command
from cloudlab.dialects.render import render
from tests.truth import orders_machines, orders_network, orders_services
from tests.truth.codes import OFTEN, SAID_BY_BOTH
from tests.truth.differences import named
from tests.truth.drawing import draw
from tests.truth.other_cloud import BROKE, OtherCloud, other_cloud
from tests.truth.two_clouds import Step, TwoClouds

_ROOMS = (orders_network, orders_machines, orders_services)
"""Importing them has registered their orders."""

MIXES: tuple[tuple[str, ...], ...] = (
    ("network",),
    ("network", "compute", "compute"),
    ("network", "fleet", "fleet"),
    ("network", "compute", "balancing", "balancing", "balancing"),
    ("network", "databases", "databases"),
    ("network", "identity", "compute"),
    ("storage", "identity"),
    ("learning", "learning", "identity"),
)
"""What sequences are about, in turn; a theme that stands twice is drawn twice as often."""
LENGTH = 40
"""Orders of a sequence."""
_PART = 100
_LONG = 2_000
"""Sequences of the run that has to meet every code often."""


@dataclass
class Tally:
    """What came of many steps."""

    sequences: int = 0
    both: int = 0
    """Accepted by both."""
    same: Counter[str] = field(default_factory=Counter)
    """Refused by both, by code."""
    laxer: Counter[str] = field(default_factory=Counter)
    """Refused by cloudlab alone, by code."""
    silent: int = 0
    """moto fell over itself."""
    known: Counter[str] = field(default_factory=Counter)
    """Named differences."""

    @property
    def steps(self) -> int:
        return self.both + self.same.total() + self.laxer.total() + self.silent + self.known.total()

    def __iadd__(self, other: Tally) -> Tally:
        self.sequences += other.sequences
        self.both += other.both
        self.silent += other.silent
        for mine, theirs in ((self.same, other.same), (self.laxer, other.laxer), (self.known, other.known)):
            mine.update(theirs)
        return self

    def add(self, step: Step) -> bool:
        """Count a step; say whether it is a difference nobody has named."""
        if step.theirs == BROKE:
            self.silent += 1
        elif step.agreed and step.ours is None:
            self.both += 1
        elif step.agreed:
            assert step.ours is not None
            (self.same if step.theirs is not None else self.laxer)[step.ours] += 1
        elif (difference := named(step)) is not None:
            self.known[difference.name] += 1
        else:
            return True
        return False


class Differs(AssertionError):
    """A step in which moto refused and cloudlab did not refuse likewise, with the shortest way to it."""


def steps_of(seed: int, other: OtherCloud, length: int = LENGTH) -> Iterator[tuple[str, Step]]:
    """Play a sequence, and yield its steps with the ids of their inputs."""
    chance, clouds = Random(seed), TwoClouds(other)
    mix = MIXES[seed % len(MIXES)]
    for number in range(length):
        command = draw(chance, themes(mix, number), clouds.world, other.ids)
        yield f"s{number}", clouds.ask(f"s{number}", command)


def themes(mix: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The first orders lay the ground, where a sequence is about what stands on a network."""
    if "network" in mix and mix != ("network",) and number < 10:
        return ("opening",)
    return ("fronts",) if "balancing" in mix and number < 15 else mix


def compare(seeds: range, tally: Tally, length: int = LENGTH) -> None:
    """Play sequences; raise Differs with a shortened one where the two differ in a way that has no name."""
    with other_cloud() as other:
        for seed in seeds:
            given: list[tuple[str, Command]] = []
            for origin, step in steps_of(seed, other, length):
                given.append((origin, step.command))
                if tally.add(step):
                    raise Differs(_told(step, shortened(given, step, other), seed))
            tally.sequences += 1


def shortened(given: list[tuple[str, Command]], step: Step, other: OtherCloud) -> list[Command]:
    """Leave out of a sequence whatever is not needed for its last step to differ as it does; ids come from inputs, so they stay."""
    kept = list(given)
    for index in reversed(range(len(kept) - 1)):
        fewer = kept[:index] + kept[index + 1 :]
        clouds = TwoClouds(other)
        last = [clouds.ask(origin, command) for origin, command in fewer][-1]
        if (last.ours, last.theirs) == (step.ours, step.theirs):
            kept = fewer
    return [command for _, command in kept]


def _told(step: Step, commands: list[Command], seed: int) -> str:
    lines = "\n  ".join(render(command) for command in commands)
    return f"sequence {seed}: moto says {step.theirs}, cloudlab {step.ours or 'takes it'} ({step.said}):\n  {lines}"


def report(tally: Tally, seconds: float) -> str:
    """Return what a run came to, as a page of Markdown tables."""
    said = [
        f"{tally.sequences} sequences, {tally.steps:,} commands, {seconds:.0f} s.",
        "",
        f"- accepted by both: {tally.both:,} ({100 * tally.both / tally.steps:.1f} %)",
        f"- refused by both with the same code: {tally.same.total():,}",
        f"- refused by cloudlab alone, where moto is laxer: {tally.laxer.total():,}",
        f"- moto fell over itself: {tally.silent:,}",
        f"- named differences: {tally.known.total():,}",
        "",
        "| code both refuse with | times |",
        "|---|---|",
        *(f"| `{code}` | {times:,} |" for code, times in sorted(tally.same.items())),
        "",
        "| named difference | times |",
        "|---|---|",
        *(f"| {name} | {times:,} |" for name, times in sorted(tally.known.items())),
        "",
        "| code of cloudlab's alone | times |",
        "|---|---|",
        *(f"| `{code}` | {times:,} |" for code, times in sorted(tally.laxer.items())),
    ]
    return "\n".join(said)


def part(first: int, sequences: int) -> Tally:
    """Play some of the sequences in a process of their own: moto keeps more and more in memory."""
    tally = Tally()
    compare(range(first, first + sequences), tally)
    return tally


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sequences", type=int, default=_LONG)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--jobs", type=int, default=1, help="processes at once")
    wanted = asked.parse_args()
    tally, began, until = Tally(), time.monotonic(), wanted.first + wanted.sequences
    parts = [(at, min(_PART, until - at)) for at in range(wanted.first, until, _PART)]
    with ProcessPoolExecutor(wanted.jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        try:
            for found in pool.map(part, *zip(*parts, strict=True)):
                tally += found
        except Differs as differs:
            pool.shutdown(cancel_futures=True)
            sys.stderr.write(f"{differs}\n")
            return 1
    sys.stdout.write(report(tally, time.monotonic() - began) + "\n")
    seldom = [code for code in SAID_BY_BOTH if tally.same[code] < OFTEN]
    if wanted.sequences >= _LONG and seldom:
        sys.stderr.write(f"Met less than {OFTEN} times: {', '.join(seldom)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
