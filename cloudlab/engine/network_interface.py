"""Looking at network interfaces: everything that has an address in a subnet, and what is behind it."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_egress import DescribeNetworkInterfaces
from cloudlab.engine.describe import filterable, matching
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules.interfaces import Interface, every_interface, interface_id
from cloudlab.model.compute import Instance
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import NatGateway, SecurityGroup, Subnet, VpcEndpoint
from cloudlab.model.world import World

_KINDS: dict[type[Any], str] = {Instance: "interface", NatGateway: "nat_gateway", VpcEndpoint: "vpc_endpoint"}
"""Record type -> what AWS calls such an interface; those of managed services are plain ones that AWS itself looks after."""


@decides(DescribeNetworkInterfaces)
def decide_describe_network_interfaces(ctx: Context, command: DescribeNetworkInterfaces) -> Events:
    _chosen(ctx.world, command)
    return ()


@answers(DescribeNetworkInterfaces)
def answer_describe_network_interfaces(ctx: Context, command: DescribeNetworkInterfaces) -> dict[str, Any]:
    return {"NetworkInterfaces": _chosen(ctx.world, command)}


def _chosen(world: World, command: DescribeNetworkInterfaces) -> list[dict[str, Any]]:
    there = {interface_id(i): i for i in every_interface(world)}
    for key in command.network_interface_ids:
        if key not in there:
            refuse(
                "InvalidNetworkInterfaceID.NotFound",
                f"The networkInterface ID '{key}' does not exist",
                f"Existing: {', '.join(list(there)[:4])}." if there else "Nothing has an address in a subnet yet.",
            )
    wanted = [describe_interface(world, there[key]) for key in command.network_interface_ids or there]
    fits = matching([filterable(d) for d in wanted], command.filters, also=("association.public-ip", "attachment.instance-id"))
    return [d for d, fit in zip(wanted, fits, strict=True) if fit]


def describe_interface(world: World, interface: Interface) -> dict[str, Any]:
    owner = interface.owner
    kind = next((name for record, name in _KINDS.items() if world.find(record, owner) is not None), "interface")
    instance = world.find(Instance, owner)
    shown: dict[str, Any] = {
        "NetworkInterfaceId": interface_id(interface),
        "InterfaceType": kind,
        "Description": "" if instance is not None else f"Interface for {owner}",
        "RequesterManaged": instance is None,
        "VpcId": interface.vpc,
        "SubnetId": interface.subnet,
        "AvailabilityZone": world.get(Subnet, interface.subnet).zone,
        "PrivateIpAddress": interface.private_ip,
        "Groups": [{"GroupId": g.id, "GroupName": g.name} for key in interface.groups if (g := world.find(SecurityGroup, key)) is not None],
        "Status": "in-use",
        "SourceDestCheck": kind != "nat_gateway",
        "OwnerId": ACCOUNT,
    }
    if interface.public_ip is not None:
        shown["Association"] = {"PublicIp": interface.public_ip}
    if instance is not None:
        shown["Attachment"] = {"InstanceId": owner, "Status": "attached", "DeviceIndex": 0}
    return shown
