"""What is asked of an alarm, checked: as CloudWatch checks it, and in its words."""

from __future__ import annotations

from typing import NoReturn

from cloudlab.commands.cloudwatch import MISSING, OPERATORS, STATISTICS, Dimension, PutMetricAlarm
from cloudlab.engine.kernel import refuse
from cloudlab.engine.rules.constraints import Broken, between, no_longer_than, one_of
from cloudlab.engine.rules.metrics import INSTANCE
from cloudlab.model.ids import REGION
from cloudlab.model.time import DAY, MINUTE
from cloudlab.model.watching import Dimensions

REBOOT = f"arn:aws:automate:{REGION}:ec2:reboot"
_MOST_ACTIONS, _MOST_DIMENSIONS = 5, 30


def invalid(sentence: str, accepted: str) -> NoReturn:
    refuse("ValidationError", sentence, accepted)


def checked(*checks: Broken | None) -> None:
    """Refuse where a constraint of the service's model is broken, in its words and under its code."""
    broken = [b for b in checks if b is not None]
    if broken:
        counted = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
        invalid(f"{counted} detected: {'; '.join(b.sentence for b in broken)}", " ".join(dict.fromkeys(b.accepted for b in broken)))


def a_text(value: str | None, path: str, most: int) -> tuple[Broken | None, ...]:
    """Check a text that must not be empty; one that was not given is right."""
    if value is None:
        return ()
    if not value:
        return (
            Broken(
                f"Value '' at '{path}' failed to satisfy constraint: Member must have length greater than or equal to 1",
                f"1 to {most} characters.",
            ),
        )
    return (no_longer_than(value, path, most),)


def so_many(values: tuple[object, ...], path: str, most: int) -> Broken | None:
    if len(values) <= most:
        return None
    return Broken(
        f"Value at '{path}' failed to satisfy constraint: Member must have length less than or equal to {most}", f"At most {most}."
    )


def checked_dimensions(dimensions: tuple[Dimension, ...]) -> tuple[Broken | None, ...]:
    each = [
        c for d in dimensions for c in (*a_text(d.name, "dimensions.member.name", 255), *a_text(d.value, "dimensions.member.value", 1024))
    ]
    return (so_many(dimensions, "dimensions", _MOST_DIMENSIONS), *each)


def sorted_dimensions(dimensions: tuple[Dimension, ...]) -> Dimensions:
    return tuple(sorted((d.name, d.value) for d in dimensions))


def check_alarm(command: PutMetricAlarm) -> None:
    needed = {
        "MetricName": command.metric_name,
        "Namespace": command.namespace,
        "Statistic": command.statistic,
        "Period": command.period,
        "EvaluationPeriods": command.evaluation_periods,
        "Threshold": command.threshold,
        "ComparisonOperator": command.comparison_operator,
    }
    checked(
        *a_text(command.alarm_name, "alarmName", 255),
        no_longer_than(command.alarm_description or "", "alarmDescription", 1024),
        *a_text(command.metric_name, "metricName", 255),
        *a_text(command.namespace, "namespace", 255),
        *checked_dimensions(command.dimensions),
        *(between(n, path, 1, DAY) for n, path in _numbers(command) if n is not None),
        one_of(command.statistic, "statistic", STATISTICS, "One of these.") if command.statistic is not None else None,
        _operator(command.comparison_operator),
        *a_text(command.treat_missing_data, "treatMissingData", 255),
        *(
            check
            for path, actions in _actions(command)
            for check in (so_many(actions, path, _MOST_ACTIONS), *(c for a in actions for c in a_text(a, f"{path}.member", 1024)))
        ),
    )
    lacking = [name for name, value in needed.items() if value is None]
    if lacking:
        refuse("MissingParameter", f"The parameter {lacking[0]} is required.", f"Give {', '.join(lacking)}.")
    if (command.namespace or "").startswith(":"):
        invalid(f"Value '{command.namespace}' at 'namespace' must not begin with a colon.", "AWS/EC2, for instance.")
    if command.treat_missing_data not in (None, *MISSING):
        invalid(f"Invalid value for TreatMissingData: {command.treat_missing_data}", f"One of {', '.join(MISSING)}.")
    period, periods = command.period or 0, command.evaluation_periods or 0
    if period % MINUTE:
        invalid(f"Period {period} is not valid.", "A multiple of 60: none of these metrics is sent more often than once a minute.")
    if period * periods > DAY:
        invalid(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
            f"With a period of {period} s at most {DAY // period} evaluation periods.",
        )
    if (command.datapoints_to_alarm or 0) > periods:
        invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods.", f"1 to {periods}.")
    if len({d.name for d in command.dimensions}) < len(command.dimensions):
        invalid("Dimension names must be unique.", "Each name once.")
    for path, actions in _actions(command):
        for action in actions:
            _check_action(command, path, action)


def _operator(operator: str | None) -> Broken | None:
    if operator is None:
        return None
    accepted = "One of these; the operators of anomaly detection, which speak of a band, are not modelled."
    return one_of(operator, "comparisonOperator", OPERATORS, accepted)


def _numbers(command: PutMetricAlarm) -> tuple[tuple[int | None, str], ...]:
    return (
        (command.period, "period"),
        (command.evaluation_periods, "evaluationPeriods"),
        (command.datapoints_to_alarm, "datapointsToAlarm"),
    )


def _actions(command: PutMetricAlarm) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("alarmActions", command.alarm_actions),
        ("okActions", command.ok_actions),
        ("insufficientDataActions", command.insufficient_data_actions),
    )


def _check_action(command: PutMetricAlarm, path: str, action: str) -> None:
    """An SNS topic is taken as it is: the page comes without it, and mails are left out here."""
    accepted = f"A topic (arn:aws:sns:{REGION}:...), which pages the team as the alarm does without it, or {REBOOT}."
    if not action.startswith("arn:aws:"):
        invalid(f"Invalid arn syntax: {action}", accepted)
    if action.startswith("arn:aws:sns:"):
        return
    if action != REBOOT:
        invalid(f"The action {action} is not modelled here.", accepted)
    if path != "alarmActions" or [d.name for d in command.dimensions] != [INSTANCE]:
        invalid(f"EC2 actions need an alarm on a metric of one instance: {action}", "Dimensions Name=InstanceId, as an alarm action.")
