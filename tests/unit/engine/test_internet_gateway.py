"""Internet gateways: attached, looked at, detached; what happens to the routes that pointed at them."""

from __future__ import annotations

from cloudlab.commands.ec2_network import (
    AttachInternetGateway,
    DeleteInternetGateway,
    DescribeInternetGateways,
    DescribeRouteTables,
    DetachInternetGateway,
)
from cloudlab.engine.simulation import Simulation
from tests.network import ask, open_stage, where


def states(sim: Simulation, table: str) -> list[str]:
    described = ask(sim, DescribeRouteTables(route_table_ids=(table,)))["RouteTables"][0]
    return [route["State"] for route in described["Routes"]]


def test_attachments_are_shown_and_found() -> None:
    stage = open_stage()
    found = ask(stage.sim, DescribeInternetGateways(filters=where("attachment.vpc-id", stage.a)))["InternetGateways"]
    assert [(g["InternetGatewayId"], g["Attachments"]) for g in found] == [
        (stage.gateway, [{"State": "available", "VpcId": stage.a}]),
    ]
    spare = ask(stage.sim, DescribeInternetGateways(internet_gateway_ids=(stage.spare_gateway,)))["InternetGateways"]
    assert spare[0]["Attachments"] == []


def test_no_gateway_attached_anywhere_is_an_empty_answer_not_an_unknown_filter() -> None:
    stage = open_stage()
    ask(stage.sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))
    assert ask(stage.sim, DescribeInternetGateways(filters=where("attachment.vpc-id", stage.a)))["InternetGateways"] == []


def test_routes_to_a_detached_gateway_are_black_holes_until_it_is_back() -> None:
    stage = open_stage()
    assert states(stage.sim, stage.table) == ["active", "active"]
    ask(stage.sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))
    assert states(stage.sim, stage.table) == ["active", "blackhole"]
    ask(stage.sim, AttachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))
    assert states(stage.sim, stage.table) == ["active", "active"]


def test_routes_to_a_deleted_gateway_or_one_of_another_network_stay_black_holes() -> None:
    stage = open_stage()
    ask(stage.sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.a))
    ask(stage.sim, AttachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.b))
    assert states(stage.sim, stage.table) == ["active", "blackhole"]
    ask(stage.sim, DetachInternetGateway(internet_gateway_id=stage.gateway, vpc_id=stage.b))
    ask(stage.sim, DeleteInternetGateway(internet_gateway_id=stage.gateway))
    assert states(stage.sim, stage.table) == ["active", "blackhole"]
