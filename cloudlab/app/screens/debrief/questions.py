"""The questions at the end: answered here, and explained after - never a bare right or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app.ink import MUTED, plain, style

if TYPE_CHECKING:
    from cloudlab.lab.debrief import Quiz


class Questions(VerticalScroll):
    """Shows predictions with what came of them, open questions with their choices, answered ones with the explanation."""

    class Answered(Message):
        """A choice was made; it stands."""

        def __init__(self, question: str, choice: str) -> None:
            super().__init__()
            self.question = question
            self.choice = choice

    def __init__(self, quizzes: tuple[Quiz, ...]) -> None:
        super().__init__(id="questions", can_focus=False)
        self.quizzes = quizzes

    def compose(self) -> ComposeResult:
        for quiz in self.quizzes:
            yield from self._quiz(quiz)

    def _quiz(self, quiz: Quiz) -> ComposeResult:
        lead = "Predicted. " if quiz.kind == "predicted" else "Asked. "
        yield Static(Content.assemble((lead, "bold $text-accent"), (plain(quiz.text), "bold")), classes="asked", markup=False)
        if quiz.chosen is None and quiz.kind == "answered":
            choices = OptionList(
                *(Option(Content(f"{key}  {plain(text)}"), id=f"{quiz.id}:{key}") for key, text in quiz.choices), markup=False
            )
            choices.add_class("choices")
            yield choices
            return
        said = f"you said: {plain(dict(quiz.choices)[quiz.chosen])}" if quiz.chosen is not None else "you did not say"
        mark, tone, word = {True: ("✓", "good", "  (so it is)"), False: ("▲", "bad", "  (not so)"), None: ("·", "off", "")}[quiz.right]
        yield Static(
            Content.assemble((f"{mark} ", style(tone)), said, (word, style(tone))),
            classes="said",
            markup=False,
        )
        if quiz.answer and not quiz.right:
            yield Static(Content.assemble(("○ ", style("off")), f"it was: {plain(quiz.answer)}"), classes="said", markup=False)
        yield Static(Content.styled(plain(quiz.explain), MUTED), classes="explained", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        question, _, choice = (event.option.id or "").partition(":")
        self.post_message(self.Answered(question, choice))

    async def tell(self, quizzes: tuple[Quiz, ...]) -> None:
        """Show other quizzes: what was answered is explained now."""
        self.quizzes = quizzes
        await self.recompose()
        rest = self.query(OptionList)
        if rest:
            rest.first().focus()
