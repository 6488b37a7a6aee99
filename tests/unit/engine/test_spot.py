"""Spot instances: a third of the price, a quota of their own, two minutes' notice, and what ends with them."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.autoscaling import CreateAutoScalingGroup
from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import DescribeInstances, RunInstances, StopInstances, TemplateSpecification, TerminateInstances
from cloudlab.commands.ec2_spot import CancelSpotInstanceRequests, DescribeSpotInstanceRequests, DescribeSpotPriceHistory
from cloudlab.commands.ec2_template import CreateLaunchTemplate, LaunchTemplateData
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.rules.fleets import in_service
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.images import AL2023
from cloudlab.model.operations import Incident
from cloudlab.model.scenario import Planned
from cloudlab.model.spot import SpotRequest
from cloudlab.model.time import HOUR
from tests.support import MORNING, lay_network, open_simulation, put_server, run

STRIKES = MORNING + 2 * HOUR
SPOT = {"MarketType": "spot"}


def open_run(**changes: Any) -> Simulation:
    return lay_network(open_simulation(**changes))


def struck_run() -> Simulation:
    return open_run(incidents=(Planned("x", "spot-interruption", STRIKES, STRIKES, "first"),))


def machines(count: int = 1, kind: str = "m5.large", market: dict[str, Any] | None = None) -> RunInstances:
    return RunInstances(
        image_id=AL2023.id,
        instance_type=kind,
        subnet_id="subnet-a",
        min_count=count,
        max_count=count,
        instance_market_options=SPOT if market is None else market,  # type: ignore[arg-type]
    )


def refused(simulation: Simulation, command: Command) -> str:
    refusal = run(simulation, "ana", command).refusal
    assert refusal is not None
    return refusal.code


def only(simulation: Simulation) -> Instance:
    (instance,) = simulation.world.every(Instance)
    return instance


def test_it_costs_a_third_by_the_second() -> None:
    """m5.large: 96,000 micro-dollars an hour less 65 % are 33,600."""
    simulation = open_run()
    preview = simulation.preview("ana", machines(2))
    assert [c.micros for c in preview.charges if c.line == "compute"] == [67_200]
    assert run(simulation, "ana", machines()).refusal is None
    began = simulation.now + 15
    simulation.advance(began)
    while only(simulation).state != "running":
        simulation.advance(simulation.now + 1)
    simulation.advance(simulation.now + 10 * HOUR)
    assert cost_by_line(simulation.world)["compute"] == 336_000
    request = next(simulation.world.every(SpotRequest))
    assert (request.instance, request.state, request.code) == (only(simulation).id, "active", "fulfilled")


def test_the_quota_is_another_one() -> None:
    simulation = open_run()
    assert run(simulation, "ana", machines(16)).refusal is None  # 16 x 2 of 32
    assert refused(simulation, machines()) == "MaxSpotInstanceCountExceeded"
    on_demand = RunInstances(image_id=AL2023.id, instance_type="m5.large", subnet_id="subnet-a")
    assert run(simulation, "ana", on_demand).refusal is None


@pytest.mark.parametrize(
    ("market", "code"),
    [
        ({"MarketType": "block"}, "InvalidParameterValue"),
        ({"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.03"}}, "SpotMaxPriceTooLow"),
        ({"MarketType": "spot", "SpotOptions": {"MaxPrice": "cheap"}}, "InvalidParameterValue"),
        ({"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "persistent"}}, "UnsupportedOperation"),
        ({"MarketType": "spot", "SpotOptions": {"InstanceInterruptionBehavior": "hibernate"}}, "UnsupportedOperation"),
    ],
)
def test_what_is_no_spot_request(market: dict[str, Any], code: str) -> None:
    assert refused(open_run(), machines(market=market)) == code


def test_it_cannot_be_stopped_and_its_request_ends_with_it() -> None:
    simulation = open_run()
    run(simulation, "ana", machines(market={"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.05"}}))
    simulation.advance(simulation.now + 300)
    key = only(simulation).id
    assert refused(simulation, StopInstances(instance_ids=(key,))) == "UnsupportedOperation"
    request = next(iter(simulation.world.table(SpotRequest)))
    assert run(simulation, "ana", CancelSpotInstanceRequests(spot_instance_request_ids=(request,))).refusal is None
    assert simulation.world.get(SpotRequest, request).state == "cancelled"
    assert only(simulation).state == "running"
    run(simulation, "ana", TerminateInstances(instance_ids=(key,)))
    assert simulation.world.get(SpotRequest, request).code == "instance-terminated-by-user"
    assert (
        refused(simulation, CancelSpotInstanceRequests(spot_instance_request_ids=("sir-00000000",)))
        == "InvalidSpotInstanceRequestID.NotFound"
    )


def test_two_minutes_after_the_notice_it_is_gone() -> None:
    simulation = struck_run()
    run(simulation, "ana", machines())
    simulation.advance(STRIKES)
    request = next(simulation.world.every(SpotRequest))
    assert (request.code, request.leaves) == ("marked-for-termination", STRIKES + 120)
    simulation.advance(STRIKES + 119)
    assert only(simulation).state == "running"
    assert simulation.world.get(Incident, "x").resolved is None
    simulation.advance(STRIKES + 120)
    assert only(simulation).state == "shutting-down"
    assert next(simulation.world.every(SpotRequest)).code == "instance-terminated-no-capacity"
    incident = simulation.world.get(Incident, "x")
    assert (incident.holder, incident.resolution) == ("customer", "it was taken back")


def test_a_group_launches_another_in_its_place() -> None:
    simulation = struck_run()
    data = LaunchTemplateData(image_id=AL2023.id, instance_type="t3.small", instance_market_options=SPOT)  # type: ignore[arg-type]
    run(simulation, "ana", CreateLaunchTemplate(launch_template_name="web", launch_template_data=data))
    group = CreateAutoScalingGroup(
        auto_scaling_group_name="web",
        launch_template=TemplateSpecification(launch_template_name="web"),
        min_size=2,
        max_size=2,
        vpc_zone_identifier="subnet-a",
    )
    assert run(simulation, "ana", group).refusal is None
    simulation.advance(STRIKES + 120)
    assert all(i.spot for i in simulation.world.every(Instance))
    assert len(in_service(simulation.world, "web")) == 1
    assert simulation.world.get(Incident, "x").resolved is None
    simulation.advance(STRIKES + 400)
    assert len(in_service(simulation.world, "web")) == simulation.world.get(AutoScalingGroup, "web").desired
    assert simulation.world.get(Incident, "x").resolution == "its group has another one in service"


def test_on_demand_machines_are_never_struck() -> None:
    simulation = struck_run()
    run(simulation, "ana", RunInstances(image_id=AL2023.id, instance_type="m5.large", subnet_id="subnet-a"))
    simulation.advance(STRIKES + HOUR)
    assert only(simulation).state == "running"


def test_how_it_is_described() -> None:
    simulation = open_run()
    run(simulation, "ana", machines())
    run(simulation, "ana", DescribeInstances())
    (reservation,) = list(simulation.answers.values())[-1]["Reservations"]
    assert reservation["Instances"][0]["InstanceLifecycle"] == "spot"
    run(simulation, "ana", DescribeSpotInstanceRequests(filters=({"Name": "state", "Values": ("active",)},)))  # type: ignore[arg-type]
    (shown,) = list(simulation.answers.values())[-1]["SpotInstanceRequests"]
    assert shown["Status"]["Code"] == "fulfilled"
    run(simulation, "ana", DescribeSpotPriceHistory(instance_types=("m5.large",), availability_zone="us-east-1a"))
    assert list(simulation.answers.values())[-1]["SpotPriceHistory"][0]["SpotPrice"] == "0.033600"


def test_a_document_that_runs_there_is_lost_with_it() -> None:
    """What trains or installs on the machine ends with it; nobody goes on from the middle."""
    simulation = struck_run()
    put_server(simulation, spot=True)
    request = SpotRequest("sir-1", "i-1", "t3.large", "us-east-1a", MORNING, 83_200)
    simulation.world = simulation.world.put(request)
    began = STRIKES - 3_600 - 120  # an hour of attended work, then seven minutes of the machine's own
    simulation.advance(began)
    assert run(simulation, "ana", SendCommand(document_name="cloudlab-InstallRuntime", instance_ids=("i-1",))).refusal is None
    (document,) = simulation.world.every(Invocation)
    assert document.status == "InProgress"
    simulation.advance(STRIKES + HOUR)
    (document,) = simulation.world.every(Invocation)
    assert (document.status, "went away" in document.detail) == ("Failed", True)
