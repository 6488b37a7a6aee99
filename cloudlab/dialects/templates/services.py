"""Managed services in a template: roles and profiles, buckets, RDS databases, SageMaker models and endpoints."""

from __future__ import annotations

from typing import Any

from cloudlab.dialects.templates.draft import Draft, tag_list
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.world import World


def write_identity(draft: Draft, world: World) -> None:
    """Write roles and the profiles that carry them. A role and a profile may have one name, so a role goes by its kind here."""
    for role in world.every(Role):
        trust = {"Effect": "Allow", "Principal": {"Service": list(role.trusted)}, "Action": "sts:AssumeRole"}
        properties = {
            "RoleName": role.id,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "ManagedPolicyArns": list(role.policies),
        }
        draft.add("AWS::IAM::Role", f"role/{role.id}", role.id, properties)
    for profile in world.every(InstanceProfile):
        properties = {"InstanceProfileName": profile.id, "Roles": [draft.to(f"role/{profile.role}")]}
        if profile.role is None:
            draft.note(f"The instance profile {profile.id} holds no role; CloudFormation makes none without.")
            continue
        draft.add("AWS::IAM::InstanceProfile", profile.id, f"{profile.id}Profile", properties)


def write_storage(draft: Draft, world: World) -> None:
    """Write the buckets, and say that what lies in them is not here."""
    for bucket in world.every(Bucket):
        draft.add("AWS::S3::Bucket", f"bucket/{bucket.id}", bucket.id, {"BucketName": bucket.id, "Tags": tag_list(bucket.tags)})
        if any(o.bucket == bucket.id for o in world.every(StoredObject)):
            draft.note(f"What lies in the bucket {bucket.id} is in no template.")


def write_databases(draft: Draft, world: World) -> None:
    """Write RDS databases and where they may stand; what they hold is in no template."""
    for group in world.every(DbSubnetGroup):
        properties = {
            "DBSubnetGroupName": group.id,
            "DBSubnetGroupDescription": group.description,
            "SubnetIds": draft.all_to(group.subnets),
            "Tags": tag_list(group.tags),
        }
        draft.add("AWS::RDS::DBSubnetGroup", f"dbsubnets/{group.id}", group.id, properties)
    for database in world.every(DbInstance):
        if database.status != "deleting":
            draft.note("What a database holds is in no template: it is made empty, or restored from a snapshot by hand.")
            logical = draft.add("AWS::RDS::DBInstance", f"db/{database.id}", database.id, _database(draft, database))
            # Said, because a database that goes with its stack is a decision.
            draft.resources[logical] |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


def _database(draft: Draft, database: DbInstance) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": database.id,
        "DBInstanceClass": database.instance_class,
        "Engine": database.engine,
        "EngineVersion": database.version,
        "DBName": database.name,
        "MasterUsername": database.username,
        "ManageMasterUserPassword": True,
        "AllocatedStorage": str(database.storage_gib),
        "MaxAllocatedStorage": database.max_storage_gib,
        "DBSubnetGroupName": draft.to(f"dbsubnets/{database.subnet_group}"),
        "VPCSecurityGroups": draft.all_to(database.groups),
        "MultiAZ": database.multi_az,
        "AvailabilityZone": None if database.multi_az else database.zone,
        "Port": str(database.port),
        "PubliclyAccessible": database.public,
        "StorageEncrypted": database.encrypted,
        "BackupRetentionPeriod": database.retention,
        "PreferredMaintenanceWindow": database.window,
        "AutoMinorVersionUpgrade": database.auto_minor,
        "DeletionProtection": database.protected,
        "Tags": tag_list(database.tags),
    }


def write_models(draft: Draft, world: World) -> None:
    """Write SageMaker models, configurations and endpoints; for trainings CloudFormation has no type."""
    for model in world.every(SageModel):
        role = model.role.rpartition("/")[2]
        known = draft.name(f"role/{role}") is not None
        properties: dict[str, Any] = {
            "ModelName": model.id,
            "ExecutionRoleArn": draft.attribute(f"role/{role}", "Arn") if known else model.role,
            "PrimaryContainer": {"Image": model.image, "ModelDataUrl": model.data_url},
        }
        draft.add("AWS::SageMaker::Model", f"model/{model.id}", model.id, properties)
        draft.note("A training is in no template; the artifact a model names has to be there.")
    for config in world.every(EndpointConfig):
        variants = [
            {
                "VariantName": v.name,
                "ModelName": draft.to(f"model/{v.model}") if draft.name(f"model/{v.model}") else v.model,
                "InstanceType": v.instance_type,
                "InitialInstanceCount": v.count,
                "InitialVariantWeight": v.weight // 1000 if v.weight % 1000 == 0 else v.weight / 1000,
            }
            for v in config.variants
        ]
        properties = {"EndpointConfigName": config.id, "ProductionVariants": variants}
        draft.add("AWS::SageMaker::EndpointConfig", f"config/{config.id}", config.id, properties)
    for endpoint in world.every(Endpoint):
        if endpoint.status not in ("Deleting", "Failed"):
            key = f"config/{endpoint.config}"
            properties = {"EndpointName": endpoint.id, "EndpointConfigName": draft.to(key) if draft.name(key) else endpoint.config}
            draft.add("AWS::SageMaker::Endpoint", f"endpoint/{endpoint.id}", endpoint.id, properties)
