"""What a statement asks of a run, held against it: waits and commitments. Scripts and the terminal read the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloudlab.dialects.human import human
from cloudlab.dialects.script import WaitFor
from cloudlab.dialects.tokens import Value
from cloudlab.engine.kernel import Refused, refuse
from cloudlab.engine.run import KINDS
from cloudlab.lab.session import Session
from cloudlab.lab.states import WAITABLE, states_of
from cloudlab.levels.schema import QuestionPart
from cloudlab.model.compute import Invocation
from cloudlab.model.learning import TrainingJob
from cloudlab.model.people import Person
from cloudlab.model.time import Seconds, stamp
from cloudlab.model.world import World

__all__ = ["Awaited", "Refused", "awaited", "question_asked"]


@dataclass(frozen=True, slots=True)
class Awaited:
    """Resources of one kind that are to be in a state, at the latest by an instant."""

    kind: str
    keys: tuple[str, ...]
    state: str
    until: Seconds

    def reached(self, world: World) -> bool:
        """Tell whether all of them are in that state. Raises Refused where one is gone or never will be."""
        return all(self._in_state(world, key) for key in self.keys)

    def told(self) -> str:
        return f"{self.kind} {', '.join(self.keys)}: {self.state}"

    def now(self, world: World) -> str:
        """Return what the first of them that is not there yet is in."""
        late = (states for key in self.keys if self.state not in (states := states_of(world, self.kind, key)))
        return next((states[0] if states else "gone" for states in late), self.state)

    def _in_state(self, world: World, key: str) -> bool:
        states = states_of(world, self.kind, key)
        if self.state in states:
            return True
        if not states:
            refuse("NotFound", f"There is no {self.kind} '{key}'.", f"{_there(world, self.kind)} {_under_way(world)}".strip())
        if states[0] in WAITABLE[self.kind].terminal:
            refuse("OtherState", f"{self.kind} {key} is {states[0]} and will never be {self.state}. {_why(world, self.kind, key)}".strip())
        return False


def awaited(session: Session, wait: WaitFor, variables: Mapping[str, Value]) -> Awaited:
    """Return what a `wait for` asks; raises Refused for an unknown kind or state, LineError for an unknown variable."""
    if wait.kind not in WAITABLE:
        refuse("NoSuchKind", f"There is nothing called '{wait.kind}' to wait for.", f"Kinds: {', '.join(WAITABLE)}.")
    known = WAITABLE[wait.kind].states
    state = next((s for s in known if s.lower() == wait.state.lower()), None)
    if state is None:
        refuse("NoSuchState", f"A {wait.kind} is never '{wait.state}'.", f"States: {', '.join(known)}.")
    ends = session.level.scenario.ends
    until = ends if wait.limit is None else min(session.now + wait.limit, ends)
    return Awaited(wait.kind, tuple(word.text for word in wait.id.fill(variables)), state, until)


def question_asked(session: Session, kind: str, key: str, choice: str) -> QuestionPart:
    """Return the question that a commitment answers; raises Refused for an unknown question or choice."""
    file = session.level.file
    asked = {q.id: q for q in (file.predictions if kind == "predicted" else file.questions)}
    if key not in asked:
        refuse("NoSuchQuestion", f"There is no question '{key}'.", f"Questions: {', '.join(asked) or 'none'}.")
    question = asked[key]
    if choice not in question.choices:
        offered = "; ".join(f"{c}: {question.choice_text(c)}" for c in question.choices)
        refuse("NoSuchChoice", f"'{choice}' is not one of the choices of {key}.", f"Choices: {offered}.")
    return question


def _why(world: World, kind: str, key: str) -> str:
    if kind == "training-job":
        job = world.get(TrainingJob, key)
        if job.failure is None and job.status == "Stopped" and job.transitions:
            return f"{job.transitions[-1].message}."
        return job.failure or ""
    if kind == "command":
        return next((i.detail for i in world.every(Invocation) if i.command == key and i.detail), "")
    return ""


def _there(world: World, kind: str) -> str:
    table = KINDS.get("".join(part.capitalize() for part in kind.split("-")))
    keys = list(world.table(table))[:5] if table is not None else []
    return f"There: {', '.join(keys)}." if keys else f"There is no {kind} yet."


def _under_way(world: World) -> str:
    """Say what the team is still working on: what one waits for may only come to be when that is done."""
    orders = [p.current for p in world.every(Person) if p.current is not None]
    doing = "; ".join(f"{o.person}: {human(o.command)} until {stamp(o.due or 0)}" for o in orders)
    return f"Under way: {doing}. `wait all` waits until that is done." if doing else ""
