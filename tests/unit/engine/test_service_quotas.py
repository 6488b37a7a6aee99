"""Quotas: looked up by their codes, asked for, answered after a day or two, and then what every check goes by."""

from __future__ import annotations

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import RunInstances
from cloudlab.commands.ec2_network import CreateInternetGateway, CreateVpc
from cloudlab.commands.service_quotas import (
    GetAWSDefaultServiceQuota,
    GetRequestedServiceQuotaChange,
    GetServiceQuota,
    ListRequestedServiceQuotaChangeHistory,
    ListServiceQuotas,
    RequestServiceQuotaIncrease,
)
from cloudlab.engine.rules.quotas import applied, in_use, quotas, vcpu_key
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.quotas import QuotaRequest
from cloudlab.model.time import DAY, HOUR
from tests.support import lay_network, open_simulation, run

STANDARD = "L-1216C47A"


def refused(simulation: Simulation, command: Command) -> str:
    refusal = run(simulation, "ana", command).refusal
    assert refusal is not None
    return refusal.code


def asked(simulation: Simulation, value: int, service: str = "ec2", code: str = STANDARD) -> QuotaRequest:
    outcome = run(simulation, "ana", RequestServiceQuotaIncrease(service_code=service, quota_code=code, desired_value=value))
    assert outcome.refusal is None, outcome.refusal
    return list(simulation.world.every(QuotaRequest))[-1]


def answer(simulation: Simulation, command: Command) -> dict[str, object]:
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    return list(simulation.answers.values())[-1]


def machines(count: int, kind: str = "t3.small") -> RunInstances:
    return RunInstances(image_id=AL2023.id, instance_type=kind, subnet_id="subnet-a", min_count=count, max_count=count)


def test_each_code_is_there_once_and_stands_on_a_fact() -> None:
    scenario = open_simulation().scenario
    assert len({q.code for q in quotas()}) == len(quotas())
    assert len({q.key for q in quotas()}) == len(quotas())
    assert all(scenario.quota(q.fact) >= 0 for q in quotas())


def test_a_raised_limit_lets_a_launch_through_that_was_refused() -> None:
    simulation = lay_network(open_simulation())
    assert run(simulation, "ana", machines(16)).refusal is None  # 16 x 2 vCPUs are the 32 an account begins with
    refusal = run(simulation, "ana", machines(1)).refusal
    assert refusal is not None
    assert refusal.code == "VcpuLimitExceeded"
    assert STANDARD in refusal.accepted
    request = asked(simulation, 64)
    simulation.advance(request.created + DAY - HOUR)
    assert simulation.world.get(QuotaRequest, request.id).status == "CASE_OPENED"
    assert refused(simulation, machines(1)) == "VcpuLimitExceeded"
    simulation.advance(request.created + 2 * DAY)
    assert simulation.world.get(QuotaRequest, request.id).status == "APPROVED"
    assert run(simulation, "ana", machines(16)).refusal is None
    assert refused(simulation, machines(1)) == "VcpuLimitExceeded"


def test_other_buckets_stay_as_they_were() -> None:
    simulation = lay_network(open_simulation())
    asked(simulation, 64)
    simulation.advance(simulation.now + 2 * DAY)
    assert refused(simulation, machines(1, "g4dn.xlarge")) == "VcpuLimitExceeded"
    asked(simulation, 8, code="L-DB2E81BA")
    simulation.advance(simulation.now + 2 * DAY)
    assert run(simulation, "ana", machines(2, "g4dn.xlarge")).refusal is None
    assert refused(simulation, machines(1, "p3.2xlarge")) == "VcpuLimitExceeded"  # P has a quota of its own


def test_what_is_out_of_proportion_is_not_given_in_part() -> None:
    simulation = open_simulation()
    request = asked(simulation, 321)  # more than ten times the 32 there are
    simulation.advance(simulation.now + 2 * DAY)
    assert simulation.world.get(QuotaRequest, request.id).status == "CASE_CLOSED"
    assert applied(simulation.world, simulation.scenario, vcpu_key("t3.small")) == 32
    request = asked(simulation, 320)
    simulation.advance(simulation.now + 2 * DAY)
    assert applied(simulation.world, simulation.scenario, vcpu_key("t3.small")) == 320


def test_gateways_follow_the_networks() -> None:
    simulation = open_simulation()
    for octet in range(5):
        assert run(simulation, "ana", CreateVpc(cidr_block=f"10.{octet}.0.0/16")).refusal is None
        assert run(simulation, "ana", CreateInternetGateway()).refusal is None
    assert refused(simulation, CreateVpc(cidr_block="10.9.0.0/16")) == "VpcLimitExceeded"
    asked(simulation, 6, "vpc", "L-F678F1CE")
    simulation.advance(simulation.now + 2 * DAY)
    assert run(simulation, "ana", CreateVpc(cidr_block="10.9.0.0/16")).refusal is None
    assert run(simulation, "ana", CreateInternetGateway()).refusal is None
    assert refused(simulation, CreateInternetGateway()) == "InternetGatewayLimitExceeded"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (RequestServiceQuotaIncrease(service_code="ec2", quota_code=STANDARD, desired_value=32), "IllegalArgumentException"),
        (RequestServiceQuotaIncrease(service_code="vpc", quota_code=STANDARD, desired_value=64), "NoSuchResourceException"),
        (RequestServiceQuotaIncrease(service_code="ec3", quota_code=STANDARD, desired_value=64), "NoSuchResourceException"),
        (GetServiceQuota(service_code="ec2", quota_code="L-00000000"), "NoSuchResourceException"),
        (ListServiceQuotas(service_code="nothing"), "NoSuchResourceException"),
        (GetRequestedServiceQuotaChange(request_id="nothing"), "NoSuchResourceException"),
    ],
)
def test_what_is_not_there_and_what_asks_for_nothing(command: Command, code: str) -> None:
    assert refused(open_simulation(), command) == code


def test_one_open_request_for_each_quota() -> None:
    simulation = open_simulation()
    asked(simulation, 64)
    again = RequestServiceQuotaIncrease(service_code="ec2", quota_code=STANDARD, desired_value=128)
    assert refused(simulation, again) == "ResourceAlreadyExistsException"
    asked(simulation, 10, "vpc", "L-F678F1CE")
    simulation.advance(simulation.now + 2 * DAY)
    assert run(simulation, "ana", again).refusal is None


def test_how_it_is_described() -> None:
    simulation = open_simulation()
    request = asked(simulation, 64)
    there = answer(simulation, ListRequestedServiceQuotaChangeHistory(status="PENDING"))
    assert [r["Id"] for r in there["RequestedQuotas"]] == [request.id]  # type: ignore[attr-defined]
    assert answer(simulation, ListRequestedServiceQuotaChangeHistory(status="APPROVED")) == {"RequestedQuotas": []}
    simulation.advance(simulation.now + 2 * DAY)
    told = answer(simulation, GetRequestedServiceQuotaChange(request_id=request.id))["RequestedQuota"]
    assert (told["Status"], told["DesiredValue"]) == ("APPROVED", 64)  # type: ignore[index]
    one = {"service_code": "ec2", "quota_code": STANDARD}
    assert answer(simulation, GetServiceQuota(**one))["Quota"]["Value"] == 64  # type: ignore[index]
    assert answer(simulation, GetAWSDefaultServiceQuota(**one))["Quota"]["Value"] == 32  # type: ignore[index]


def test_what_is_in_use_is_counted() -> None:
    simulation = lay_network(open_simulation())
    standard = next(q for q in quotas() if q.code == STANDARD)
    run(simulation, "ana", machines(3))
    assert in_use(simulation.world, simulation.scenario, standard) == 6
    assert len(list(simulation.world.every(Instance))) == 3
