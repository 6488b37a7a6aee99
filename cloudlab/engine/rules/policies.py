"""AWS's managed policies that a role here may carry, each with the statements the game needs of it."""

from __future__ import annotations

from dataclasses import dataclass

# Abridged from the documents AWS publishes (IAM console, and the copies in moto 5.2.1, moto/iam/aws_managed_policies.py): only
# actions of services that exist here, all of them Allow. AdministratorAccess and AmazonS3FullAccess are whole.


@dataclass(frozen=True, slots=True)
class Statement:
    """Allows actions on resources; `*` stands for anything."""

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    name: str
    gloss: str
    statements: tuple[Statement, ...]

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::aws:policy/{self.name}"


_SAGEMAKER_OBJECTS = tuple(f"arn:aws:s3:::*{word}*" for word in ("SageMaker", "Sagemaker", "sagemaker", "aws-glue"))

MANAGED_POLICIES = (
    ManagedPolicy(
        "AmazonSSMManagedInstanceCore",
        "lets an instance's agent report to Systems Manager and take its commands",
        (
            Statement(("ssm:UpdateInstanceInformation", "ssm:GetDocument", "ssm:DescribeDocument", "ssm:GetParameter", "ssm:PutInventory")),
            Statement(("ssmmessages:*", "ec2messages:*")),
        ),
    ),
    ManagedPolicy(
        "AmazonS3ReadOnlyAccess",
        "read every bucket and object of the account",
        (Statement(("s3:Get*", "s3:List*", "s3:Describe*")),),
    ),
    ManagedPolicy("AmazonS3FullAccess", "do anything with every bucket and object of the account", (Statement(("s3:*",)),)),
    ManagedPolicy(
        "AmazonSageMakerFullAccess",
        "everything SageMaker does; objects only where the bucket or key has sagemaker in its name",
        (
            Statement(("sagemaker:*", "ecr:*", "logs:*", "cloudwatch:*")),
            Statement(("s3:GetBucketLocation", "s3:ListBucket", "s3:ListAllMyBuckets", "s3:CreateBucket")),
            Statement(("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"), _SAGEMAKER_OBJECTS),
        ),
    ),
    ManagedPolicy(
        "CloudWatchAgentServerPolicy",
        "lets the CloudWatch agent send metrics and logs",
        (Statement(("cloudwatch:PutMetricData", "logs:PutLogEvents", "logs:CreateLogStream", "logs:CreateLogGroup", "ec2:DescribeTags")),),
    ),
    ManagedPolicy("AdministratorAccess", "do anything with anything; a debt on a machine that anybody can reach", (Statement(("*",)),)),
)
"""Every managed policy there is here. The real account has over a thousand."""

BY_ARN = {policy.arn: policy for policy in MANAGED_POLICIES}
