"""Networks for tests, built by real commands: ask for something and get AWS's answer, or the code of the refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloudlab.commands.base import AttributeBooleanValue, Command, Filter, Tag, TagSpecification
from cloudlab.commands.ec2_access import AllocateAddress, CreateSecurityGroup, IpPermission, IpRange, UserIdGroupPair
from cloudlab.commands.ec2_network import (
    AssociateRouteTable,
    AttachInternetGateway,
    CreateInternetGateway,
    CreateRoute,
    CreateRouteTable,
    CreateSubnet,
    CreateVpc,
)
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Software
from cloudlab.model.network import ANYWHERE, RouteTable, SecurityGroup, Subnet
from cloudlab.model.refusal import Refusal
from tests.support import open_simulation, run

ON, OFF = AttributeBooleanValue(value=True), AttributeBooleanValue(value=False)


def ask(simulation: Simulation, command: Command) -> dict[str, Any]:
    """Return AWS's answer once ana's work is done."""
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    return list(simulation.answers.values())[-1]


def refused(simulation: Simulation, command: Command) -> Refusal:
    """Return the refusal; the World has to be what it was."""
    before = simulation.digest()
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is not None, f"{command.title()} was accepted"
    assert simulation.digest() == before
    return outcome.refusal


def tcp(port: int | tuple[int, int], cidr: str | None = None, group: str | None = None, protocol: str = "tcp") -> tuple[IpPermission, ...]:
    """Return IpPermissions with one rule in it."""
    low, high = port if isinstance(port, tuple) else (port, port)
    return (
        IpPermission(
            ip_protocol=protocol,
            from_port=low,
            to_port=high,
            ip_ranges=(IpRange(cidr_ip=cidr),) if cidr else (),
            user_id_group_pairs=(UserIdGroupPair(group_id=group),) if group else (),
        ),
    )


def tagged(resource_type: str, name: str) -> tuple[TagSpecification, ...]:
    return (TagSpecification(resource_type=resource_type, tags=(Tag(key="Name", value=name),)),)


def where(name: str, *values: str) -> tuple[Filter, ...]:
    return (Filter(name=name, values=values),)


@dataclass
class Stage:
    """VPC `a` (10.0.0.0/16) with a public subnet, table, gateway and group `web`; VPC `b` (10.1.0.0/16) with a subnet and nothing else."""

    sim: Simulation
    a: str
    b: str
    subnet: str
    subnet_b: str
    gateway: str
    spare_gateway: str
    table: str
    table_b: str
    association: str
    group: str
    address: str

    @property
    def main(self) -> RouteTable:
        return next(t for t in self.sim.world.every(RouteTable) if t.vpc == self.a and t.is_main)

    @property
    def default_group(self) -> str:
        return next(g.id for g in self.sim.world.every(SecurityGroup) if g.vpc == self.a and g.name == "default")

    def put_instance(self, key: str = "i-0000000000000000a", subnet: str | None = None, **changes: Any) -> Instance:
        """Put a running web server into the stage."""
        place = self.sim.world.get(Subnet, subnet or self.subnet)
        fields: dict[str, Any] = {
            "id": key,
            "image": "ami-1",
            "type": "t3.small",
            "vpc": place.vpc,
            "subnet": place.id,
            "zone": place.zone,
            "private_ip": "10.0.1.4",
            "groups": (self.group,),
            "state": "running",
            "launched": 0,
            "booted": 60,
            "checks": "passed",
            "system_checks": "passed",
            "software": Software(server_port=443),
        }
        instance = Instance(**(fields | changes))
        self.sim.world = self.sim.world.put(instance)
        return instance


def open_stage(**quotas: int) -> Stage:
    """Build the stage in a run of its own; `quotas` replace the account's."""
    sim = open_simulation(quotas=quotas or None)
    a = ask(sim, CreateVpc(cidr_block="10.0.0.0/16"))["Vpc"]["VpcId"]
    b = ask(sim, CreateVpc(cidr_block="10.1.0.0/16"))["Vpc"]["VpcId"]
    subnet = ask(sim, CreateSubnet(vpc_id=a, cidr_block="10.0.1.0/24", availability_zone="us-east-1a"))["Subnet"]["SubnetId"]
    subnet_b = ask(sim, CreateSubnet(vpc_id=b, cidr_block="10.1.1.0/24", availability_zone="us-east-1b"))["Subnet"]["SubnetId"]
    gateway = ask(sim, CreateInternetGateway())["InternetGateway"]["InternetGatewayId"]
    spare = ask(sim, CreateInternetGateway())["InternetGateway"]["InternetGatewayId"]
    ask(sim, AttachInternetGateway(internet_gateway_id=gateway, vpc_id=a))
    table = ask(sim, CreateRouteTable(vpc_id=a))["RouteTable"]["RouteTableId"]
    table_b = ask(sim, CreateRouteTable(vpc_id=b))["RouteTable"]["RouteTableId"]
    ask(sim, CreateRoute(route_table_id=table, destination_cidr_block=ANYWHERE, gateway_id=gateway))
    association = ask(sim, AssociateRouteTable(route_table_id=table, subnet_id=subnet))["AssociationId"]
    group = ask(sim, CreateSecurityGroup(group_name="web", description="HTTPS", vpc_id=a))["GroupId"]
    address = ask(sim, AllocateAddress())["AllocationId"]
    return Stage(sim, a, b, subnet, subnet_b, gateway, spare, table, table_b, association, group, address)
