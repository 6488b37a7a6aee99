"""People at work: effort, queues, late refusals, orders taken back, overtime. An hour of ana or ben costs 100 USD here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import RunInstances
from cloudlab.commands.ec2_network import AttachInternetGateway, CreateInternetGateway, CreateSubnet, CreateVpc, DescribeVpcs
from cloudlab.commands.s3 import CreateBucket
from cloudlab.engine.kernel import DECIDERS, Context, Refused, refuse
from cloudlab.engine.rules.ledger import bill, cost
from cloudlab.engine.simulation import Outcome, Simulation
from cloudlab.model.events import Event
from cloudlab.model.events.run import CommitmentMade
from cloudlab.model.events.work import OrderCancelled, OrderFinished, OrderQueued, OrderRefused, WorkFinished, WorkStarted
from cloudlab.model.images import AL2023
from cloudlab.model.inputs import Given, Noted, TakenBack
from cloudlab.model.network import Subnet, Vpc
from cloudlab.model.operations import Commitment, Incident
from cloudlab.model.people import Person, Toil
from cloudlab.model.time import Seconds, at
from tests.support import MORNING, lay_network, open_simulation

GONE = "igw-0123456789abcdef0"


def order(simulation: Simulation, name: str, person: str, command: Command) -> Outcome:
    return simulation.submit(Given(name, person, command))


def vpc(n: int) -> CreateVpc:
    return CreateVpc(cidr_block=f"10.{n}.0.0/16")


def kinds(outcome: Outcome) -> list[type[Event]]:
    return [type(h.event) for h in outcome.happenings]


def due(simulation: Simulation, person: str) -> Seconds | None:
    current = simulation.world.get(Person, person).current
    return current.due if current is not None else None


def paged(simulation: Simulation) -> Simulation:
    """Open an incident of the customer's that somebody has noticed."""
    simulation.world = simulation.world.put(Incident("x", "disk-full", "i-9", "capacity", "customer", MORNING, detected=MORNING))
    return simulation


@pytest.fixture
def quiet_incidents(monkeypatch: pytest.MonkeyPatch) -> None:
    """An incident of nobody's resource stays open until a test is done."""
    from cloudlab.engine import incidents

    monkeypatch.setattr(incidents, "BEHAVIOURS", _Lasting(incidents.BEHAVIOURS))


class _Lasting(dict[str, Any]):
    def __getitem__(self, kind: str) -> Any:
        from dataclasses import replace

        return replace(super().__getitem__(kind), is_over=lambda world, incident: None)


# effort ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "seconds"),
    [
        ("ana", [60, 36, 20, 20]),  # a minute; 60 %; 33 % is 19.8, rounded up
        ("ben", [180, 108, 60, 60]),  # three times as long outside his field
    ],
)
def test_effort_grows_outside_the_field_and_shrinks_with_repetition(person: str, seconds: list[int]) -> None:
    simulation = open_simulation()
    took = []
    for n in range(4):
        began = simulation.now
        order(simulation, f"t{n}", person, vpc(n))
        simulation.advance(due(simulation, person) or 0)
        took.append(simulation.now - began)
    assert took == seconds


def test_looking_is_inside_everybodys_field() -> None:
    simulation = open_simulation()
    order(simulation, "t1", "ben", DescribeVpcs())
    assert due(simulation, "ben") == MORNING + 20


def test_each_person_learns_for_themselves() -> None:
    simulation = open_simulation()
    order(simulation, "t1", "ana", vpc(1))
    simulation.advance(MORNING + 60)
    order(simulation, "t2", "ben", vpc(2))
    assert due(simulation, "ben") == MORNING + 60 + 180


def test_work_pauses_overnight_and_over_the_weekend() -> None:
    simulation = open_simulation()
    simulation.advance(at(1, "17:59"))
    order(simulation, "t1", "ana", CreateVpc(cidr_block="10.0.0.0/16"))
    assert due(simulation, "ana") == at(1, "18:00")
    simulation.advance(at(5, "17:59") + 30)
    order(simulation, "t2", "ana", CreateInternetGateway())  # 20 s: done today
    order(simulation, "t3", "ana", vpc(3))  # 36 s: 10 today, 26 on Monday
    simulation.advance(at(5, "18:00"))
    assert due(simulation, "ana") == at(8, "09:00") + 26


@pytest.mark.usefixtures("quiet_incidents")
def test_a_page_gets_people_up_at_night_at_double_cost() -> None:
    simulation = paged(open_simulation())
    simulation.advance(at(1, "20:00"))
    order(simulation, "t1", "ana", vpc(1))
    assert due(simulation, "ana") == at(1, "20:01")
    simulation.advance(at(1, "20:01"))
    toil = simulation.world.get(Toil, "ec2:CreateVpc")
    assert (toil.seconds, toil.outside, toil.times) == (60, 60, 1)
    assert toil.cost_micros == 3_333_333  # 60 s of 3,600 at 100 USD, twice


@pytest.mark.usefixtures("quiet_incidents")
def test_only_what_lies_outside_the_office_hours_costs_double() -> None:
    simulation = paged(open_simulation())
    simulation.advance(at(1, "17:59") + 30)
    order(simulation, "t1", "ana", vpc(1))
    simulation.advance(at(1, "19:00"))
    assert simulation.world.get(Toil, "ec2:CreateVpc").cost_micros == 2_500_000  # 30 s once, 30 s twice: 90/3,600 of 100 USD


def test_nobody_gets_up_unpaged() -> None:
    simulation = open_simulation()
    simulation.advance(at(1, "20:00"))
    order(simulation, "t1", "ana", vpc(1))
    assert due(simulation, "ana") == at(2, "09:01")


# queues ------------------------------------------------------------------------------------------------------------------


def test_orders_queue_per_person() -> None:
    simulation = open_simulation()
    assert kinds(order(simulation, "t1", "ana", vpc(1))) == [WorkStarted]
    assert kinds(order(simulation, "t2", "ana", vpc(2))) == [OrderQueued]
    assert kinds(order(simulation, "t3", "ben", vpc(3))) == [WorkStarted]
    simulation.advance(MORNING + 60)
    assert due(simulation, "ana") == MORNING + 60 + 36
    assert simulation.world.get(Person, "ana").queue == ()
    simulation.advance(MORNING + 200)
    assert [v.cidr for v in simulation.world.every(Vpc)] == ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"]


def test_a_queued_order_is_checked_when_it_starts() -> None:
    simulation = open_simulation()
    order(simulation, "t1", "ana", vpc(1))
    queued = order(simulation, "t2", "ana", AttachInternetGateway(internet_gateway_id=GONE, vpc_id="vpc-0123456789abcdef0"))
    order(simulation, "t3", "ana", CreateInternetGateway())
    assert queued.refusal is None
    happened = simulation.advance(MORNING + 60).happenings
    (refused,) = [h for h in happened if isinstance(h.event, OrderRefused)]
    assert (refused.at, refused.event.order.id) == (MORNING + 60, "t2")  # type: ignore[attr-defined]
    assert refused.event.refusal.code == "InvalidInternetGatewayID.NotFound"  # type: ignore[attr-defined]
    assert due(simulation, "ana") == MORNING + 80  # the next one starts at once
    simulation.advance(MORNING + 80)
    assert {t.id for t in simulation.world.every(Toil)} == {"ec2:CreateVpc", "ec2:CreateInternetGateway"}


def test_a_queued_order_sees_what_was_made_meanwhile() -> None:
    simulation = lay_network(open_simulation())
    order(simulation, "t1", "ana", CreateInternetGateway())
    order(simulation, "t2", "ana", CreateSubnet(vpc_id="vpc-1", cidr_block="10.0.9.0/24"))
    simulation.advance(MORNING + 80)
    assert "10.0.9.0/24" in [s.cidr for s in simulation.world.every(Subnet)]


def test_two_people_collide_and_the_later_has_worked_for_nothing() -> None:
    simulation = lay_network(open_simulation())
    subnet = CreateSubnet(vpc_id="vpc-1", cidr_block="10.0.9.0/24")
    order(simulation, "t1", "ana", subnet)
    order(simulation, "t2", "ben", subnet)
    happened = simulation.advance(MORNING + 180).happenings
    ends = [(h.at - MORNING, type(h.event)) for h in happened if isinstance(h.event, OrderFinished | OrderRefused)]
    assert ends == [(60, OrderFinished), (180, OrderRefused)]
    toil = simulation.world.get(Toil, "ec2:CreateSubnet")
    assert (toil.seconds, toil.times, toil.cost_micros) == (240, 2, 6_666_666)  # 1,666,666 and 5,000,000
    assert "t2" not in simulation.answers


def test_a_decider_that_refuses_halfway_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def decide(ctx: Context, command: CreateVpc) -> Iterator[Event]:
        asked.append(ctx.now)
        yield CommitmentMade(Commitment("left", "over", "", ctx.now))
        if len(asked) > 1:
            refuse("Halfway", "It turned out otherwise.")

    deciders: dict[Any, Any] = DECIDERS
    monkeypatch.setitem(deciders, CreateVpc, decide)
    simulation = open_simulation()
    order(simulation, "t1", "ana", vpc(1))
    happened = simulation.advance(MORNING + 60).happenings
    assert [type(h.event) for h in happened] == [WorkFinished, OrderRefused]
    assert simulation.world.find(Commitment, "left") is None


# refusals ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "command", "code"),
    [
        ("ana", CreateVpc(cidr_block="10.0.0.0/8"), "InvalidVpc.Range"),
        ("zoe", CreateVpc(cidr_block="10.0.0.0/16"), "NoSuchPerson"),
        ("ben", AttachInternetGateway(internet_gateway_id=GONE, vpc_id="vpc-0123456789abcdef0"), "InvalidInternetGatewayID.NotFound"),
    ],
)
def test_a_refusal_changes_nothing(person: str, command: Command, code: str) -> None:
    simulation = open_simulation()
    before = simulation.digest()
    outcome = order(simulation, "t1", person, command)
    assert outcome.refusal is not None
    assert outcome.refusal.code == code
    assert outcome.happenings == ()
    assert simulation.digest() == before


def test_after_the_end_no_order_is_taken() -> None:
    simulation = open_simulation(ends=at(1, "10:00"))
    simulation.advance(at(1, "10:00"))
    before = simulation.digest()
    outcome = order(simulation, "t1", "ana", vpc(1))
    assert outcome.refusal is not None
    assert outcome.refusal.code == "RunOver"
    assert simulation.digest() == before
    assert simulation.submit(Noted("t2", "well")).refusal is None


# taking back -------------------------------------------------------------------------------------------------------------


def test_worked_hours_stay_when_an_order_is_taken_back() -> None:
    simulation = open_simulation()
    order(simulation, "t1", "ana", vpc(1))
    order(simulation, "t2", "ana", CreateInternetGateway())
    simulation.advance(MORNING + 20)
    outcome = simulation.submit(TakenBack("t3", "t1"))
    assert outcome.refusal is None
    assert kinds(outcome) == [OrderCancelled, WorkStarted]  # hands are free, the next order begins at once
    toil = simulation.world.get(Toil, "ec2:CreateVpc")
    assert (toil.seconds, toil.cost_micros) == (20, 555_555)
    simulation.advance(MORNING + 600)
    assert list(simulation.world.every(Vpc)) == []
    assert simulation.world.get(Person, "ana").done == (("ec2:CreateInternetGateway", 1),)


def test_only_hours_really_worked_are_booked() -> None:
    simulation = open_simulation()
    simulation.advance(at(1, "17:59") + 30)
    order(simulation, "t1", "ana", vpc(1))
    simulation.advance(at(1, "22:00"))
    simulation.submit(TakenBack("t2", "t1"))
    assert simulation.world.get(Toil, "ec2:CreateVpc").seconds == 30
    order(simulation, "t3", "ana", vpc(1))
    simulation.submit(TakenBack("t4", "t3"))  # not begun before the morning
    toil = simulation.world.get(Toil, "ec2:CreateVpc")
    assert (toil.seconds, toil.times) == (30, 1)


def test_a_queued_order_is_taken_back_for_nothing() -> None:
    simulation = open_simulation()
    order(simulation, "t1", "ana", vpc(1))
    order(simulation, "t2", "ana", vpc(2))
    simulation.submit(TakenBack("t3", "t2"))
    simulation.advance(MORNING + 600)
    assert [v.cidr for v in simulation.world.every(Vpc)] == ["10.1.0.0/16"]
    assert cost(simulation.world) == 1_666_666


@pytest.mark.parametrize("name", ["t1", "nonsense"])
def test_what_nobody_works_on_cannot_be_taken_back(name: str) -> None:
    simulation = open_simulation()
    order(simulation, "t1", "ana", vpc(1))
    simulation.advance(MORNING + 60)
    before = simulation.digest()
    outcome = simulation.submit(TakenBack("t2", name))
    assert outcome.refusal is not None
    assert outcome.refusal.code == "NoSuchOrder"
    assert simulation.digest() == before


# preview -----------------------------------------------------------------------------------------------------------------


def test_a_preview_passes_no_time_and_rolls_no_dice() -> None:
    simulation = lay_network(open_simulation())
    before = simulation.digest()
    seen = simulation.preview("ana", RunInstances(image_id=AL2023.id, instance_type="m5.xlarge", subnet_id="subnet-a"))
    assert simulation.digest() == before
    assert seen.refusal is None
    assert (seen.effort, seen.due, seen.people_micros) == (360, MORNING + 360, 10_000_000)
    assert [(c.line, c.micros, c.per) for c in seen.charges] == [("compute", 192_000, "hour"), ("storage", 877, "hour")]


def test_a_preview_tells_the_refusal_there_would_be() -> None:
    simulation = open_simulation()
    seen = simulation.preview("ana", CreateVpc(cidr_block="10.0.0.0/8"))
    assert seen.refusal is not None
    assert seen.refusal.code == "InvalidVpc.Range"
    nobody = simulation.preview("zoe", vpc(1))
    assert nobody.refusal is not None
    assert nobody.refusal.code == "NoSuchPerson"


def test_a_preview_of_a_run_that_is_over() -> None:
    simulation = open_simulation(ends=at(1, "10:00"))
    simulation.advance(at(1, "10:00"))
    seen = simulation.preview("ana", vpc(1))
    assert seen.refusal is not None
    assert seen.refusal.code == "RunOver"


COMMANDS = st.one_of(
    st.just(DescribeVpcs()),
    st.integers(1, 3).map(lambda n: vpc(n)),
    st.integers(0, 10_000).map(lambda n: CreateBucket(bucket=f"bucket-{n}")),
)


@given(orders=st.lists(st.tuples(st.sampled_from(["ana", "ben"]), COMMANDS, st.integers(0, 40_000)), min_size=1, max_size=8))
def test_a_preview_is_what_then_happens(orders: list[tuple[str, Command, int]]) -> None:
    """Whoever is asked, however long their queue: the finish told is the finish, unless an order before it is refused."""
    simulation = open_simulation()
    foreseen = {}
    for n, (person, command, wait) in enumerate(orders):
        simulation.advance(simulation.now + wait)
        seen = simulation.preview(person, command)
        outcome = order(simulation, f"t{n}", person, command)
        assert (outcome.refusal is not None) == (seen.refusal is not None and seen.queued_behind == 0)
        if outcome.refusal is None:
            foreseen[f"t{n}"] = seen
    happened = simulation.advance(at(20, "09:00")).happenings
    if any(isinstance(h.event, OrderRefused) for h in happened):
        return
    for h in happened:
        if isinstance(h.event, WorkStarted | OrderFinished) and h.event.order.id in foreseen:
            seen = foreseen[h.event.order.id]
            assert (h.event.order.due, h.event.order.effort) == (seen.due, seen.effort)
    assert sum(line.micros for line in bill(simulation.world)) == cost(simulation.world)


def test_refused_is_raised_with_what_would_be_accepted() -> None:
    with pytest.raises(Refused) as caught:
        refuse("Code", "A sentence.", "This instead.")
    assert (caught.value.refusal.code, caught.value.refusal.accepted) == ("Code", "This instead.")
