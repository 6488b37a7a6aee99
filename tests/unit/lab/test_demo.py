"""The demo's lines: a level's own bots at the prompt, without any screen."""

from __future__ import annotations

import asyncio

import pytest

from cloudlab.lab.demo import Demo, main_bot, open_demo, read_lines
from cloudlab.lab.open import level
from cloudlab.lab.sitting import Sitting
from cloudlab.levels.error import LevelError


def test_a_script_is_read_into_lines_and_what_answers_its_pages():
    script = """\
predict P1 a  # a guess
s3api create-bucket \\
    --bucket harbour &
on incident os-cve
    ack $incident.id
end
wait for end
"""
    lines = read_lines(script)
    assert [(each.text, each.waits) for each in lines.plain] == [
        ("predict P1 a", True),
        ("s3api create-bucket --bucket harbour &", False),
        ("wait for end", True),
    ]
    assert [each.text for each in lines.at_pages["os-cve"]] == ["ack $incident.id"]


def test_a_road_nobody_plays_is_told():
    with pytest.raises(LevelError, match="no bot plays the road 'by-air'"):
        main_bot(level("1"), "by-air")


@pytest.mark.parametrize("road", ["managed", "hand-built"])
async def test_the_lines_of_a_bot_win_its_level(road):
    session, lines = open_demo("1", road)
    said: list[tuple[str, str]] = []
    sitting = Sitting(session, said=lambda text, tone: said.append((text, tone)), changed=lambda: None)
    demo = Demo(sitting, lines)
    typed: list[str] = []
    for _ in range(20_000):
        if demo.over:
            break
        line = demo.next_line()
        if line is not None:
            typed.append(line)
            assert sitting.enter(line), (line, said[-1])
        else:
            sitting.pacer.tick(10)  # ten wall seconds at 10 min/s: nothing here waits for them
        await asyncio.sleep(0)
    assert session.world.over == "won"
    assert session.journal.path is None
    assert not any("$incident" in line for line in typed)
    if road == "hand-built":
        assert any(line.startswith("ack ") for line in typed)
    sitting.close()
