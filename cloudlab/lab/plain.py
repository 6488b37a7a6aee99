"""The plain face: linear, append-only text for screen readers, dumb terminals and pipes; nothing the screens can do is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

from cloudlab.dialects.errors import LineError
from cloudlab.dialects.script import VERBS, Order, ScriptError, parse_statement
from cloudlab.engine.simulation import Happening
from cloudlab.jobs.job import Job
from cloudlab.lab.performer import Performer
from cloudlab.lab.plain_end import PlainEnd
from cloudlab.lab.plain_settings import changed, settings_text
from cloudlab.lab.plain_views import LOOKS, look
from cloudlab.lab.profile import load_profile, reviewed
from cloudlab.lab.review import card_of
from cloudlab.lab.saves import SaveError
from cloudlab.lab.session import QUIET, Session, Work, came_to_its_end, noticed, pages_team
from cloudlab.lab.settings import load_settings, save_settings, settings_path
from cloudlab.lab.standing import ended_text, listed_text
from cloudlab.lab.telling import tell
from cloudlab.lab.view import ViewBuilder
from cloudlab.lab.work import WorkFailed
from cloudlab.levels.schema import QuestionPart
from cloudlab.model.money import format_usd
from cloudlab.model.operations import Commitment
from cloudlab.model.time import span, stamp

Write = Callable[[str], None]
Ask = Callable[[str], str]
"""Shows a prompt and returns a line; raises EOFError at the end of input."""

HELP = """\
Type aws commands, as in `ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc`.
`as raj ...` gives an order to raj; a trailing `&` does not wait for the work;
`\\` continues a line. Or type one of these:
  look WHAT       status, map, board, goals, pages, jobs, traffic, team, log,
                  money, plots, data, quotas; `look` alone is the status
  look template   what stands, as a CloudFormation template (`look template json`);
                  look terraform: the same in Terraform's language, for reading
  look board WORD a filter (mine, struck, a service), or a duty with its sources
  look page ID    a page at length: cost of waiting, ways out, timeline
  look ID         a thing of the map: what is known of it, what can be done
  look way FROM TO [PORT]   a packet's way, to where it stops
  hint            where you are wrong, computed from the state
  help [COMMAND]  this, or how a command is written
  preview LINE    price, effort and refusal, without doing it
  wait 30m | wait until day 2 09:00 | wait for KIND ID STATE
  wait for incident | wait for end
  next            until something happens, at most 12 hours
  ack ID          take note of a page
  on incident KIND and lines up to `end`: given by itself at each such page
  standing        such orders; `standing off KIND` ends one
  cancel PERSON   take back the order somebody is working on
  undo            learn mood: back to before the last decision
  rewind N        learn mood: to before decision N; `decisions` lists them
  predict P1 a | answer Q1 b | note TEXT | brief | report FILE
  review          the cards that are due
  settings | set NAME VALUE   as in `set sounds on`
  quit            leave; the run is saved"""


class PlainFace:
    """Plays a run by reading lines and writing text; never moves a cursor, never repaints."""

    def __init__(self, session: Session, ghost_work: Work, write: Write, ask: Ask, today: date) -> None:
        self.session = session
        self.write = write
        self.ask = ask
        self.today = today
        self.settings = load_settings()
        self.end = PlainEnd(session, ghost_work, write, today)
        self.views = ViewBuilder(session)
        self.performer = Performer(session, said=write, interactive=True)
        session.listeners.append(self._tell)

    async def play(self) -> str:
        """Play until the run is over or the player leaves; return won, lost or unfinished."""
        self.write(self.session.level.brief())
        if not self.session.history:
            self._ask_questions("predicted", self.session.level.file.predictions, "Your prediction")
        if due := load_profile().due(self.today):
            self.write(f"{len(due)} review cards are due; `review` shows them.")
        self.write("Type `help` for what can be said, `hint` when stuck, `quit` to leave; everything is saved as you go.")
        while not self.session.over:
            try:
                line = self._read()
            except EOFError:
                self.write("The input ended. The run is saved and can be resumed.")
                return "unfinished"
            if line in ("quit", "exit"):
                self.write("Saved. Resume it with: cloudlab play --resume")
                return "unfinished"
            await self.take(line)
        self._ask_questions("answered", self.session.level.file.questions, "Question")
        await self.end.show()
        await self.end.look_again(self.ask)
        return self.session.world.over or "unfinished"

    async def take(self, line: str) -> None:
        """Do what one typed line says."""
        words = line.split()
        if not words:
            return
        verb = words[0]
        rest = line[len(verb) :].strip()
        try:
            if verb == "help":
                self.write(self._help(rest))
            elif verb in ("look", "status"):
                self.write(look(self.views.build(), rest or "status", self.session))
            elif verb in LOOKS and not rest:
                self.write(look(self.views.build(), verb, self.session))
            elif verb == "brief":
                self.write(self.session.level.brief())
            elif verb == "preview":
                self.write(self._preview(rest))
            elif verb == "next":
                latest = self.session.now + QUIET
                await self.session.advance(latest, lambda e: noticed(e) or came_to_its_end(e))
                quiet = f"Nothing that needs you came up in {span(QUIET)}. " if self.session.now == latest else ""
                self.write(f"{quiet}It is {stamp(self.session.now)}.")
            elif verb in ("undo", "rewind", "decisions"):
                self.write(self._rewind(verb, rest))
            elif verb == "cancel":
                self.write(self.session.stop_work(rest or self.session.default_person()))
            elif verb == "standing":
                self.write(self._standing(rest))
            elif verb == "review":
                self._review()
            elif verb == "settings" and not rest:
                self.write(settings_text(self.settings, str(settings_path())))
            elif verb == "set":
                self.write(self._set(rest))
            elif verb == "report":
                self.write(await self.end.report(rest))
            else:
                statement = parse_statement(line, known=self.performer.variables, file="you")
                if statement is not None:
                    await self.performer.perform(statement)
        except ScriptError as wrong:
            self.write(f"Refused. {wrong.code}: {wrong.sentence}" + (f"\n  {wrong.accepted}" if wrong.accepted else ""))
        except WorkFailed as failed:
            self.write(f"The real job could not be done: {failed} The clock stands; say `wait 1m` to try again.")

    # reading and writing ----------------------------------------------------------------------------------------------

    def _read(self) -> str:
        line = self.ask(f"{stamp(self.session.now)} $ ").strip()
        while line.endswith("\\"):
            line = line[:-1] + " " + self.ask("> ").strip()
        if line.split()[:2] == ["on", "incident"]:
            while not line.endswith("\nend"):
                line += "\n" + self.ask("> ").strip()
        return line

    def _tell(self, happenings: Sequence[Happening]) -> None:
        if self.settings.sounds and any(pages_team(self.session.world, each.event) for each in happenings):
            self.write("\a")
        for happening in happenings:
            line = tell(happening, self.session.world, self.session.level.scenario.catalogue)
            if line is not None:
                self.write(f"[{stamp(line.at)}] {line.text}")

    def _help(self, word: str) -> str:
        if not word:
            return HELP
        if word in VERBS:
            return VERBS[word]
        from cloudlab.lab.reference import as_text

        return as_text(word)

    def _preview(self, text: str) -> str:
        try:
            statement = parse_statement(text, known=self.performer.variables)
            if not isinstance(statement, Order):
                return "Only commands have a preview."
            command = statement.line(self.performer.variables).command
        except LineError as wrong:
            return f"Refused. {wrong.refusal}"
        seen = self.session.preview(command, statement.manner.person)
        charges = ", ".join(
            f"{format_usd(c.micros, 4)} per {c.per} ({c.line})" if c.per == "hour" else f"{format_usd(c.micros, 4)} {c.line}"
            for c in seen.charges
        )
        behind = f", behind {seen.queued_behind} other order{'s' * (seen.queued_behind > 1)}" if seen.queued_behind else ""
        people = format_usd(seen.people_micros)
        text = f"{span(seen.effort)} of work, done {stamp(seen.due)}{behind}; people {people}; cloud: {charges or 'free'}."
        return text + (f"\nIt would be refused now. {seen.refusal}" if seen.refusal is not None else "")

    def _standing(self, rest: str) -> str:
        """List the standing orders, or end one."""
        word, _, kind = rest.partition(" ")
        handlers = self.performer.handlers
        if word == "off":
            return ended_text(kind, handlers.pop(kind, None) is not None)
        return listed_text([f"{each.kind}: {len(each.body)} lines" for each in handlers.values()])

    def _rewind(self, verb: str, rest: str) -> str:
        decisions = self.session.decisions()
        if verb == "decisions":
            lines = [f"{r.n}: {stamp(r.at)} {r.kind} {r.body.get('command', r.body.get('key', ''))}" for r in decisions]
            return "\n".join(lines) or "Nothing has been decided yet."
        if verb == "rewind" and not rest.isdigit():
            return "Refused. Say which decision, as in `rewind 12`; `decisions` lists them."
        refusal = self.session.undo() if verb == "undo" else self.session.rewind(int(rest))
        if refusal is not None:
            return f"Refused. {refusal}"
        before, self.performer = self.performer, Performer(self.session, said=self.write, interactive=True)
        self.performer.variables, self.performer.handlers = before.variables, before.handlers
        return f"Back at {stamp(self.session.now)}."

    def _set(self, words: str) -> str:
        settings = changed(self.settings, words)
        if isinstance(settings, str):
            return settings
        try:
            save_settings(settings)
        except SaveError as error:
            return str(error)
        self.settings = settings
        return settings_text(settings, str(settings_path()))

    def _review(self) -> None:
        """Show the review cards that are due, one after another; what was known comes back later, what was not, tomorrow."""
        due = load_profile().due(self.today)
        if not due:
            self.write("No review card is due.")
        for key in due:
            card = card_of(key)
            if card is None:
                continue
            self.write(f"Review card: {card.front}")
            try:
                self.ask("Enter shows the answer $ ")
                self.write(card.back)
                knew = self.ask("did you know it? y or n $ ").strip().lower().startswith("y")
            except EOFError:
                return
            reviewed(key, knew, self.today)

    # questions --------------------------------------------------------------------------------------------

    def _ask_questions(self, kind: str, questions: tuple[QuestionPart, ...], title: str) -> None:
        for question in questions:
            if self.session.world.find(Commitment, f"{kind}:{question.id}") is not None:
                continue
            choices = {key: question.choice_text(key) for key in question.choices}
            self.write(f"{title}: {question.text}\n" + "\n".join(f"  {key}: {text}" for key, text in choices.items()))
            try:
                said = self.ask("your choice (Enter skips) $ ").strip()
            except EOFError:
                return
            if said in choices:
                self.session.commit(kind, question.id, said)
            elif said:
                later = f"`predict {question.id} CHOICE` says it, as long as nothing was done." if kind == "predicted" else ""
                self.write(f"'{said}' is not a choice; skipped. {later}".rstrip())


def tell_progress(write: Write) -> Callable[[Job], None]:
    """Return a callback that writes a real training's rounds as they come, a line every 25 rounds."""

    def begun(job: Job) -> None:
        async def follow() -> None:
            count = 0
            async for news in job.progress():
                metrics = getattr(news, "metrics", None)
                if metrics:
                    count += 1
                    if count % 25 == 1:
                        shown = ", ".join(f"{name} {value / 1_000_000:.4f}" for name, value in metrics)
                        write(f"(really training) round {getattr(news, 'round', count)}: {shown}")
            if job.observed is not None:
                write(f"(really trained) {job.observed.train_seconds:.1f} s on this machine, {job.observed.threads} thread(s)")

        task = asyncio.get_running_loop().create_task(follow())
        _FOLLOWING.add(task)
        task.add_done_callback(_FOLLOWING.discard)

    return begun


_FOLLOWING: set[asyncio.Task[None]] = set()
"""Tasks that write progress; kept so that they are not collected while they run."""
