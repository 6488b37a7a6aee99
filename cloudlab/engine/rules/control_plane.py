"""Control plane: whether the region takes orders now, and which services do not need it."""

from __future__ import annotations

from cloudlab.model.operations import ControlPlaneOutage
from cloudlab.model.world import World

DATA_PLANES = ("s3api", "sagemaker-runtime", "ssm", "sts")
"""Services whose calls here do not make or change what AWS runs: objects, predictions, documents on machines, who one is."""


def is_out(world: World) -> bool:
    return bool(world.table(ControlPlaneOutage))
