"""Terminal: a typed line in the app - taken at once, answered when its work is done, while the clock goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cloudlab.dialects.aws_cli import Line
from cloudlab.dialects.errors import LineError
from cloudlab.dialects.output import query, write
from cloudlab.dialects.script import (
    Ack,
    Answer,
    Decide,
    Deploy,
    Export,
    Hint,
    Note,
    Notebook,
    OnIncident,
    Order,
    Predict,
    ScriptError,
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
from cloudlab.engine.simulation import Preview
from cloudlab.lab import templates
from cloudlab.lab.asked import Refused, awaited, question_asked
from cloudlab.lab.captures import Capture, names, under_way
from cloudlab.lab.session import Session, pages_team
from cloudlab.lab.standing import Standing, read_block, refused_kind
from cloudlab.model.people import Person
from cloudlab.model.refusal import Refusal
from cloudlab.model.time import Seconds, span, stamp


@dataclass(frozen=True, slots=True)
class Waiting:
    """The line asks for time to pass: until this instant, or until `reached` says it may stop."""

    until: Seconds
    reached: Callable[[], bool]
    what: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a typed line at once."""

    text: str = ""
    """To be shown now; may be empty."""
    refusal: Refusal | None = None
    order: str | None = None
    """The order it gave, to be answered when its work is done."""
    waiting: Waiting | None = None
    standing: Standing | None = None
    """What is to be given at each page of a kind from now on."""


@dataclass(frozen=True, slots=True)
class _Given:
    line: Line
    capture: str | None


class Terminal:
    """One prompt: its variables, and the lines whose work is not done yet."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.variables: dict[str, Value] = names(session)
        self._given = {order.id: _Given(line, name) for order, line, name in under_way(session)}

    def preview(self, text: str) -> Preview | None:
        """Return what a line being typed would take and cost; None while it says no whole command."""
        try:
            statement = parse_statement(text, known=self.variables)
            if isinstance(statement, Deploy):
                statement = self._deployed(statement)
            if isinstance(statement, Order):
                person = statement.manner.person
                if person is not None and self.session.world.find(Person, person) is None:
                    return None
                return self.session.preview(statement.line(self.variables).command, person)
        except (ScriptError, LineError):
            return None
        return None

    def _deployed(self, statement: Deploy) -> Order:
        """Return the order that `deploy FILE` stands for."""
        order = parse_statement(templates.deploy_line(self.session.world, plain((statement.file,), self.variables)))
        assert isinstance(order, Order)
        return replace(order, manner=statement.manner)

    def take(self, text: str) -> Taken:
        """Take a line: orders begin, commitments are made, waits are handed back for the clock's owner to pass."""
        try:
            return self._take(text)
        except ScriptError as wrong:
            return Taken(refusal=Refusal(wrong.code, wrong.sentence, wrong.accepted))
        except LineError as wrong:
            return Taken(refusal=wrong.refusal)
        except Refused as no:
            return Taken(refusal=no.refusal)

    def _take(self, text: str) -> Taken:
        session = self.session
        statement = parse_statement(text, known=self.variables)
        match statement:
            case None:
                return Taken()
            case Order():
                return self._order(statement)
            case WaitSpan(seconds=seconds):
                return self._wait(session.now + seconds, lambda: False, span(seconds))
            case WaitUntil(instant=instant):
                return self._wait(instant, lambda: False, stamp(instant))
            case WaitForEnd():
                return self._wait(session.level.scenario.ends, lambda: False, "the end")
            case WaitForIncident():
                start = len(session.history)
                return self._wait(session.level.scenario.ends, lambda: self._paged_since(start), "a page")
            case WaitAll():
                if not self._at_work():
                    return Taken("Nobody is working on anything.")
                return self._wait(session.level.scenario.ends, lambda: not self._at_work(), "every order")
            case WaitFor():
                return self._wait_for(statement)
            case Ack(incident=word):
                return self._done(session.acknowledge(plain((word,), self.variables)).refusal, "Acknowledged.")
            case Predict(question=key, choice=choice):
                return self._commit("predicted", key, choice)
            case Answer(question=key, choice=choice):
                return self._commit("answered", key, choice)
            case Decide(project=project, go=go, because=because):
                choice = f"{'go' if go else 'no-go'} because {plain(because, self.variables)}"
                return self._done(session.commit("decided", project, choice).refusal, f"Decided: {project} {choice}")
            case Hint():
                return Taken(session.hint())
            case Note(text=word):
                return self._done(session.note(noted(word, self.variables)).refusal, "Noted.")
            case OnIncident(kind=kind):
                unknown = refused_kind(session.level, kind)
                return Taken(refusal=unknown) if unknown is not None else Taken(standing=read_block(text, kind))
            case Deploy():
                return self._order(self._deployed(statement))
            case Export(file=word):
                return Taken(templates.write(session.world, plain((word,), self.variables)))
            case Notebook():
                refusal = Refusal("NotModelled", "notebook: this level has no notebook.", "Train with a job or a document.")
        return Taken(refusal=refusal)

    def _order(self, statement: Order) -> Taken:
        line, name = statement.line(self.variables), statement.manner.capture
        capture = None if name is None else lambda order: Capture.of(order, name, line)
        submitted = self.session.submit(line.command, statement.manner.person, capture)
        if submitted.refusal is not None:
            return Taken(refusal=submitted.refusal)
        self._given[submitted.order] = _Given(line, name)
        return Taken(order=submitted.order)

    async def answer(self, order: str, cells: int = 0) -> str | None:
        """Return what the prompt says when an order took effect: the captured variable, or AWS's response, a table in `cells`."""
        given = self._given.pop(order, None)
        if given is None:
            return None
        answer = await self.session.complete_answer(order) or {}
        shown = {k: v for k, v in answer.items() if not k.startswith("_")}
        command, asked = given.line.command, given.line.query
        try:
            value = query(asked, shown) if asked is not None else shown
            if given.capture is not None:
                expression = asked or command.returns
                found = captured(query(expression, shown) if expression else None)
                if found is None:
                    return f"nothing to keep in ${given.capture}"
                self.variables[given.capture] = found
                return f"${given.capture} = {found if isinstance(found, str) else ' '.join(found)}"
        except LineError as wrong:
            return str(wrong.refusal)
        return write(value, given.line.output or "json", cells=cells) if value not in ({}, None) else "done"

    def expects(self, order: str) -> bool:
        """Tell whether an order given here has neither been answered nor refused yet."""
        return order in self._given

    def forget(self, order: str) -> None:
        """An order was refused after all, or taken back: nobody will answer it."""
        self._given.pop(order, None)

    def _wait(self, until: Seconds, reached: Callable[[], bool], what: str) -> Taken:
        ends = self.session.level.scenario.ends
        if until <= self.session.now:
            return Taken(
                refusal=Refusal("TimePassed", f"{stamp(until)} is over; it is {stamp(self.session.now)}.", "Wait for an instant ahead.")
            )
        return Taken(waiting=Waiting(min(until, ends), reached, what))

    def _wait_for(self, wait: WaitFor) -> Taken:
        asked = awaited(self.session, wait, self.variables)
        if asked.reached(self.session.world):
            return Taken(asked.told())

        def reached() -> bool:
            try:
                return asked.reached(self.session.world)
            except Refused:
                return True  # what can no longer come is no reason to wait on

        return self._wait(asked.until, reached, f"{asked.kind} {', '.join(asked.keys)} to be {asked.state}")

    def _at_work(self) -> bool:
        """Tell whether an order given here is being worked on or queued."""
        people = self.session.world.every(Person)
        return any(o.id in self._given for p in people for o in (*((p.current,) if p.current is not None else ()), *p.queue))

    def _paged_since(self, start: int) -> bool:
        return any(pages_team(self.session.world, h.event) for h in self.session.history[start:])

    def _commit(self, kind: str, key: str, choice: str) -> Taken:
        question = question_asked(self.session, kind, key, choice)
        return self._done(self.session.commit(kind, key, choice).refusal, f"{key}: {question.choice_text(choice)}")

    def _done(self, refusal: Refusal | None, text: str) -> Taken:
        return Taken(refusal=refusal) if refusal is not None else Taken(text)
