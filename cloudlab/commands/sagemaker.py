"""SageMaker actions: training jobs, models, endpoint configurations and endpoints."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import (
    Choice,
    Command,
    EndpointConfigRef,
    EndpointRef,
    FromCatalogue,
    MlInstanceType,
    ModelRef,
    RoleArnRef,
    Structure,
    TrainingJobRef,
)

ImageUri = Annotated[str, FromCatalogue("image-uri")]
JOB_STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped")
ENDPOINT_STATUSES = ("Creating", "InService", "Deleting", "Failed")


class AlgorithmSpecification(Structure):
    training_image: ImageUri
    training_input_mode: Annotated[str, Choice(("File",))]


class S3DataSource(Structure):
    s3_uri: str
    s3_data_type: Annotated[str, Choice(("S3Prefix",))]
    s3_data_distribution_type: Annotated[str, Choice(("FullyReplicated", "ShardedByS3Key"))] = "FullyReplicated"


class DataSource(Structure):
    s3_data_source: S3DataSource


class Channel(Structure):
    """One input of a job: what it is called in the container, and the S3 prefix its files come from."""

    channel_name: Annotated[str, Choice(("train", "validation"))]
    data_source: DataSource
    content_type: Annotated[str, Choice(("text/csv",))] | None = None


class OutputDataConfig(Structure):
    s3_output_path: str


class ResourceConfig(Structure):
    instance_type: MlInstanceType
    instance_count: int
    volume_size_in_gb: int = Field(alias="VolumeSizeInGB")


class StoppingCondition(Structure):
    max_runtime_in_seconds: int = 86_400


class CreateTrainingJob(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "CreateTrainingJob"
    gloss: ClassVar[str] = "Rent a machine for exactly as long as it takes to train a model from your data; the model lands in your bucket."
    returns: ClassVar[str | None] = "TrainingJobArn"
    human: ClassVar[str | None] = "ResourceConfig.InstanceType"
    errors: ClassVar[tuple[str, ...]] = ("ValidationException", "ResourceInUse", "ResourceLimitExceeded", "NotModelled")

    training_job_name: str
    algorithm_specification: AlgorithmSpecification | None = None
    role_arn: RoleArnRef
    input_data_config: tuple[Channel, ...] = ()
    output_data_config: OutputDataConfig
    resource_config: ResourceConfig | None = None
    stopping_condition: StoppingCondition | None = None
    hyper_parameters: dict[str, str] = Field(default={})


class StopTrainingJob(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "StopTrainingJob"
    gloss: ClassVar[str] = "Stop a training job; its container gets two minutes, no model comes of it, the time so far is billed."
    errors: ClassVar[tuple[str, ...]] = ("ResourceNotFound", "ValidationException")

    training_job_name: TrainingJobRef


class DescribeTrainingJob(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DescribeTrainingJob"
    gloss: ClassVar[str] = "Look at a training job: its phase, why it failed, its metrics, and where its model lies."
    returns: ClassVar[str | None] = "TrainingJobStatus"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    training_job_name: TrainingJobRef


class ListTrainingJobs(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "ListTrainingJobs"
    gloss: ClassVar[str] = "Look at your training jobs, the newest first."
    returns: ClassVar[str | None] = "TrainingJobSummaries[].TrainingJobName"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    name_contains: str | None = None
    status_equals: Annotated[str, Choice(JOB_STATUSES)] | None = None


class PrimaryContainer(Structure):
    image: ImageUri
    model_data_url: str


class CreateModel(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "CreateModel"
    gloss: ClassVar[str] = "Name a trained artifact and the container that can serve it; nothing runs and nothing is billed yet."
    returns: ClassVar[str | None] = "ModelArn"
    human: ClassVar[str | None] = "PrimaryContainer.ModelDataUrl"
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    model_name: str
    execution_role_arn: RoleArnRef | None = None
    primary_container: PrimaryContainer | None = None


class DescribeModel(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DescribeModel"
    gloss: ClassVar[str] = "Look at a model: its container, its artifact, its role."
    returns: ClassVar[str | None] = "ModelArn"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    model_name: ModelRef


class DeleteModel(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DeleteModel"
    gloss: ClassVar[str] = "Forget a model; its artifact stays in the bucket, and endpoints that run it go on."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    model_name: ModelRef


class ProductionVariant(Structure):
    variant_name: str
    model_name: ModelRef
    instance_type: MlInstanceType
    initial_instance_count: int
    initial_variant_weight: Decimal = Decimal(1)


class CreateEndpointConfig(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "CreateEndpointConfig"
    gloss: ClassVar[str] = "Write down which model is to be served by how many machines of which type; it can't be changed later."
    returns: ClassVar[str | None] = "EndpointConfigArn"
    errors: ClassVar[tuple[str, ...]] = ("ValidationException", "NotModelled")

    endpoint_config_name: str
    production_variants: tuple[ProductionVariant, ...]


class DescribeEndpointConfig(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DescribeEndpointConfig"
    gloss: ClassVar[str] = "Look at an endpoint configuration: model, machines, weight."
    returns: ClassVar[str | None] = "EndpointConfigArn"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    endpoint_config_name: EndpointConfigRef


class DeleteEndpointConfig(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DeleteEndpointConfig"
    gloss: ClassVar[str] = "Forget an endpoint configuration; endpoints made from it go on."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    endpoint_config_name: EndpointConfigRef


class CreateEndpoint(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "CreateEndpoint"
    gloss: ClassVar[str] = "Put a model into service behind an address that AWS keeps up; it bills until you delete it."
    returns: ClassVar[str | None] = "EndpointArn"
    human: ClassVar[str | None] = "EndpointConfigName"
    errors: ClassVar[tuple[str, ...]] = ("ValidationException", "ResourceLimitExceeded")

    endpoint_name: str
    endpoint_config_name: EndpointConfigRef


class DescribeEndpoint(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DescribeEndpoint"
    gloss: ClassVar[str] = "Look at an endpoint: whether it is in service, on how many machines, and why not."
    returns: ClassVar[str | None] = "EndpointStatus"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    endpoint_name: EndpointRef


class ListEndpoints(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "ListEndpoints"
    gloss: ClassVar[str] = "Look at your endpoints, the newest first; each of them bills."
    returns: ClassVar[str | None] = "Endpoints[].EndpointName"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    name_contains: str | None = None
    status_equals: Annotated[str, Choice(ENDPOINT_STATUSES)] | None = None


class DeleteEndpoint(Command):
    service: ClassVar[str] = "sagemaker"
    operation: ClassVar[str] = "DeleteEndpoint"
    gloss: ClassVar[str] = "Take an endpoint out of service and stop its bill; callers get no more answers from it."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    endpoint_name: EndpointRef
