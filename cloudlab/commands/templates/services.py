"""Resource types of managed services and of who may do what: databases, roles, buckets, models and endpoints."""

from __future__ import annotations

import json
from typing import Any

from cloudlab.commands import iam, rds, s3, sagemaker
from cloudlab.commands.templates.kinds import SELF, Order, Properties, kind, said, yes


@kind(
    "AWS::RDS::DBSubnetGroup",
    "DBSubnetGroupName DBSubnetGroupDescription SubnetIds Tags",
    "DBSubnetGroupDescription SubnetIds",
    named="DBSubnetGroupName",
)
def subnet_group(p: Properties, name: str) -> list[Order]:
    asked = said(p, "DBSubnetGroupDescription", "SubnetIds", "Tags")
    return [(rds.CreateDBSubnetGroup, asked | {"DBSubnetGroupName": name})]


@subnet_group
def delete_subnet_group(p: Properties, key: str) -> list[Order]:
    return [(rds.DeleteDBSubnetGroup, {"DBSubnetGroupName": key})]


_SWITCHES = (
    "MultiAZ",
    "PubliclyAccessible",
    "StorageEncrypted",
    "AutoMinorVersionUpgrade",
    "DeletionProtection",
    "ManageMasterUserPassword",
)
_NUMBERS = ("AllocatedStorage", "MaxAllocatedStorage", "BackupRetentionPeriod", "Port")
_WORDS = (
    "DBInstanceClass Engine EngineVersion DBName MasterUsername MasterUserPassword StorageType DBSubnetGroupName AvailabilityZone "
    "PreferredMaintenanceWindow KmsKeyId Tags"
)


@kind(
    "AWS::RDS::DBInstance",
    f"DBInstanceIdentifier {_WORDS} VPCSecurityGroups {' '.join(_SWITCHES)} {' '.join(_NUMBERS)}",
    named="DBInstanceIdentifier",
)
def database(p: Properties, name: str) -> list[Order]:
    """CloudFormation calls the security groups VPCSecurityGroups; without a retention period it keeps a day, as the API does."""
    asked: dict[str, Any] = said(p, *_WORDS.split())
    asked |= {number: int(p[number]) for number in _NUMBERS if number in p}
    asked |= {switch: yes(p[switch]) for switch in _SWITCHES if switch in p}
    if "VPCSecurityGroups" in p:
        asked["VpcSecurityGroupIds"] = p["VPCSecurityGroups"]
    return [(rds.CreateDBInstance, asked | {"DBInstanceIdentifier": name})]


@database
def delete_database(p: Properties, key: str) -> list[Order]:
    return [(rds.DeleteDBInstance, {"DBInstanceIdentifier": key, "SkipFinalSnapshot": True})]


@kind(
    "AWS::IAM::Role",
    "RoleName AssumeRolePolicyDocument ManagedPolicyArns",
    "AssumeRolePolicyDocument",
    named="RoleName",
    capability="CAPABILITY_IAM",
)
def role(p: Properties, name: str) -> list[Order]:
    asked = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(p["AssumeRolePolicyDocument"], sort_keys=True)}
    policies = p.get("ManagedPolicyArns") or ()
    return [(iam.CreateRole, asked), *((iam.AttachRolePolicy, {"RoleName": SELF, "PolicyArn": arn}) for arn in policies)]


@role
def delete_role(p: Properties, key: str) -> list[Order]:
    policies = p.get("ManagedPolicyArns") or ()
    return [*((iam.DetachRolePolicy, {"RoleName": key, "PolicyArn": arn}) for arn in policies), (iam.DeleteRole, {"RoleName": key})]


@kind("AWS::IAM::InstanceProfile", "InstanceProfileName Roles", "Roles", named="InstanceProfileName", capability="CAPABILITY_IAM")
def profile(p: Properties, name: str) -> list[Order]:
    roles = ((iam.AddRoleToInstanceProfile, {"InstanceProfileName": SELF, "RoleName": each}) for each in p["Roles"])
    return [(iam.CreateInstanceProfile, {"InstanceProfileName": name}), *roles]


@profile
def delete_profile(p: Properties, key: str) -> list[Order]:
    roles = ((iam.RemoveRoleFromInstanceProfile, {"InstanceProfileName": key, "RoleName": each}) for each in p["Roles"])
    return [*roles, (iam.DeleteInstanceProfile, {"InstanceProfileName": key})]


@kind("AWS::S3::Bucket", "BucketName", named="BucketName")
def bucket(p: Properties, name: str) -> list[Order]:
    return [(s3.CreateBucket, {"Bucket": name})]


@bucket
def delete_bucket(p: Properties, key: str) -> list[Order]:
    return [(s3.DeleteBucket, {"Bucket": key})]


@kind("AWS::SageMaker::Model", "ModelName ExecutionRoleArn PrimaryContainer", "ExecutionRoleArn", named="ModelName")
def model(p: Properties, name: str) -> list[Order]:
    return [(sagemaker.CreateModel, said(p, "ExecutionRoleArn", "PrimaryContainer") | {"ModelName": name})]


@model
def delete_model(p: Properties, key: str) -> list[Order]:
    return [(sagemaker.DeleteModel, {"ModelName": key})]


@kind("AWS::SageMaker::EndpointConfig", "EndpointConfigName ProductionVariants", "ProductionVariants", named="EndpointConfigName")
def endpoint_config(p: Properties, name: str) -> list[Order]:
    return [(sagemaker.CreateEndpointConfig, said(p, "ProductionVariants") | {"EndpointConfigName": name})]


@endpoint_config
def delete_endpoint_config(p: Properties, key: str) -> list[Order]:
    return [(sagemaker.DeleteEndpointConfig, {"EndpointConfigName": key})]


@kind("AWS::SageMaker::Endpoint", "EndpointName EndpointConfigName", "EndpointConfigName", named="EndpointName")
def endpoint(p: Properties, name: str) -> list[Order]:
    return [(sagemaker.CreateEndpoint, said(p, "EndpointConfigName") | {"EndpointName": name})]


@endpoint
def delete_endpoint(p: Properties, key: str) -> list[Order]:
    return [(sagemaker.DeleteEndpoint, {"EndpointName": key})]
