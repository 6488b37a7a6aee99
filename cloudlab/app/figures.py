"""Figures: money, shares and times as the screens write them."""

from __future__ import annotations

import re

from cloudlab.model.money import format_usd
from cloudlab.model.time import Seconds, span, stamp


def money(micros: int) -> str:
    """Write dollars without cents from 100 on, with cents below."""
    return format_usd(micros, 0 if abs(micros) >= 100_000_000 else 2)


def share(ppm: int) -> str:
    """Write parts per million as a percentage with two decimals, rounded down: 99.99 never reads as 100."""
    return f"{ppm // 10_000}.{ppm // 100 % 100:02d} %"


def clock(instant: Seconds) -> str:
    """Write the time of day: `14:20`."""
    return stamp(instant).rsplit(" ", 1)[-1]


def when(instant: Seconds, now: Seconds) -> str:
    """Write an instant, without its day where that is today."""
    return clock(instant) if instant // 86_400 == now // 86_400 else stamp(instant)


def age(seconds: Seconds) -> str:
    """Write how old knowledge is; nothing for what is known now."""
    return f"seen {span(seconds)} ago" if seconds >= 60 else ""


def metric(ppm: int) -> str:
    """Write a metric held in ppm with four decimals."""
    return f"{ppm / 1_000_000:.4f}"


_LONG_ID = re.compile(r"\b([a-z]+)-([0-9a-f]{5})[0-9a-f]{12}\b")


_BALANCING_ARN = re.compile(r"\barn:aws:elasticloadbalancing:[a-z0-9-]*:\d*:(?:loadbalancer/app|targetgroup|listener/app)/([\w-]+)[/\w]*")


def short_ids(text: str) -> str:
    """Shorten ids of 17 hex digits in a text as the map does, `i-0a1b2`, and ARNs to the name in them; everything else stays whole."""
    return _BALANCING_ARN.sub(r"\1", _LONG_ID.sub(r"\1-\2", text))
