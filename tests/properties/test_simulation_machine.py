"""A run of any orders, waits, pages and takings-back: replay is the run, refusals change nothing, and everything adds up at every step."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cloudlab.commands.base import Command
from cloudlab.engine.simulation import Simulation
from cloudlab.model.inputs import Acknowledged, Given, Input, Learned, Noted, TakenBack
from cloudlab.model.operations import Incident
from cloudlab.model.people import Person
from cloudlab.model.scenario import Need, ObjectFile, Planned, Traffic
from cloudlab.model.time import DAY, HOUR, Seconds, at
from cloudlab.model.training import Scored, Trained
from tests.balanced import open_fleet
from tests.properties.test_network_properties import assert_whole
from tests.properties.wholeness import assert_conserved, assert_references
from tests.scaled import open_following
from tests.support import open_learning
from tests.truth.accepted import Everything
from tests.truth.differential import MIXES, themes
from tests.truth.drawing import draw

INCIDENTS = tuple(
    Planned(kind, kind, at(day, "10:00"), at(day, "16:00"), "any", detail=detail)
    for day, kind, detail in (
        (1, "instance-status-check", ""),
        (1, "os-cve", "CVE-2024-6387 age=0d"),
        (2, "az-outage", ""),
        (2, "disk-full", ""),
        (3, "security-group-scanned", ""),
    )
)
NEED = Need("answers", "Answers", "tiny", Traffic(900, (400,) * 8 + (1000,) * 12 + (600,) * 4, noise=80))
FRAME: dict[str, Any] = {"incidents": INCIDENTS, "ends": at(6, "09:00")}


def opened(which: str) -> Simulation:
    if which == "empty":
        return open_learning(files=(ObjectFile("rows.csv", "tiny", "train", 1_000),), needs=(NEED,), **FRAME)
    if which == "balanced":
        return open_fleet(needs=(NEED,), **FRAME).sim
    return open_following(5).sim


class Run(RuleBasedStateMachine):
    """One live simulation, and every input with its instant, from which it is played again."""

    @initialize(which=st.sampled_from(["empty", "balanced", "following"]), mix=st.sampled_from(MIXES), seed=st.integers(0, 2**16))
    def open(self, which: str, mix: tuple[str, ...], seed: int) -> None:
        self.sim = opened(which)
        self.opening = self.sim.fork()
        self.mix, self.chance, self.orders = mix, Random(seed), 0
        self.journal: list[tuple[Seconds, Input]] = []

    # what enters ------------------------------------------------------------------------------------------------------------

    def enter(self, given: Input) -> bool:
        """Let an input in; a refusal has to leave everything as it was. Return whether it was taken."""
        self.settle()
        before = self.sim.digest()
        refusal = self.sim.submit(given).refusal
        self.journal.append((self.sim.now, given))
        if refusal is not None:
            assert refusal.code
            assert refusal.sentence
            assert self.sim.digest() == before
        return refusal is None

    def settle(self) -> None:
        """Let happen what is due at this instant, so that what an input changes is its own."""
        self.pass_time(self.sim, self.sim.now)

    def drawn(self) -> Command:
        self.orders += 1
        return draw(self.chance, themes(self.mix, self.orders), self.sim.world, Everything())

    @rule(person=st.sampled_from(["ana", "ana", "ben", "nobody"]))
    def give_an_order(self, person: str) -> None:
        command = self.drawn()
        here = self.sim.digest()
        foreseen = self.sim.preview(person, command)
        assert self.sim.digest() == here
        busy = person != "nobody" and self.sim.world.get(Person, person).current is not None
        taken = self.enter(Given(f"o{len(self.journal)}", person, command))
        if not busy and self.sim.world.over is None:
            assert taken == (foreseen.refusal is None)

    @rule(times=st.integers(2, 6))
    def give_and_wait(self, times: int) -> None:
        """One order after the other, each until its work is done: so runs come further than orders waiting for each other do."""
        for _ in range(times):
            person = self.sim.world.get(Person, "ana")
            if person.current is None and not person.queue and self.enter(Given(f"o{len(self.journal)}", "ana", self.drawn())):
                while (current := self.sim.world.get(Person, "ana").current) is not None and self.sim.world.over is None:
                    assert current.due is not None
                    self.pass_time(self.sim, current.due)
            assert_references(self.sim.world)

    @rule(what=st.sampled_from(["take back", "acknowledge", "note"]))
    def do_something_else(self, what: str) -> None:
        number = len(self.journal)
        if what == "take back":
            people = self.sim.world.every(Person)
            orders = [o.id for p in people for o in (*((p.current,) if p.current else ()), *p.queue)]
            self.enter(TakenBack(f"b{number}", self.chance.choice(orders or ["never"])))
        elif what == "acknowledge":
            pages = [i.id for i in self.sim.world.every(Incident) if i.detected is not None]
            self.enter(Acknowledged(f"a{number}", self.chance.choice(pages or ["never"])))
        else:
            assert self.enter(Noted(f"n{number}", "what was seen"))

    # time -------------------------------------------------------------------------------------------------------------------

    def pass_time(self, sim: Simulation, until: Seconds) -> None:
        """Let time pass; real results come as if they had been worked out, and are inputs, too."""
        while (want := sim.advance(until).waiting) is not None:
            digest = want.spec.digest()
            fact = (
                Trained(digest, "0" * 64, 100, (("validation:auc", 900_000),))
                if want.dataset is None
                else Scored(digest, want.dataset, 4, bytes([0b11100100]))
            )
            learned = Learned(f"f-{digest}-{want.dataset}", fact)
            sim.submit(learned)
            if sim is self.sim:
                self.journal.append((sim.now, learned))

    @precondition(lambda self: self.sim.world.over is None)
    @rule(first=st.integers(1, 8 * HOUR), second=st.integers(1, DAY))
    def wait_in_two_goes_or_in_one(self, first: int, second: int) -> None:
        once, until = self.sim.fork(), min(self.sim.now + first + second, self.sim.scenario.ends)
        self.pass_time(self.sim, min(self.sim.now + first, until))
        self.pass_time(self.sim, until)
        self.pass_time(once, until)
        assert once.digest() == self.sim.digest()

    # what has to be so ------------------------------------------------------------------------------------------------------

    @invariant()
    def references_resolve(self) -> None:
        assert_references(self.sim.world)

    @invariant()
    def the_network_is_whole(self) -> None:
        if self.opening.world.now == self.opening.scenario.starts:  # the others' networks are laid by hand, without what comes with a VPC
            assert_whole(self.sim.world)

    @invariant()
    def money_and_requests_add_up(self) -> None:
        assert_conserved(self.sim)

    def teardown(self) -> None:
        if not hasattr(self, "journal"):
            return
        again = self.opening.fork()
        for instant, given in self.journal:
            again.advance(instant)
            assert again.now == instant
            again.submit(given)
        again.advance(self.sim.now)
        assert again.digest() == self.sim.digest()


TestRun = Run.TestCase
TestRun.settings = settings(max_examples=20, stateful_step_count=20)
