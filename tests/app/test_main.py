"""The door to the app: light to open, and a bug names the journal."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cloudlab.app import main
from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.play.screen import PlayScreen
from tests.app.stage import WIDE, a_session, an_app, play, running, type_line, until

HEAVY = (
    *("yaml", "pydantic", "jmespath", "markdown_it", "numpy", "sklearn", "xgboost"),
    *("cloudlab.engine", "cloudlab.commands", "cloudlab.journal"),
)


def test_the_menu_opens_without_what_only_play_needs():
    program = f"""
import sys
import cloudlab.app.main
from cloudlab.app.main import Start, make_app
app = make_app(Start())
app.doors.campaign()
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == []


async def test_a_start_with_a_level_goes_straight_to_its_brief():
    async with running(start=Start(level="90-test", seed=7, mood="win")) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        assert (pilot.app.screen.seed, pilot.app.screen.mood) == (7, "win")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))


async def test_a_bug_is_kept_for_after_the_terminal_is_back():
    app, session = an_app(), a_session()

    async def stumble() -> None:
        async with app.run_test(size=WIDE) as pilot:
            screen = await play(pilot, session)
            app.journal = str(session.journal.path)
            screen.sitting.enter = lambda text: 1 / 0
            await type_line(pilot, "note one")

    with pytest.raises(ZeroDivisionError):
        await stumble()
    assert isinstance(app.crash, ZeroDivisionError)
    told = main._crashed(app.crash, app.journal)
    assert str(session.journal.path) in told
    assert "ZeroDivisionError" in told


def test_screens_and_panes_know_nothing_of_the_engine():
    """The import contract forbids it directly; this forbids it for what is only imported late, too."""
    root = Path(main.__file__).parent
    found = [
        f"{path.name}:{node.lineno}"
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("cloudlab.engine", "cloudlab.journal"))
    ]
    assert found == []


def test_no_module_of_the_app_knows_everything():
    root = Path(main.__file__).parent
    sizes = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in root.rglob("*.py")}
    assert {name: lines for name, lines in sizes.items() if lines > 330} == {}
