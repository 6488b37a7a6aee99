"""The end of a plain run: the debrief, with the other road beside it, then whatever one wants to look at again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

from cloudlab.lab.debrief import Side, debrief, ghost, side
from cloudlab.lab.errors import TELLABLE
from cloudlab.lab.futures import Futures, futures, stars
from cloudlab.lab.plain_debrief import cards_text, comparison_text, debrief_text, incident_text, quiz_text, roads_text, timeline_text
from cloudlab.lab.profile import remember_run
from cloudlab.lab.report import form_of, written
from cloudlab.lab.saves import SaveError
from cloudlab.lab.script_run import result_of
from cloudlab.lab.session import Session, Work

AFTER = """\
Look again, or leave with `quit`:
  look SECTION    score, questions, roads, money, incidents, provider, futures, cards, timeline
  report FILE     the report: .html a page with plots, .json, else Markdown
  futures         your design on 100 other seeds"""
"""What may be typed once a run is over."""


class PlainEnd:
    """Tells how a run went, and keeps the other road and the futures once they were played."""

    def __init__(self, session: Session, ghost_work: Work, write: Callable[[str], None], today: date) -> None:
        self.session = session
        self.ghost_work = ghost_work
        self.write = write
        self.today = today
        self.other: Side | None = None
        self.futures: Futures | None = None

    async def show(self) -> None:
        """Tell how the run went, then compare, then state the principle."""
        result = result_of(self.session)
        told = debrief(result)
        earned = await stars(result)
        self.write(debrief_text(told, earned))
        self.write("Playing the other road on the same seed ...")
        try:
            other = await ghost(result, self.ghost_work)
        except TELLABLE as failed:
            self.write(f"The other road cannot be shown: {failed}")
            other = None
        if other is not None:
            self.other = side(other)
            self.write(comparison_text(told.mine, self.other) + "\n" + roads_text(told.mine, self.other))
        self.write("The principle: " + " ".join(told.principle.split()))
        try:
            remember_run(self.session.level, earned, told.score.total, self.today)
            self.write(f"{len(told.cards)} review cards come back from tomorrow on: `review` in any plain run, or the menu.")
        except SaveError as failed:
            self.write(str(failed))

    async def report(self, where: str) -> str:
        """Write the report to a file; return what came of it."""
        if not where:
            return "Refused. Say where to, as in `report run.md`."
        file = Path(where)
        text = written(form_of(file), result_of(self.session), self.other, self.futures)
        try:
            await asyncio.to_thread(file.write_text, text, encoding="utf-8")
        except OSError as error:
            return f"Refused. {where} cannot be written: {error.strerror}."
        return f"Report written to {where}."

    async def look_again(self, ask: Callable[[str], str]) -> None:
        """Answer what is asked once the debrief was told, until the player leaves."""
        self.write(AFTER)
        while True:
            try:
                line = ask("debrief $ ").strip()
            except EOFError:
                return
            verb, _, rest = line.partition(" ")
            if verb in ("quit", "exit"):
                return
            if verb == "report":
                self.write(await self.report(rest.strip()))
            elif verb == "futures" or (verb, rest.strip()) == ("look", "futures"):
                self.write(await self._futures())
            elif verb == "look":
                self.write(self._section(rest.strip()))
            elif verb:
                self.write(AFTER)

    async def _futures(self) -> str:
        if self.futures is None:
            self.write("Playing your design on 100 other seeds ...")
            self.futures = await futures(result_of(self.session))
        return self.futures.text()

    def _section(self, section: str) -> str:
        """Return a part of the debrief once more."""
        told = debrief(result_of(self.session))
        match section:
            case "score":
                return debrief_text(told)
            case "questions":
                return "\n".join(quiz_text(quiz) for quiz in told.quizzes)
            case "roads" | "money" if self.other is not None:
                return comparison_text(told.mine, self.other) + "\n" + roads_text(told.mine, self.other)
            case "incidents":
                return "\n".join(incident_text(each) for each in told.incidents) or "None struck."
            case "provider":
                return "\n".join(told.provider_did) or "Nothing."
            case "cards":
                return cards_text(told)
            case "timeline":
                return timeline_text(told)
        return AFTER
