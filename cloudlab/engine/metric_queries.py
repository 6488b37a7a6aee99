"""Metrics looked up: which are sent now, and their datapoints over a stretch of time."""

from __future__ import annotations

from typing import Any, NoReturn

from cloudlab.commands.cloudwatch import STATISTICS, GetMetricStatistics, ListMetrics
from cloudlab.engine.alarm_checks import sorted_dimensions
from cloudlab.engine.db_restore import an_instant
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules.metrics import Metric, every_metric, find_metric
from cloudlab.engine.rules.series import series_of
from cloudlab.model.time import MINUTE, Seconds, stamp
from cloudlab.model.watching import Dimensions, Micro

_MOST_DATAPOINTS = 1_440


def _wrong(sentence: str, accepted: str) -> NoReturn:
    refuse("InvalidParameterValue", sentence, accepted)


def _a_text(value: str | None, name: str, most: int = 255) -> None:
    if value is not None and not 1 <= len(value) <= most:
        _wrong(f"The value of the parameter {name} must be 1 to {most} characters long.", f"1 to {most} characters.")
    if name == "Namespace" and value is not None and value.startswith(":"):
        _wrong("The value of the parameter Namespace must not begin with a colon.", "AWS/EC2, for instance.")


# which there are -------------------------------------------------------------------------------------------------------------


@decides(ListMetrics)
def decide_list_metrics(ctx: Context, command: ListMetrics) -> Events:
    _a_text(command.namespace, "Namespace")
    _a_text(command.metric_name, "MetricName")
    if len(command.dimensions) > 10:
        _wrong("The parameter Dimensions has more than 10 members.", "At most 10.")
    for each in command.dimensions:
        _a_text(each.name, "Dimensions.member.Name")
        _a_text(each.value, "Dimensions.member.Value", 1024)
    return ()


@answers(ListMetrics)
def answer_list_metrics(ctx: Context, command: ListMetrics) -> dict[str, Any]:
    return {
        "Metrics": [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
            }
            for metric, dimensions in every_metric(ctx.world)
            if command.namespace in (None, metric.namespace)
            and command.metric_name in (None, metric.name)
            and all(any(f.name == n and f.value in (None, v) for n, v in dimensions) for f in command.dimensions)
        ]
    }


# what they say ---------------------------------------------------------------------------------------------------------------


@decides(GetMetricStatistics)
def decide_get_metric_statistics(ctx: Context, command: GetMetricStatistics) -> Events:
    _a_text(command.namespace, "Namespace")
    _a_text(command.metric_name, "MetricName")
    if len(command.dimensions) > 30:
        _wrong("The parameter Dimensions has more than 30 members.", "At most 30.")
    for each in command.dimensions:
        _a_text(each.name, "Dimensions.member.Name")
        _a_text(each.value, "Dimensions.member.Value", 1024)
    if not command.statistics:
        refuse(
            "MissingParameter", "At least one of the parameters Statistics and ExtendedStatistics must be specified.", "--statistics Sum"
        )
    if len(command.statistics) > len(STATISTICS):
        _wrong("The parameter Statistics has too many members.", "At most 5.")
    for statistic in command.statistics:
        if statistic not in STATISTICS:
            _wrong(f"The parameter Statistics.member '{statistic}' is not one of them.", f"One of {', '.join(STATISTICS)}.")
    if command.period < 1 or command.period % MINUTE:
        _wrong(f"The parameter Period must be a multiple of 60, not {command.period}.", "60, 300, 3600 ...")
    start, end = _stretch(command)
    if start >= end:
        refuse(
            "InvalidParameterCombination",
            "The parameter StartTime must be less than the parameter EndTime.",
            f"It ends {stamp(end)}: begin before.",
        )
    if (end - start) // command.period > _MOST_DATAPOINTS:
        refuse(
            "InvalidParameterCombination",
            f"You have requested up to {(end - start) // command.period} datapoints, which exceeds the limit of {_MOST_DATAPOINTS}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
            f"A period of {-(-(end - start) // _MOST_DATAPOINTS // MINUTE + 1) * MINUTE} s, for instance.",
        )
    return ()


def _stretch(command: GetMetricStatistics) -> tuple[Seconds, Seconds]:
    found = []
    for name, text in (("StartTime", command.start_time), ("EndTime", command.end_time)):
        instant = an_instant(text)
        if instant is None:
            _wrong(f"The parameter {name} '{text}' is no time.", 'Written as everywhere here: "day 2 14:20".')
        found.append(instant)
    return found[0], found[1]


@answers(GetMetricStatistics)
def answer_get_metric_statistics(ctx: Context, command: GetMetricStatistics) -> dict[str, Any]:
    """A metric that nothing sends has no datapoints, and that is no error."""
    dimensions = sorted_dimensions(command.dimensions)
    metric = find_metric(command.namespace, command.metric_name, dimensions)
    points = _datapoints(ctx, command, metric, dimensions) if metric is not None else []
    return {"Label": command.metric_name, "Datapoints": points}


def _datapoints(ctx: Context, command: GetMetricStatistics, metric: Metric, dimensions: Dimensions) -> list[dict[str, Any]]:
    series = series_of(ctx.world, ctx.scenario, metric, dimensions)
    start, end = _stretch(command)
    found = []
    for at in range(start // command.period * command.period, min(end, ctx.now), command.period):
        # the last period is told as far as it has gone
        sample = series.sample(at, min(at + command.period, ctx.now // MINUTE * MINUTE))
        if sample is not None:
            values = {statistic: plain(sample.of(statistic)) for statistic in STATISTICS if statistic in command.statistics}
            found.append({"Timestamp": stamp(at), **values, "Unit": metric.unit})
    return found


def plain(value: Micro) -> float:
    return value / 1_000_000
