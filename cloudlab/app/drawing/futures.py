"""Futures as lines: how often a design wins, how the answered share is spread, and what loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, STRONG, Line, line, style

if TYPE_CHECKING:
    from cloudlab.lab.futures import Futures

BANDS = ((999, "99.9 % and more"), (990, "99 to 99.9 %"), (980, "98 to 99 %"), (950, "95 to 98 %"), (900, "90 to 95 %"), (0, "under 90 %"))
"""From how many permille of requests answered, and its name."""


def draw_futures(played: Futures | None, of: int, robust: int, earned: int, state: str, cells: int) -> list[Line]:
    """Return the distribution so far. `earned` are the stars without futures; `state` says why there are none."""
    lines: list[Line] = [line(("Your final design, from the start of other seeds", STRONG)), ()]
    lines += ink.wrapped(
        "Luck moves traffic and fate; what you built and automated stays. Pages are answered by a fixed on-call: the first way out "
        "a page lists, at the usual effort.",
        cells,
        MUTED,
    )
    lines.append(())
    if played is None or not played.runs:
        return [*lines, *ink.wrapped(state, cells, style("wait"))]
    count = len(played.runs)
    room = max(10, min(50, cells - 24))
    done = room * count // of
    if count < of:
        lines += [line(("playing ", MUTED), ("━" * done + "╌" * (room - done), style("ok")), f"  {count} of {of}"), ()]
    won = played.won
    good = won * of >= robust * count
    lines.append(
        line(
            (f"{ink.glyph('ok' if good else 'bad')} ", style("ok" if good else "bad")),
            (f"won in {won} of {count}", STRONG),
            (f"   the third star wants {robust} of {of}", MUTED),
        )
    )
    if count == of:
        lines += ink.wrapped(_third_star(earned, good, robust, of), cells, "", "  ")
    lines += [(), line(("requests answered", MUTED))]
    counted = _bands([run.served_permille for run in played.runs])
    most = max(counted.values())
    for name, many in counted.items():
        bar = "█" * (max(1, many * room // most) if many else 0)
        lines.append(line((f"  {name:<17}", MUTED), (bar, style("ok")), f" {many}" if many else " ·"))
    pages = sorted(run.pages for run in played.runs)
    lines += [(), line(("times paged  ", MUTED), f"median {pages[count // 2]}, most {pages[-1]}")]
    losses = played.losses()
    if losses:
        lines += [(), line(("what loses", MUTED))]
        for why, many in losses[:6]:
            lines += ink.wrapped(f"{many:>3} x {why}", cells, "", "  ")
    return lines


def _third_star(earned: int, good: bool, robust: int, of: int) -> str:
    if earned < 2:
        return "The third star comes after the first two: goals met, and inside par."
    return (
        "Robust: luck did not earn it. That is the third star." if good else f"Fewer than {robust} of {of}: partly luck. No third star yet."
    )


def _bands(shares: list[int]) -> dict[str, int]:
    counted = dict.fromkeys((name for _, name in BANDS), 0)
    for share in shares:
        counted[next(name for least, name in BANDS if share >= least)] += 1
    return counted
