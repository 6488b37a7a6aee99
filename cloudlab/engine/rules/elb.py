"""What all of Elastic Load Balancing asks: proper names, ARNs of what exists; and the code it refuses with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from cloudlab.commands.base import Tag
from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.rules.constraints import tag_fault
from cloudlab.model.balancing import Listener, LoadBalancer, TargetGroup
from cloudlab.model.ids import arn
from cloudlab.model.network import Tags

_NAME = re.compile(r"[a-zA-Z0-9-]+")
_LONGEST = 32


def elb_arn(resource: str) -> str:
    return arn("elasticloadbalancing", resource)


def invalid(sentence: str, accepted: str) -> NoReturn:
    """Refuse as Elastic Load Balancing refuses what it cannot read."""
    refuse("ValidationError", sentence, accepted)


def a_name(name: str, noun: str) -> None:
    """Check the name of a load balancer or target group."""
    accepted = f"Letters, digits and hyphens, not at either end; at most {_LONGEST} characters."
    if len(name) > _LONGEST:
        invalid(f"The {noun} name '{name}' cannot be longer than '{_LONGEST}' characters", accepted)
    if not _NAME.fullmatch(name):
        invalid(f"The {noun} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)", accepted)
    if name.startswith("-") or name.endswith("-"):
        invalid(f"The {noun} name '{name}' cannot begin or end with a hyphen(-)", accepted)


def a_port(port: int) -> None:
    if not 1 <= port <= 65_535:
        invalid(f"Port '{port}' is not valid.", "1 to 65535.")


def a_protocol(protocol: str, noun: str) -> None:
    if protocol not in ("HTTP", "HTTPS"):
        invalid(f"{noun} protocol '{protocol}' must be one of 'HTTP, HTTPS'", "An application load balancer speaks HTTP and HTTPS only.")


def tags_given(tags: tuple[Tag, ...], code: str = "ValidationError") -> Tags:
    """Return the tags of a new thing, or refuse under the service's `code` what no tag can be."""
    fault = tag_fault((t.key, t.value) for t in tags)
    if fault is not None:
        refuse(code, *fault)
    return tuple(sorted({t.key: t.value for t in tags}.items()))


def need_balancer(ctx: Context, key: str) -> LoadBalancer:
    """Return the load balancer of an ARN, or refuse as ELB does."""
    found = ctx.world.find(LoadBalancer, key)
    if found is None:
        _well_formed(key, "load balancer", "loadbalancer/app/")
        refuse("LoadBalancerNotFound", f"Load balancers '[{key}]' not found", _there(ctx.world.table(LoadBalancer)))
    return found


def need_group(ctx: Context, key: str) -> TargetGroup:
    """Return the target group of an ARN, or refuse as ELB does."""
    found = ctx.world.find(TargetGroup, key)
    if found is None:
        _well_formed(key, "target group", "targetgroup/")
        refuse("TargetGroupNotFound", f"Target groups '[{key}]' not found", _there(ctx.world.table(TargetGroup)))
    return found


def need_listener(ctx: Context, key: str) -> Listener:
    """Return the listener of an ARN, or refuse as ELB does."""
    found = ctx.world.find(Listener, key)
    if found is None:
        _well_formed(key, "listener", "listener/app/")
        refuse("ListenerNotFound", f"Listeners '[{key}]' not found", _there(ctx.world.table(Listener)))
    return found


def _well_formed(key: str, noun: str, resource: str) -> None:
    if not key.startswith(elb_arn(resource)):
        invalid(f"'{key}' is not a valid {noun} ARN", f"Such ARNs begin with {elb_arn(resource)}.")


def _there(keys: Iterable[str]) -> str:
    there = ", ".join(keys)
    return f"There is {there}." if there else "There is none yet; create one first."
