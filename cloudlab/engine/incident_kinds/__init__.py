"""What can go wrong: one module per kind of incident; importing this package registers how each behaves."""

from cloudlab.engine.incident_kinds import (
    az_outage,
    certificate_expired,
    control_plane_outage,
    data_corrupted,
    database_primary_crash,
    disk_full,
    endpoint_instance_replaced,
    instance_status_check,
    maintenance_window,
    memory_leak,
    os_cve,
    quota_reached,
    security_group_scanned,
    slow_scale_out,
    spot_interruption,
    traffic_spike,
)

__all__ = [
    "az_outage",
    "certificate_expired",
    "control_plane_outage",
    "data_corrupted",
    "database_primary_crash",
    "disk_full",
    "endpoint_instance_replaced",
    "instance_status_check",
    "maintenance_window",
    "memory_leak",
    "os_cve",
    "quota_reached",
    "security_group_scanned",
    "slow_scale_out",
    "spot_interruption",
    "traffic_spike",
]
