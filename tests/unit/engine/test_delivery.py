"""Deliveries: some machines at a time, the next one when one is through, nobody else once too many have failed."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation
from tests.network import ask, refused
from tests.support import lay_network, open_simulation, put_server

NAMES = ("i-1", "i-2", "i-3", "i-4")


def four() -> Simulation:
    simulation = lay_network(open_simulation())
    for number, name in enumerate(NAMES):
        put_server(simulation, name, private_ip=f"10.0.0.{10 + number}")
    return simulation


def sent(simulation: Simulation, at_once: str = "50", errors: str = "0") -> int:
    ask(
        simulation,
        SendCommand(document_name="cloudlab-InstallRuntime", instance_ids=NAMES, max_concurrency=at_once, max_errors=errors),
    )
    return simulation.now


def states(simulation: Simulation) -> list[str]:
    return [i.status for i in simulation.world.every(Invocation)]


def test_all_at_once_unless_asked_otherwise() -> None:
    simulation = four()
    sent(simulation)
    assert states(simulation) == ["InProgress"] * 4


@pytest.mark.parametrize("at_once", ["1", "25%"])
def test_one_after_another(at_once: str) -> None:
    simulation = four()
    began = sent(simulation, at_once)
    for done in range(4):
        assert states(simulation) == ["Success"] * done + ["InProgress"] + ["Pending"] * (3 - done)
        simulation.advance(began + 420 * (done + 1))
    assert states(simulation) == ["Success"] * 4
    assert [i.ended for i in simulation.world.every(Invocation)] == [began + 420 * n for n in (1, 2, 3, 4)]


def test_two_at_a_time() -> None:
    simulation = four()
    began = sent(simulation, "50%")
    assert states(simulation) == ["InProgress", "InProgress", "Pending", "Pending"]
    simulation.advance(began + 840)
    assert states(simulation) == ["Success"] * 4


@pytest.mark.parametrize(("errors", "then"), [("0", "Cancelled"), ("1", "InProgress"), ("25%", "InProgress")])
def test_the_first_failure_keeps_it_from_the_others_unless_more_may_fail(errors: str, then: str) -> None:
    simulation = four()
    simulation.world = simulation.world.change(Instance, "i-1", disk="full")
    began = sent(simulation, "1", errors)
    simulation.advance(began + 420)
    assert states(simulation)[:2] == ["Failed", then]
    if then == "Cancelled":
        assert states(simulation)[1:] == ["Cancelled"] * 3
        assert "--max-errors" in list(simulation.world.every(Invocation))[1].detail


@pytest.mark.parametrize(
    "changes", [{"max_concurrency": "0"}, {"max_concurrency": "half"}, {"max_concurrency": "101%"}, {"max_errors": "-1"}]
)
def test_what_is_no_number_and_no_percentage_is_refused(changes: dict[str, Any]) -> None:
    simulation = four()
    no = refused(simulation, SendCommand(document_name="cloudlab-InstallRuntime", instance_ids=NAMES, **changes))
    assert (no.code, no.accepted) == ("ValidationException", "A number of machines, or a percentage such as 50%.")
