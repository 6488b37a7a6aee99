"""What is asked of a VPC endpoint, checked: its service, route tables, subnets, security groups and private name."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.rules.addressing import free_address
from cloudlab.engine.rules.services import SERVICES, Service, find_service
from cloudlab.model.network import EndpointNode, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint
from cloudlab.model.world import World

_DEFAULT = "default"


def need_service(full_name: str, kind: str) -> Service:
    """Return the service an endpoint is asked for, or refuse: unknown, or not by this kind of endpoint."""
    service = find_service(full_name)
    if service is None:
        refuse(
            "InvalidServiceName",
            f"The Vpc Endpoint Service '{full_name}' does not exist",
            f"There is {', '.join(s.full_name for s in SERVICES.values())}.",
        )
    if kind not in ("Gateway", "Interface"):
        refuse("InvalidParameterValue", f"Value ({kind}) for parameter vpcEndpointType is invalid.", "Write Gateway or Interface.")
    if kind != service.type:
        refuse(
            "InvalidParameter",
            f"The VPC endpoint service type '{kind}' is not available for {full_name}"
            + (" here: only its gateway endpoint, which is free, is modelled." if service.type == "Gateway" else "."),
            f"--vpc-endpoint-type {service.type}",
        )
    return service


def asked_tables(ctx: Context, endpoint: VpcEndpoint, service: Service, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the route tables that shall lead to a gateway endpoint and don't yet; each has room for one route to a service."""
    found = []
    for key in dict.fromkeys(keys):
        table = named(ctx, RouteTable, key)
        if table.vpc != endpoint.vpc:
            refuse(
                "InvalidParameter",
                f"Route table {table.id} belongs to {table.vpc}, not to {endpoint.vpc}.",
                f"Choose one of {', '.join(t.id for t in ctx.world.every(RouteTable) if t.vpc == endpoint.vpc)}.",
            )
        there = next((r for r in table.routes if r.destination == service.prefix_list), None)
        if there is not None and there.target != endpoint.id:
            refuse(
                "RouteAlreadyExists",
                f"Route table {table.id} already has a route with destination-prefix-list-id {service.prefix_list}.",
                f"It leads to {there.target}; that is enough.",
            )
        if there is None:
            found.append(table.id)
    return tuple(found)


def asked_nodes(ctx: Context, endpoint: VpcEndpoint, keys: tuple[str, ...]) -> tuple[EndpointNode, ...]:
    """Return an address for each subnet an interface endpoint shall stand in; one subnet in each zone."""
    zones = {ctx.world.get(Subnet, n.subnet).zone for n in endpoint.nodes}
    found = []
    for key in dict.fromkeys(k for k in keys if k not in {n.subnet for n in endpoint.nodes}):
        subnet = named(ctx, Subnet, key)
        if subnet.vpc != endpoint.vpc:
            refuse("InvalidParameter", f"Subnet {subnet.id} belongs to {subnet.vpc}, not to {endpoint.vpc}.", "Choose one of that VPC.")
        if subnet.zone in zones:
            refuse(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet.id}.",
                f"One subnet in {subnet.zone} is enough for all of the zone; name one of each other zone.",
            )
        zones.add(subnet.zone)
        address = free_address(ctx.world, subnet.id)
        if address is None:
            refuse(
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request.",
                f"{subnet.id} is full; name another subnet.",
            )
        found.append(EndpointNode(subnet.id, address))
    return tuple(found)


def asked_groups(ctx: Context, endpoint: VpcEndpoint, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the security groups an interface endpoint shall wear; the VPC's default one where none is named."""
    if not keys:
        return (next(g.id for g in ctx.world.every(SecurityGroup) if g.vpc == endpoint.vpc and g.name == _DEFAULT),)
    limit = ctx.quota("security_groups_per_eni")
    if len(set(keys)) > limit:
        refuse(
            "SecurityGroupsPerInterfaceLimitExceeded",
            f"{len(set(keys))} security groups were given for one network interface.",
            f"At most {limit}.",
        )
    for key in keys:
        group = named(ctx, SecurityGroup, key)
        if group.vpc != endpoint.vpc:
            refuse("InvalidParameter", f"{group.id} belongs to {group.vpc}, not to {endpoint.vpc}.", "Choose one of that VPC.")
    return tuple(dict.fromkeys(keys))


def check_private_name(world: World, endpoint: VpcEndpoint) -> None:
    """Refuse a private name where names are not answered, or where another endpoint has it already."""
    vpc = world.get(Vpc, endpoint.vpc)
    if not (vpc.dns_support and vpc.dns_hostnames):
        off = "enable-dns-hostnames" if vpc.dns_support else "enable-dns-support"
        refuse(
            "InvalidParameter",
            f"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc.id}",
            f"ec2 modify-vpc-attribute --vpc-id {vpc.id} --{off}, or --no-private-dns-enabled, and call it by its own name.",
        )
    service = find_service(endpoint.service)
    assert service is not None
    others = (e for e in world.every(VpcEndpoint) if e.id != endpoint.id and e.vpc == vpc.id and e.service == endpoint.service)
    there = next((e for e in others if e.private_dns and e.state != "deleting"), None)
    if there is not None:
        refuse(
            "InvalidParameter",
            f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service.host} in the VPC {vpc.id}",
            f"{there.id} has it: give that one more subnets, or leave this one without a private name.",
        )
