"""Quotas: what Service Quotas calls each limit, what this account may have of it now, and how much of it is in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance, DbSnapshot, DbSubnetGroup
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.network import Address, InternetGateway, SecurityGroup, Vpc
from cloudlab.model.quotas import RaisedQuota, Reservation
from cloudlab.model.scenario import Scenario
from cloudlab.model.storage import Bucket
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Quota:
    """One limit as Service Quotas lists it."""

    service: str
    code: str
    title: str
    key: str
    """What the engine asks for."""
    fact: str
    """The entry of `assets/quotas.yaml` that says what an account begins with."""


SERVICES = {
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "rds": "Amazon Relational Database Service (Amazon RDS)",
    "sagemaker": "Amazon SageMaker",
    "s3": "Amazon Simple Storage Service (Amazon S3)",
    "iam": "AWS Identity and Access Management (IAM)",
}
"""Service code -> the service's name."""

# Codes and titles as public listings of `list-service-quotas` show them; the limits themselves are facts of assets/quotas.yaml.
_PLAIN = (
    ("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "on_demand_standard_vcpus"),
    ("ec2", "L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", "spot_standard_vcpus"),
    ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", "elastic_ips_per_region"),
    ("vpc", "L-F678F1CE", "VPCs per Region", "vpcs_per_region"),
    ("vpc", "L-407747CB", "Subnets per VPC", "subnets_per_vpc"),
    ("vpc", "L-A4707A72", "Internet gateways per Region", "internet_gateways_per_region"),
    ("vpc", "L-FE5A380F", "NAT gateways per Availability Zone", "nat_gateways_per_az"),
    ("vpc", "L-589F43AA", "Route tables per VPC", "route_tables_per_vpc"),
    ("vpc", "L-93826ACB", "Routes per route table", "routes_per_route_table"),
    ("vpc", "L-E79EC296", "VPC security groups per Region", "security_groups_per_region"),
    ("vpc", "L-0EA8095F", "Inbound or outbound rules per security group", "rules_per_security_group"),
    ("vpc", "L-2AFB9258", "Security groups per network interface", "security_groups_per_eni"),
    ("vpc", "L-B4A6D682", "Network ACLs per VPC", "nacls_per_vpc"),
    ("vpc", "L-2AEEBF1A", "Rules per network ACL", "rules_per_nacl"),
    ("vpc", "L-1B52E74A", "Gateway VPC endpoints per Region", "gateway_endpoints_per_region"),
    ("vpc", "L-29B6F2EB", "Interface VPC endpoints per VPC", "interface_endpoints_per_vpc"),
    ("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", "alb_per_region"),
    ("elasticloadbalancing", "L-7E6692B2", "Targets per Application Load Balancer", "targets_per_alb"),
    ("elasticloadbalancing", "L-B6DF7632", "Listeners per Application Load Balancer", "listeners_per_alb"),
    ("rds", "L-7B6409FD", "DB instances", "rds_instances_per_region"),
    ("rds", "L-48C6BF61", "DB subnet groups", "rds_subnet_groups_per_region"),
    ("rds", "L-272F1212", "Manual DB instance snapshots", "rds_manual_snapshots_per_region"),
    ("s3", "L-DC2B2D3D", "General purpose buckets", "s3_buckets_per_account"),
    ("iam", "L-0DA4ABF3", "Managed policies attached to an IAM role", "iam_managed_policies_per_role"),
)
_ACCELERATED = (
    ("L-DB2E81BA", "Running On-Demand G and VT instances", "on_demand_G_vcpus"),
    ("L-417A185B", "Running On-Demand P instances", "on_demand_P_vcpus"),
    ("L-3819A6DF", "All G and VT Spot Instance Requests", "spot_G_vcpus"),
    ("L-7212CCBC", "All P Spot Instance Requests", "spot_P_vcpus"),
)
"""Two families of one fact: an account begins with none of either."""
_SAGEMAKER = {
    "training job": (
        "ml.m5.large L-611FA074 ml.m5.xlarge L-CCE2AFA6 ml.m5.2xlarge L-AD0A282D ml.m5.4xlarge L-AFB011B4 ml.m5.12xlarge L-6F6C8949 "
        "ml.m6i.large L-514B50A3 ml.m6i.xlarge L-3A218EBD ml.m6i.2xlarge L-AE3447AD ml.c5.2xlarge L-49679826 ml.c5.4xlarge L-E7898792 "
        "ml.c5.9xlarge L-2BE095E2 ml.g4dn.xlarge L-3F53BF0F ml.g4dn.2xlarge L-C2495BC4 ml.g4dn.12xlarge L-7BD2C9FA "
        "ml.g5.xlarge L-B6D80D9C ml.g5.2xlarge L-2D6DEB3C ml.g5.12xlarge L-C6383286 ml.p3.8xlarge L-558F1246 "
        "ml.p4d.24xlarge L-09B4A649 ml.p5.48xlarge L-82E1C851"
    ),
    "endpoint": (
        "ml.m5.large L-614B09FD ml.m5.xlarge L-2F737F8D ml.m5.2xlarge L-C88C8F13 ml.m5.4xlarge L-E2649D46 ml.m5.12xlarge L-A9F2A8B3 "
        "ml.c5.xlarge L-E9EE5599 ml.c5.2xlarge L-E091038E ml.c5.4xlarge L-FEF755D6 ml.r5.large L-B156D5EC ml.r5.xlarge L-BCA2C892 "
        "ml.r5.2xlarge L-AA5E2462 ml.g4dn.xlarge L-B67CFA0C ml.g4dn.12xlarge L-07BEB181 ml.g5.xlarge L-1928E07B "
        "ml.g5.2xlarge L-9614C779 ml.g5.12xlarge L-65C4BD00 ml.p4d.24xlarge L-09F79647 ml.p5.48xlarge L-16AF71F1"
    ),
}
"""Use -> instance types and the codes of their quotas, as one public listing of 2024 shows them; types it lacks are not offered."""
_GPU = ("ml.g", "ml.p")


def sagemaker_key(name: str, use: str) -> str:
    """Return the key of the quota of one instance type for one use: `training job` or `endpoint`."""
    return f"{name} for {use} usage"


def sagemaker_fact(name: str, use: str) -> str:
    return "sagemaker_gpu" if name.startswith(_GPU) else f"sagemaker_{use.split()[0]}_cpu"


@cache
def quotas() -> tuple[Quota, ...]:
    """Return every quota one may ask about, by service."""
    found = [Quota(service, code, title, fact, fact) for service, code, title, fact in _PLAIN]
    found += [Quota("ec2", code, title, key, _accelerated_fact(key)) for code, title, key in _ACCELERATED]
    for use, listed in _SAGEMAKER.items():
        words = listed.split()
        for name, code in zip(words[::2], words[1::2], strict=True):
            key = sagemaker_key(name, use)
            found.append(Quota("sagemaker", code, key, key, sagemaker_fact(name, use)))
    order = list(SERVICES)
    return tuple(sorted(found, key=lambda q: order.index(q.service)))


def _accelerated_fact(key: str) -> str:
    return "spot_G_and_P_vcpus" if key.startswith("spot") else "on_demand_G_and_P_vcpus"


def _fact_of(key: str) -> str:
    """Return the entry of `assets/quotas.yaml` behind a quota; limits nobody can have raised are called after theirs."""
    name, _, use = key.removesuffix(" usage").partition(" for ")
    if use:
        return sagemaker_fact(name, use)
    return next((q.fact for q in quotas() if q.key == key), key)


def applied(world: World, scenario: Scenario, key: str) -> int:
    """Return what this account may have now: what it was raised to, else what it began with."""
    raised = world.find(RaisedQuota, key)
    own = raised.value if raised is not None else scenario.quota(_fact_of(key))
    # the quota of gateways rises with that of VPCs
    also = world.find(RaisedQuota, "vpcs_per_region") if key == "internet_gateways_per_region" else None
    return own if also is None else max(own, also.value)


def more(key: str) -> str:
    """Return the line that asks for more of a quota, to be completed with the number; or that there is none."""
    quota = next((q for q in quotas() if q.key == key), None)
    if quota is None:
        return "AWS Support would have to be asked; Service Quotas does not list it here."
    return f"service-quotas request-service-quota-increase --service-code {quota.service} --quota-code {quota.code} --desired-value N"


# vCPUs ----------------------------------------------------------------------------------------------------------------------


def vcpu_key(instance_type: str, spot: bool = False) -> str:
    """Return the key of the bucket of vCPUs an instance type belongs to."""
    family = "standard"
    if instance_type.startswith(("g", "vt")):
        family = "G"
    elif instance_type.startswith("p"):
        family = "P"
    return f"{'spot' if spot else 'on_demand'}_{family}_vcpus"


def vcpus_in_use(world: World, scenario: Scenario, key: str) -> int:
    """Return the vCPUs that pending and running instances of a bucket hold, and others in the account; stopped ones don't count."""
    own = sum(
        found.vcpu
        for i in world.every(Instance)
        if i.state in ("pending", "running") and vcpu_key(i.type, i.spot) == key
        if (found := scenario.catalogue.instance_type(i.type)) is not None
    )
    return own + sum(r.units for r in world.every(Reservation) if r.key == key)


_COUNTED: dict[str, Callable[[World], int]] = {
    "elastic_ips_per_region": lambda w: len(w.table(Address)),
    "vpcs_per_region": lambda w: len(w.table(Vpc)),
    "internet_gateways_per_region": lambda w: len(w.table(InternetGateway)),
    "security_groups_per_region": lambda w: len(w.table(SecurityGroup)),
    "alb_per_region": lambda w: len(w.table(LoadBalancer)),
    "rds_instances_per_region": lambda w: len(w.table(DbInstance)),
    "rds_subnet_groups_per_region": lambda w: len(w.table(DbSubnetGroup)),
    "rds_manual_snapshots_per_region": lambda w: len(w.table(DbSnapshot)),
    "s3_buckets_per_account": lambda w: len(w.table(Bucket)),
}


def in_use(world: World, scenario: Scenario, quota: Quota) -> int | None:
    """Return how much of a quota is in use; None where it counts per resource, so that there is no one number."""
    if quota.key.endswith("_vcpus"):
        return vcpus_in_use(world, scenario, quota.key)
    if quota.service == "sagemaker":
        name, _, use = quota.key.partition(" for ")
        if use.startswith("training"):
            jobs = (j for j in world.every(TrainingJob) if j.status in ("InProgress", "Stopping"))
            return sum(j.instance_count for j in jobs if j.instance_type == name)
        live = (e for e in world.every(Endpoint) if e.status in ("Creating", "InService"))
        return sum(v.count for e in live for v in e.variants if v.instance_type == name)
    count = _COUNTED.get(quota.key)
    return count(world) if count is not None else None
