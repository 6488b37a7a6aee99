"""Databases for tests: a network of two zones with groups for servers and databases, built by real commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress, CreateSecurityGroup
from cloudlab.commands.ec2_network import CreateSubnet, CreateVpc
from cloudlab.commands.rds import CreateDBInstance, CreateDBSubnetGroup
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Software
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.network import Subnet
from cloudlab.model.scenario import Need, Traffic
from tests.network import ask, tcp
from tests.support import open_simulation

CALLS = Need("calls", "Calls", "tiny", Traffic(60, (1000,) * 24), database=True)


@dataclass
class Site:
    """VPC 10.0.0.0/16: `a` in us-east-1a, `b` in us-east-1b, groups `web` and `db`; `db` lets `web` in on tcp/5432."""

    sim: Simulation
    vpc: str
    a: str
    b: str
    web: str
    db: str

    def database(self, name: str = "customers") -> DbInstance:
        return self.sim.world.get(DbInstance, name)

    def order(self, name: str = "customers", **changes: Any) -> CreateDBInstance:
        """Return an order for a small PostgreSQL database; `changes` replace parameters under AWS's names."""
        wanted: dict[str, Any] = {
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.t3.medium",
            "Engine": "postgres",
            "MasterUsername": "app",
            "MasterUserPassword": "correct-horse",
            "AllocatedStorage": 100,
            "DBSubnetGroupName": "main",
            "VpcSecurityGroupIds": [self.db],
        }
        return CreateDBInstance.model_validate({k: v for k, v in (wanted | changes).items() if v is not None})

    def create(self, name: str = "customers", **changes: Any) -> DbInstance:
        """Order a database and let it come up."""
        ask(self.sim, self.order(name, **changes))
        self.sim.advance(self.sim.now + 1_000)
        return self.database(name)

    def put_instance(self, key: str, subnet: str | None = None, group: str | None = None, **changes: Any) -> Instance:
        """Put a running machine into the site."""
        place = self.sim.world.get(Subnet, subnet or self.a)
        fields: dict[str, Any] = {
            "id": key,
            "image": "ami-1",
            "type": "t3.small",
            "vpc": self.vpc,
            "subnet": place.id,
            "zone": place.zone,
            "private_ip": f"{place.cidr.rpartition('.')[0]}.{100 + len(self.sim.world.table(Instance))}",
            "groups": (group or self.web,),
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


def open_site(seed: int = 1, **changes: Any) -> Site:
    sim = open_simulation(seed, **changes)
    vpc = ask(sim, CreateVpc(cidr_block="10.0.0.0/16"))["Vpc"]["VpcId"]
    a, b = (
        ask(sim, CreateSubnet(vpc_id=vpc, cidr_block=f"10.0.{n}.0/24", availability_zone=f"us-east-1{zone}"))["Subnet"]["SubnetId"]
        for n, zone in ((1, "a"), (2, "b"))
    )
    web, db = (ask(sim, CreateSecurityGroup(group_name=name, description=name, vpc_id=vpc))["GroupId"] for name in ("web", "db"))
    ask(sim, AuthorizeSecurityGroupIngress(group_id=db, ip_permissions=tcp(5432, group=web)))
    site = Site(sim, vpc, a, b, web, db)
    group = CreateDBSubnetGroup(db_subnet_group_name="Main", db_subnet_group_description="two zones", subnet_ids=(a, b))
    ask(sim, group)
    assert sim.world.get(DbSubnetGroup, "main").subnets == (a, b)
    return site
