"""Quotas as text: what is in use and how much there may be, what was asked for, and how one would ask."""

from __future__ import annotations

from cloudlab.commands.ec2_compute import RunInstances
from cloudlab.commands.service_quotas import RequestServiceQuotaIncrease
from cloudlab.lab.quotas import quotas_text
from cloudlab.model.images import AL2023
from cloudlab.model.time import DAY
from tests.support import lay_network, open_simulation, run


def test_in_use_full_asked_for_and_raised() -> None:
    simulation = lay_network(open_simulation())
    run(simulation, "ana", RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a", min_count=16, max_count=16))
    told = quotas_text(simulation.world, simulation.scenario)
    assert "L-1216C47A" in told
    assert "32 of 32 in use (FULL)" in told
    assert "L-FE5A380F" not in told  # nothing of it is in use
    run(simulation, "ana", RequestServiceQuotaIncrease(service_code="ec2", quota_code="L-1216C47A", desired_value=64))
    assert "64: PENDING" in quotas_text(simulation.world, simulation.scenario)
    simulation.advance(simulation.now + 2 * DAY)
    told = quotas_text(simulation.world, simulation.scenario)
    assert "32 of 64 in use, raised from 32" in told
    assert "64: APPROVED" in told


def test_a_service_a_code_and_a_word() -> None:
    simulation = open_simulation()
    every = quotas_text(simulation.world, simulation.scenario, "vpc")
    assert "L-F678F1CE VPCs per Region: 0 of 5" in every
    assert "sagemaker L-" not in every
    assert "NAT gateways per Availability Zone: 5" in quotas_text(simulation.world, simulation.scenario, "L-FE5A380F")
    assert "ml.m5.large for endpoint usage: 0 of 4 in use" in quotas_text(simulation.world, simulation.scenario, "m5.large")
    assert "No quota is called 'zebra'" in quotas_text(simulation.world, simulation.scenario, "zebra")
