"""The score: 1,000 points, every line with its evidence, summing exactly (game.md, section 7 is docs/scoring.md here)."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.rules import ledger, traffic
from cloudlab.engine.rules.databases import asked_databases, content_of
from cloudlab.engine.rules.debts import debt_seconds
from cloudlab.levels.predicates import holds
from cloudlab.levels.schema import LevelFile, QuestionPart
from cloudlab.model.money import format_usd
from cloudlab.model.operations import Commitment, Debt, Incident
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR, span
from cloudlab.model.world import World

BUDGET_OVERDRAFT = 10
"""Reliability falls linearly from full at one error budget to nothing at this many, or where no request was answered well."""

HINT_COST = 10
"""Insight points a hint costs in win mood."""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    id: str
    points: int
    max: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Score:
    lines: tuple[ScoreLine, ...]
    stars: int

    @property
    def total(self) -> int:
        return sum(line.points for line in self.lines)


def score(level: LevelFile, world: World, scenario: Scenario, *, win_mood: bool = False) -> Score:
    """Score a World as it stands; money, debt and insight count only in proportion to the value that was served."""
    par = level.par
    value = sum(traffic.tally(world, scenario, need).value_micros for need in scenario.needs)
    share = max(0, min(1000, value * 1000 // max(par.value_micros, 1)))
    lines = (
        _time_to_value(level, world, scenario),
        ScoreLine("payoff", 200 * share // 1000, 200, f"answers worth {format_usd(value)}; par is {format_usd(par.value_micros)}"),
        _budget(world, scenario),
        _recovery(level, world, scenario),
        _money(level, world, share),
        _debt(level, world, share),
        _insight(level, world, scenario, share, win_mood),
    )
    return Score(lines, _stars(level, world, lines))


def _time_to_value(level: LevelFile, world: World, scenario: Scenario) -> ScoreLine:
    reached = traffic.time_to_value(world, scenario, scenario.needs[0])
    if reached is None:
        return ScoreLine("time-to-value", 0, 200, "no hour with 95 % of requests answered at half the reference payoff")
    took = reached - scenario.starts
    par = level.par.time_to_value_s
    return ScoreLine("time-to-value", 200 * min(par, took) // took, 200, f"valued service after {span(took)}; par is {span(par)}")


def _budget(world: World, scenario: Scenario) -> ScoreLine:
    got = traffic.total_tally(world, scenario, scenario.slo.since)
    allowed = got.offered * (1_000_000 - scenario.slo.target_ppm) // 1_000_000
    if not got.offered:
        return ScoreLine("error-budget", 0, 150, "no requests fell into the counted hours")
    nothing = min(max(allowed * BUDGET_OVERDRAFT, 1), got.offered)
    points = 150 if got.bad <= allowed < nothing else 150 * max(nothing - got.bad, 0) // max(nothing - allowed, 1)
    return ScoreLine("error-budget", points, 150, f"{got.bad:,} unanswered or slow of {got.offered:,}; the budget allows {allowed:,}")


def _recovery(level: LevelFile, world: World, scenario: Scenario) -> ScoreLine:
    """Points for recovering, in proportion to the share of requests served at all: nothing served, nothing to recover."""
    got = traffic.total_tally(world, scenario, scenario.slo.since)
    served = got.served * 1000 // got.offered if got.offered else 0
    mine = [i for i in world.every(Incident) if i.resource is not None and i.holder == "customer"]
    if not mine:
        return ScoreLine("recovery", 100 * served // 1000, 100, f"no incident was yours; {served / 10:.1f} % of requests were served")
    took = sum((world.now if i.resolved is None else i.resolved) - i.struck for i in mine) // len(mine)
    failed = sum(i.failed for i in mine)
    kept = 1000 * min(level.par.recover_s, took) // took if took else 1000
    points = 100 * served * kept * (len(mine) - failed) // (1_000_000 * len(mine))
    evidence = f"{len(mine)} of your incidents took {span(took)} on average; par is {span(level.par.recover_s)}"
    return ScoreLine("recovery", points, 100, evidence + (f"; {failed} came to damage" if failed else ""))


def _money(level: LevelFile, world: World, share: int) -> ScoreLine:
    spent = ledger.cost(world)
    par = level.par.cost_micros
    points = 150 * share * min(par, spent) // (1000 * spent) if spent else 0
    return ScoreLine(
        "money", points, 150, f"{format_usd(spent)} for cloud and people; par is {format_usd(par)}; x {share / 10:.1f} % of par's value"
    )


def _debt(level: LevelFile, world: World, share: int) -> ScoreLine:
    seconds = {d.kind: 0 for d in world.every(Debt)}
    for debt in world.every(Debt):
        seconds[debt.kind] += debt_seconds(debt, world.now)
    seconds["writes lost"] = sum(content_of(world, key).lost for key in asked_databases(world))
    total = sum(seconds.values())
    allowed = round(level.par.debt_hours * HOUR)
    points = 100 * share * allowed // (1000 * max(allowed, total)) if total > allowed else 100 * share // 1000
    named = ", ".join(f"{kind} {s // HOUR} h" for kind, s in sorted(seconds.items()) if s) or "nothing owed"
    return ScoreLine(
        "debt", points, 100, f"resource-hours: {named}; par is {level.par.debt_hours:g} h; x {share / 10:.1f} % of par's value"
    )


def _insight(level: LevelFile, world: World, scenario: Scenario, share: int, win_mood: bool) -> ScoreLine:
    asked = [("predicted", q) for q in level.predictions] + [("answered", q) for q in level.questions]
    right = sum(is_right(kind, q, world, scenario) is True for kind, q in asked)
    hints = sum(c.kind == "hint" for c in world.every(Commitment))
    points = 100 * right * share // (1000 * len(asked)) if asked else 0
    evidence = f"{right} of {len(asked)} predictions and questions right; x {share / 10:.1f} % of par's value"
    if win_mood and hints:
        points = max(0, points - HINT_COST * hints)
        evidence += f"; {hints} hints at {HINT_COST} points"
    return ScoreLine("insight", points, 100, evidence)


def is_right(kind: str, question: QuestionPart, world: World, scenario: Scenario) -> bool | None:
    """Return whether the committed choice is right; None where nothing was committed."""
    commitment = world.find(Commitment, f"{kind}:{question.id}")
    if commitment is None:
        return None
    choice = question.choices.get(commitment.choice)
    if choice is None:
        return False
    if not isinstance(choice, str) and choice.when is not None:
        return holds(choice.when, world, scenario).ok
    return commitment.choice == question.right


def _stars(level: LevelFile, world: World, lines: tuple[ScoreLine, ...]) -> int:
    """One star for the goals, a second inside par (time to value, value, money). The third is earned over futures, not here."""
    if world.over != "won":
        return 0
    by_id = {line.id: line for line in lines}
    inside = by_id["time-to-value"].points == 200 and by_id["payoff"].points == 200 and ledger.cost(world) <= level.par.cost_micros
    return 2 if inside else 1
