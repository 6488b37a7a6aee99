"""The pictures in README and docs: each one is made by the script from a real run, is shown somewhere, and weighs little."""

from __future__ import annotations

import re
from pathlib import Path

MOST_BYTES = 200_000


def made(root: Path) -> set[str]:
    """Return the names of the pictures that the script takes."""
    return set(re.findall(r'\.take\("([a-z0-9-]+)"\)', (root / "docs" / "screenshots.py").read_text(encoding="utf-8")))


def shown(root: Path) -> set[Path]:
    """Return the files that README and docs show."""
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    return {
        (page.parent / link).resolve() for page in pages for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }


def test_every_picture_shown_is_one_the_script_makes_and_every_one_it_makes_is_shown(root: Path) -> None:
    names = made(root)
    assert len(names) >= 14
    assert shown(root) == {root / "docs" / "images" / f"{name}.svg" for name in names}


def test_every_picture_is_there_and_no_other(root: Path) -> None:
    assert {file.name for file in (root / "docs" / "images").iterdir()} == {f"{name}.svg" for name in made(root)}


def test_no_picture_is_heavy_or_loads_a_script(root: Path) -> None:
    for file in (root / "docs" / "images").iterdir():
        text = file.read_text(encoding="utf-8")
        assert text.startswith("<svg"), file.name
        assert len(text.encode()) < MOST_BYTES, file.name
        assert "<script" not in text, file.name
