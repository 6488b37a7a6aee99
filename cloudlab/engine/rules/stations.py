"""Stations: each judges a packet at one place of its way - machine, address, gateway, route, ACL, security group, listener."""

from __future__ import annotations

from cloudlab.engine.naming import label
from cloudlab.engine.rules.filtering import acl_lets_all, acl_of, admits, groups_of, peers
from cloudlab.engine.rules.interfaces import Interface, listens, owner_of
from cloudlab.engine.rules.path import Trail
from cloudlab.engine.rules.routing import LOCAL, explicit_table, gateway_of, is_active, leads_out, route_for, table_of
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.compute import Instance
from cloudlab.model.database import PostgresServer
from cloudlab.model.network import ANYWHERE, InternetGateway, RouteTable, Subnet
from cloudlab.model.world import World

CLIENTS = tuple(f"{first}.20.30.40" for first in (20, 52, 84, 116, 148, 180, 203))
"""Callers from everywhere: what works for only a part of the internet doesn't work for the public."""

POSTGRES = 5432
_CHECKED = "its source/destination check, which cannot be switched off here"
_SSH = 22
"""Every instance listens here from its image on."""


def machine(trail: Trail, world: World, key: str) -> Instance | None:
    """Return the instance; say so where it is missing or doesn't run."""
    instance = world.find(Instance, key)
    if instance is None or instance.state == "terminated":
        trail.stops(key, key, "there is no such instance any more", "Launch one: ec2 run-instances.")
        return None
    if instance.state != "running":
        mend = {
            "pending": "It will run in a moment; wait for it.",
            "stopping": f"Wait until it is stopped, then start it: ec2 start-instances --instance-ids {key}",
            "stopped": f"Start it: ec2 start-instances --instance-ids {key}",
        }.get(instance.state, "It is being terminated; launch another one: ec2 run-instances.")
        trail.stops(key, label(world, key), f"it is {instance.state}", mend)
    return instance


def end(trail: Trail, world: World, key: str) -> bool:
    """Say where the resource at one end of the way is missing, or is a machine that doesn't run; tell whether it has an interface."""
    record = owner_of(world, key)
    if record is None or isinstance(record, Instance):
        instance = machine(trail, world, key)
        return instance is not None
    return True


def powered(trail: Trail, world: World, interface: Interface) -> None:
    """Nothing gets in or out of a zone that is down."""
    zone = world.get(Subnet, interface.subnet).zone
    if is_down(world, zone):
        owner = interface.owner
        trail.stops(owner, label(world, owner), f"its zone {zone} is down", "Nothing in that zone answers: let another zone do its work.")


def public_address(trail: Trail, world: World, interface: Interface) -> None:
    """The internet knows an interface only by a public address, given at launch or by an Elastic IP."""
    if interface.public_ip is not None:
        return
    owner = interface.owner
    if world.find(Instance, owner) is None:
        hint = "It was made without one, for callers inside its VPC; to face the internet, make another that does."
    else:
        hint = (
            "An automatic one is only given at launch. Rent one and point it here: ec2 allocate-address, then "
            f"ec2 associate-address --allocation-id <eipalloc> --instance-id {owner}"
        )
    trail.stops(owner, label(world, owner), "it has no public address", hint)


def attached_gateway(trail: Trail, world: World, vpc_id: str) -> InternetGateway | None:
    gateway = gateway_of(world, vpc_id)
    if gateway is not None:
        trail.passes(gateway.id, label(world, gateway.id), f"it is attached to {label(world, vpc_id)}")
        return gateway
    free = next((g.id for g in world.every(InternetGateway) if g.vpc is None), None)
    first = "Attach one: " if free else "Make one and attach it: ec2 create-internet-gateway, then "
    trail.stops(
        vpc_id,
        label(world, vpc_id),
        "no internet gateway is attached to it",
        f"{first}ec2 attach-internet-gateway --internet-gateway-id {free or '<igw>'} --vpc-id {vpc_id}",
    )
    return None


def way_out(trail: Trail, world: World, subnet_id: str, gateway: InternetGateway | None, clients: tuple[str, ...]) -> None:
    """The subnet's route table has to lead to the gateway: for calls out, and for every answer to a call from outside."""
    subnet = world.get(Subnet, subnet_id)
    table = table_of(world, subnet)
    name = label(world, table.id)
    for client in clients:
        route = route_for(table, client)
        if route is not None and gateway is not None and route.target == gateway.id and is_active(world, table, route):
            continue
        target = gateway.id if gateway is not None else "<igw>"
        if route is None:
            whose = "" if explicit_table(world, subnet.id) else f" ({label(world, subnet.id)} uses it because it has no table of its own)"
            part = "more than a part of " if any(leads_out(world, table, other) for other in clients) else ""
            trail.stops(table.id, name, f"no route leads to {part}the internet{whose}", _route_hint(world, table, subnet, target))
        elif not is_active(world, table, route):
            gone = "is not attached here any more" if route.target.startswith("igw-") else "does not work any more"
            trail.stops(
                table.id,
                name,
                f"its route {route.destination} is a black hole: {route.target} {gone}",
                _replace(table, route.destination, target),
            )
        else:
            trail.stops(
                table.id,
                name,
                f"its route {route.destination} leads to {label(world, route.target)}, {_why_not(world, route.target)}",
                _replace(table, route.destination, target),
            )
        return
    trail.passes(table.id, name, f"it leads to {label(world, gateway.id) if gateway is not None else 'the internet'}")


def _why_not(world: World, target: str) -> str:
    """Say why a route that works does not lead out."""
    if world.find(Instance, target) is not None:
        return f"which drops whatever is not meant for itself: {_CHECKED}"
    return "not to an internet gateway"


def inside(trail: Trail, world: World, subnet_id: str, address: str) -> None:
    """Within a VPC the local route leads from any subnet to any address, unless a route for a whole subnet leads past it."""
    table = table_of(world, world.get(Subnet, subnet_id))
    route = route_for(table, address)
    if route is None or route.target == LOCAL:
        return
    away = f"its route {route.destination} leads past the local one to {label(world, route.target)}"
    mend = f"Strike it out: ec2 delete-route --route-table-id {table.id} --destination-cidr-block {route.destination}"
    if not is_active(world, table, route):
        trail.stops(table.id, label(world, table.id), f"{away}, which does not work any more", mend)
    elif world.find(Instance, route.target) is not None:
        trail.stops(table.id, label(world, table.id), f"{away}, which drops whatever is not meant for itself: {_CHECKED}", mend)
    else:
        trail.stops(table.id, label(world, table.id), f"{away}, which brings the answer to somebody who never called", mend)


def _route_hint(world: World, table: RouteTable, subnet: Subnet, target: str) -> str:
    """Suggest a table that leads out already and only waits to be used, else a route."""
    others = (t for t in world.every(RouteTable) if t.vpc == subnet.vpc and t.id != table.id)
    ready = next((t for t in others if all(leads_out(world, t, client) for client in CLIENTS)), None)
    if ready is not None and explicit_table(world, subnet.id) is None:
        return (
            f"{label(world, ready.id)} leads to the internet, but {label(world, subnet.id)} doesn't use it: "
            f"ec2 associate-route-table --route-table-id {ready.id} --subnet-id {subnet.id}"
        )
    return (
        "Lead everything else to the gateway: "
        f"ec2 create-route --route-table-id {table.id} --destination-cidr-block {ANYWHERE} --gateway-id {target}"
    )


def _replace(table: RouteTable, destination: str, target: str) -> str:
    return (
        "Point it at the gateway: "
        f"ec2 replace-route --route-table-id {table.id} --destination-cidr-block {destination} --gateway-id {target}"
    )


def edge(
    trail: Trail,
    world: World,
    subnet_id: str,
    others: tuple[str, ...],
    *,
    inbound: tuple[int, int],
    outbound: tuple[int, int],
    what: str,
) -> None:
    """The subnet's ACL has to let the packet and, because it remembers nothing, the answer through."""
    acl, name = acl_of(world, subnet_id), label(world, subnet_id)
    for egress, ports in ((False, inbound), (True, outbound)):
        if not all(acl_lets_all(acl, other, ports, egress=egress) for other in others):
            way = "out" if egress else "in"
            span = f"tcp/{ports[0]}" if ports[0] == ports[1] else f"tcp/{ports[0]}-{ports[1]}"
            trail.stops(
                subnet_id,
                name,
                f"its network ACL {label(world, acl.id)} doesn't let {span} {way}",
                f"Look at its rules, lowest number first: ec2 describe-network-acls --network-acl-ids {acl.id}",
            )
            return
    trail.passes(subnet_id, name, f"its network ACL lets {what} and the answers back")


def guard_in(trail: Trail, world: World, interface: Interface, port: int, others: tuple[str, ...], wearing: tuple[str, ...] = ()) -> None:
    """Some security group has to let the caller in; the answer then goes out by itself."""
    groups = groups_of(world, interface)
    if not groups:
        return
    rules = [(group, rule) for group in groups for rule in group.ingress]
    admitting = [next((g for g, r in rules if admits(r, port, other, wearing)), None) for other in others]
    first = admitting[0]
    if first is not None and all(group is not None for group in admitting):
        trail.passes(first.id, label(world, first.id), f"it lets tcp/{port} in")
        return
    name = ", ".join(label(world, g.id) for g in groups)
    some = peers((r for _, r in rules), port)
    text = f"it lets tcp/{port} in only from {', '.join(label(world, p) for p in some)}" if some else f"no rule lets tcp/{port} in"
    source = ANYWHERE if others is CLIENTS else f"{others[0]}/32"
    peer = f"--source-group {wearing[0]}" if wearing else f"--cidr {source}"
    trail.stops(
        groups[0].id,
        name,
        text,
        f"Let callers in: ec2 authorize-security-group-ingress --group-id {groups[0].id} --protocol tcp --port {port} {peer}",
    )


def guard_out(
    trail: Trail,
    world: World,
    interface: Interface,
    port: int,
    others: tuple[str, ...],
    cidr: str,
    wearing: tuple[str, ...] = (),
) -> None:
    """Some security group has to let the call out; the answer then comes in by itself."""
    groups = groups_of(world, interface)
    if not groups:
        return
    rules = [(group, rule) for group in groups for rule in group.egress]
    admitting = [next((g for g, r in rules if admits(r, port, other, wearing)), None) for other in others]
    first = admitting[0]
    if first is not None and all(group is not None for group in admitting):
        trail.passes(first.id, label(world, first.id), f"it lets tcp/{port} out")
        return
    trail.stops(
        groups[0].id,
        ", ".join(label(world, g.id) for g in groups),
        f"no rule lets tcp/{port} out",
        f"Let it call: ec2 authorize-security-group-egress --group-id {groups[0].id} --protocol tcp --port {port} --cidr {cidr}",
    )


@listens(Instance)
def server(trail: Trail, world: World, instance: Instance, port: int) -> None:
    """What the packet finds when it arrives: a system that is up, and something that listens."""
    if instance.state != "running":
        return
    key, name, postgres = instance.id, label(world, instance.id), world.find(PostgresServer, instance.id)
    if instance.system_checks == "failed":
        hint = f"Stop and start it, which moves it to another host: ec2 stop-instances --instance-ids {key}"
        trail.stops(key, name, "the host under it has failed", hint)
    elif instance.checks == "failed":
        trail.stops(key, name, "its status check has failed", f"Reboot it: ec2 reboot-instances --instance-ids {key}")
    elif instance.booted is None:
        trail.stops(key, name, "its operating system is still coming up", "Wait a minute.")
    elif port == POSTGRES and postgres is not None and not postgres.testing:
        trail.passes(key, name, f"PostgreSQL listens on tcp/{port}")
    elif port not in (instance.software.server_port, _SSH):
        listens = instance.software.server_port
        text = f"nothing listens on tcp/{port}" + ("" if listens is None else f"; the model server listens on tcp/{listens}")
        start = f"ssm send-command --document-name cloudlab-StartModelServer --instance-ids {key} --parameters Port={port}"
        trail.stops(key, name, text, f"Start the model server there: {start}", symptom="refused")
    else:
        trail.passes(key, name, f"it listens on tcp/{port}")
