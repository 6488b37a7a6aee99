"""The debrief: what a run came to, beside the same seed on the other road, with evidence for every number."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.rules import ledger, traffic
from cloudlab.engine.rules.responsibility import holding, service_of
from cloudlab.engine.rules.settling import Tally
from cloudlab.lab.losses import losses
from cloudlab.lab.result import Result
from cloudlab.lab.script_run import run_bot
from cloudlab.lab.session import Work
from cloudlab.lab.telling import Line, tell
from cloudlab.levels.loader import Level
from cloudlab.levels.predicates import holds
from cloudlab.levels.schema import BotPart, QuestionPart
from cloudlab.levels.score import Score, is_right
from cloudlab.model.money import format_usd, round_lines
from cloudlab.model.operations import Commitment, Front, Incident, Serving
from cloudlab.model.people import Toil
from cloudlab.model.time import Seconds, span, stamp

CENT = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as the debrief tells it."""

    at: Seconds
    title: str
    resource: str
    duty: str
    holder: str
    detected_after: Seconds | None
    lasted: Seconds | None
    """None where it was never resolved."""
    failed: bool
    resolution: str
    rate_factor: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs compared."""

    road: str
    outcome: str
    because: str
    time_to_value: Seconds | None
    cost_micros: int
    people_seconds: Seconds
    value_micros: int
    offered: int
    served: int
    pages: int
    """Incidents that paged the team."""
    handled_by_provider: int
    hours: tuple[tuple[Seconds, int, int], ...]
    """Per clock hour: start, answered, failed; both sides share the axis."""
    ledger: tuple[tuple[str, int], ...] = ()
    """(line, micro-dollars rounded to cents); they sum to the rounded total."""
    toil: tuple[tuple[str, Seconds, int], ...] = ()
    """(kind of task, attended seconds, times), the longest first."""
    incidents: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question as the debrief asks or explains it. `right` is None while nothing was committed."""

    kind: str
    id: str
    text: str
    choices: tuple[tuple[str, str], ...]
    chosen: str | None
    right: bool | None
    explain: str
    answer: str = ""
    """What was so, in words; empty before the run is over, and where no choice holds."""


@dataclass(frozen=True, slots=True)
class Debrief:
    title: str
    mine: Side
    score: Score
    ledger: tuple[tuple[str, int], ...]
    """(line, micro-dollars rounded to cents); they sum to the rounded total."""
    total_micros: int
    toil: tuple[tuple[str, Seconds, int], ...]
    """(kind of task, attended seconds, times), the longest first."""
    incidents: tuple[Told, ...]
    provider_did: tuple[str, ...]
    """What the provider did without being asked."""
    beyond_control: tuple[str, ...]
    stands_on: tuple[str, ...]
    """What the loss of each zone, and of each single thing that matters, would have come to with the design as it was at the end."""
    models: tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...]
    timeline: tuple[Line, ...]
    quizzes: tuple[Quiz, ...]
    principle: str
    cards: tuple[tuple[str, str], ...]


def debrief(result: Result) -> Debrief:
    """Work out the debrief of a run; every number comes from the engine's own World and history."""
    level, world, scenario = result.level, result.world, result.level.scenario
    mine = side(result)
    told = [line for h in result.history if (line := tell(h, world, scenario.catalogue)) is not None]
    return Debrief(
        title=level.file.title,
        mine=mine,
        score=result.score,
        ledger=mine.ledger,
        total_micros=sum(micros for _, micros in mine.ledger),
        toil=mine.toil,
        incidents=mine.incidents,
        provider_did=tuple(_provider_did(result)),
        beyond_control=tuple(_beyond_control(result)),
        stands_on=tuple(losses(world, scenario)),
        models=tuple((name, spec.container, fact.metrics) for name, spec, fact in result.models()),
        timeline=tuple(told),
        quizzes=tuple(quizzes(result)),
        principle=level.file.principle,
        cards=tuple((c.front, c.back) for c in level.file.cards),
    )


def side(result: Result) -> Side:
    """Return the figures of a run that are compared with the other road's."""
    scenario, tally = result.level.scenario, result.tally
    hours: dict[Seconds, Tally] = {}
    for need in scenario.needs:
        for start, part in traffic.by_hour(result.world, scenario, need, scenario.starts, result.world.now):
            hours[start] = hours[start] + part if start in hours else part
    struck = result.incidents()
    by_line = ledger.cost_by_line(result.world)
    toil = sorted((t for t in result.world.every(Toil) if t.seconds), key=lambda t: -t.seconds)
    return Side(
        road=result.road,
        outcome=result.outcome,
        because=result.because,
        time_to_value=result.time_to_value,
        cost_micros=result.cost,
        people_seconds=sum(t.seconds for t in result.world.every(Toil)),
        value_micros=tally.value_micros,
        offered=tally.offered,
        served=tally.served,
        pages=sum(i.holder == "customer" and i.detected is not None for i in struck),
        handled_by_provider=sum(i.holder == "provider" for i in struck),
        hours=tuple((start, t.served, t.offered - t.served) for start, t in sorted(hours.items())),
        ledger=tuple(zip(by_line, round_lines(list(by_line.values()), CENT), strict=True)),
        toil=tuple((t.id, t.seconds, t.times) for t in toil),
        incidents=tuple(_told(result, i) for i in struck),
    )


def other_road(level: Level, road: str) -> BotPart | None:
    """Return the level's own bot for the road not taken; after a mixed run or none, the first one."""
    mains = [b for b in level.file.bots if b.main]
    return next((b for b in mains if b.road != road), mains[0] if mains else None)


async def ghost(result: Result, work: Work) -> Result | None:
    """Play the other road's bot on the same seed; real results it lacks are worked out by `work`. None where a level has no bot."""
    bot = other_road(result.level, result.road)
    return await run_bot(result.level, bot.file, work, seed=result.world.seed) if bot is not None else None


def quizzes(result: Result) -> list[Quiz]:
    """Return predictions and questions with what was committed, and an explanation, never a bare right or wrong."""
    file = result.level.file
    asked = [("predicted", q) for q in file.predictions] + [("answered", q) for q in file.questions]
    found = []
    for kind, question in asked:
        commitment = result.world.find(Commitment, f"{kind}:{question.id}")
        found.append(
            Quiz(
                kind=kind,
                id=question.id,
                text=question.text,
                choices=tuple((key, question.choice_text(key)) for key in question.choices),
                chosen=commitment.choice if commitment is not None else None,
                right=is_right(kind, question, result.world, result.level.scenario),
                explain=question.explain,
                answer=_answer(result, question) if result.world.over else "",
            )
        )
    return found


def _answer(result: Result, question: QuestionPart) -> str:
    """Return the words of the right choice: a question names it, of a prediction it is the one that came true."""
    for key, choice in question.choices.items():
        when = None if isinstance(choice, str) else choice.when
        if key == question.right or (when is not None and holds(when, result.world, result.level.scenario).ok):
            return question.choice_text(key)
    return ""


def verdict(quiz: Quiz) -> str:
    """Return whether what was said is right, and what would have been where it is not."""
    said = {True: "right", False: "not so", None: "not answered"}[quiz.right]
    return said if quiz.right or not quiz.answer else f"{said}; right was: {quiz.answer}"


def _told(result: Result, incident: Incident) -> Told:
    scenario = result.level.scenario
    planned = next((p for p in scenario.incidents if p.id == incident.id), None)
    assert incident.resource is not None
    return Told(
        at=incident.struck,
        title=scenario.catalogue.incident(incident.kind).title,
        resource=incident.resource,
        duty=incident.duty,
        holder="you" if incident.holder == "customer" else "AWS",
        detected_after=incident.detected - incident.struck if incident.detected is not None else None,
        lasted=incident.resolved - incident.struck if incident.resolved is not None else None,
        failed=incident.failed,
        resolution=incident.resolution,
        rate_factor=planned.rate_factor if planned is not None else 1,
    )


def _provider_did(result: Result) -> list[str]:
    scenario, world = result.level.scenario, result.world
    did = [
        f"{stamp(i.struck)}: {scenario.catalogue.incident(i.kind).title} on {i.resource}: {i.resolution or 'under way'}"
        for i in result.incidents()
        if i.holder == "provider"
    ]
    services: dict[str, str] = {}
    for front in {f.resource: None for _, f in _fronts(result)}:
        if _exists(result, front):
            services[service_of(world, front)] = front
    for front in services.values():
        held = [d.title for d in scenario.catalogue.duties if holding(scenario.catalogue, world, front, d.id).holder == "provider"]
        did.append(f"all along, for {front}: {', '.join(held)}")
    return did


def _fronts(result: Result) -> list[tuple[Seconds, Front]]:
    return [(seg.since, f) for s in result.world.every(Serving) for seg in s.segments for f in seg.fronts]


def _exists(result: Result, resource: str) -> bool:
    try:
        service_of(result.world, resource)
    except AssertionError:
        return False
    return True


def _beyond_control(result: Result) -> list[str]:
    found = []
    for incident in result.incidents():
        kind = result.level.scenario.catalogue.incident(incident.kind)
        when = f"{stamp(incident.struck)}: when {kind.title.lower()} struck was fate; "
        if incident.holder == "provider":
            found.append(when + "its end was AWS's to bring about, and you could only wait")
        elif incident.resolved is not None:
            found.append(when + f"that it lasted {span(incident.resolved - incident.struck)} was yours")
        else:
            found.append(when + "that it lasted was yours")
    return found


def compare(mine: Side, other: Side) -> list[tuple[str, str, str]]:
    """Return (what, yours, the other road's) for the figures that matter."""

    def taken(seconds: Seconds | None) -> str:
        return span(seconds) if seconds is not None else "never"

    def share(side: Side) -> str:
        return f"{side.served * 1000 // side.offered / 10:.1f} %" if side.offered else "none"

    return [
        ("road", mine.road, other.road),
        ("outcome", mine.outcome, other.outcome),
        ("time to value", taken(mine.time_to_value), taken(other.time_to_value)),
        ("requests answered", share(mine), share(other)),
        ("answers worth", format_usd(mine.value_micros), format_usd(other.value_micros)),
        ("cloud and people", format_usd(mine.cost_micros), format_usd(other.cost_micros)),
        ("hours of people", span(mine.people_seconds), span(other.people_seconds)),
        ("times paged", str(mine.pages), str(other.pages)),
        ("handled by AWS", str(mine.handled_by_provider), str(other.handled_by_provider)),
    ]
