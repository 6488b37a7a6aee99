"""The registry: every command there is, found by service and verb."""

from __future__ import annotations

from cloudlab.commands import (
    acm,
    autoscaling,
    cloudformation,
    cloudtrail,
    cloudwatch,
    ec2_access,
    ec2_acl,
    ec2_attributes,
    ec2_compute,
    ec2_egress,
    ec2_network,
    ec2_spot,
    ec2_template,
    ec2_volumes,
    elbv2,
    iam,
    rds,
    s3,
    sagemaker,
    sagemaker_runtime,
    service_quotas,
    ssm,
    ssm_patching,
    ssm_windows,
    sts,
)
from cloudlab.commands.base import Command

_ROOMS = (
    ec2_network,
    ec2_acl,
    ec2_egress,
    ec2_access,
    ec2_compute,
    ec2_volumes,
    ec2_attributes,
    ec2_spot,
    ec2_template,
    autoscaling,
    elbv2,
    acm,
    s3,
    iam,
    ssm,
    ssm_patching,
    ssm_windows,
    rds,
    sagemaker,
    sagemaker_runtime,
    service_quotas,
    cloudformation,
    cloudtrail,
    cloudwatch,
    sts,
)


def all_commands() -> tuple[type[Command], ...]:
    """Return every command, in the order of declaration."""
    return tuple(
        thing
        for room in _ROOMS
        for thing in vars(room).values()
        if isinstance(thing, type) and issubclass(thing, Command) and thing.__module__ == room.__name__ and hasattr(thing, "operation")
    )


COMMANDS: dict[tuple[str, str], type[Command]] = {(c.service, c.verb()): c for c in all_commands()}
"""(service, verb) -> command class."""


def by_operation(name: str) -> type[Command]:
    """Return the command of `service:Operation`, as a journal names it; KeyError where there is none."""
    service, operation = name.split(":")
    for command in COMMANDS.values():
        if (command.service, command.operation) == (service, operation):
            return command
    raise KeyError(name)
