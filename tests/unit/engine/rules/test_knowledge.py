"""What the team knows: machines as last seen, transitions it set going at once, incidents once somebody notices."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.ec2_compute import DescribeInstances, RebootInstances, RunInstances, StopInstances, TerminateInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.rules.knowledge import believed, known, known_until
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation, Software
from cloudlab.model.images import AL2023
from cloudlab.model.network import SecurityGroup
from cloudlab.model.operations import Handover, Incident, Sighting
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.time import HOUR, at
from cloudlab.model.training import Scored, TrainingSpec
from cloudlab.model.world import fact_key
from tests.support import MORNING, card, lay_network, open_simulation, put_server, run

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
SCORED = Scored(SPEC.digest(), "tiny", 5, bytes([147, 3]))
NEED = Need("answers", "Answers", "tiny", Traffic(60, (1000,) * 24))
TEN = at(1, "10:00")


def serving(kind: str = "disk-full", detail: str = "", monitoring: bool = False, **changes: Any) -> Simulation:
    """Open a run in which `i-1`, last looked at 09:00, serves, and something strikes it at 10:00."""
    planned = Planned("x", kind, TEN, TEN, "first", detail=detail)
    simulation = lay_network(open_simulation(needs=(NEED,), incidents=(planned,), cards={"tiny": card()}, **changes))
    software = Software(runtime=True, model=SPEC, serving=SPEC, server_port=443, monitoring=monitoring)
    server = put_server(simulation, software=software)
    simulation.world = simulation.world.put(Handover("answers:i-1", "answers", "i-1", MORNING), Sighting("i-1", MORNING, server))
    simulation.world = simulation.world.with_fact(fact_key(SCORED), SCORED)
    return simulation


def seen(simulation: Simulation) -> tuple[str, str, int]:
    """Return (state, disk, age) of `i-1` as the team knows it."""
    what = known(simulation.world, Instance, "i-1")
    assert what is not None
    assert isinstance(what.record, Instance)
    return what.record.state, what.record.disk, what.age


def test_an_unwatched_machine_is_known_as_last_seen() -> None:
    simulation = serving()
    simulation.advance(at(1, "10:30"))
    assert simulation.world.get(Instance, "i-1").disk == "full"
    assert seen(simulation) == ("running", "ok", 5_400)
    assert believed(simulation.world).get(Instance, "i-1").disk == "ok"
    assert list(believed(simulation.world).every(Incident)) == []
    assert known_until(simulation.world, simulation.scenario, NEED) == MORNING


def test_a_watched_machine_is_known_as_it_is() -> None:
    simulation = serving(monitoring=True)
    simulation.advance(at(1, "10:30"))
    assert seen(simulation) == ("running", "full", 0)
    assert known_until(simulation.world, simulation.scenario, NEED) == at(1, "10:30")


def test_a_customers_call_is_news_but_no_look_at_the_machine() -> None:
    simulation = serving()
    simulation.advance(at(1, "10:45"))  # 45 minutes after the strike
    assert simulation.world.get(Incident, "x").detected == at(1, "10:45")
    assert seen(simulation)[1] == "ok"
    assert [i.id for i in believed(simulation.world).every(Incident)] == ["x"]
    simulation.advance(at(1, "12:00"))
    assert known_until(simulation.world, simulation.scenario, NEED) == at(1, "10:45")


def test_news_of_an_open_port_does_not_tell_how_the_service_does() -> None:
    simulation = serving()
    simulation.advance(at(1, "10:15"))  # the disk is full since 10:00, and nobody knows
    scan = Incident("scan", "security-group-scanned", "i-1", "network-config", "customer", at(1, "09:30"), detected=at(1, "10:15"))
    simulation.world = simulation.world.put(scan)
    assert known_until(simulation.world, simulation.scenario, NEED) == MORNING


def test_who_looks_sees_what_is_wrong() -> None:
    simulation = serving()
    simulation.advance(at(1, "10:10"))
    run(simulation, "ana", DescribeInstances(instance_ids=("i-1",)))
    assert seen(simulation)[1] == "full"
    assert simulation.world.get(Incident, "x").detected == at(1, "10:10") + 20
    assert known_until(simulation.world, simulation.scenario, NEED) == at(1, "10:10") + 20


def test_a_document_at_its_end_tells_how_the_machine_is() -> None:
    simulation = serving()
    simulation.advance(at(1, "09:50"))
    scan = {"DocumentName": "AWS-RunPatchBaseline", "InstanceIds": ["i-1"], "Parameters": {"Operation": ["Scan"]}}
    run(simulation, "ana", SendCommand.model_validate(scan))
    assert simulation.now == at(1, "10:20")  # half an hour of work; the disk is full since ten
    assert seen(simulation)[1] == "ok"
    simulation.advance(at(1, "10:44"))
    (scanned,) = simulation.world.every(Invocation)
    assert scanned.ended is not None
    assert seen(simulation)[1:] == ("full", simulation.now - scanned.ended)
    assert simulation.world.get(Incident, "x").detected == scanned.ended


def test_what_the_team_set_going_it_sees_through() -> None:
    simulation = lay_network(open_simulation())
    run(simulation, "ana", RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a"))
    (instance,) = simulation.world.every(Instance)

    def states(until: int) -> list[tuple[str, str, int]]:
        simulation.advance(until)
        what = known(simulation.world, Instance, instance.id)
        assert what is not None
        assert isinstance(what.record, Instance)
        return [(what.record.state, what.record.checks, what.age)]

    launched = simulation.now
    assert states(launched) == [("pending", "initializing", 0)]
    assert states(launched + 15) == [("running", "initializing", 0)]
    assert states(launched + 150) == [("running", "passed", 0)]
    assert states(launched + HOUR) == [("running", "passed", HOUR - 150)]
    run(simulation, "ana", StopInstances(instance_ids=(instance.id,)))
    stopping = simulation.now
    assert states(stopping) == [("stopping", "passed", 0)]
    assert states(stopping + 600)[0][0] == "stopped"
    run(simulation, "ana", TerminateInstances(instance_ids=(instance.id,)))
    assert states(simulation.now + 600)[0][0] == "terminated"


def test_a_reboot_is_seen_to_its_end() -> None:
    simulation = serving("instance-status-check")
    simulation.advance(at(1, "11:00"))
    run(simulation, "ana", RebootInstances(instance_ids=("i-1",)))
    simulation.advance(at(1, "12:00"))
    what = known(simulation.world, Instance, "i-1")
    assert what is not None
    assert isinstance(what.record, Instance)
    assert what.record.checks == "passed"
    assert what.age < HOUR


def test_once_the_run_is_over_nothing_is_kept_back() -> None:
    simulation = serving(ends=at(1, "10:30"))
    simulation.advance(at(1, "10:30"))
    assert believed(simulation.world) is simulation.world
    assert known_until(simulation.world, simulation.scenario, NEED) == at(1, "10:30")


def test_with_several_addresses_the_least_known_one_decides() -> None:
    simulation = serving(monitoring=True)
    other = put_server(simulation, "i-2", software=Software(model=SPEC, serving=SPEC, server_port=443))
    simulation.world = simulation.world.put(Handover("answers:i-2", "answers", "i-2", MORNING), Sighting("i-2", MORNING + 60, other))
    simulation.advance(at(1, "11:00"))
    assert known_until(simulation.world, simulation.scenario, NEED) == MORNING + 60


def test_without_an_address_the_team_knows_that_nobody_answers() -> None:
    simulation = open_simulation(needs=(NEED,), cards={"tiny": card()})
    simulation.advance(at(1, "12:00"))
    assert known_until(simulation.world, simulation.scenario, NEED) == at(1, "12:00")


def test_settings_change_only_by_the_teams_own_hand() -> None:
    simulation = lay_network(open_simulation())
    group = simulation.world.get(SecurityGroup, "sg-web")
    simulation.world = simulation.world.put(Sighting("sg-web", MORNING, group))
    simulation.advance(at(1, "12:00"))
    what = known(simulation.world, SecurityGroup, "sg-web")
    assert what is not None
    assert what.age == 0
    simulation.world = simulation.world.drop(SecurityGroup, "sg-web")
    assert known(simulation.world, SecurityGroup, "sg-web") is None
    assert known(simulation.world, SecurityGroup, "sg-none") is None


@pytest.mark.parametrize("kind", ["instance-status-check", "disk-full"])
def test_an_outage_nobody_noticed_is_in_no_belief(kind: str) -> None:
    simulation = serving(kind)
    before = believed(simulation.world)
    simulation.advance(at(1, "10:40"))
    after = believed(simulation.world)
    assert after.table(Instance) == before.table(Instance)
    assert after.table(Incident) == before.table(Incident) == {}
