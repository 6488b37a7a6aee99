"""The nouns of the simulated cloud; importing this module registers every handler."""

from cloudlab.engine import (
    bucket,
    incidents,
    instance,
    instance_life,
    instance_profile,
    launch,
    machine_image,
    metering,
    role,
    run,
    serving,
    vpc,
    work,
)

__all__ = [
    "bucket",
    "incidents",
    "instance",
    "instance_life",
    "instance_profile",
    "launch",
    "machine_image",
    "metering",
    "role",
    "run",
    "serving",
    "vpc",
    "work",
]
