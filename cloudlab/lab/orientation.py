"""Orientation: the first five minutes as a few steps, each done by doing it. What was done is told; nothing here looks for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloudlab.lab.session import Session


@dataclass(frozen=True, slots=True)
class Signs:
    """What shows what the player has done so far."""

    orders: int = 0
    """Orders that were accepted."""
    passed: int = 0
    """Simulated seconds since the start."""
    hints: int = 0
    pane: str = ""
    """The pane that has the keyboard."""
    warned: bool = False
    """The line holds what would be refused, and the reason is shown."""
    sought: bool = False
    """Help or the command palette is open."""


@dataclass(frozen=True, slots=True)
class Step:
    """`text` names keys by the ids of their bindings, in braces; it fits two lines of 78 cells with what the guide adds."""

    title: str
    text: str
    done: Callable[[Signs, Signs], bool]
    """From the signs at the step's beginning and those of now."""


STEPS = (
    Step(
        "the map",
        "The map draws what your team knows of its cloud. Go there: {pane.map}, or click it.",
        lambda _, now: now.pane == "map",
    ),
    Step(
        "a first order",
        "Type s3api create-bucket --bucket and a name; Tab completes. Below the line stands what it takes and costs. Then Enter.",
        lambda before, now: now.orders > before.orders,
    ),
    Step(
        "the clock",
        "Somebody works, so time passes (top line) until you have to decide. On an empty line {clock.toggle} runs or pauses it.",
        lambda before, now: now.passed > 0 and now.passed >= before.passed,
    ),
    Step(
        "a refusal",
        "Type ec2 create-vpc --cidr-block 10.0.0.0/8 and read below the line why it would be refused. Esc clears the line.",
        lambda _, now: now.warned,
    ),
    Step(
        "a hint",
        "Stuck? A hint is worked out from where you are wrong; in learn mood it is free. Press {run.hint}.",
        lambda before, now: now.hints > before.hints,
    ),
    Step(
        "who holds it",
        "Each duty of each resource is yours, AWS's or shared: that is the game. Go to the board: {pane.board}.",
        lambda _, now: now.pane == "board",
    ),
    Step(
        "where to ask",
        "F1 explains the pane and lists its keys, Ctrl+P finds every action. Open one of them, and you are on your own.",
        lambda _, now: now.sought,
    ),
)
"""In order; each begins when the one before is done."""


def signs_of(session: Session, pane: str, *, warned: bool, sought: bool) -> Signs:
    """Return the signs of now: what a run's journal shows, and what only a screen knows."""
    decisions = session.decisions()
    hints = sum(r.kind == "committed" and r.body.get("kind") == "hint" for r in session.journal.effective())
    orders = sum(r.kind == "given" for r in decisions)
    return Signs(orders, session.now - session.level.scenario.starts, hints, pane, warned, sought)


class Orientation:
    """Goes from step to step."""

    def __init__(self) -> None:
        self.at = 0
        self._before: Signs | None = None

    @property
    def step(self) -> Step | None:
        """The step to be done now; None after the last."""
        return STEPS[self.at] if self.at < len(STEPS) else None

    def tell(self, now: Signs) -> bool:
        """Take the signs of now; return whether the step is done, and the next one begins."""
        if self._before is None:
            self._before = now
        step = self.step
        if step is None or not step.done(self._before, now):
            return False
        self.at += 1
        self._before = now
        return True
