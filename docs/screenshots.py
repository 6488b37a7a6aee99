"""Makes every picture in README and docs from a real run: `python docs/screenshots.py`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
SEED = 1


async def saved_run() -> Path:
    """Play the hand-built bot of level 01, without its answers to pages, until the first night; return its journal."""
    from cloudlab.dialects.script import OnIncident, Script, WaitForEnd, parse_script
    from cloudlab.lab import open as opening
    from cloudlab.lab.script_run import read_script, run_script
    from cloudlab.lab.work import RealWork

    level = opening.level("1")
    bot = read_script(level.folder / "bots" / "hand-built.aws")
    kept = tuple(s for s in bot.statements if not isinstance(s, OnIncident | WaitForEnd))
    night = parse_script("wait until day 2 20:30").statements
    async with opening.runner() as runner:
        session = opening.open_run(level, RealWork(runner, reuse=True), seed=SEED, mood="learn", player="you")
        await run_script(session, Script(bot.file, kept + night))
        session.close()
    assert isinstance(session.journal.path, Path)
    return session.journal.path


async def picture(journal: Path, size: tuple[int, int], name: str) -> None:
    """Open the run on the real screen and keep what is drawn."""
    from cloudlab.app.main import Start, make_app

    app = make_app(Start(resume=journal))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(1.5)
        (IMAGES / name).write_text(app.export_screenshot(title="cloudlab"), encoding="utf-8")
        assert app.session is not None, "the run was not opened"
        app.session.close()


async def main() -> None:
    journal = await saved_run()
    IMAGES.mkdir(exist_ok=True)
    await picture(journal, (120, 36), "play.svg")
    await picture(journal, (80, 24), "play-80x24.svg")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["CLOUDLAB_HOME"] = home
        asyncio.run(main())
