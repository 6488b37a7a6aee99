"""Real outages told again: the dated events of assets/failure-rates.yaml, and the designs that meet them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import yaml

from cloudlab.commands.autoscaling import CreateAutoScalingGroup
from cloudlab.commands.ec2_template import CreateLaunchTemplate
from cloudlab.engine.rules.databases import endpoint_name
from cloudlab.engine.rules.traffic import tally
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Image, Instance, Software
from cloudlab.model.database import Content, DatabaseName, DbInstance, PostgresServer
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Handover
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.paths import assets_dir
from tests.balanced import SERVES, SPEC, Fleet, lay_two_zones, open_fleet
from tests.databases import Site, open_site
from tests.network import ask
from tests.support import MORNING, put_server, settle

STRIKES = MORNING + 6 * HOUR
STEADY = Need("answers", "Answers", "tiny", Traffic(600, (1000,) * 24, noise=0))
"""Ten requests a second, whatever the hour: what fails is the time that nothing answered."""
PER_MINUTE = 600


@dataclass(frozen=True, slots=True)
class Dated:
    """An event of the public record."""

    date: str
    scope: str
    hours: float
    source: str

    @property
    def lasts(self) -> Seconds:
        return int(self.hours * HOUR)

    @property
    def duration(self) -> str:
        return f"{int(self.hours * 60)}m"


@cache
def _record() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((assets_dir() / "failure-rates.yaml").read_text(encoding="utf-8"))
    return loaded


def dated(table: str, date: str) -> Dated:
    """Return the event of `az_outages` or `region_events` with this date."""
    found = next(e for e in _record()[table] if str(e["date"]) == date)
    return Dated(date, found["scope"], float(found["hours"]), found["source"])


def cve(name: str) -> dict[str, Any]:
    """Return what the public record says of a CVE."""
    found: dict[str, Any] = next(e for e in _record()["cves"] if e["id"] == name)
    return found


def strikes(sim: Simulation, kind: str, detail: str, at: Seconds = STRIKES) -> Simulation:
    """Have an incident happen in a run that is open already; return the run at that instant."""
    planned = Planned("event", kind, at, at, "first", detail=detail)
    sim.scenario = replace(sim.scenario, incidents=(planned,))
    sim.world = sim.world.schedule(at, "incident", "event")
    sim.advance(at)
    return sim


def failed(sim: Simulation, since: Seconds, until: Seconds) -> int:
    """Return the requests of a stretch of time that nobody answered."""
    sim.advance(until)
    got = tally(sim.world, sim.scenario, sim.scenario.needs[0], since, until)
    assert got.offered == (until - since) * PER_MINUTE // MINUTE
    return got.offered - got.served


# designs of a service ----------------------------------------------------------------------------------------------------------


def _at_their_own_addresses(*servers: tuple[str, str]) -> Simulation:
    sim = lay_two_zones(needs=(STEADY,))
    for number, (name, zone) in enumerate(servers):
        software = replace(SERVES, server_port=443)
        put_server(
            sim,
            name,
            subnet=f"subnet-{zone}",
            zone=f"us-east-1{zone}",
            private_ip=f"10.0.{'ab'.index(zone)}.{50 + number}",
            groups=("sg-web",),
            software=software,
        )
        sim.world = sim.world.put(Handover(f"answers:{name}", "answers", name, MORNING))
    settle(sim)
    return sim


def one_zone() -> Simulation:
    """Two machines, one zone: two of everything but the zone."""
    return _at_their_own_addresses(("one", "a"), ("two", "a"))


def two_zones_by_address() -> Simulation:
    """A machine in each of two zones; callers know both addresses, and nobody takes one of them away."""
    return _at_their_own_addresses(("one", "a"), ("two", "b"))


def two_zones_balanced() -> Simulation:
    """A machine in each of two zones behind a load balancer, built by hand."""
    return open_fleet(needs=(STEADY,)).sim


def one_zone_balanced() -> Simulation:
    """A load balancer over two zones, and all machines behind it in one."""
    fleet = open_fleet(instances=("web-a",), needs=(STEADY,))
    fleet.sim.world = fleet.sim.world.drop(Instance, "web-b")
    return fleet.sim


def following_group() -> Fleet:
    """An Auto Scaling group of two over two zones, behind a load balancer that says who is well."""
    fleet = open_fleet(instances=(), needs=(STEADY,))
    sim = fleet.sim
    for key in ("web-a", "web-b"):
        sim.world = sim.world.drop(Instance, key)
    sim.world = sim.world.put(Image("ami-web", "web", "web-a", sim.now, sim.now, SERVES, 8, False, state="available"))
    data = {"ImageId": "ami-web", "InstanceType": "t3.large", "SecurityGroupIds": ["sg-app"]}
    ask(sim, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "web", "LaunchTemplateData": data}))
    group = {
        "AutoScalingGroupName": "web",
        "LaunchTemplate": {"LaunchTemplateName": "web"},
        "MinSize": 2,
        "MaxSize": 4,
        "VPCZoneIdentifier": "subnet-a,subnet-b",
        "TargetGroupARNs": [fleet.group],
        "HealthCheckType": "ELB",
        "HealthCheckGracePeriod": 300,
    }
    ask(sim, CreateAutoScalingGroup.model_validate(group))
    sim.advance(sim.now + 600)
    return fleet


def managed_endpoint(instances: int) -> Simulation:
    """A SageMaker endpoint; its instances are AWS's to place."""
    sim = lay_two_zones(needs=(STEADY,))
    sim.world = sim.world.drop(Instance, "web-a").drop(Instance, "web-b")
    variants = (Variant("AllTraffic", "m", "ml.m5.large", instances, 1000),)
    sim.world = sim.world.put(Endpoint("e", "c", "InService", MORNING, variants, SPEC), Handover("answers:e", "answers", "e", MORNING))
    settle(sim)
    return sim


# designs of a database ----------------------------------------------------------------------------------------------------------


def managed_database(*, multi_az: bool) -> Site:
    """RDS, with the box ticked or not, and a server in the other zone that looks customers up in it."""
    site = open_site()
    database = site.create(MultiAZ=multi_az) if multi_az else site.create(AvailabilityZone="us-east-1a")
    site.sim.world = site.sim.world.change(DbInstance, "customers", chapters=((site.sim.now, Content(("tiny",))),))
    elsewhere = site.b if database.zone == "us-east-1a" else site.a
    site.put_instance("i-web", elsewhere, software=Software(server_port=443, database=endpoint_name(database)))
    return site


def own_database(*, watched: bool) -> Site:
    """PostgreSQL on a machine of one's own in zone a, with a standby in zone b that takes over by itself, or with nothing."""
    site = open_site()
    site.put_instance("i-one", site.a, site.db, software=Software())
    site.put_instance("i-web", site.b, software=Software(server_port=443, database="db.internal"))
    site.sim.world = site.sim.world.put(
        PostgresServer("i-one", "primary", "db.internal", ((site.sim.now, Content(("tiny",))),)), DatabaseName("db.internal", "i-one")
    )
    if watched:
        site.put_instance("i-two", site.b, site.db, software=Software())
        site.sim.world = site.sim.world.put(PostgresServer("i-two", "standby", "db.internal", upstream="i-one", watches=True))
    return site
