"""A load balancer over two zones for tests: `web-a` in zone a and `web-b` in zone b behind it, both serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloudlab.commands.acm import RequestCertificate
from cloudlab.commands.elbv2 import (
    Action,
    CertificateOfListener,
    CreateListener,
    CreateLoadBalancer,
    CreateTargetGroup,
    RegisterTargets,
    TargetDescription,
)
from cloudlab.engine.simulation import Simulation
from cloudlab.model.balancing import LoadBalancer, Target
from cloudlab.model.compute import Software
from cloudlab.model.network import ANYWHERE, Permission, SecurityGroup, Subnet
from cloudlab.model.operations import Front, Serving
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.training import Scored, TrainingSpec
from cloudlab.model.world import fact_key
from tests.network import ask
from tests.support import card, lay_network, open_simulation, put_server

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
SCORED = Scored(SPEC.digest(), "tiny", 5, bytes([147, 3]))
NEED = Need("answers", "Answers", "tiny", Traffic(600, (1000,) * 24, noise=0))
SERVES = Software(runtime=True, model=SPEC, serving=SPEC, server_port=8080)


@dataclass
class Fleet:
    sim: Simulation
    balancer: str
    group: str
    listener: str

    def state(self, instance: str) -> str:
        return self.target(instance).state

    def target(self, instance: str) -> Target:
        return next(t for t in self.sim.world.every(Target) if t.instance == instance and t.group == self.group)

    def fronts(self) -> list[tuple[str, int, str | None]]:
        """Return (resource, share, cause) of what callers meet now."""
        return [(f.resource, f.share, f.cause) for f in self.now()]

    def now(self) -> tuple[Front, ...]:
        return self.sim.world.get(Serving, "answers").segments[-1].fronts


def lay_two_zones(**changes: Any) -> Simulation:
    """Put `subnet-a` and `subnet-b` in two zones, `sg-alb` (443 from anywhere) and `sg-app` (8080 from sg-alb), and two servers."""
    simulation = lay_network(open_simulation(**({"needs": (NEED,), "cards": {"tiny": card()}} | changes)))
    everything = (Permission("sgr-9", "-1", -1, -1, cidr=ANYWHERE),)
    simulation.world = simulation.world.put(
        Subnet("subnet-b", "vpc-1", "10.0.1.0/24", "us-east-1b"),
        Subnet("subnet-c", "vpc-1", "10.0.2.0/24", "us-east-1c"),
        SecurityGroup("sg-alb", "vpc-1", "alb", "callers", (Permission("sgr-7", "tcp", 443, 443, cidr=ANYWHERE),), everything),
        SecurityGroup("sg-app", "vpc-1", "app", "servers", (Permission("sgr-8", "tcp", 8080, 8080, group="sg-alb"),), everything),
    ).with_fact(fact_key(SCORED), SCORED)
    inside = {"public_ip": None, "wants_public_ip": False, "groups": ("sg-app",), "software": SERVES}
    put_server(simulation, "web-a", **inside)
    put_server(simulation, "web-b", subnet="subnet-b", zone="us-east-1b", private_ip="10.0.1.4", **inside)
    return simulation


def certificate(simulation: Simulation) -> str:
    """Return the ARN of a certificate AWS has issued."""
    arn = ask(simulation, RequestCertificate(domain_name="shop.example.com", validation_method="DNS"))["CertificateArn"]
    simulation.advance(simulation.now + 300)
    return str(arn)


def open_fleet(
    *, healthy: bool = True, instances: tuple[str, ...] = ("web-a", "web-b"), check: dict[str, Any] | None = None, **changes: Any
) -> Fleet:
    """Build it by real commands: HTTPS on 443, forwarded to 8080, asked at /ping every 30 s; `healthy`: wait until all are."""
    sim = lay_two_zones(**changes)
    arn = certificate(sim)
    balancer = ask(sim, CreateLoadBalancer(name="web", subnets=("subnet-a", "subnet-b"), security_groups=("sg-alb",)))
    key = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    settings: dict[str, Any] = {"health_check_path": "/ping"} | (check or {})
    made = ask(sim, CreateTargetGroup(name="web", protocol="HTTP", port=8080, vpc_id="vpc-1", **settings))
    group = made["TargetGroups"][0]["TargetGroupArn"]
    sim.advance(sim.now + 180)
    assert sim.world.get(LoadBalancer, key).state == "active"
    listener = ask(
        sim,
        CreateListener(
            load_balancer_arn=key,
            protocol="HTTPS",
            port=443,
            certificates=(CertificateOfListener(certificate_arn=arn),),
            default_actions=(Action(type="forward", target_group_arn=group),),
        ),
    )["Listeners"][0]["ListenerArn"]
    if instances:
        ask(sim, RegisterTargets(target_group_arn=group, targets=tuple(TargetDescription(id=i) for i in instances)))
    fleet = Fleet(sim, key, group, listener)
    if healthy:
        sim.advance(sim.now + 150)
        assert all(fleet.state(i) == "healthy" for i in instances)
    return fleet
