"""Spot: what spare capacity costs, and which request an instance came from."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from cloudlab.engine.kernel import refuse
from cloudlab.model.catalogue import InstanceType
from cloudlab.model.compute import Instance
from cloudlab.model.money import format_usd, micros_from_usd
from cloudlab.model.scenario import Scenario
from cloudlab.model.spot import SpotRequest
from cloudlab.model.world import World


def spot_rate(scenario: Scenario, hardware: InstanceType) -> int:
    """Return micro-dollars an hour of a spot instance. The market's price moves; the game's does not."""
    return hardware.ec2_micros_per_hour * (1000 - scenario.catalogue.price("ec2_spot_saving")) // 1000


def instance_rate(scenario: Scenario, hardware: InstanceType, spot: bool) -> int:
    return spot_rate(scenario, hardware) if spot else hardware.ec2_micros_per_hour


def most_paid(scenario: Scenario, hardware: InstanceType, said: str | None) -> int:
    """Return the most a request would pay an hour, or refuse what is no price or too low a one."""
    if said is None:
        return hardware.ec2_micros_per_hour
    try:
        most = micros_from_usd(Decimal(said))
    except (InvalidOperation, ValueError):
        refuse("InvalidParameterValue", f"The Spot price '{said}' is invalid.", "US dollars an hour, such as 0.02; or leave MaxPrice out.")
    price = spot_rate(scenario, hardware)
    if most < price:
        refuse(
            "SpotMaxPriceTooLow",
            f"Your Spot request price of {said} is lower than the minimum required Spot request fulfillment price of "
            f"{format_usd(price, 4).removeprefix('$')}.",
            "Leave MaxPrice out: you pay the spot price, never more than on demand.",
        )
    return most


def request_of(world: World, instance: str) -> SpotRequest | None:
    return next((r for r in world.every(SpotRequest) if r.instance == instance), None)


def marked(world: World) -> list[Instance]:
    """Return the instances AWS has given notice of."""
    going = {r.instance for r in world.every(SpotRequest) if r.leaves is not None and r.state == "active"}
    return [i for i in world.every(Instance) if i.id in going]
