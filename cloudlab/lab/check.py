"""The check of a level: its bots on several seeds - won with the lesson, lost without it, with margins."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from cloudlab.dialects.script import ScriptError
from cloudlab.engine.rules.traffic import total_tally
from cloudlab.lab.result import Result
from cloudlab.lab.script_run import run_bot
from cloudlab.lab.session import Work
from cloudlab.levels.loader import Level
from cloudlab.levels.schema import BotPart
from cloudlab.model.money import format_usd
from cloudlab.model.time import HOUR, span

HOURS_PER_YEAR = 8_760
PAR_PERMILLE = 1150
"""Par is 1.15 x the best winning bot's median."""


@dataclass(frozen=True, slots=True)
class Played:
    """One bot on one seed."""

    bot: BotPart
    seed: int
    outcome: str
    because: str
    score: int
    time_to_value: int | None
    answered_permille: int
    """Of the requests since the SLO counts."""
    value_micros: int
    cost_micros: int
    wrong: str
    """Why this is not what the level promises; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Checked:
    level: str
    runs: tuple[Played, ...]
    complaints: tuple[str, ...]
    """What concerns the level as a whole."""

    @property
    def ok(self) -> bool:
        return not self.complaints and not any(r.wrong for r in self.runs)


async def check(level: Level, work: Work, seeds: tuple[int, ...]) -> Checked:
    """Play every bot on every seed and compare with what level.yaml promises."""
    runs = [await _play(level, bot, seed, work) for bot in level.file.bots for seed in seeds]
    return Checked(level.id, tuple(runs), tuple(_complaints(level, runs)))


async def _play(level: Level, bot: BotPart, seed: int, work: Work) -> Played:
    try:
        result = await run_bot(level.starting(bot.start), bot.file, work, seed=seed)
    except ScriptError as wrong:
        return Played(bot, seed, "error", str(wrong), 0, None, 0, 0, 0, f"script error: {wrong}")
    tally = result.tally
    counted = total_tally(result.world, level.scenario, level.scenario.slo.since)
    return Played(
        bot=bot,
        seed=seed,
        outcome=result.outcome,
        because=result.because,
        score=result.score.total,
        time_to_value=result.time_to_value,
        answered_permille=counted.served * 1000 // counted.offered if counted.offered else 0,
        value_micros=tally.value_micros,
        cost_micros=result.cost,
        wrong=_wrong(level, bot, result, tally.value_micros),
    )


def _wrong(level: Level, bot: BotPart, result: Result, value: int) -> str:
    if result.outcome != bot.expect:
        return f"expected {bot.expect}: {result.because}"
    if bot.because not in result.because:
        return f"{bot.expect}, but not because of '{bot.because}': {result.because}"
    if bot.value_share_max is not None and value > level.file.par.value_micros * bot.value_share_max:
        return f"value {format_usd(value)} is over {bot.value_share_max:.0%} of par's {format_usd(level.file.par.value_micros)}"
    return ""


def _complaints(level: Level, runs: list[Played]) -> list[str]:
    found = []
    bots = level.file.bots
    if not any(b.expect == "won" for b in bots):
        found.append("no bot wins this level")
    if sum(b.expect == "lost" for b in bots) < 2:
        found.append("fewer than two tempting losers")
    if not any(b.value_share_max is not None for b in bots):
        found.append("no one-round model is held under a share of par's value")
    return found + _rate_complaints(level) + _par_complaints(level, runs)


def _rate_complaints(level: Level) -> list[str]:
    """Hold the factor a level admits to against the rate of the fact: one strike within the run, per resource, to within a tenth."""
    found: list[str] = []
    hours = level.file.clock.seconds / HOUR
    for incident in level.file.incidents:
        rate = level.scenario.catalogue.incident(incident.kind).rate_ppm_per_year
        honest = max(1.0, 1_000_000 * HOURS_PER_YEAR / (rate * hours)) if rate else 1.0
        if abs(incident.rate_factor - honest) > honest / 10:
            said = f"rate_factor is {incident.rate_factor}"
            found.append(f"incidents.{incident.id}: {said}, but one strike in {hours:g} h is x{honest:.0f} of the real rate")
    return found


def _par_complaints(level: Level, runs: list[Played]) -> list[str]:
    """Compare the pinned par with 1.15 x the best winning bot's median (value: its median through 1.15), to within a tenth.

    Bots of the level's first start only: who repairs what stands already has another road to go.
    """
    found: list[str] = []
    first = level.file.starts[0].id if level.file.starts else ""
    bots = [b for b in level.file.bots if b.expect == "won" and b.start in ("", first)]
    winners = {b.file: [r for r in runs if r.bot.file == b.file and r.outcome == "won"] for b in bots}
    winners = {file: played for file, played in winners.items() if played}
    if not winners:
        return found
    par = level.file.par
    best_time = min(median(r.time_to_value or 10**9 for r in played) for played in winners.values()) * PAR_PERMILLE // 1000
    best_cost = min(median(r.cost_micros for r in played) for played in winners.values()) * PAR_PERMILLE // 1000
    best_value = max(median(r.value_micros for r in played) for played in winners.values()) * 1000 // PAR_PERMILLE
    for what, pinned, measured in (
        ("time_to_value_s", par.time_to_value_s, best_time),
        ("cost_usd", par.cost_micros, best_cost),
        ("value_usd", par.value_micros, best_value),
    ):
        if abs(pinned - measured) * 10 > measured:
            unit = 1 if what.endswith("_s") else 1_000_000
            found.append(f"par.{what} is pinned at {pinned / unit:g}, but the bots say {measured / unit:g}")
    return found


def table(checked: Checked) -> str:
    """Return the check as a plain-text table, one line per bot and seed, complaints below."""
    rows = [("bot", "seed", "outcome", "score", "first value", "answered", "value", "cost", "verdict")]
    for run in checked.runs:
        first = span(run.time_to_value) if run.time_to_value is not None else "never"
        verdict = f"WRONG {run.wrong}" if run.wrong else f"ok: {run.because[:60]}"
        rows.append(
            (
                run.bot.file,
                str(run.seed),
                run.outcome,
                str(run.score),
                first,
                f"{run.answered_permille / 10:.1f} %",
                format_usd(run.value_micros),
                format_usd(run.cost_micros),
                verdict,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"WRONG {complaint}" for complaint in checked.complaints]
    return "\n".join([checked.level, *lines, "green" if checked.ok else "red"])
