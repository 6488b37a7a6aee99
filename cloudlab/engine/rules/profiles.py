"""Instance profiles on instances: the id of the tie between an instance and the role it carries."""

from __future__ import annotations

from cloudlab.model.compute import Instance
from cloudlab.model.ids import resource_id


def association_of(instance: Instance) -> str | None:
    """Return the id of the association; another role makes another one. None where it carries no role, or is gone."""
    if instance.profile is None or instance.state == "terminated":
        return None
    return resource_id("iip-assoc", f"{instance.id}/{instance.profile}")
