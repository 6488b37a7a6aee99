"""RDS actions: databases whose machine, copies and patches are the provider's, in subnets and security groups that are yours."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Command, FromCatalogue, Ref, SecurityGroupRef, SubnetRef, Tag, Zone

DbInstanceRef = Annotated[str, Ref("db_instance")]
DbSubnetGroupRef = Annotated[str, Ref("db_subnet_group")]
DbSnapshotRef = Annotated[str, Ref("db_snapshot")]
DbInstanceClass = Annotated[str, FromCatalogue("db-class")]
Engine = Annotated[str, Choice(("postgres", "mysql", "mariadb"))]

_GONE = ("DBInstanceNotFound", "InvalidDBInstanceState")
_NETWORK = ("DBSubnetGroupNotFoundFault", "InvalidParameterValue", "InvalidParameterCombination", "InvalidVPCNetworkStateFault")


class CreateDBSubnetGroup(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "CreateDBSubnetGroup"
    gloss: ClassVar[str] = "Name the subnets RDS may put a database in: at least two zones, even for a database in one."
    errors: ClassVar[tuple[str, ...]] = (
        "DBSubnetGroupAlreadyExists",
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "InvalidSubnet",
        "InvalidParameterValue",
    )
    returns: ClassVar[str | None] = "DBSubnetGroup.DBSubnetGroupName"

    db_subnet_group_name: str = Field(alias="DBSubnetGroupName")
    db_subnet_group_description: str = Field(alias="DBSubnetGroupDescription")
    subnet_ids: tuple[SubnetRef, ...]
    tags: tuple[Tag, ...] = ()


class ModifyDBSubnetGroup(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "ModifyDBSubnetGroup"
    gloss: ClassVar[str] = "Replace the list of subnets of a DB subnet group; what a database uses has to stay in it."
    errors: ClassVar[tuple[str, ...]] = (
        "DBSubnetGroupNotFoundFault",
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "InvalidSubnet",
        "SubnetAlreadyInUse",
    )
    returns: ClassVar[str | None] = "DBSubnetGroup.DBSubnetGroupName"

    db_subnet_group_name: DbSubnetGroupRef = Field(alias="DBSubnetGroupName")
    db_subnet_group_description: str | None = Field(default=None, alias="DBSubnetGroupDescription")
    subnet_ids: tuple[SubnetRef, ...]


class DeleteDBSubnetGroup(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DeleteDBSubnetGroup"
    gloss: ClassVar[str] = "Take away a DB subnet group that no database uses."
    errors: ClassVar[tuple[str, ...]] = ("DBSubnetGroupNotFoundFault", "InvalidDBSubnetGroupStateFault")

    db_subnet_group_name: DbSubnetGroupRef = Field(alias="DBSubnetGroupName")


class DescribeDBSubnetGroups(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DescribeDBSubnetGroups"
    gloss: ClassVar[str] = "Look at DB subnet groups and the zones they cover."
    errors: ClassVar[tuple[str, ...]] = ("DBSubnetGroupNotFoundFault",)
    returns: ClassVar[str | None] = "DBSubnetGroups[].DBSubnetGroupName"
    reads: ClassVar[bool] = True

    db_subnet_group_name: DbSubnetGroupRef | None = Field(default=None, alias="DBSubnetGroupName")


class CreateDBInstance(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "CreateDBInstance"
    gloss: ClassVar[str] = "Have a database run for you: engine, class, storage; MultiAZ is the tick that keeps a standby in another zone."
    errors: ClassVar[tuple[str, ...]] = (
        "DBInstanceAlreadyExists",
        *_NETWORK,
        "InstanceQuotaExceeded",
        "InsufficientDBInstanceCapacity",
        "KMSKeyNotAccessibleFault",
        "StorageTypeNotSupported",
    )
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"
    human: ClassVar[str | None] = "DBInstanceIdentifier"

    db_instance_identifier: str = Field(alias="DBInstanceIdentifier")
    db_instance_class: DbInstanceClass = Field(alias="DBInstanceClass")
    engine: Engine
    engine_version: str | None = None
    db_name: str | None = Field(default=None, alias="DBName")
    master_username: str | None = None
    master_user_password: str | None = None
    manage_master_user_password: bool | None = Field(default=None, description="let RDS keep the password in Secrets Manager")
    allocated_storage: int | None = Field(default=None, description="GiB")
    max_allocated_storage: int | None = Field(default=None, description="GiB; storage grows by itself up to here")
    storage_type: Annotated[str, Choice(("gp3",))] = "gp3"
    vpc_security_group_ids: tuple[SecurityGroupRef, ...] = ()
    db_subnet_group_name: DbSubnetGroupRef | None = Field(default=None, alias="DBSubnetGroupName")
    availability_zone: Zone | None = None
    multi_az: bool = Field(
        default=False, alias="MultiAZ", description="a standby in another zone that takes over by itself; twice the price"
    )
    backup_retention_period: int = Field(default=1, description="days; 0 means no backups and no restore to a point in time")
    preferred_maintenance_window: str | None = Field(default=None, description="ddd:hh24:mi-ddd:hh24:mi, at least 30 minutes")
    port: int | None = None
    publicly_accessible: bool = False
    storage_encrypted: bool = Field(default=False, description="only at creation; later only by way of a snapshot's copy")
    kms_key_id: str | None = None
    auto_minor_version_upgrade: bool = True
    deletion_protection: bool = False
    tags: tuple[Tag, ...] = ()


class ModifyDBInstance(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "ModifyDBInstance"
    gloss: ClassVar[str] = "Change a database; without --apply-immediately class, storage and MultiAZ wait for the maintenance window."
    errors: ClassVar[tuple[str, ...]] = (*_GONE, "InvalidParameterValue", "InvalidParameterCombination")
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"
    human: ClassVar[str | None] = "DBInstanceIdentifier"

    db_instance_identifier: DbInstanceRef = Field(alias="DBInstanceIdentifier")
    multi_az: bool | None = Field(default=None, alias="MultiAZ")
    apply_immediately: bool = Field(default=False, description="now, not in the maintenance window")
    db_instance_class: DbInstanceClass | None = Field(default=None, alias="DBInstanceClass")
    allocated_storage: int | None = None
    max_allocated_storage: int | None = None
    backup_retention_period: int | None = None
    engine_version: str | None = None
    allow_major_version_upgrade: bool = False
    preferred_maintenance_window: str | None = None
    vpc_security_group_ids: tuple[SecurityGroupRef, ...] = ()
    publicly_accessible: bool | None = None
    auto_minor_version_upgrade: bool | None = None
    deletion_protection: bool | None = None
    master_user_password: str | None = None


class RebootDBInstance(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "RebootDBInstance"
    gloss: ClassVar[str] = "Restart a database; with --force-failover onto its standby, which is how one tries whether Multi-AZ works."
    errors: ClassVar[tuple[str, ...]] = (*_GONE, "InvalidParameterCombination")
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"

    db_instance_identifier: DbInstanceRef = Field(alias="DBInstanceIdentifier")
    force_failover: bool = False


class StopDBInstance(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "StopDBInstance"
    gloss: ClassVar[str] = "Switch a database off: storage is billed on, and after seven days it starts by itself."
    errors: ClassVar[tuple[str, ...]] = _GONE
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"

    db_instance_identifier: DbInstanceRef = Field(alias="DBInstanceIdentifier")


class StartDBInstance(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "StartDBInstance"
    gloss: ClassVar[str] = "Switch a stopped database on again."
    errors: ClassVar[tuple[str, ...]] = _GONE
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"

    db_instance_identifier: DbInstanceRef = Field(alias="DBInstanceIdentifier")


class DeleteDBInstance(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DeleteDBInstance"
    gloss: ClassVar[str] = "Take a database away with its automatic backups; a last snapshot is kept unless you say you want none."
    errors: ClassVar[tuple[str, ...]] = (*_GONE, "InvalidParameterCombination", "DBSnapshotAlreadyExists")

    db_instance_identifier: DbInstanceRef = Field(alias="DBInstanceIdentifier")
    skip_final_snapshot: bool = False
    final_db_snapshot_identifier: str | None = Field(default=None, alias="FinalDBSnapshotIdentifier")


class DescribeDBInstances(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DescribeDBInstances"
    gloss: ClassVar[str] = "Look at databases: status, endpoint, zones, what waits for the maintenance window."
    errors: ClassVar[tuple[str, ...]] = ("DBInstanceNotFound",)
    returns: ClassVar[str | None] = "DBInstances[].DBInstanceIdentifier"
    reads: ClassVar[bool] = True

    db_instance_identifier: DbInstanceRef | None = Field(default=None, alias="DBInstanceIdentifier")


class RestoreDBInstanceToPointInTime(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "RestoreDBInstanceToPointInTime"
    gloss: ClassVar[str] = "Make a new database, with a new endpoint, from the automatic backups of another as it was at some instant."
    errors: ClassVar[tuple[str, ...]] = (
        "DBInstanceNotFound",
        "DBInstanceAlreadyExists",
        "PointInTimeRestoreNotEnabled",
        *_NETWORK,
        "InstanceQuotaExceeded",
    )
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"

    target_db_instance_identifier: str = Field(alias="TargetDBInstanceIdentifier")
    source_db_instance_identifier: DbInstanceRef | None = Field(default=None, alias="SourceDBInstanceIdentifier")
    use_latest_restorable_time: bool = Field(default=False, description="as late as the backups reach, at most five minutes ago")
    restore_time: str | None = Field(default=None, description='such as "day 2 14:20"')
    db_instance_class: DbInstanceClass | None = Field(default=None, alias="DBInstanceClass")
    db_subnet_group_name: DbSubnetGroupRef | None = Field(default=None, alias="DBSubnetGroupName")
    vpc_security_group_ids: tuple[SecurityGroupRef, ...] = ()
    availability_zone: Zone | None = None
    multi_az: bool = Field(default=False, alias="MultiAZ")
    publicly_accessible: bool = False
    deletion_protection: bool = False
    tags: tuple[Tag, ...] = ()


class CreateDBSnapshot(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "CreateDBSnapshot"
    gloss: ClassVar[str] = "Keep a database as it is now; a snapshot outlives the database."
    errors: ClassVar[tuple[str, ...]] = (*_GONE, "DBSnapshotAlreadyExists")
    returns: ClassVar[str | None] = "DBSnapshot.DBSnapshotIdentifier"

    db_snapshot_identifier: str = Field(alias="DBSnapshotIdentifier")
    db_instance_identifier: DbInstanceRef = Field(alias="DBInstanceIdentifier")
    tags: tuple[Tag, ...] = ()


class CopyDBSnapshot(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "CopyDBSnapshot"
    gloss: ClassVar[str] = "Copy a snapshot; with --kms-key-id the copy is encrypted, the only way to encrypt a database that is not."
    errors: ClassVar[tuple[str, ...]] = (
        "DBSnapshotNotFound",
        "DBSnapshotAlreadyExists",
        "InvalidDBSnapshotState",
        "KMSKeyNotAccessibleFault",
    )
    returns: ClassVar[str | None] = "DBSnapshot.DBSnapshotIdentifier"

    source_db_snapshot_identifier: DbSnapshotRef = Field(alias="SourceDBSnapshotIdentifier")
    target_db_snapshot_identifier: str = Field(alias="TargetDBSnapshotIdentifier")
    kms_key_id: str | None = None
    tags: tuple[Tag, ...] = ()


class RestoreDBInstanceFromDBSnapshot(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "RestoreDBInstanceFromDBSnapshot"
    gloss: ClassVar[str] = "Make a new database, with a new endpoint, from a snapshot; what was written since is not in it."
    errors: ClassVar[tuple[str, ...]] = (
        "DBSnapshotNotFound",
        "InvalidDBSnapshotState",
        "DBInstanceAlreadyExists",
        *_NETWORK,
        "InstanceQuotaExceeded",
    )
    returns: ClassVar[str | None] = "DBInstance.DBInstanceIdentifier"

    db_instance_identifier: str = Field(alias="DBInstanceIdentifier")
    db_snapshot_identifier: DbSnapshotRef = Field(alias="DBSnapshotIdentifier")
    db_instance_class: DbInstanceClass | None = Field(default=None, alias="DBInstanceClass")
    db_subnet_group_name: DbSubnetGroupRef | None = Field(default=None, alias="DBSubnetGroupName")
    vpc_security_group_ids: tuple[SecurityGroupRef, ...] = ()
    availability_zone: Zone | None = None
    multi_az: bool = Field(default=False, alias="MultiAZ")
    publicly_accessible: bool = False
    deletion_protection: bool = False
    tags: tuple[Tag, ...] = ()


class DeleteDBSnapshot(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DeleteDBSnapshot"
    gloss: ClassVar[str] = "Take a snapshot away; databases made from it stay."
    errors: ClassVar[tuple[str, ...]] = ("DBSnapshotNotFound", "InvalidDBSnapshotState")

    db_snapshot_identifier: DbSnapshotRef = Field(alias="DBSnapshotIdentifier")


class DescribeDBSnapshots(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DescribeDBSnapshots"
    gloss: ClassVar[str] = "Look at snapshots of databases."
    errors: ClassVar[tuple[str, ...]] = ("DBSnapshotNotFound",)
    returns: ClassVar[str | None] = "DBSnapshots[].DBSnapshotIdentifier"
    reads: ClassVar[bool] = True

    db_snapshot_identifier: DbSnapshotRef | None = Field(default=None, alias="DBSnapshotIdentifier")
    db_instance_identifier: DbInstanceRef | None = Field(default=None, alias="DBInstanceIdentifier")


class DescribeEvents(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DescribeEvents"
    gloss: ClassVar[str] = "Look at what RDS did to your databases in the last hour, a failover step by step, for one."
    errors: ClassVar[tuple[str, ...]] = ("InvalidParameterValue",)
    returns: ClassVar[str | None] = "Events[].Message"
    reads: ClassVar[bool] = True

    source_identifier: str | None = None
    source_type: Annotated[str, Choice(("db-instance", "db-snapshot"))] | None = None
    duration: int = Field(default=60, description="minutes back from now")


class DescribePendingMaintenanceActions(Command):
    service: ClassVar[str] = "rds"
    operation: ClassVar[str] = "DescribePendingMaintenanceActions"
    gloss: ClassVar[str] = "Look at what AWS will install on your databases in their next maintenance window."
    returns: ClassVar[str | None] = "PendingMaintenanceActions[].ResourceIdentifier"
    reads: ClassVar[bool] = True
