"""The `cloudlab` command in a process of its own: clear sentences and the fixed exit statuses 0, 1, 2 and 3."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudlab import cli
from tests.runs import start
from tests.small_level import small_level

ROOT = Path(__file__).parents[2]
LEVEL = "01-first-server"


def cloudlab(*arguments: str, home: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "cloudlab.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "CLOUDLAB_HOME": str(home)},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def script(folder: Path, text: str) -> str:
    path = folder / "script.aws"
    path.write_text(text, encoding="utf-8")
    return str(path)


def no_crash(ran: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in ran.stderr
    assert ran.stderr.startswith("cloudlab: "), ran.stderr
    assert len(ran.stderr.splitlines()) == 1


# these need no process of their own: they end before anything is opened --------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["run", "01-frist-server", "--script", "x"], 3, "there is no level '01-frist-server'. Did you mean '01-first-server'?"),
        (["run", LEVEL, "--script", "/nowhere/x.aws"], 2, "The script /nowhere/x.aws cannot be read: No such file or directory."),
        (["run", LEVEL, "--script", str(ROOT)], 2, "cannot be read: Is a directory."),
        (["level", "check", "nonsense"], 3, "there is no level 'nonsense'."),
        (["level", "check"], 2, "Say which level, or --all."),
        (["replay", "/nowhere/run.jsonl"], 3, "there is no such file"),
        (["report", "/nowhere/run.jsonl"], 3, "there is no such file"),
        (["play", "--resume", "--plain"], 3, "There is no unfinished run to resume."),
        (["play", LEVEL], 3, "No terminal is attached."),
        ([], 3, "No terminal is attached."),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, says: str
) -> None:
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    assert cli.main(arguments) == status
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.startswith("cloudlab: ")
    assert said.out == ""


def test_a_script_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "script.aws"
    path.write_bytes(b"\xff\xfe\x00")
    assert cli.main(["run", LEVEL, "--script", str(path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["ec2 creat-vpc", "xyzzy", "on incident disk-full", "ec2 create-subnet --vpc-id $vpc --cidr-block x"])
def test_a_line_that_is_none_is_found_before_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert cli.main(["run", LEVEL, "--script", script(tmp_path, f"note fine\n{line}\n")]) == 2
    assert "script.aws:2: " in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["run", LEVEL], ["fly"], ["play", "--mood", "grim"], ["run", LEVEL, "--seed", "x", "--script", "y"]])
def test_bad_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "usage: cloudlab" in capsys.readouterr().err


def test_a_save_of_a_level_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = start(small_level(tmp_path), tmp_path)
    session.close()
    assert cli.main(["replay", str(tmp_path / "run.jsonl")]) == 3
    assert "there is no level '90-small'" in capsys.readouterr().err


def test_looking_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["commands", "create-vpc"]) == 0
    assert "create-vpc" in capsys.readouterr().out
    assert cli.main(["facts", "m5.large", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


# these do ----------------------------------------------------------------------------------------------------------------


def test_a_refused_line_ends_the_script(home: Path, tmp_path: Path) -> None:
    ran = cloudlab("run", LEVEL, "--script", script(tmp_path, "# first\nec2 create-vpc --cidr-block 10.0.0.0/8\n"), home=home)
    assert ran.returncode == 2
    no_crash(ran)
    assert "script.aws:2: InvalidVpc.Range:" in ran.stderr


def test_an_unfinished_run_as_json_and_its_replay(home: Path, tmp_path: Path) -> None:
    path = script(tmp_path, "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc\nwait 2h\n")
    ran = cloudlab("run", LEVEL, "--script", path, "--seed", "7", "--json", home=home)
    assert (ran.returncode, ran.stderr) == (1, "")
    result = json.loads(ran.stdout)
    assert (result["outcome"], result["seed"], result["level"], result["because"]) == ("unfinished", 7, LEVEL, "")
    assert Path(result["journal"]).is_relative_to(home)
    again = cloudlab("replay", result["journal"], "--json", home=home)
    assert again.returncode == 1
    replayed = json.loads(again.stdout)
    assert replayed["digest"] == result["digest"]
    assert {k: v for k, v in replayed.items() if k != "verified"} == result


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = cloudlab("run", LEVEL, "--script", script(tmp_path, "wait 1h\n"), home=tmp_path / "file" / "home")
    assert ran.returncode == 3
    no_crash(ran)
    assert str(tmp_path / "file") in ran.stderr
    plain = cloudlab("play", LEVEL, "--plain", home=tmp_path / "file" / "home", typed="quit\n")
    assert plain.returncode == 3
    no_crash(plain)


def test_two_programs_on_one_save(home: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "cloudlab.cli", "play", LEVEL, "--plain", "--seed", "3", "--player", "[red]x"],
        cwd=ROOT,
        env={**os.environ, "CLOUDLAB_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert first.stdout is not None
        line = ""
        while not line.startswith("Saved as you go in "):
            line = first.stdout.readline()
        save = line.removeprefix("Saved as you go in ").strip()
        assert json.loads(Path(save).read_text(encoding="utf-8").splitlines()[0])["player"] == "[red]x"
        second = cloudlab("play", "--plain", "--resume", save, home=home)
        assert second.returncode == 3
        no_crash(second)
        assert "is open in another cloudlab" in second.stderr
    finally:
        out, err = first.communicate("\nnote [red]here\nquit\n", timeout=60)
    assert (first.returncode, err) == (1, "")
    assert "note: [red]here" in out
    third = cloudlab("play", LEVEL, "--plain", "--resume", home=home, typed="look log\n")
    assert third.returncode == 1
    assert "note: [red]here" in third.stdout
    assert "The input ended. The run is saved and can be resumed." in third.stdout
