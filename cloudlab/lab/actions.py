"""Actions: what could be done with one resource right now, each as the aws line that does it, previewed by the engine itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from cloudlab.dialects.errors import LineError
from cloudlab.dialects.script import Order, ScriptError, parse_statement
from cloudlab.engine.rules.knowledge import believed
from cloudlab.lab.session import Session
from cloudlab.model.compute import Instance
from cloudlab.model.identity import Role
from cloudlab.model.learning import Endpoint, SageModel, TrainingJob
from cloudlab.model.network import ANYWHERE, Address, InternetGateway, Permission, RouteTable, SecurityGroup, Subnet, Vpc
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import Seconds
from cloudlab.model.world import World

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that may be done with a resource."""

    title: str
    line: str
    """As it is typed; where it is not `whole`, the player completes it."""
    enabled: bool
    reason: str = ""
    """Why it would be refused, and what would be accepted; empty where it is enabled."""
    effort: Seconds = 0
    """Attended seconds of work."""
    price: int = 0
    """Micro-dollars that doing it costs once: people, and charges made once."""
    hourly: int = 0
    """Micro-dollars per hour that it adds to the bill from then on."""
    whole: bool = True
    """False where the line lacks something only the player can say; nothing can be foreseen then."""


Offer = tuple[str, str] | tuple[str, str, str]
"""(what it does, the line, why it would be pointless though AWS takes it; nothing or empty where it is not)"""
Offers = Callable[[World, Any], Iterator[Offer]]
OFFERS: dict[type[Any], Offers] = {}
"""Record type -> what may be done with it. A kind to come registers its own."""
O = TypeVar("O", bound=Offers)  # noqa: E741


def offers(kind: type[Any]) -> Callable[[O], O]:
    """Register what may be done with a kind of record."""

    def register(offer: O) -> O:
        assert kind not in OFFERS, f"two lists of actions for {kind.__name__}"
        OFFERS[kind] = offer
        return offer

    return register


KINDS: dict[str, type[Any]] = {
    "vpc": Vpc,
    "subnet": Subnet,
    "internet-gateway": InternetGateway,
    "route-table": RouteTable,
    "security-group": SecurityGroup,
    "address": Address,
    "instance": Instance,
    "bucket": Bucket,
    "role": Role,
    "training-job": TrainingJob,
    "model": SageModel,
    "endpoint": Endpoint,
}
"""Kinds of the map -> their records."""


def record_of(world: World, resource: str, kind: str = "") -> object | None:
    """Return the record behind a thing on the map; `kind` decides where two kinds share a name."""
    key = resource.removeprefix("model/")
    kinds = [KINDS[kind]] if kind in KINDS else [k for k in KINDS.values() if (k is SageModel) == resource.startswith("model/")]
    return next((found for k in kinds if (found := world.find(k, key)) is not None), None)


def actions(session: Session, resource: str, kind: str = "") -> tuple[Action, ...]:
    """Return what may be done with a resource of the map, those that would be refused with the reason; nothing for what is unknown."""
    world = believed(session.world)
    record = record_of(world, resource, kind)
    offer = OFFERS.get(type(record))
    if record is None or offer is None:
        return ()
    return tuple(_foreseen(session, *offered) for offered in offer(world, record))


def _foreseen(session: Session, title: str, line: str, pointless: str = "") -> Action:
    try:
        statement = parse_statement(line, known={})
        assert isinstance(statement, Order), f"not an order: {line}"
        command = statement.line({}).command
    except (ScriptError, LineError):
        return Action(title, line, session.world.over is None, "" if session.world.over is None else "The run is over.", whole=False)
    seen = session.preview(command)
    refusal = seen.refusal
    return Action(
        title,
        line,
        refusal is None and not pointless,
        pointless if refusal is None else f"{refusal.sentence} {refusal.accepted}".strip(),
        seen.effort,
        seen.people_micros + sum(c.micros for c in seen.charges if c.per != "hour"),
        sum(c.micros for c in seen.charges if c.per == "hour"),
    )


@offers(Vpc)
def offer_vpc(world: World, vpc: Vpc) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-vpcs --vpc-ids {vpc.id}"
    yield "make a subnet in it", f"ec2 create-subnet --vpc-id {vpc.id} --cidr-block "
    yield "make a security group in it", f"ec2 create-security-group --vpc-id {vpc.id} --description web --group-name "
    for gateway in world.every(InternetGateway):
        if gateway.vpc is None:
            yield "attach the internet gateway", f"ec2 attach-internet-gateway --internet-gateway-id {gateway.id} --vpc-id {vpc.id}"
    yield "make a route table in it", f"ec2 create-route-table --vpc-id {vpc.id}"
    yield "delete it", f"ec2 delete-vpc --vpc-id {vpc.id}"


@offers(Subnet)
def offer_subnet(world: World, subnet: Subnet) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-subnets --subnet-ids {subnet.id}"
    yield "launch an instance in it", f"ec2 run-instances --subnet-id {subnet.id} --image-id "
    flag = "--no-map-public-ip-on-launch" if subnet.map_public_ip else "--map-public-ip-on-launch"
    wish = "no longer give new instances a public address" if subnet.map_public_ip else "give new instances a public address"
    yield wish, f"ec2 modify-subnet-attribute --subnet-id {subnet.id} {flag}"
    for table in world.every(RouteTable):
        if table.vpc == subnet.vpc and not any(a.subnet == subnet.id for a in table.associations):
            yield f"use route table {table.id}", f"ec2 associate-route-table --route-table-id {table.id} --subnet-id {subnet.id}"
    yield "delete it", f"ec2 delete-subnet --subnet-id {subnet.id}"


@offers(InternetGateway)
def offer_internet_gateway(world: World, gateway: InternetGateway) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-internet-gateways --internet-gateway-ids {gateway.id}"
    if gateway.vpc is None:
        for vpc in world.every(Vpc):
            yield f"attach it to {vpc.id}", f"ec2 attach-internet-gateway --internet-gateway-id {gateway.id} --vpc-id {vpc.id}"
    else:
        yield "detach it", f"ec2 detach-internet-gateway --internet-gateway-id {gateway.id} --vpc-id {gateway.vpc}"
    yield "delete it", f"ec2 delete-internet-gateway --internet-gateway-id {gateway.id}"


@offers(RouteTable)
def offer_route_table(world: World, table: RouteTable) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-route-tables --route-table-ids {table.id}"
    if not any(route.destination == ANYWHERE for route in table.routes):
        for gateway in world.every(InternetGateway):
            if gateway.vpc == table.vpc:
                line = f"ec2 create-route --route-table-id {table.id} --destination-cidr-block {ANYWHERE} --gateway-id {gateway.id}"
                yield "lead everything else to the internet gateway", line
    for route in table.routes:
        if route.target != LOCAL:
            line = f"ec2 delete-route --route-table-id {table.id} --destination-cidr-block {route.destination}"
            yield f"delete the route {route.destination}", line
    for subnet in world.every(Subnet):
        if subnet.vpc == table.vpc and not any(a.subnet == subnet.id for a in table.associations):
            yield f"let {subnet.id} use it", f"ec2 associate-route-table --route-table-id {table.id} --subnet-id {subnet.id}"
    for association in table.associations:
        if association.subnet is not None:
            yield f"let {association.subnet} use the main table", f"ec2 disassociate-route-table --association-id {association.id}"
    yield "delete it", f"ec2 delete-route-table --route-table-id {table.id}"


@offers(SecurityGroup)
def offer_security_group(world: World, group: SecurityGroup) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-security-groups --group-ids {group.id}"
    yield "let somebody in", f"ec2 authorize-security-group-ingress --group-id {group.id} --protocol tcp --port "
    for way, rules in (("ingress", group.ingress), ("egress", group.egress)):
        for rule in rules:
            told = f"{rule_text(rule)} {'in from' if way == 'ingress' else 'out to'} {rule.cidr or rule.group}"
            yield f"revoke {told}", f"ec2 revoke-security-group-{way} --group-id {group.id} {_rule_flags(rule)}"
    yield "delete it", f"ec2 delete-security-group --group-id {group.id}"


def rule_text(rule: Permission) -> str:
    """Write what a rule lets through: `tcp/443`, `tcp/1-1024`, `everything`."""
    if rule.protocol == "-1":
        return "everything"
    ports = str(rule.from_port) if rule.from_port == rule.to_port else f"{rule.from_port}-{rule.to_port}"
    return f"{rule.protocol}/{ports}"


def _rule_flags(rule: Permission) -> str:
    ports = "" if rule.protocol == "-1" else f" --port {rule_text(rule).partition('/')[2]}"
    peer = f"--cidr {rule.cidr}" if rule.cidr is not None else f"--source-group {rule.group}"
    return f"--protocol {rule.protocol}{ports} {peer}"


@offers(Address)
def offer_address(world: World, address: Address) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-addresses --allocation-ids {address.id}"
    for instance in world.every(Instance):
        if instance.id != address.instance and instance.state in ("running", "stopped"):
            line = f"ec2 associate-address --allocation-id {address.id} --instance-id {instance.id}"
            yield f"point it at {instance.id}", line
    if address.association is not None:
        yield "take it off its instance", f"ec2 disassociate-address --association-id {address.association}"
    yield "release it", f"ec2 release-address --allocation-id {address.id}"


@offers(Instance)
def offer_instance(world: World, instance: Instance) -> Iterator[Offer]:
    key = instance.id
    yield "look at it", f"ec2 describe-instances --instance-ids {key}"
    yield "look at its status checks", f"ec2 describe-instance-status --instance-ids {key}"
    already = f"It is {instance.state} already, as far as you know."
    yield "start it", f"ec2 start-instances --instance-ids {key}", already if instance.state in ("pending", "running") else ""
    yield "stop it", f"ec2 stop-instances --instance-ids {key}", already if instance.state in ("stopping", "stopped") else ""
    yield "reboot it", f"ec2 reboot-instances --instance-ids {key}"
    yield "run a document on it", f"ssm send-command --instance-ids {key} --document-name "
    for address in world.every(Address):
        if address.instance != key:
            line = f"ec2 associate-address --allocation-id {address.id} --instance-id {key}"
            yield f"point {address.public_ip} at it", line
    yield "terminate it", f"ec2 terminate-instances --instance-ids {key}"


@offers(Bucket)
def offer_bucket(world: World, bucket: Bucket) -> Iterator[Offer]:
    yield "look at what lies in it", f"s3api list-objects-v2 --bucket {bucket.id}"
    yield "put a file into it", f"s3api put-object --bucket {bucket.id} --key "
    for kept in world.every(StoredObject):
        if kept.bucket == bucket.id:
            yield f"delete {kept.key}", f"s3api delete-object --bucket {bucket.id} --key {kept.key}"
    yield "delete it", f"s3api delete-bucket --bucket {bucket.id}"


@offers(Role)
def offer_role(world: World, role: Role) -> Iterator[Offer]:
    yield "look at it", f"iam get-role --role-name {role.id}"
    yield "look at what it allows", f"iam list-attached-role-policies --role-name {role.id}"
    yield "allow it something", f"iam attach-role-policy --role-name {role.id} --policy-arn "
    for policy in role.policies:
        yield f"take {policy.rsplit('/', 1)[-1]} off it", f"iam detach-role-policy --role-name {role.id} --policy-arn {policy}"
    yield "delete it", f"iam delete-role --role-name {role.id}"


@offers(TrainingJob)
def offer_training_job(world: World, job: TrainingJob) -> Iterator[Offer]:
    yield "look at it", f"sagemaker describe-training-job --training-job-name {job.id}"
    yield "stop it", f"sagemaker stop-training-job --training-job-name {job.id}"


@offers(SageModel)
def offer_model(world: World, model: SageModel) -> Iterator[Offer]:
    yield "look at it", f"sagemaker describe-model --model-name {model.id}"
    yield "delete it", f"sagemaker delete-model --model-name {model.id}"


@offers(Endpoint)
def offer_endpoint(world: World, endpoint: Endpoint) -> Iterator[Offer]:
    yield "look at it", f"sagemaker describe-endpoint --endpoint-name {endpoint.id}"
    yield "look at its configuration", f"sagemaker describe-endpoint-config --endpoint-config-name {endpoint.config}"
    yield "delete it", f"sagemaker delete-endpoint --endpoint-name {endpoint.id}"
