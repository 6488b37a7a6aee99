"""The simulation as a whole: however time is stepped, forked or stopped, whatever process it runs in, the same happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudlab.commands.ec2_compute import RebootInstances, RunInstances
from cloudlab.commands.ec2_network import CreateInternetGateway, CreateVpc
from cloudlab.engine.simulation import Happening, Simulation
from cloudlab.model.compute import Instance, Software
from cloudlab.model.events import Event
from cloudlab.model.events.run import RunEnded
from cloudlab.model.images import AL2023
from cloudlab.model.inputs import Acknowledged, Committed, Given, Input, Noted
from cloudlab.model.network import InternetGateway, Vpc
from cloudlab.model.operations import Commitment, Handover, Incident, Serving
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.time import HOUR, Seconds, at
from cloudlab.model.training import Scored, TrainingSpec
from cloudlab.model.world import Timer, fact_key
from tests.support import MORNING, card, lay_network, open_simulation, put_server

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
SCORED = Scored(SPEC.digest(), "tiny", 5, bytes([147, 3]))
NEED = Need("answers", "Answers", "tiny", Traffic(60, (1000,) * 24))
INCIDENTS = (
    Planned("check", "instance-status-check", at(1, "10:00"), at(1, "16:00"), "busiest"),
    Planned("disk", "disk-full", at(1, "17:00"), at(1, "23:00"), "any"),
    Planned("hole", "os-cve", at(2, "01:00"), at(2, "03:00"), "first", detail="CVE-2024-6387 age=9d"),
)
END = at(2, "12:00")


def eventful(seed: int = 3) -> Simulation:
    """Open a run with a machine that serves, three incidents ahead, and work under way."""
    simulation = lay_network(open_simulation(seed, ends=END, needs=(NEED,), incidents=INCIDENTS, cards={"tiny": card()}))
    put_server(simulation, "i-1", software=Software(runtime=True, model=SPEC, serving=SPEC, server_port=443))
    simulation.world = simulation.world.put(Handover("answers:i-1", "answers", "i-1", MORNING)).with_fact(fact_key(SCORED), SCORED)
    launch = RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a", max_count=2)
    for n, (person, command) in enumerate(
        (("ana", launch), ("ben", CreateVpc(cidr_block="10.9.0.0/16")), ("ana", CreateInternetGateway()))
    ):
        assert simulation.submit(Given(f"i{n}", person, command)).refusal is None
    return simulation


@given(stops=st.lists(st.integers(MORNING, END + HOUR), max_size=12))
@settings(max_examples=60)
def test_stepping_the_clock_otherwise_changes_nothing(stops: list[Seconds]) -> None:
    stepped, straight = eventful(), eventful()
    happened: list[Happening] = []
    for stop in sorted(stops):
        happened += stepped.advance(stop).happenings
        assert stepped.now == min(max(stop, stepped.now), END)
    happened += stepped.advance(END).happenings
    assert tuple(happened) == straight.advance(END).happenings
    assert stepped.digest() == straight.digest()


@given(every=st.integers(1, 7), kind=st.sampled_from(["all", "some", "late"]))
@settings(max_examples=30)
def test_stopping_never_changes_what_happens(every: int, kind: str) -> None:
    stopped, straight = eventful(), eventful()
    counted = [0]

    def stop(event: Event) -> bool:
        counted[0] += 1
        return kind == "all" or (kind == "some" and counted[0] % every == 0) or (kind == "late" and stopped.now > at(1, "18:00"))

    happened: list[Happening] = []
    while stopped.world.over is None:
        before = stopped.now
        happened += stopped.advance(END, stop).happenings
        assert stopped.now > before or happened
    assert tuple(happened) == straight.advance(END).happenings
    assert stopped.digest() == straight.digest()


def test_the_clock_stops_at_the_instant_of_what_it_stops_for() -> None:
    simulation = open_simulation()
    simulation.submit(Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
    progress = simulation.advance(at(1, "12:00"), lambda event: True)
    assert simulation.now == MORNING + 60
    assert {h.at for h in progress.happenings} == {MORNING + 60}
    assert simulation.advance(at(1, "12:00"), lambda event: True).happenings == ()
    assert simulation.now == at(1, "12:00")


def test_time_never_runs_backwards() -> None:
    simulation = open_simulation()
    simulation.advance(at(1, "12:00"))
    simulation.advance(at(1, "10:00"))
    assert simulation.now == at(1, "12:00")


def test_an_input_comes_after_what_is_due_at_its_instant() -> None:
    one, other = open_simulation(), open_simulation()
    for simulation in (one, other):
        simulation.submit(Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
    one.advance(MORNING + 60)
    other.advance(MORNING + 59)
    other.world = other.world.at(MORNING + 60)  # as if the clock had been stopped just before
    for simulation in (one, other):
        simulation.submit(Noted("i2", "now"))
    assert one.digest() == other.digest()


def test_timers_of_one_instant_fire_in_the_order_they_were_set() -> None:
    world = open_simulation().world.schedule(50, "b", "x").schedule(MORNING + 5, "c", "y").schedule(MORNING + 5, "a", "z")
    mine = [t for t in world.timers if t.kind in "abc"]
    assert [(t.due, t.kind) for t in mine] == [(MORNING, "b"), (MORNING + 5, "c"), (MORNING + 5, "a")]  # never due in the past
    assert all(isinstance(t, Timer) for t in mine)


def test_a_fork_goes_its_own_way() -> None:
    simulation = eventful()
    simulation.advance(at(1, "09:30"))
    answers = dict(simulation.answers)
    before = simulation.digest()
    other = simulation.fork()
    other.submit(Given("x", "ben", RebootInstances(instance_ids=("i-1",))))
    other.advance(END)
    assert simulation.digest() == before
    assert simulation.answers == answers
    assert len(other.answers) > len(answers)
    again = simulation.fork()
    again.submit(Given("x", "ben", RebootInstances(instance_ids=("i-1",))))
    again.advance(END)
    assert again.digest() == other.digest()


def test_a_fork_keeps_the_answers_of_its_past() -> None:
    simulation = eventful()
    simulation.advance(at(1, "10:00"))
    assert simulation.fork().answers == simulation.answers != {}


def played(names: tuple[str, ...], seed: int = 3) -> Simulation:
    """Play three orders an hour apart; leave out those not named."""
    simulation = lay_network(open_simulation(seed, ends=END, incidents=INCIDENTS))
    put_server(simulation, "i-1", software=Software(server_port=443))
    orders = {
        "i1": CreateVpc(cidr_block="10.1.0.0/16"),
        "i2": CreateInternetGateway(),
        "i3": RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a", max_count=2),
        "i4": CreateVpc(cidr_block="10.4.0.0/16"),
    }
    for n, (name, command) in enumerate(orders.items()):
        simulation.advance(MORNING + n * HOUR)
        if name in names:
            simulation.submit(Given(name, "ana", command))
    simulation.advance(END)
    return simulation


@pytest.mark.parametrize("dropped", ["i1", "i2", "i3", "i4"])
def test_dropping_an_input_leaves_other_ids_and_dice_as_they_were(dropped: str) -> None:
    names = ("i1", "i2", "i3", "i4")
    whole, without = played(names), played(tuple(n for n in names if n != dropped))
    mine = {
        kind: {k for k in whole.world.table(kind)} - {k for k in without.world.table(kind)}  # noqa: C416 - mappings
        for kind in (Vpc, InternetGateway, Instance)
    }
    assert {kind.__name__: len(keys) for kind, keys in mine.items()} == {
        "Vpc": int(dropped in ("i1", "i4")),
        "InternetGateway": int(dropped == "i2"),
        "Instance": 2 * int(dropped == "i3"),
    }
    for kind in (Vpc, InternetGateway, Instance):
        assert set(without.world.table(kind)) <= set(whole.world.table(kind))
    struck = [{(i.id, i.struck) for i in s.world.every(Incident)} for s in (whole, without)]
    assert struck[0] == struck[1]


def test_fate_follows_from_the_seed() -> None:
    def strikes(seed: int) -> list[Seconds]:
        return [i.struck for i in played((), seed).world.every(Incident)]

    assert strikes(1) == strikes(1)
    assert len({tuple(strikes(seed)) for seed in range(8)}) == 8
    for planned, struck in zip(INCIDENTS, strikes(5), strict=True):
        assert planned.earliest <= struck <= planned.latest
        assert struck % 60 == 0


PROGRAM = """
from tests.unit.engine.test_simulation import END, eventful
simulation = eventful()
simulation.advance(END)
print(simulation.digest())
"""


def test_the_digest_is_the_same_in_every_process() -> None:
    here = eventful()
    here.advance(END)
    root = Path(__file__).parents[3]
    digests = {here.digest()}
    for seed in ("0", "1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        digests.add(ran.stdout.strip())
    assert len(digests) == 1


def test_a_digest_tells_worlds_apart() -> None:
    one, other = eventful(), eventful()
    other.submit(Committed("i9", "answered", "Q1", "a"))
    assert one.digest() != other.digest()
    assert one.digest() == eventful().digest()


def test_a_prediction_is_made_before_the_clock_has_run() -> None:
    simulation = open_simulation()
    assert simulation.submit(Committed("i1", "predicted", "P1", "a")).refusal is None
    assert simulation.submit(Committed("i2", "predicted", "P1", "b")).refusal is None  # nothing has shown yet
    simulation.advance(simulation.now + 1)
    refusal = simulation.submit(Committed("i3", "predicted", "P1", "a")).refusal
    assert refusal is not None
    assert refusal.code == "TooLate"
    assert [c.choice for c in simulation.world.every(Commitment)] == ["b"]


def test_an_answer_may_change_until_the_run_is_over_and_then_stands() -> None:
    simulation = eventful()
    assert simulation.submit(Committed("i9", "answered", "Q1", "a")).refusal is None
    assert simulation.submit(Committed("i10", "answered", "Q1", "b")).refusal is None
    simulation.advance(END)
    refusal = simulation.submit(Committed("i11", "answered", "Q1", "c")).refusal
    assert refusal is not None
    assert refusal.code == "AlreadyAnswered"
    assert simulation.submit(Committed("i12", "answered", "Q2", "a")).refusal is None
    assert [(c.id, c.choice) for c in simulation.world.every(Commitment)] == [("answered:Q1", "b"), ("answered:Q2", "a")]


@pytest.mark.parametrize("given_later", [Committed("i9", "answered", "Q1", "a"), Noted("i9", "afterwards")], ids=["an answer", "a note"])
def test_words_are_taken_after_the_end(given_later: Input) -> None:
    simulation = eventful()
    simulation.advance(END)
    assert simulation.submit(given_later).refusal is None
    assert simulation.world.over == "lost"
    assert isinstance(simulation.world.find(Commitment, "answered:Q1"), Commitment | None)


def test_the_end_comes_at_its_instant_and_once() -> None:
    simulation = eventful()
    happened = simulation.advance(END + 10 * HOUR).happenings
    assert [h.at for h in happened if isinstance(h.event, RunEnded)] == [END]
    assert simulation.now == END
    assert simulation.advance(END + 20 * HOUR).happenings == ()


def test_only_a_page_somebody_has_seen_is_acknowledged() -> None:
    simulation = eventful()
    struck = next(t.due for t in simulation.world.timers if (t.kind, t.target) == ("incident", "check"))
    simulation.advance(struck)
    assert simulation.world.get(Incident, "check").detected is None
    refused = simulation.submit(Acknowledged("i8", "check")).refusal
    assert refused is not None
    assert (refused.code, refused.accepted) == ("NoSuchPage", "The pager is quiet.")
    simulation.advance(struck + 2700)  # nobody watches: a customer calls after 45 minutes
    assert simulation.submit(Acknowledged("i9", "check")).refusal is None
    assert simulation.world.get(Incident, "check").acknowledged == struck + 2700


def test_a_serving_history_begins_at_the_opening_and_never_has_two_pieces_of_one_instant() -> None:
    simulation = eventful()
    simulation.advance(END)
    since = [s.since for s in simulation.world.get(Serving, "answers").segments]
    assert since[0] == MORNING
    assert since == sorted(set(since))
