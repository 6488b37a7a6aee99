"""`cloudlab report`: the same run as Markdown, as JSON and as a page that loads nothing, printed or written to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudlab import paths
from cloudlab.cli import main

GOLDEN = str(paths.levels_dir() / "01-first-server" / "golden.jsonl")


def is_page(text: str) -> bool:
    return text.startswith("<!doctype html>\n") and text.endswith("</html>\n") and "<h2>Requests per hour</h2>" in text


def is_json(text: str) -> bool:
    try:
        return str(json.loads(text)["level"]) == "01-first-server"
    except ValueError:
        return False


def is_markdown(text: str) -> bool:
    return text.startswith("# Open for business: won\n") and "\n## Score: " in text


@pytest.mark.parametrize(
    ("asked", "written"),
    [([], is_markdown), (["--markdown"], is_markdown), (["--json"], is_json), (["--html", "--no-futures"], is_page)],
)
def test_each_form_is_printed(asked, written, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", GOLDEN, "--no-ghost", *asked]) == 0
    said = capsys.readouterr()
    assert written(said.out)
    assert said.err == ""


@pytest.mark.parametrize(
    ("name", "asked", "written"),
    [
        ("run.html", ["--no-futures"], is_page),
        ("run.JSON", [], is_json),
        ("run.md", [], is_markdown),
        ("run", [], is_markdown),
        ("run.txt", ["--json"], is_json),
    ],
)
def test_a_files_ending_chooses_the_form_unless_one_is_given(name, asked, written, tmp_path: Path, capsys) -> None:
    assert main(["report", GOLDEN, "--no-ghost", *asked, "-o", str(tmp_path / name)]) == 0
    assert capsys.readouterr().out == f"Report written to {tmp_path / name}.\n"
    assert written((tmp_path / name).read_text(encoding="utf-8"))


def test_the_page_tells_the_futures_and_loads_nothing(tmp_path: Path) -> None:
    assert main(["report", GOLDEN, "--no-ghost", "-o", str(tmp_path / "run.html")]) == 0
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "Your final design from the start of 100 other seeds" in page
    for loading in ("<script", "<link", "<img", "src=", "href=", "url(", "@import", "http:", "https:"):
        assert loading not in page


def test_one_form_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["report", GOLDEN, "--json", "--html"])
    assert left.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["report", GOLDEN, "--no-ghost", "-o", str(tmp_path / "file" / "run.md")]) == 3
    said = capsys.readouterr()
    assert said.err.startswith("cloudlab: ")
    assert str(tmp_path / "file") in said.err
    assert said.out == ""
