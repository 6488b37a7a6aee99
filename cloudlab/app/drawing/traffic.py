"""Traffic as lines: one bar per hour, stacked from answered in time, slow and failed requests - told apart by pattern too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import clock, short_ids
from cloudlab.app.ink import MUTED, Line, line, style
from cloudlab.model.time import DAY, HOUR, Seconds, span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Service

TONES = {"fine": "ok", "degraded": "wait", "burning": "bad", "down": "bad", "unknown": "off"}

SERVED, SLOW, FAILED = ("█", "ok"), ("▒", "wait"), ("╳", "bad")
SCALE_WIDTH = 7


def draw_service(service: Service, now: Seconds, cells: int, rows: int) -> list[Line]:
    """Return state, chart and key of one need in `rows` lines of `cells` cells."""
    tone = TONES.get(service.state, "plain")
    head = line((f"{ink.glyph(tone)} {service.state}", style(tone)), (f"  {short_ids(service.because)}" if service.because else "", MUTED))
    old = now - service.as_of
    told = f"as of {stamp(service.as_of)}, {span(old)} ago" if old >= 60 else ""
    lines = [ink.ends(head, line((told, style("wait"))), cells) if told else ink.fit(head, cells)]
    lines.append(ink.fit(_figures(service), cells))
    chart = rows - len(lines) - 2
    if chart >= 2:
        lines += draw_bars(service.hours, cells, chart)
        lines.append(ink.fit(_key(service), cells))
    return lines[:rows]


def _figures(service: Service) -> Line:
    words = [f"{service.offered:,} asked"]
    if service.offered:
        words.append(f"{service.served * 100 // service.offered} % answered")
    if service.served:
        words.append(f"{service.right * 100 // service.served} % right")
    if service.latency_ms:
        words.append(f"{service.latency_ms} ms")
    if service.utilisation_permille:
        words.append(f"{service.utilisation_permille // 10} % busy")
    if service.as_of > service.slo_since:
        words.append(_budget(service))
    return line(("  ".join(words), ""))


def _budget(service: Service) -> str:
    if service.budget_left_ppm <= 0:
        return "budget gone"
    gone = f", gone in {span(service.budget_gone_in)}" if service.budget_gone_in is not None else ""
    return f"budget {service.budget_left_ppm // 10_000} %{gone}"


def _key(service: Service) -> Line:
    failed = ", ".join(f"{cause} {count:,}" for cause, count in service.failed[:3])
    return line(
        (SERVED[0], style(SERVED[1])),
        (" in time  ", MUTED),
        (SLOW[0], style(SLOW[1])),
        (" slow  ", MUTED),
        (FAILED[0], style(FAILED[1])),
        (f" failed{': ' + failed if failed else ''}", MUTED),
    )


def draw_bars(hours: tuple[tuple[Seconds, int, int, int, int], ...], cells: int, rows: int) -> list[Line]:
    """Return bars per hour, the latest at the right, `rows` high, with a scale at the left and the hours below."""
    if not hours:
        return [ink.fit(line(("no requests yet", MUTED)), cells)]
    room = cells - SCALE_WIDTH
    wide = 3 if len(hours) * 3 <= room else 2 if len(hours) * 2 <= room else 1
    shown = hours[-(room // wide) :]
    top = max(1, max(a + b + c for _, a, b, c, _ in shown))
    stacks = [_stack((a, b, c), top, rows) for _, a, b, c, _ in shown]
    lines: list[Line] = []
    for y in range(rows - 1, -1, -1):
        scale = _short(top) if y == rows - 1 else "0" if y == 0 else ""
        spans: list[ink.Span] = [(scale.rjust(SCALE_WIDTH - 2) + (" ┤" if scale else " │"), MUTED)]
        for stack in stacks:
            mark, tone = stack[y] if y < len(stack) else (" ", "plain")
            spans.append((mark * (wide - 1 if wide > 1 else 1) + (" " if wide > 1 else ""), style(tone)))
        lines.append(ink.fit(tuple(spans), cells))
    lines.append(ink.fit(line((" " * SCALE_WIDTH + _labels([h[0] for h in shown], wide), MUTED)), cells))
    return lines


def _stack(parts: tuple[int, int, int], top: int, rows: int) -> list[tuple[str, str]]:
    """Return one mark per filled cell, from the bottom up; a part that exists at all shows in at least one cell."""
    if not parts[1] and not parts[2]:
        return _fine_stack(parts[0], top, rows)
    sizes = [max(1, (2 * p * rows + top) // (2 * top)) if p else 0 for p in parts]
    while sum(sizes) > rows:
        sizes[sizes.index(max(sizes))] -= 1
    return [mark for size, mark in zip(sizes, (SERVED, SLOW, FAILED), strict=True) for _ in range(size)]


def _fine_stack(served: int, top: int, rows: int) -> list[tuple[str, str]]:
    """Return a bar of one kind only, its last cell in eighths."""
    eighths = max(1, served * rows * 8 // top) if served else 0
    full, part = divmod(eighths, 8)
    return [SERVED] * full + ([("▁▂▃▄▅▆▇"[part - 1], SERVED[1])] if part else [])


def _labels(starts: list[Seconds], wide: int) -> str:
    """Write hours under the bars, about every eight cells."""
    text = ""
    for i, start in enumerate(starts):
        at = i * wide
        if at >= len(text) + (2 if text else 0) and (start // HOUR) % (6 if wide == 1 else 3) == 0:
            text = text.ljust(at) + (f"d{start // DAY + 1}" if start % DAY == 0 else clock(start)[:2])
    return text or clock(starts[0])[:2]


def _short(number: int) -> str:
    if number >= 10_000_000:
        return f"{number // 1_000_000}M"
    return f"{number // 1_000}k" if number >= 10_000 else f"{number:,}"
