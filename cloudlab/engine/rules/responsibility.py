"""Who holds what: the one table that board, pager, debrief and score all read."""

from __future__ import annotations

from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.catalogue import Catalogue, Holding
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.identity import Role
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.network import NatGateway, NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint
from cloudlab.model.storage import Bucket
from cloudlab.model.volumes import Volume
from cloudlab.model.world import World

SERVICE_OF: dict[type, str] = {
    Instance: "ec2-instance",
    Vpc: "ec2-network",
    Subnet: "ec2-network",
    SecurityGroup: "ec2-network",
    RouteTable: "ec2-network",
    NetworkAcl: "ec2-network",
    NatGateway: "ec2-network",
    VpcEndpoint: "ec2-network",
    Volume: "ebs",
    Endpoint: "sagemaker-endpoint",  # before the job it may share its name with: jobs end, endpoints get struck
    TrainingJob: "sagemaker-training",
    DbInstance: "rds",
    LoadBalancer: "alb",
    Bucket: "s3-bucket",
    Role: "iam",
}
"""Record type -> the service kind whose duties it carries."""


def service_of(world: World, resource: str) -> str:
    """Return the service kind of a resource."""
    for kind, service in SERVICE_OF.items():
        if resource in world.table(kind):
            return service
    raise AssertionError(f"{resource} carries no duties")


def holding(catalogue: Catalogue, world: World, resource: str, duty: str) -> Holding:
    """Return who holds `duty` of `resource`, with the source of that row."""
    return catalogue.holding(service_of(world, resource), duty)
