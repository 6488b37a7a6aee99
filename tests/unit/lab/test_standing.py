"""Standing orders at the prompt: given at each page of their kind, the clock goes on as before, listed, ended, the same in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cloudlab.lab import sitting as sittings
from cloudlab.lab.pasted import read_pasted
from cloudlab.lab.plain import PlainFace
from cloudlab.lab.session import Session
from cloudlab.lab.sitting import Sitting
from cloudlab.lab.work import KnownWork
from cloudlab.model.events.incidents import IncidentAcknowledged, IncidentDetected
from cloudlab.model.operations import Incident
from cloudlab.model.time import at
from tests.runs import happened, perform, start
from tests.small_level import small_level
from tests.unit.lab.test_performer import SERVER, TWICE

BLOCK = "on incident instance-status-check\nack $incident.id\nec2 reboot-instances --instance-ids $incident.resource\nend"


@pytest.fixture
async def session(tmp_path: Path) -> Session:
    session = start(small_level(tmp_path, incidents=TWICE), tmp_path)
    await perform(session, SERVER)
    return session


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def sitting(session: Session, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Sitting:
    monkeypatch.setattr(sittings, "POLL", 0.001)
    return Sitting(session, said=lambda text, tone: said.append(text), changed=lambda: None)


async def lived(sitting: Sitting, until: Callable[[], bool]) -> None:
    for _ in range(3000):
        if until():
            return
        sitting.pacer.tick(1.0)
        await asyncio.sleep(0.001)
    raise AssertionError(f"never: {sitting.session.now}, {sitting.pacer.stopped_because}")


async def test_it_answers_each_page_and_the_wait_goes_on(sitting: Sitting, session: Session, said: list[str]) -> None:
    assert sitting.enter(BLOCK)
    assert said[-1].startswith("Standing order for instance-status-check: 2 lines are given at each page of that kind")
    sitting.enter("wait until day 2 09:00")
    await lived(sitting, lambda: session.now >= at(2, "09:00"))
    assert happened(session, IncidentDetected) == [at(1, "12:45"), at(1, "15:45")]
    assert happened(session, IncidentAcknowledged) == [at(1, "12:45"), at(1, "15:45")]
    assert [i.resolved is not None and i.resolved - (i.detected or 0) < 600 for i in session.world.every(Incident)] == [True, True]
    assert (session.now, sitting.pacer.running) == (at(2, "09:00"), False)
    assert "standing order: ack $incident.id" in said
    sitting.close()


async def test_a_second_page_waits_for_the_block_of_the_first(sitting: Sitting, session: Session) -> None:
    sitting.enter(BLOCK.replace("\nend", "\nwait until day 1 17:00\nnote $incident.id done\nend"))
    sitting.enter("wait until day 2 09:00")
    await lived(sitting, lambda: len(happened(session, IncidentAcknowledged)) == 2)
    assert happened(session, IncidentDetected) == [at(1, "12:45"), at(1, "15:45")]
    assert happened(session, IncidentAcknowledged) == [at(1, "12:45"), at(1, "17:00")]
    notes = [(h.at, h.event.text) for h in session.history if hasattr(h.event, "text")]
    assert notes == [(at(1, "17:00"), "x done")]
    sitting.close()


async def test_a_page_that_is_open_already_is_answered_at_once(sitting: Sitting, session: Session) -> None:
    sitting.enter("wait until day 1 14:00")
    await lived(sitting, lambda: not sitting.pacer.running)
    assert session.now == at(1, "12:45")  # paged; nobody answers
    sitting.enter("on incident instance-status-check\nack $incident.id\nend")
    await lived(sitting, lambda: bool(happened(session, IncidentAcknowledged)))
    assert happened(session, IncidentAcknowledged) == [at(1, "12:45")]
    sitting.close()


async def test_it_is_listed_and_ended(sitting: Sitting, session: Session, said: list[str]) -> None:
    sitting.enter("standing")
    assert said[-1].startswith("There are none.")
    sitting.enter(BLOCK)
    sitting.enter("standing")
    told = "instance-status-check: ack $incident.id; ec2 reboot-instances --instance-ids $incident.resource"
    assert said[-1] == told
    sitting.enter("standing off instance-status-check")
    assert said[-1] == "The standing order for instance-status-check is ended."
    sitting.enter("standing off instance-status-check")
    assert said[-1].startswith("There is no standing order for")
    sitting.enter("wait until day 1 14:00")
    await lived(sitting, lambda: not sitting.pacer.running)
    assert happened(session, IncidentAcknowledged) == []
    sitting.close()


async def test_an_unknown_kind_is_refused_with_the_nearest(sitting: Sitting, said: list[str]) -> None:
    assert not sitting.enter("on incident instance-status-chek\nnote x\nend")
    assert "NoSuchIncident" in said[-1]
    assert "instance-status-check" in said[-1]
    assert sitting.standing == {}
    sitting.close()


async def test_a_line_that_is_refused_ends_its_block_and_is_told(sitting: Sitting, session: Session, said: list[str]) -> None:
    sitting.enter("on incident instance-status-check\nack nonsense\nnote never\nend")
    sitting.enter("wait until day 1 14:00")
    await lived(sitting, lambda: any("of the standing order failed" in text for text in said))
    assert "Line 2 of the standing order failed: ack nonsense\n1 after it were not given." in said
    assert "standing order: note never" not in said
    sitting.close()


def test_a_pasted_script_may_hold_a_block() -> None:
    lines = read_pasted(f"note before\n{BLOCK}\nnote after\n", ())
    assert [(each.line, each.text) for each in lines] == [(1, "note before"), (2, BLOCK), (6, "note after")]


async def test_the_plain_face_says_the_same(session: Session) -> None:
    wrote: list[Any] = []
    face = PlainFace(session, KnownWork({}), wrote.append, lambda _: "", date(2026, 1, 1))
    await face.take(BLOCK)
    assert wrote[-1].startswith("Standing order for instance-status-check: 2 lines are given")
    await face.take("standing")
    assert wrote[-1] == "instance-status-check: 2 lines"
    await face.take("standing off instance-status-check")
    assert wrote[-1] == "The standing order for instance-status-check is ended."
    assert face.performer.handlers == {}
