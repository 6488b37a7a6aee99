"""Looking at VPC endpoints, at the services they can be made for, and at what prefix lists stand for."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_egress import DescribePrefixLists, DescribeVpcEndpoints, DescribeVpcEndpointServices
from cloudlab.engine.describe import chosen, filterable, matching, tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules.interfaces import interface_id, interfaces_of
from cloudlab.engine.rules.services import PREFIX_LISTS, SERVICES, Service, find_service
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT, ZONES
from cloudlab.model.network import RouteTable, SecurityGroup, VpcEndpoint
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@decides(DescribeVpcEndpoints)
def decide_describe_vpc_endpoints(ctx: Context, command: DescribeVpcEndpoints) -> Events:
    yield ResourcesSeen(tuple(("VpcEndpoint", e.id) for e in _chosen(ctx, command)))


@answers(DescribeVpcEndpoints)
def answer_describe_vpc_endpoints(ctx: Context, command: DescribeVpcEndpoints) -> dict[str, Any]:
    return {"VpcEndpoints": [describe_vpc_endpoint(ctx.world, e) for e in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeVpcEndpoints) -> list[VpcEndpoint]:
    return chosen(
        ctx,
        VpcEndpoint,
        command.vpc_endpoint_ids,
        command.filters,
        "InvalidVpcEndpointId.NotFound",
        "VPC endpoint ID",
        lambda endpoint: describe_vpc_endpoint(ctx.world, endpoint),
    )


def describe_vpc_endpoint(world: World, endpoint: VpcEndpoint) -> dict[str, Any]:
    groups = [g for key in endpoint.groups if (g := world.find(SecurityGroup, key)) is not None]
    service = find_service(endpoint.service)
    assert service is not None
    return {
        "VpcEndpointId": endpoint.id,
        "VpcEndpointType": endpoint.type,
        "VpcId": endpoint.vpc,
        "ServiceName": endpoint.service,
        "State": endpoint.state,
        "RouteTableIds": [t.id for t in world.every(RouteTable) if any(r.target == endpoint.id for r in t.routes)],
        "SubnetIds": [n.subnet for n in endpoint.nodes],
        "Groups": [{"GroupId": g.id, "GroupName": g.name} for g in groups],
        "IpAddressType": "ipv4",
        "PrivateDnsEnabled": endpoint.private_dns,
        "NetworkInterfaceIds": [interface_id(i) for i in interfaces_of(world, endpoint.id)],
        "DnsEntries": _names(endpoint, service),
        "CreationTimestamp": stamp(endpoint.created),
        "OwnerId": ACCOUNT,
        "Tags": tag_list(endpoint.tags),
    }


def _names(endpoint: VpcEndpoint, service: Service) -> list[dict[str, str]]:
    if endpoint.type == "Gateway":
        return []
    own = f"{endpoint.id}-{endpoint.id[-8:]}.{'.'.join(service.host.split('.')[:-2])}.vpce.amazonaws.com"
    return [{"DnsName": own}, *([{"DnsName": service.host}] if endpoint.private_dns else [])]


@decides(DescribeVpcEndpointServices)
def decide_describe_vpc_endpoint_services(ctx: Context, command: DescribeVpcEndpointServices) -> Events:
    _services(command)
    return ()


@answers(DescribeVpcEndpointServices)
def answer_describe_vpc_endpoint_services(ctx: Context, command: DescribeVpcEndpointServices) -> dict[str, Any]:
    details = _services(command)
    return {"ServiceNames": [d["ServiceName"] for d in details], "ServiceDetails": details}


def _services(command: DescribeVpcEndpointServices) -> list[dict[str, Any]]:
    for name in command.service_names:
        if find_service(name) is None:
            refuse(
                "InvalidServiceName",
                f"The Vpc Endpoint Service '{name}' does not exist",
                f"There is {', '.join(s.full_name for s in SERVICES.values())}.",
            )
    details = [
        {
            "ServiceName": s.full_name,
            "ServiceType": [{"ServiceType": s.type}],
            "AvailabilityZones": list(ZONES),
            "Owner": "amazon",
            **({"PrivateDnsName": s.host} if s.type == "Interface" else {}),
        }
        for s in SERVICES.values()
        if not command.service_names or s.full_name in command.service_names
    ]
    fits = matching([filterable(d) for d in details], command.filters)
    return [d for d, fit in zip(details, fits, strict=True) if fit]


@decides(DescribePrefixLists)
def decide_describe_prefix_lists(ctx: Context, command: DescribePrefixLists) -> Events:
    _lists(command)
    return ()


@answers(DescribePrefixLists)
def answer_describe_prefix_lists(ctx: Context, command: DescribePrefixLists) -> dict[str, Any]:
    return {"PrefixLists": _lists(command)}


def _lists(command: DescribePrefixLists) -> list[dict[str, Any]]:
    for key in command.prefix_list_ids:
        if key not in PREFIX_LISTS:
            refuse("InvalidPrefixListId.NotFound", f"The prefix list ID '{key}' does not exist.", f"There is {', '.join(PREFIX_LISTS)}.")
    lists = [
        {"PrefixListId": key, "PrefixListName": service.full_name, "Cidrs": list(service.addresses)}
        for key, service in PREFIX_LISTS.items()
        if not command.prefix_list_ids or key in command.prefix_list_ids
    ]
    fits = matching([filterable(d) for d in lists], command.filters)
    return [d for d, fit in zip(lists, fits, strict=True) if fit]
