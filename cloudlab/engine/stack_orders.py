"""Stack orders: the commands one resource of a template comes down to, given to the very deciders that a player's orders go to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.templates import alarms, disks, machines, network, services  # noqa: F401 - importing them registers their kinds
from cloudlab.commands.templates.changes import CHANGES
from cloudlab.commands.templates.functions import Lookup, values_of, worked_out
from cloudlab.commands.templates.kinds import ASSOCIATION_OF, DEFAULT_OF, KINDS, SELF, Kind, Order
from cloudlab.commands.templates.language import Resource, Template, TemplateError
from cloudlab.commands.templates.language import parse as parsed
from cloudlab.engine.kernel import ANSWERERS, Context, Refused, decided, evolve
from cloudlab.engine.rules.stack_resources import ATTRIBUTES, attributes_of
from cloudlab.model.events import Event
from cloudlab.model.ids import ACCOUNT, REGION, ZONES, hexadecimal
from cloudlab.model.network import NetworkAcl, Subnet
from cloudlab.model.stacks import Stack, StackResource
from cloudlab.model.world import World

parse = lru_cache(maxsize=64)(parsed)
"""A template is read once, however often its stack goes on."""


_SERVICES = {"ec2": "Ec2", "elbv2": "ElasticLoadBalancingV2", "rds": "Rds", "iam": "Iam", "s3api": "S3"}


class Failed(Exception):
    """A resource of a stack could not be made or deleted; the reason as CloudFormation tells it."""


def name_of(stack: Stack, kind: Kind, resource: Resource, properties: Mapping[str, Any]) -> str:
    """Return the name a resource has: the template's own, or one AWS makes up from stack and logical name."""
    given = properties.get(kind.named) if kind.named else None
    if given:
        return str(given)
    tail = hexadecimal("stack-name", f"{stack.origin}/{resource.logical}/{stack.round}")[:12].upper()
    made = f"{stack.id}-{resource.logical}-{tail}"
    return made.lower() if resource.type in ("AWS::RDS::DBInstance", "AWS::RDS::DBSubnetGroup", "AWS::S3::Bucket") else made[:63]


def lookup_in(world: World, stack: Stack, template: Template) -> Lookup:
    """Return how the functions of a stack's template look things up, as far as its resources are there."""
    values = values_of(template, dict(stack.given))
    pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::StackName": stack.id, "AWS::Partition": "aws"}

    def lookup(name: str, attribute: str) -> Any:
        if not attribute and name in values:
            return values[name]
        if not attribute and name in pseudo:
            return pseudo[name]
        resource = stack.resource(name)
        assert resource is not None, f"{name} is asked for before it is there"
        asked = ATTRIBUTES.get((resource.type, attribute))
        if asked is not None:
            return asked(world, resource.physical)
        if attribute:
            known = ", ".join(attributes_of(resource.type)) or "none"
            sentence = f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            raise TemplateError(sentence, f"It has {known}.")
        return resource.physical

    return lookup


def resolved(world: World, stack: Stack, template: Template, value: Any) -> Any:
    """Return a value of a stack's template with its functions worked out. Raises Failed."""
    try:
        return worked_out(value, lookup_in(world, stack, template), ZONES)
    except TemplateError as wrong:
        raise Failed(f"{wrong.sentence} {wrong.accepted}".rstrip()) from wrong


def carried_out(ctx: Context, orders: list[Order], kind: Kind, name: str, physical: str = "") -> tuple[list[Event], World, str]:
    """Give the orders of one resource; return what happens, the World after it, and the physical id. Raises Failed."""
    world, happens = ctx.world, list[Event]()
    for number, (command_type, wanted) in enumerate(orders):
        at = Context(world, ctx.scenario, f"{ctx.origin}/{number}")
        command = _command(command_type, _filled(world, wanted, physical))
        try:
            events = decided(at, command)
        except Refused as no:
            raise Failed(_handler_said(command_type, no)) from no
        world = evolve(world, events)
        happens += events
        if number == 0 and not physical:
            answer = ANSWERERS.get(command_type)
            told = answer(Context(world, ctx.scenario, at.origin), command) if answer is not None and kind.identity else {}
            physical = _at(told, kind.identity) if kind.identity else name
    return happens, world, physical


def _handler_said(command: type[Command], no: Refused) -> str:
    service = _SERVICES.get(command.service, command.service)
    refusal = no.refusal
    return f'Resource handler returned message: "{refusal.sentence} (Service: {service}, {refusal.code})" {refusal.accepted}'.rstrip()


def _command(command: type[Command], wanted: Mapping[str, Any]) -> Command:
    try:
        return command.model_validate(wanted)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Failed(f"Properties validation failed: {where}: {first['msg'].lower()}") from wrong


def _filled(world: World, wanted: Any, physical: str) -> Any:
    """Return parameters with real ids where the table has words for what only the World knows."""
    if wanted == SELF:
        return physical
    if isinstance(wanted, dict):
        if ASSOCIATION_OF in wanted:
            subnet = wanted[ASSOCIATION_OF]
            return next((a.id for acl in world.every(NetworkAcl) for a in acl.associations if a.subnet == subnet), subnet)
        if DEFAULT_OF in wanted:
            vpc = world.get(Subnet, wanted[DEFAULT_OF]).vpc
            return next(acl.id for acl in world.every(NetworkAcl) if acl.vpc == vpc and acl.is_default)
        return {key: _filled(world, each, physical) for key, each in wanted.items()}
    return [_filled(world, each, physical) for each in wanted] if isinstance(wanted, list) else wanted


def _at(answer: Any, path: str) -> str:
    """Return what stands at a path such as `Instances[0].InstanceId` of an answer."""
    for part in re.findall(r"[A-Za-z0-9]+", path):
        answer = answer[int(part)] if part.isdecimal() else answer[part]
    return str(answer)


def make(ctx: Context, stack: Stack, template: Template, resource: Resource) -> tuple[list[Event], World, str, str]:
    """Make a resource; return what happens, the World after it, its physical id and its properties as JSON. Raises Failed."""
    kind = KINDS[resource.type]
    properties = resolved(ctx.world, stack, template, dict(resource.properties))
    name = name_of(stack, kind, resource, properties)
    origin = f"{stack.origin}/{stack.round}/{resource.logical}"
    happens, world, physical = carried_out(ctx.of(origin), kind.makes(properties, name), kind, name)
    return happens, world, physical, json.dumps(properties, sort_keys=True)


def alter(ctx: Context, stack: Stack, resource: StackResource, properties: Mapping[str, Any]) -> tuple[list[Event], World, str]:
    """Change a resource in place; return what happens, the World after it and its physical id. Raises Failed."""
    kind, change = KINDS[resource.type], CHANGES[resource.type]
    orders = change.orders(json.loads(resource.properties), properties, resource.physical)
    at = ctx.of(f"{stack.origin}/{stack.round}/{resource.logical}")
    if change.identity:
        return carried_out(at, orders, replace(kind, identity=change.identity), "")
    return carried_out(at, orders, kind, "", resource.physical)


def unmake(ctx: Context, stack: Stack, resource: StackResource) -> tuple[list[Event], World]:
    """Delete a resource; return what happens and the World after it. Raises Failed."""
    kind = KINDS[resource.type]
    orders = kind.unmakes(json.loads(resource.properties), resource.physical)
    at = ctx.of(f"{stack.origin}/{stack.round}/{resource.logical}/delete")
    happens, world, _ = carried_out(at, orders, kind, "", resource.physical)
    return happens, world
