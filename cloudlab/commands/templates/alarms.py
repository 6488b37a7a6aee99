"""Resource types of watching: alarms on metrics."""

from __future__ import annotations

from decimal import Decimal

from cloudlab.commands import cloudwatch
from cloudlab.commands.templates.kinds import Order, Properties, kind, said, yes

_WORDS = (
    "AlarmDescription Namespace MetricName Dimensions Statistic ComparisonOperator TreatMissingData AlarmActions OKActions "
    "InsufficientDataActions"
)
_NUMBERS = ("Period", "EvaluationPeriods", "DatapointsToAlarm")


@kind(
    "AWS::CloudWatch::Alarm",
    f"AlarmName {_WORDS} ActionsEnabled Threshold {' '.join(_NUMBERS)}",
    "ComparisonOperator EvaluationPeriods",
    named="AlarmName",
)
def alarm(p: Properties, name: str) -> list[Order]:
    asked = said(p, *_WORDS.split()) | {number: int(p[number]) for number in _NUMBERS if number in p}
    if "Threshold" in p:
        asked["Threshold"] = Decimal(str(p["Threshold"]))
    if "ActionsEnabled" in p:
        asked["ActionsEnabled"] = yes(p["ActionsEnabled"])
    return [(cloudwatch.PutMetricAlarm, asked | {"AlarmName": name})]


@alarm
def delete_alarm(p: Properties, key: str) -> list[Order]:
    return [(cloudwatch.DeleteAlarms, {"AlarmNames": [key]})]
