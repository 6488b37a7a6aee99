"""The status line: level, clock and why it stands, money, error budget, value, condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.drawing.traffic import TONES
from cloudlab.app.figures import money, share
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.model.money import format_usd
from cloudlab.model.time import span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Service, Status


@dataclass(frozen=True, slots=True)
class Clock:
    """How the clock goes: its pace while it moves, and why it stands otherwise."""

    moving: bool = False
    pace: str = "10 min/s"
    why: str = "your move"
    waiting: bool = False


def draw_status(status: Status, services: tuple[Service, ...], clock: Clock, cells: int, rows: int) -> list[Line]:
    """Return the status in one line, or in two where there is no room for one."""
    number = status.level.partition("-")[0]
    level = line((f" {number} ", "bold $text-primary on $primary 20%"), (f" {status.title}", STRONG))
    spent = line(
        (money(status.spent_micros), style("bad") if status.spent_micros > status.budget_micros else ""),
        (f" of {money(status.budget_micros)}", MUTED),
    )
    rate = format_usd(status.hourly_micros, 2 if status.hourly_micros >= 100_000 else 4)
    hourly = line((f" +{rate}/h", MUTED)) if status.hourly_micros else ()
    time = (*line((status.clock + "  ", STRONG)), *_clock(clock, status.over))
    left = line((f"ends in {span(max(0, status.ends - status.now))}", MUTED))
    service = _service(services[0], status.now) if services else ()
    if rows == 1:
        first = _joined(level, time)
        full, short = _joined((*spent, *hourly), service), _joined(spent, service)
        return [ink.ends(first, full if ink.width(first) + ink.width(full) + 3 <= cells else short, cells)]
    return [ink.ends(_joined(level, time), left, cells), ink.ends((*line(" "), *spent, *hourly), service, cells)]


def _joined(*parts: Line) -> Line:
    spans: list[ink.Span] = []
    for part in parts:
        if part:
            spans += [("   ", ""), *part] if spans else part
    return tuple(spans)


def _clock(clock: Clock, over: str | None) -> Line:
    if over:
        return line((f"■ {over}", style("good") if over == "won" else style("bad")))
    if clock.moving:
        return line((f"▶ {clock.pace}", style("good")))
    if clock.waiting:
        return line((f"◌ {clock.why}", style("wait")))
    return line((f"‖ {clock.why}", style("wait")))


def _service(service: Service, now: int) -> Line:
    tone = TONES.get(service.state, "plain")
    old = now - service.as_of
    stale = f" ({span(old)} ago)" if old >= 60 else ""
    counts = service.as_of > service.slo_since
    slo = share(service.answered_ppm) if counts else f"from {stamp(service.slo_since)}"
    return line(
        ("SLO ", MUTED),
        (slo, MUTED if not counts else "" if service.answered_ppm >= service.slo_target_ppm else style("bad")),
        ("  value ", MUTED),
        money(service.value_micros),
        (stale, style("wait")),
        ("  ", ""),
        (f"{ink.glyph(tone)} {service.state} ", style(tone)),
    )
