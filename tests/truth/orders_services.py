"""Orders of databases, roles, buckets, and trainings, models and endpoints, for both clouds."""

from __future__ import annotations

import json
from decimal import Decimal

from cloudlab.commands.base import Command
from cloudlab.commands.iam import (
    AddRoleToInstanceProfile,
    AttachRolePolicy,
    CreateInstanceProfile,
    CreateRole,
    DeleteRole,
    DetachRolePolicy,
    GetRole,
    ListAttachedRolePolicies,
    UpdateAssumeRolePolicy,
)
from cloudlab.commands.rds import (
    CopyDBSnapshot,
    CreateDBInstance,
    CreateDBSnapshot,
    CreateDBSubnetGroup,
    DeleteDBInstance,
    DeleteDBSnapshot,
    DeleteDBSubnetGroup,
    DescribeDBInstances,
    DescribeDBSnapshots,
    DescribeDBSubnetGroups,
    ModifyDBInstance,
    RebootDBInstance,
    RestoreDBInstanceFromDBSnapshot,
    RestoreDBInstanceToPointInTime,
    StartDBInstance,
    StopDBInstance,
)
from cloudlab.commands.s3 import (
    BucketConfiguration,
    CreateBucket,
    DeleteBucket,
    DeleteObject,
    ListObjectsV2,
    PutObject,
)
from cloudlab.commands.sagemaker import (
    CreateEndpoint,
    CreateEndpointConfig,
    CreateModel,
    DeleteEndpoint,
    DeleteEndpointConfig,
    DeleteModel,
    DescribeEndpoint,
    DescribeEndpointConfig,
    DescribeModel,
    DescribeTrainingJob,
    PrimaryContainer,
    ProductionVariant,
    StopTrainingJob,
)
from cloudlab.model.database import DbInstance, DbSnapshot, DbSubnetGroup
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel, TrainingJob
from cloudlab.model.network import SecurityGroup, Subnet
from cloudlab.model.storage import Bucket, StoredObject
from tests.support import SAGEMAKER_ROLE, XGBOOST, training_job
from tests.truth.drawing import Drawing, Unsuitable, orders
from tests.truth.other_cloud import NAMES

DATABASES, IDENTITY, STORAGE, LEARNING = orders("databases"), orders("identity"), orders("storage"), orders("learning")

_LONG = "x" * 64


# databases ----------------------------------------------------------------------------------------------------------------------


@DATABASES(6)
def create_place(d: Drawing) -> Command:
    subnets = d.subnets_in_zones(d.wrongly(2, (1,), 12))
    return CreateDBSubnetGroup(db_subnet_group_name=d.new(DbSubnetGroup), db_subnet_group_description="two zones", subnet_ids=subnets)


@DATABASES(2)
def drop_place(d: Drawing) -> Command:
    return DeleteDBSubnetGroup(db_subnet_group_name=d.named(DbSubnetGroup))


@DATABASES(10)
def create_database(d: Drawing) -> Command:
    place = d.world.find(DbSubnetGroup, name := d.named(DbSubnetGroup))
    subnet = d.world.find(Subnet, place.subnets[0]) if place is not None else None
    groups = [g.id for g in d.world.every(SecurityGroup) if subnet is not None and g.vpc == subnet.vpc]
    return CreateDBInstance(
        db_instance_identifier=d.wrongly(d.new(DbInstance), ("1alpha", "al--pha", "alpha-", _LONG), 10),
        db_instance_class=d.wrongly("db.t3.medium", ("db.z9.huge",), 25),
        engine=d.wrongly("postgres", ("nonsense",), 14),
        master_username="app",
        master_user_password=d.wrongly("correct-horse", ("short", "with/slash-in-it"), 20),
        allocated_storage=20,
        db_subnet_group_name=name,
        vpc_security_group_ids=(d.of(groups),) if groups and d.chance(2) else (),
        multi_az=d.chance(2),
        backup_retention_period=d.wrongly(1, (0, 36), 12),
        preferred_maintenance_window=d.wrongly(None, ("sun:05:00-sun:05:10", "someday"), 14),
        max_allocated_storage=d.wrongly(None, (10,), 10),
        deletion_protection=d.chance(4),
    )


@DATABASES(3)
def change_database(d: Drawing) -> Command:
    return ModifyDBInstance(
        db_instance_identifier=d.named(DbInstance),
        multi_az=d.chance(2),
        apply_immediately=d.chance(2),
        preferred_maintenance_window=d.wrongly(None, ("someday",), 20),
    )


@DATABASES(2)
def reboot_database(d: Drawing) -> Command:
    return RebootDBInstance(db_instance_identifier=d.named(DbInstance), force_failover=d.chance(3))


@DATABASES(3)
def stop_database(d: Drawing) -> Command:
    return StopDBInstance(db_instance_identifier=d.named(DbInstance))


@DATABASES(3)
def start_database(d: Drawing) -> Command:
    return StartDBInstance(db_instance_identifier=d.named(DbInstance))


@DATABASES(2)
def delete_database(d: Drawing) -> Command:
    final = None if d.chance(2) else d.new(DbSnapshot)
    skip = final is None and not d.errs(6)
    return DeleteDBInstance(db_instance_identifier=d.named(DbInstance), skip_final_snapshot=skip, final_db_snapshot_identifier=final)


@DATABASES(14)
def snapshot(d: Drawing) -> Command:
    name = d.named(DbInstance)
    there = d.world.find(DbInstance, name)
    if there is not None and there.status != "available":
        d.must_err()
    taken = [key for key in d.world.table(DbSnapshot) if key in NAMES]
    called = d.of(taken) if taken and d.errs(2) else d.new(DbSnapshot)
    return CreateDBSnapshot(db_snapshot_identifier=called, db_instance_identifier=name)


@DATABASES(2)
def copy_snapshot(d: Drawing) -> Command:
    return CopyDBSnapshot(
        source_db_snapshot_identifier=d.named(DbSnapshot),
        target_db_snapshot_identifier=d.new(DbSnapshot),
        kms_key_id=d.wrongly(None, ("nonsense",), 4),
    )


@DATABASES(2)
def drop_snapshot(d: Drawing) -> Command:
    return DeleteDBSnapshot(db_snapshot_identifier=d.named(DbSnapshot))


@DATABASES(3)
def restore_snapshot(d: Drawing) -> Command:
    return RestoreDBInstanceFromDBSnapshot(
        db_instance_identifier=d.new(DbInstance), db_snapshot_identifier=d.named(DbSnapshot), db_subnet_group_name=d.named(DbSubnetGroup)
    )


@DATABASES(2)
def restore_time(d: Drawing) -> Command:
    return RestoreDBInstanceToPointInTime(
        target_db_instance_identifier=d.new(DbInstance),
        source_db_instance_identifier=d.named(DbInstance),
        use_latest_restorable_time=True,
        db_subnet_group_name=d.named(DbSubnetGroup),
    )


@DATABASES(2)
def look_at_databases(d: Drawing) -> Command:
    looks = (
        lambda: DescribeDBInstances(db_instance_identifier=d.named(DbInstance)),
        lambda: DescribeDBSubnetGroups(db_subnet_group_name=d.named(DbSubnetGroup)),
        lambda: DescribeDBSnapshots(db_snapshot_identifier=d.named(DbSnapshot)),
    )
    return d.of(looks)()


# roles --------------------------------------------------------------------------------------------------------------------------

_MANAGED = tuple(
    f"arn:aws:iam::aws:policy/{name}"
    for name in ("AmazonSSMManagedInstanceCore", "AmazonS3ReadOnlyAccess", "AmazonS3FullAccess", "CloudWatchAgentServerPolicy")
)


def _trust(d: Drawing) -> str:
    principal = {"Service": d.of(("sagemaker.amazonaws.com", "ec2.amazonaws.com"))}
    right = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    wrong = (
        "nonsense",
        '{"Version": "2012-10-17"}',
        json.dumps(right | {"Version": "2020-01-01"}),
        json.dumps(right | {"Statement": [{"Effect": "Perhaps", "Principal": principal, "Action": "sts:AssumeRole"}]}),
        json.dumps(right | {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}),
        json.dumps(right | {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}]}),
        json.dumps(right | {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Resource": "*"}]}),
    )
    return d.wrongly(json.dumps(right), wrong, 6)


@IDENTITY(7)
def create_role(d: Drawing) -> Command:
    return CreateRole(role_name=d.wrongly(d.new(Role), (f"alpha-{'x' * 65}",), 14), assume_role_policy_document=_trust(d))


@IDENTITY(3)
def other_trust(d: Drawing) -> Command:
    return UpdateAssumeRolePolicy(role_name=d.named(Role), policy_document=_trust(d))


@IDENTITY(3)
def delete_role(d: Drawing) -> Command:
    return DeleteRole(role_name=d.named(Role))


@IDENTITY(6)
def attach(d: Drawing) -> Command:
    return AttachRolePolicy(role_name=d.named(Role), policy_arn=d.wrongly(d.of(_MANAGED), ("arn:aws:iam::aws:policy/NoSuchThing",), 12))


@IDENTITY(2)
def detach(d: Drawing) -> Command:
    role = d.named(Role)
    there = d.world.find(Role, role)
    if there is None:
        return DetachRolePolicy(role_name=role, policy_arn=d.of(_MANAGED))
    if d.errs(4, not there.policies):
        return DetachRolePolicy(role_name=role, policy_arn=d.of([p for p in _MANAGED if p not in there.policies] or [f"{_MANAGED[0]}X"]))
    return DetachRolePolicy(role_name=role, policy_arn=d.of(there.policies))


@IDENTITY(3)
def create_profile(d: Drawing) -> Command:
    return CreateInstanceProfile(instance_profile_name=d.new(InstanceProfile))


@IDENTITY(4)
def carry(d: Drawing) -> Command:
    return AddRoleToInstanceProfile(instance_profile_name=d.named(InstanceProfile), role_name=d.named(Role))


@IDENTITY(1)
def look_at_roles(d: Drawing) -> Command:
    return (GetRole if d.chance(2) else ListAttachedRolePolicies)(role_name=d.named(Role))


# buckets ------------------------------------------------------------------------------------------------------------------------


@STORAGE(6)
def create_bucket(d: Drawing) -> Command:
    place = d.wrongly(None, (BucketConfiguration(location_constraint="us-east-1"), BucketConfiguration(location_constraint="eu-west-1")), 6)
    return CreateBucket(
        bucket=d.wrongly(d.new(Bucket), ("Al", "no_underscore", "UPPER", "x" * 64, "-alpha-"), 10), create_bucket_configuration=place
    )


@STORAGE(6)
def put(d: Drawing) -> Command:
    return PutObject(bucket=d.named(Bucket), key=d.of(("a.csv", "b/c.csv")), body="rows.csv")


@STORAGE(2)
def remove(d: Drawing) -> Command:
    there = [o for o in d.world.every(StoredObject) if o.bucket in NAMES]
    if there and not d.errs(4):
        one = d.of(there)
        return DeleteObject(bucket=one.bucket, key=one.key)
    return DeleteObject(bucket=d.named(Bucket), key="never")


@STORAGE(2)
def list_bucket(d: Drawing) -> Command:
    return ListObjectsV2(bucket=d.named(Bucket))


@STORAGE(3)
def drop_bucket(d: Drawing) -> Command:
    return DeleteBucket(bucket=d.named(Bucket))


# learning -----------------------------------------------------------------------------------------------------------------------


@LEARNING(7)
def train(d: Drawing) -> Command:
    name = d.wrongly(d.new(TrainingJob), ("under_score", _LONG), 14)
    kind = d.wrongly("ml.m5.large", ("ml.z9.huge",), 14)
    return training_job(name, ResourceConfig={"InstanceType": kind, "InstanceCount": 1, "VolumeSizeInGB": 10})


@LEARNING(1)
def stop_training(d: Drawing) -> Command:
    return StopTrainingJob(training_job_name=d.named(TrainingJob))


@LEARNING(6)
def create_model(d: Drawing) -> Command:
    done = [job for job in d.world.every(TrainingJob) if job.status == "Completed"]
    if not done:
        raise Unsuitable
    container = PrimaryContainer(image=XGBOOST, model_data_url=f"s3://sagemaker-in/models/{d.of(done).id}/output/model.tar.gz")
    name = d.wrongly(d.new(SageModel), ("under_score", _LONG), 14)
    return CreateModel(model_name=name, execution_role_arn=SAGEMAKER_ROLE, primary_container=container)


@LEARNING(1)
def drop_model(d: Drawing) -> Command:
    return DeleteModel(model_name=d.named(SageModel))


@LEARNING(5)
def create_config(d: Drawing) -> Command:
    variant = ProductionVariant(
        variant_name="all",
        model_name=d.named(SageModel),
        instance_type=d.wrongly("ml.m5.large", ("ml.z9.huge",), 14),
        initial_instance_count=1,
        initial_variant_weight=Decimal(1),
    )
    return CreateEndpointConfig(endpoint_config_name=d.new(EndpointConfig), production_variants=(variant,))


@LEARNING(1)
def drop_config(d: Drawing) -> Command:
    return DeleteEndpointConfig(endpoint_config_name=d.named(EndpointConfig))


@LEARNING(5)
def create_endpoint(d: Drawing) -> Command:
    return CreateEndpoint(endpoint_name=d.new(Endpoint), endpoint_config_name=d.named(EndpointConfig))


@LEARNING(1)
def drop_endpoint(d: Drawing) -> Command:
    return DeleteEndpoint(endpoint_name=d.named(Endpoint))


@LEARNING(2)
def look_at_learning(d: Drawing) -> Command:
    looks = (
        lambda: DescribeTrainingJob(training_job_name=d.named(TrainingJob)),
        lambda: DescribeModel(model_name=d.named(SageModel)),
        lambda: DescribeEndpointConfig(endpoint_config_name=d.named(EndpointConfig)),
        lambda: DescribeEndpoint(endpoint_name=d.named(Endpoint)),
    )
    return d.of(looks)()
