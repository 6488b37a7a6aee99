"""CloudWatch actions: what machines, load balancers, endpoints and databases send, and alarms that tell somebody."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import AlarmRef, Choice, Command, Structure

STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
OPERATORS = ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold")
MISSING = ("missing", "ignore", "breaching", "notBreaching")
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
NAMESPACES = ("AWS/EC2", "CWAgent", "AWS/ApplicationELB", "AWS/SageMaker", "AWS/RDS")
NAMES = (
    *("StatusCheckFailed", "StatusCheckFailed_Instance", "StatusCheckFailed_System", "CPUUtilization"),
    *("disk_used_percent", "mem_used_percent"),
    *(
        "RequestCount",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
        "TargetResponseTime",
        "HealthyHostCount",
        "UnHealthyHostCount",
    ),
    *("Invocations", "Invocation5XXErrors", "ModelLatency", "FreeStorageSpace"),
)
Namespace = Annotated[str, Choice(NAMESPACES)]
MetricName = Annotated[str, Choice(NAMES)]
_PERIOD = "seconds; a multiple of 60"


class Dimension(Structure):
    name: str
    value: str


class DimensionFilter(Structure):
    name: str
    value: str | None = None


class PutMetricAlarm(Command):
    service: ClassVar[str] = "cloudwatch"
    operation: ClassVar[str] = "PutMetricAlarm"
    gloss: ClassVar[str] = "Have CloudWatch look at a metric and page the team when it is beyond a threshold. Without, customers tell you."
    errors: ClassVar[tuple[str, ...]] = ("InvalidParameterCombination", "LimitExceeded", "MissingParameter", "ValidationError")
    human: ClassVar[str | None] = "MetricName"

    alarm_name: str
    alarm_description: str | None = None
    namespace: Namespace | None = None
    metric_name: MetricName | None = None
    dimensions: Annotated[tuple[Dimension, ...], Field(description="what it is of: Name=InstanceId,Value=i-...")] = ()
    statistic: Annotated[str, Choice(STATISTICS)] | None = None
    period: int | None = Field(default=None, description=_PERIOD)
    evaluation_periods: int | None = Field(default=None, description="how many of the last datapoints are looked at")
    datapoints_to_alarm: int | None = Field(default=None, description="how many of them have to breach; all of them where left out")
    threshold: Decimal | None = None
    comparison_operator: Annotated[str, Choice(OPERATORS)] | None = None
    treat_missing_data: Annotated[str, Choice(MISSING)] | None = Field(default=None, description="what a missing datapoint counts as")
    actions_enabled: bool = True
    alarm_actions: tuple[str, ...] = Field(default=(), description="ARNs; an alarm pages the team without any")
    ok_actions: tuple[str, ...] = Field(default=(), alias="OKActions")
    insufficient_data_actions: tuple[str, ...] = ()


class DescribeAlarms(Command):
    service: ClassVar[str] = "cloudwatch"
    operation: ClassVar[str] = "DescribeAlarms"
    gloss: ClassVar[str] = "Look at alarms: their states, since when and why."
    returns: ClassVar[str | None] = "MetricAlarms[].AlarmName"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    alarm_names: tuple[AlarmRef, ...] = ()
    alarm_name_prefix: str | None = None
    state_value: Annotated[str, Choice(STATES)] | None = None
    max_records: int | None = None


class DeleteAlarms(Command):
    service: ClassVar[str] = "cloudwatch"
    operation: ClassVar[str] = "DeleteAlarms"
    gloss: ClassVar[str] = "Delete alarms; from then on nobody is told, and they cost nothing any more."
    errors: ClassVar[tuple[str, ...]] = ("ResourceNotFound", "ValidationError")

    alarm_names: tuple[AlarmRef, ...]


class ListMetrics(Command):
    service: ClassVar[str] = "cloudwatch"
    operation: ClassVar[str] = "ListMetrics"
    gloss: ClassVar[str] = "List what is sent now: metrics with the dimensions an alarm on them needs."
    returns: ClassVar[str | None] = "Metrics[].MetricName"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidParameterValue",)

    namespace: Namespace | None = None
    metric_name: MetricName | None = None
    dimensions: tuple[DimensionFilter, ...] = ()


class GetMetricStatistics(Command):
    service: ClassVar[str] = "cloudwatch"
    operation: ClassVar[str] = "GetMetricStatistics"
    gloss: ClassVar[str] = "Read a metric's datapoints over a stretch of time."
    returns: ClassVar[str | None] = "Datapoints[]"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("InvalidParameterCombination", "InvalidParameterValue", "MissingParameter")

    namespace: Namespace
    metric_name: MetricName
    dimensions: tuple[Dimension, ...] = ()
    start_time: str = Field(description='such as "day 2 14:20"')
    end_time: str = Field(description='such as "day 2 15:20"')
    period: int = Field(description=_PERIOD)
    statistics: Annotated[tuple[str, ...], Choice(STATISTICS)] = ()
