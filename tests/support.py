"""Small runs for tests: a scenario with nothing in it but what a test asks for, and orders that are carried out at once."""

from __future__ import annotations

from functools import cache
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.engine.simulation import Outcome, Simulation
from cloudlab.levels.catalogue import load_catalogue
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.inputs import Given
from cloudlab.model.network import (
    ANYWHERE,
    AclEntry,
    Association,
    InternetGateway,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)
from cloudlab.model.people import Person
from cloudlab.model.scenario import Scenario, Slo
from cloudlab.model.time import Calendar, at
from cloudlab.paths import assets_dir

MORNING = at(1, "09:00")

ANA = Person("ana", "Cloud engineer", ("network", "compute", "security", "operations"), 100_000_000)
BEN = Person("ben", "Data scientist", ("data", "ml"), 100_000_000)


@cache
def catalogue() -> Catalogue:
    return load_catalogue(assets_dir())


def scenario(**changes: Any) -> Scenario:
    """Return thirty days from Monday 09:00 on with ana and ben, no traffic and no incidents; `changes` replace fields."""
    frame: dict[str, Any] = {
        "id": "test",
        "title": "A test's own level",
        "digest": "0" * 32,
        "calendar": Calendar(),
        "starts": MORNING,
        "ends": at(31, "09:00"),
        "budget_micros": 1_000_000_000,
        "team": (ANA, BEN),
        "needs": (),
        "slo": Slo(990_000, MORNING),
        "incidents": (),
        "cards": {},
        "files": (),
        "containers": {},
        "catalogue": catalogue(),
    }
    return Scenario(**(frame | changes))


def open_simulation(seed: int = 1, **changes: Any) -> Simulation:
    return Simulation.open(scenario(**changes), seed)


def run(simulation: Simulation, person: str, command: Command) -> Outcome:
    """Give an order and let time pass until its work is done; its id is `t<number of answers so far>`.

    The outcome holds everything that happened meanwhile; `simulation.answers` then has AWS's response.
    """
    given = Given(f"t{len(simulation.answers)}-{simulation.now}", person, command)
    outcome = simulation.submit(given)
    happenings = list(outcome.happenings)
    while outcome.refusal is None and (current := simulation.world.get(Person, person).current) is not None:
        assert current.due is not None
        happenings += simulation.advance(current.due).happenings
    return Outcome(tuple(happenings), outcome.refusal)


def lay_network(simulation: Simulation) -> Simulation:
    """Put `vpc-1` with a public subnet `subnet-a`, its gateway, and the groups `sg-default` and `sg-web` (443 from anywhere) into a run."""
    simulation.world = simulation.world.put(
        Vpc("vpc-1", "10.0.0.0/16"),
        Subnet("subnet-a", "vpc-1", "10.0.0.0/24", "us-east-1a"),
        InternetGateway("igw-1", "vpc-1"),
        RouteTable("rtb-1", "vpc-1", (Route("10.0.0.0/16", "local"), Route(ANYWHERE, "igw-1")), (Association("rtbassoc-1", None),)),
        NetworkAcl(
            "acl-1", "vpc-1", (AclEntry(100, "-1", True, False, ANYWHERE), AclEntry(100, "-1", True, True, ANYWHERE)), is_default=True
        ),
        SecurityGroup(
            "sg-default", "vpc-1", "default", "default VPC security group", egress=(Permission("sgr-0", "-1", -1, -1, cidr=ANYWHERE),)
        ),
        SecurityGroup(
            "sg-web",
            "vpc-1",
            "web",
            "the model server",
            ingress=(Permission("sgr-1", "tcp", 443, 443, cidr=ANYWHERE),),
            egress=(Permission("sgr-2", "-1", -1, -1, cidr=ANYWHERE),),
        ),
    )
    return simulation
