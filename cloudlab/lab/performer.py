"""Performer: does what a script or a typed line says, statement by statement, letting simulated time pass as it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cloudlab.dialects.aws_cli import Line
from cloudlab.dialects.errors import LineError, did_you_mean
from cloudlab.dialects.human import human
from cloudlab.dialects.output import query, write
from cloudlab.dialects.script import (
    Ack,
    Answer,
    Decide,
    Deploy,
    Export,
    Hint,
    Manner,
    Note,
    Notebook,
    OnIncident,
    Order,
    Place,
    Predict,
    Script,
    ScriptError,
    Statement,
    WaitAll,
    WaitFor,
    WaitForEnd,
    WaitForIncident,
    WaitSpan,
    WaitUntil,
    captured,
    noted,
    parse_statement,
    plain,
)
from cloudlab.dialects.tokens import Value
from cloudlab.lab import templates
from cloudlab.lab.asked import Refused, awaited, question_asked
from cloudlab.lab.captures import Capture, names, under_way
from cloudlab.lab.session import Session, pages_team
from cloudlab.lab.standing import begun_text
from cloudlab.model.events import Event
from cloudlab.model.events.work import OrderCancelled, OrderFinished, OrderRefused
from cloudlab.model.operations import Incident
from cloudlab.model.people import Person
from cloudlab.model.refusal import Refusal
from cloudlab.model.time import Seconds, span, stamp


@dataclass(frozen=True, slots=True)
class Pending:
    """An order given and not done yet."""

    order: str
    line: Line
    place: Place
    manner: Manner


class Performer:
    """Performs statements on a session. `said` receives what a person at the prompt would read.

    With `interactive`, a page that no `on incident` block answers ends a wait, as it would call a player back to the prompt.
    """

    def __init__(self, session: Session, *, said: Callable[[str], None] = lambda _: None, interactive: bool = False) -> None:
        self.session = session
        self.said = said
        self.interactive = interactive
        self.variables: dict[str, Value] = names(session)
        self.handlers: dict[str, OnIncident] = {}
        self.pending = [
            Pending(order.id, line, Place("resumed", 0, human(order.command)), Manner(order.person, capture=name, waits=False))
            for order, line, name in under_way(session)
        ]
        self._handled: set[str] = {i.id for i in session.world.every(Incident) if i.detected is not None}
        self._handling = False
        self._read = len(session.history)

    async def perform_script(self, script: Script) -> None:
        """Perform a whole script. Raises ScriptError; stops quietly where the run is over."""
        for statement in script.statements:
            if self.session.over and not isinstance(statement, Answer | Predict | Note):
                return
            await self.perform(statement)
        if self.pending and not self.session.over:
            await self._until_done(self.pending)

    async def perform(self, statement: Statement) -> None:
        """Perform one statement; a line returns when its work is done. Raises ScriptError."""
        place = statement.place
        session = self.session
        match statement:
            case Order(manner=manner):
                await self._order(statement, manner)
            case WaitSpan(seconds=seconds):
                await self._pass_time(session.now + seconds)
            case WaitUntil(instant=instant):
                if instant < session.now:
                    raise place.error("TimePassed", f"{stamp(instant)} is over; it is {stamp(session.now)}.", "Wait for an instant ahead.")
                await self._pass_time(instant)
            case WaitFor():
                await self._wait_for(statement)
            case WaitForIncident():
                before = self._pages()
                await self._pass_time(session.level.scenario.ends, lambda e: pages_team(session.world, e))
                if self._pages() == before:
                    raise place.error("NoIncident", "The run ended before anything was paged.")
            case WaitForEnd():
                await self._pass_time(session.level.scenario.ends)
            case WaitAll():
                await self._until_done(self.pending)
            case OnIncident(kind=kind):
                kinds = [k.id for k in session.level.scenario.catalogue.incidents]
                if kind not in kinds:
                    raise place.error(
                        "NoSuchIncident", f"There is no incident kind '{kind}'.", did_you_mean(kind, kinds) or ", ".join(kinds)
                    )
                self.handlers[kind] = statement
                if self.interactive:
                    self.said(begun_text(kind, len(statement.body)))
                await self._handle_pages()
            case Ack(incident=word):
                self._check(place, session.acknowledge(plain((word,), self.variables)).refusal)
                self.said("Acknowledged.")
            case Predict(question=key, choice=choice):
                self._commit(place, "predicted", key, choice)
            case Answer(question=key, choice=choice):
                self._commit(place, "answered", key, choice)
            case Decide(project=project, go=go, because=because):
                evidence = plain(because, self.variables)
                self._check(place, session.commit("decided", project, f"{'go' if go else 'no-go'} because {evidence}").refusal)
            case Hint():
                self.said(session.hint())
            case Note(text=text):
                session.note(noted(text, self.variables))
            case Deploy(file=word, manner=manner):
                order = parse_statement(templates.deploy_line(session.world, plain((word,), self.variables)))
                assert isinstance(order, Order)
                await self._order(replace(order, place=place), manner)
            case Export(file=word):
                try:
                    self.said(templates.write(session.world, plain((word,), self.variables)))
                except Refused as no:
                    self._refused(place, Manner(), no.refusal)
            case Notebook():
                raise place.error("NotModelled", "notebook: this level has no notebook.", "Train with a job or a document.")

    # orders -----------------------------------------------------------------------------------------------------------

    async def _order(self, statement: Order, manner: Manner) -> None:
        try:
            line = statement.line(self.variables)
        except LineError as wrong:
            self._refused(statement.place, manner, wrong.refusal)
            return
        name = manner.capture
        capture = None if name is None else lambda order: Capture.of(order, name, line)
        submitted = self.session.submit(line.command, manner.person, capture)
        if submitted.refusal is not None:
            self._refused(statement.place, manner, submitted.refusal)
            return
        waiting = Pending(submitted.order, line, statement.place, manner)
        self.pending.append(waiting)
        await self._settle()
        if manner.waits:
            await self._until_done([waiting])

    async def _until_done(self, wanted: Sequence[Pending]) -> None:
        """Let time pass until all these orders took effect, answering pages on the way."""
        orders = [p.order for p in wanted]
        await self._settle()
        while any(p.order in orders for p in self.pending) and not self.session.over:
            if await self._pass_time(self.session.level.scenario.ends, lambda e: _is_end_of(e, orders)):
                return

    async def _settle(self) -> None:
        """Look at what happened since the last time: which orders took effect, which were refused after all.

        One happening after another: where one raises, the next call goes on behind it.
        """
        history = self.session.history
        self._read = min(self._read, len(history))
        while self._read < len(history):
            event = history[self._read].event
            self._read += 1
            if isinstance(event, OrderFinished | OrderRefused | OrderCancelled):
                found = next((p for p in self.pending if p.order == event.order.id), None)
                if found is not None:
                    self.pending.remove(found)
                    if isinstance(event, OrderRefused):
                        self._refused(found.place, found.manner, event.refusal)
                    elif isinstance(event, OrderFinished):
                        await self._took_effect(found)

    async def _took_effect(self, done: Pending) -> None:
        if done.manner.refused_with is not None:
            sentence = f"This line was to be refused with {done.manner.refused_with}, but it took effect."
            raise done.place.error("NotRefused", sentence, "Take the `! CODE` away if it should.")
        answer = await self.session.complete_answer(done.order) or {}
        shown = {k: v for k, v in answer.items() if not k.startswith("_")}
        returns = done.line.command.returns
        try:
            asked = query(done.line.query, shown) if done.line.query is not None else None
            value = asked if done.line.query is not None else query(returns, shown) if returns else None
        except LineError as wrong:
            raise done.place.error(wrong.refusal.code, wrong.sentence, wrong.accepted) from None
        if done.manner.capture is not None:
            found = captured(value)
            if found is None:
                raise done.place.error(
                    "NothingCaptured", f"There is nothing to keep in ${done.manner.capture}.", "Look at the answer first."
                )
            self.variables[done.manner.capture] = found
            self.said(f"${done.manner.capture} = {found if isinstance(found, str) else ' '.join(found)}")
        elif self.interactive and shown:
            self.said(write(asked if done.line.query is not None else shown, done.line.output or "json"))

    def _refused(self, place: Place, manner: Manner, refusal: Refusal) -> None:
        if manner.refused_with == refusal.code:
            self.said(f"refused, as expected: {refusal}")
            return
        if manner.refused_with is not None:
            raise place.error(refusal.code, f"This line was to be refused with {manner.refused_with}. {refusal.sentence}", refusal.accepted)
        raise place.error(refusal.code, refusal.sentence, refusal.accepted)

    # time -------------------------------------------------------------------------------------------------------------

    async def _pass_time(self, until: Seconds, stop: Callable[[Event], bool] | None = None) -> bool:
        """Let time pass to `until`, doing what `on incident` blocks say at each page; `stop` ends the wait early.

        Returns whether a page called the player back to the prompt; work under way then goes on with the next wait.
        """
        session = self.session
        until = min(until, session.level.scenario.ends)
        await self._handle_pages()
        while session.now < until and not session.over:
            before = len(session.history)
            await session.advance(until, lambda e: pages_team(session.world, e) or (stop is not None and stop(e)))
            fresh = [h.event for h in session.history[before:]]
            await self._settle()
            paged = any(pages_team(session.world, e) for e in fresh)
            await self._handle_pages()
            if paged and self.interactive and self._unanswered() and not session.over:
                going = "; the work under way goes on with it" if self.pending else ""
                self.said(f"The clock stopped: somebody is paged. `look pages` lists the ways out; `wait 1h` lets time pass{going}.")
                return True
            if stop is not None and any(stop(e) for e in fresh):
                return False
        return False

    async def _handle_pages(self) -> None:
        """Run the block of every page that has one and was not answered yet; one block at a time."""
        if self._handling:
            return
        while (incident := self._next_page()) is not None:
            self._handled.add(incident.id)
            block = self.handlers[incident.kind]
            self.variables |= {
                "incident.id": incident.id,
                "incident.resource": incident.resource or "",
                "incident.due": str(incident.due if incident.due is not None else ""),
                "incident.kind": incident.kind,
            }
            self._handling = True
            try:
                for statement in block.body:
                    if not self.session.over:
                        await self.perform(statement)
            finally:
                self._handling = False

    def _next_page(self) -> Incident | None:
        for incident in self._known_pages():
            if incident.is_open and incident.id not in self._handled and incident.kind in self.handlers and not self.session.over:
                return incident
        return None

    def _known_pages(self) -> list[Incident]:
        mine = [i for i in self.session.world.every(Incident) if i.detected is not None and i.holder == "customer"]
        return sorted(mine, key=lambda i: i.detected or 0)

    def _pages(self) -> int:
        return len(self._known_pages())

    def _unanswered(self) -> bool:
        return any(i.is_open and i.kind not in self.handlers for i in self._known_pages())

    async def _wait_for(self, wait: WaitFor) -> None:
        place, session = wait.place, self.session
        began = session.now
        try:
            asked = awaited(session, wait, self.variables)
            while not asked.reached(session.world):
                if session.over:
                    raise place.error("RunOver", f"The run ended, and {asked.kind} was still {asked.now(session.world)}.")
                if session.now >= asked.until:
                    late = f"was still {asked.now(session.world)} after {span(session.now - began)} of waiting"
                    raise place.error("TimedOut", f"{asked.kind} {plain((wait.id,), self.variables)} {late}.")
                if await self._pass_time(asked.until, lambda _: True):
                    return
        except Refused as no:
            self._check(place, no.refusal)
            return
        self.said(f"{asked.told()} ({stamp(session.now)})")

    # commitments ------------------------------------------------------------------------------------------------------

    def _commit(self, place: Place, kind: str, key: str, choice: str) -> None:
        try:
            question_asked(self.session, kind, key, choice)
        except Refused as no:
            self._check(place, no.refusal)
        self._check(place, self.session.commit(kind, key, choice).refusal)

    def _check(self, place: Place, refusal: Refusal | None) -> None:
        if refusal is not None:
            raise place.error(refusal.code, refusal.sentence, refusal.accepted)

    def team(self) -> list[str]:
        """Return the names that `as` takes."""
        return [p.id for p in self.session.world.every(Person)]


def _is_end_of(event: Event, orders: list[str]) -> bool:
    return isinstance(event, OrderFinished | OrderRefused | OrderCancelled) and event.order.id in orders


__all__ = ["Pending", "Performer", "ScriptError"]
