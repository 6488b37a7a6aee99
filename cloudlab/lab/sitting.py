"""Sitting: one person at one run - typed lines, the clock, the view and what is said back, without any screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloudlab.commands.registry import by_operation
from cloudlab.dialects.complete import Completion, complete
from cloudlab.dialects.errors import LineError
from cloudlab.dialects.human import human
from cloudlab.dialects.render import render
from cloudlab.dialects.script import ScriptError, parse_statement
from cloudlab.dialects.usage import signature
from cloudlab.engine.simulation import Happening, Preview
from cloudlab.lab.forms import Form, Problem, Row
from cloudlab.lab.known import KnownInRun
from cloudlab.lab.offers import Offer, offers, people
from cloudlab.lab.pacer import Pacer
from cloudlab.lab.pasted import Pasted, read_pasted
from cloudlab.lab.plain_views import LOOKS, look
from cloudlab.lab.session import Session
from cloudlab.lab.standing import Standing, begun_text, ended_text, facts, listed_text, open_page
from cloudlab.lab.telling import tell
from cloudlab.lab.terminal import Taken, Terminal
from cloudlab.lab.view import View, ViewBuilder
from cloudlab.lab.work import WorkFailed
from cloudlab.model.events.work import OrderCancelled, OrderFinished, OrderRefused
from cloudlab.model.money import format_usd
from cloudlab.model.operations import Commitment, Incident
from cloudlab.model.refusal import Refusal
from cloudlab.model.time import span, stamp

Said = Callable[[str, str], None]
"""Takes a text and its tone (telling.Line's, or empty)."""


POLL = 0.05
"""Wall seconds between two looks whether a pasted line's work is done."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the line being typed would do: `tone` good, bad or quiet; `usage` is how the command is written."""

    tone: str = "quiet"
    text: str = ""
    usage: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """The last decision, as one asks whether to take it back."""

    told: str
    """Who was asked for what, in words."""
    when: str
    line: str
    """The line that would give it again; empty where there is none."""


class Sitting:
    """Puts session, pacer and terminal together. `changed` is called when a new view or another state of the clock is due.

    `cells` tells how wide a table may be where answers are shown; 0 for as wide as it is.
    """

    def __init__(self, session: Session, *, said: Said, changed: Callable[[], None], cells: Callable[[], int] = lambda: 0) -> None:
        self.session = session
        self.said = said
        self.changed = changed
        self.pacer = Pacer(session, changed)
        self.terminal = Terminal(session)
        self.cells = cells
        self.known = KnownInRun(session, self.terminal)
        self._views = ViewBuilder(session)
        self._answering: set[asyncio.Task[None]] = set()
        self._taken = Taken()
        self._refused: set[str] = set()
        """Orders that were refused at the end of their work."""
        self._pasted: asyncio.Task[None] | None = None
        self.standing: dict[str, Standing] = {}
        """Standing orders by the kind of incident whose page they answer."""
        self._answered: set[str] = set()
        """Pages that a standing order has answered."""
        self._at_page: asyncio.Task[None] | None = None
        session.listeners.append(self._happened)

    def view(self) -> View:
        return self._views.build()

    @property
    def answering(self) -> bool:
        """Tell whether the answer to an order that took effect is still on its way."""
        return bool(self._answering)

    # a typed line -----------------------------------------------------------------------------------------------------

    def enter(self, text: str) -> bool:
        """Do what a line says; what comes of it is said, now or when the work is done. Return whether it was accepted."""
        verb, _, rest = text.strip().partition(" ")
        if self._said_here(verb, rest.strip()):
            self.changed()
            return True
        taken = self._taken = self.terminal.take(text)
        if taken.text:
            self.said(taken.text, "")
        if taken.refusal is not None:
            self.said(refusal_text(taken.refusal), "bad")
        if taken.standing is not None:
            self.standing[taken.standing.kind] = taken.standing
            self.said(begun_text(taken.standing.kind, len(taken.standing.lines)), "quiet")
            self._look_at_pages()
        if taken.order is not None:
            if self.session.answer(taken.order) is not None:
                self._answer(taken.order)
            else:
                self._begun(taken.order)
                self.pacer.run()
        if taken.waiting is not None:
            self.said(f"waiting for {taken.waiting.what}", "quiet")
            self.pacer.wait_for(taken.waiting)
        self.changed()
        return taken.refusal is None

    def _said_here(self, verb: str, rest: str) -> bool:
        """Answer the words that are the prompt's own; False for everything else."""
        match verb:
            case "help":
                self.said(help_text(rest), "")
            case "look" | "status":
                self.said(look(self.view(), rest or "status", self.session), "")
            case "brief":
                self.said(self.session.level.brief(), "")
            case "next":
                self.pacer.to_next_event()
            case "cancel":
                self.said(self.session.stop_work(rest or self.session.default_person()), "")
                self.changed()
            case "standing" if rest.startswith("off "):
                kind = rest.removeprefix("off ").strip()
                self.said(ended_text(kind, self.standing.pop(kind, None) is not None), "")
            case "standing" if not rest:
                self.said(listed_text([each.told() for each in self.standing.values()]), "")
            case "stop" if self._pasted is not None and not rest:
                self._pasted.cancel()
                self._pasted = None
                self.said("The pasted lines that are left were not given.", "quiet")
            case "undo":
                self.undo()
            case "rewind" if rest.isdigit():
                self._back(self.session.rewind(int(rest)))
            case "rewind" | "decisions":
                lines = [f"{r.n}: {stamp(r.at)} {r.kind} {r.body.get('command', r.body.get('key', ''))}" for r in self.session.decisions()]
                self.said(
                    "\n".join([*lines, "`rewind N` goes back to just before decision N."]) if lines else "Nothing has been decided yet.", ""
                )
            case _ if verb in LOOKS and not rest:
                self.said(look(self.view(), verb, self.session), "")
            case _:
                return False
        return True

    def undo(self) -> None:
        """Go back to just before the last decision, in learn mood."""
        self._back(self.session.undo())

    def last_decision(self) -> Decided | None:
        """Return what `undo` would take back; None where nothing has been decided."""
        decisions = self.session.decisions()
        if not decisions:
            return None
        record = decisions[-1]
        body, when = record.body, stamp(record.at)
        if record.kind == "given":
            command = by_operation(body["command"]).model_validate(body["params"])
            given = self.session.captures.get(record.id)
            keep = f" -> ${given.name}" if given is not None else ""
            prefix = "" if body["person"] == self.session.default_person() else f"as {body['person']} "
            return Decided(f"{when}, {body['person']}: {human(command)}", when, f"{prefix}{render(command)}{keep}")
        if record.kind == "acknowledged":
            return Decided(f"{when}: acknowledged {body['incident']}", when, f"ack {body['incident']}")
        return Decided(f"{when}: {body.get('kind', '')} {body.get('key', '')} {body.get('choice', '')}", when, "")

    def brief_again(self) -> str:
        """Return the brief as Markdown, with the predictions made so far."""
        file, world = self.session.level.file, self.session.world
        said = {c.id.partition(":")[2]: c.choice for c in world.every(Commitment) if c.kind == "predicted"}
        rows = [
            f"- **{q.id}** {q.text}\n  {said[q.id]}: {q.choice_text(said[q.id])}"
            if q.id in said
            else f"- **{q.id}** {q.text}\n  not predicted: `predict {q.id} {'|'.join(q.choices)}`"
            for q in file.predictions
        ]
        return self.session.level.brief() + ("\n---\n# What you predicted\n\n" + "\n".join(rows) if rows else "")

    def hint(self) -> None:
        self.said(self.session.hint(), "")
        self.changed()

    def acknowledge(self, incident: str) -> None:
        refusal = self.session.acknowledge(incident).refusal
        self.said(refusal_text(refusal) if refusal is not None else f"Acknowledged {incident}.", "bad" if refusal is not None else "quiet")
        self.changed()

    def _back(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.said(refusal_text(refusal), "bad")
            return
        self.pacer.pause("rewound")
        self._stop_answering()
        self._answered &= {i.id for i in self.session.world.every(Incident) if i.detected is not None}
        known = self.terminal.variables
        self.terminal = Terminal(self.session)
        self.terminal.variables = known
        self.known = KnownInRun(self.session, self.terminal)
        self.said(f"Back at {stamp(self.session.now)}, just before that decision.", "quiet")
        self.changed()

    # pasted lines -----------------------------------------------------------------------------------------------------

    def read_pasted(self, text: str) -> tuple[Pasted, ...]:
        """Return the statements of a pasted script; what is wrong with it is said, and nothing returned."""
        try:
            return read_pasted(text, self.terminal.variables)
        except ScriptError as wrong:
            self.said(f"{wrong}\nNothing of the pasted text was given.", "bad")
            return ()

    def run_pasted(self, lines: Sequence[Pasted], echo: Callable[[str], None]) -> None:
        """Give pasted statements one after another, each when the work of the one before is done; `stop` ends it."""
        if self._pasted is not None:
            self._pasted.cancel()
        self._pasted = asyncio.get_running_loop().create_task(self._run_pasted(lines, echo))

    async def _run_pasted(self, lines: Sequence[Pasted], echo: Callable[[str], None]) -> None:
        await self._give(lines, echo, "the pasted text")
        self._pasted = None
        self.changed()

    async def _give(self, lines: Sequence[Pasted], echo: Callable[[str], None], where: str = "the standing order") -> bool:
        """Give lines one after another, each when the work of the one before is done; a refusal ends it, is said, and returns False."""
        for index, each in enumerate(lines):
            echo(each.text)
            self._taken = Taken()
            accepted = self.enter(each.text)
            taken = self._taken
            if accepted and taken.order is not None and each.waits:
                while self.terminal.expects(taken.order) and not self.session.over:
                    await self._moment()
                await asyncio.gather(*self._answering)
                accepted = taken.order not in self._refused
            wait = taken.waiting
            while wait is not None and self.session.now < wait.until and not (wait.reached() or self.session.over):
                await self._moment()
            if not accepted:
                left = len(lines) - index - 1
                self.said(f"Line {each.line} of {where} failed: {each.text}\n{left} after it were not given.", "bad")
                return False
        return True

    # standing orders --------------------------------------------------------------------------------------------------

    def _look_at_pages(self) -> None:
        """Begin to answer the pages that standing orders are for; one after another."""
        if self.standing and (self._at_page is None or self._at_page.done()):
            self._at_page = asyncio.get_running_loop().create_task(self._answer_pages())

    async def _answer_pages(self) -> None:
        before, well = self.pacer.interrupted(), True
        while not self.session.over and (page := open_page(self.session.world, tuple(self.standing), self._answered)) is not None:
            self._answered.add(page.id)
            self.terminal.variables |= facts(page)
            well &= await self._give(self.standing[page.kind].lines, lambda text: self.said(f"standing order: {text}", "quiet"))
        if well and not self._player_needed():
            self.pacer.go_on(before)
        self.changed()

    def _player_needed(self) -> bool:
        """Tell whether a page is open that no standing order is for."""
        others = tuple(k.id for k in self.session.level.scenario.catalogue.incidents if k.id not in self.standing)
        return open_page(self.session.world, others, set()) is not None

    async def _moment(self) -> None:
        """Let a moment of the wall clock pass; a page that a standing order is for does not stop the work it comes into."""
        if self.standing and self.pacer.stopped_because == "paged" and not self.pacer.running and not self._player_needed():
            self.pacer.go_on(self.pacer.interrupted())
        await asyncio.sleep(POLL)

    # while typing -----------------------------------------------------------------------------------------------------

    def complete(self, text: str, cursor: int) -> Completion:
        return complete(text, cursor, self.known)

    def offers(self, form: Form, row: Row) -> list[Offer]:
        """Return what a row of a form may be filled with."""
        return offers(self.session, self.known, form, row)

    def people(self, form: Form) -> list[Offer]:
        """Return who could do what a form says."""
        built = form.built()
        return people(self.session, None if isinstance(built, Problem) else built)

    def foresee(self, text: str) -> Foresight:
        """Return what a line would do if it were entered now."""
        if not text.strip():
            return Foresight()
        usage = signature(text)
        preview = self.terminal.preview(text)
        if preview is not None:
            tone = "bad" if preview.refusal is not None else "good"
            return Foresight(tone, preview_text(preview), usage)
        try:
            parse_statement(text, known=self.terminal.variables)
        except ScriptError as wrong:
            return Foresight("quiet", Refusal(wrong.code, wrong.sentence, wrong.accepted).told if len(text.split()) > 1 else "", usage)
        except LineError as wrong:
            return Foresight("quiet", str(wrong), usage)
        return Foresight("quiet", "", usage)

    # what happens by itself -------------------------------------------------------------------------------------------

    def _begun(self, order: str) -> None:
        for worker in self.view().team:
            if worker.order == order and worker.until is not None:
                self.said(f"{worker.name} is on it until {stamp(worker.until)}", "quiet")
                return
        self.said("queued: it begins when the work before it is done", "quiet")

    def _happened(self, happenings: Sequence[Happening]) -> None:
        for happening in happenings:
            match happening.event:
                case OrderFinished(order=order):
                    self._answer(order.id)
                case OrderRefused(order=order, refusal=refusal):
                    self.terminal.forget(order.id)
                    self._refused.add(order.id)
                    self.said(refusal_text(refusal), "bad")
                case OrderCancelled(order=order):
                    self.terminal.forget(order.id)
                case _:
                    line = tell(happening, self.session.world, self.session.level.scenario.catalogue)
                    if line is not None and line.tone in ("page", "bad"):
                        self.said(f"{stamp(line.at)} {line.text}", line.tone)
        self._look_at_pages()
        self.changed()

    def _answer(self, order: str) -> None:
        task = asyncio.get_running_loop().create_task(self._say_answer(order))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _say_answer(self, order: str) -> None:
        try:
            text = await self.terminal.answer(order, self.cells())
        except WorkFailed as failed:
            self.said(f"The real model could not be asked: {failed}", "bad")
            return
        if text is not None:
            self.said(text, "")
            self.changed()

    def _stop_answering(self) -> None:
        if self._at_page is not None:
            self._at_page.cancel()

    def close(self) -> None:
        """Stop listening; the session itself stays open."""
        if self._pasted is not None:
            self._pasted.cancel()
        self._stop_answering()
        if self._happened in self.session.listeners:
            self.session.listeners.remove(self._happened)


def refusal_text(refusal: Refusal) -> str:
    """Write a refusal as AWS's code and sentence, and below what would be accepted."""
    return f"{refusal.code}: {refusal.sentence}" + (f"\n{refusal.accepted}" if refusal.accepted else "")


def preview_text(seen: Preview) -> str:
    """Write a preview on one line: the refusal there would be, or effort, finish and price."""
    if seen.refusal is not None:
        return f"would be refused: {seen.refusal}"
    charges = ", ".join(f"{c.line} {format_usd(c.micros, 4)}" + ("/h" if c.per == "hour" else "") for c in seen.charges)
    behind = f" behind {seen.queued_behind} order{'s' if seen.queued_behind > 1 else ''}" if seen.queued_behind else ""
    work = f"{span(seen.effort)} of work, done {stamp(seen.due)}{behind}" if seen.effort else "takes no work"
    people = f"; people {format_usd(seen.people_micros)}" if seen.people_micros else ""
    return f"{work}{people}; cloud {charges or 'free'}"


def help_text(word: str) -> str:
    """Return the prompt's help, or how a command is written."""
    if not word:
        return HELP
    from cloudlab.lab.reference import as_text

    return as_text(word)


HELP = """\
Lines as the aws CLI takes them (`aws` may be left out), or one of these:
  help WORD        how a command is written: help ec2, help create-subnet
  wait 30m         also: until day 2 09:00 | for incident | for KIND ID STATE | for end
  next             jump to the next event
  hint             where you are wrong, computed from the state
  ack ID           acknowledge a page
  on incident KIND and lines up to `end`: given by itself at each such page
  standing         such orders; `standing off KIND` ends one
  cancel PERSON    take back the order somebody is working on
  undo, rewind N   learn mood: back to before the last decision, or decision N
  look WHAT        map, board, goals, pages, jobs, traffic, plots, team, log, money, data as text
  look template    what stands as a CloudFormation template; look terraform: for reading
  look ID          a thing of the map; look way FROM TO [PORT]: a packet's way, to where it stops
  predict P1 a, answer Q1 b, note TEXT, brief
  stop             give no more of the lines that were pasted
`-> $name` keeps a new id; `as raj ...` gives an order to raj; orders queue per person.
`\\` at the end goes on in the next line; `--output table` and `--query EXPR` shape an answer."""
