"""What can go wrong: one module per kind of incident; importing this package registers how each behaves."""

from cloudlab.engine.incident_kinds import endpoint_instance_replaced

__all__ = ["endpoint_instance_replaced"]
