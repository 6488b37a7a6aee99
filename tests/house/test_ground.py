"""What a newcomer finds: the licence, bounded dependencies, commands that exist, and a wheel with the lessons inside."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import cloudlab
from cloudlab import paths

# The text published by the Apache Software Foundation, byte for byte.
APACHE_2_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

# Python, sys_platform, platform_machine, and the one xgboost that has a small wheel there.
MACHINES = [
    ("3.11", "linux", "x86_64", "xgboost-cpu"),
    ("3.14", "linux", "x86_64", "xgboost-cpu"),
    ("3.12", "linux", "aarch64", "xgboost-cpu"),
    ("3.13", "win32", "AMD64", "xgboost-cpu"),
    ("3.12", "win32", "ARM64", "xgboost-cpu"),
    ("3.13", "darwin", "arm64", "xgboost"),
    ("3.11", "darwin", "x86_64", "xgboost"),
    ("3.12", "linux", "ppc64le", "xgboost"),
]


def test_licence_is_apache_2(root: Path, pyproject: dict[str, Any]) -> None:
    assert hashlib.sha256((root / "LICENSE").read_bytes()).hexdigest() == APACHE_2_SHA256
    assert pyproject["project"]["license"] == "Apache-2.0"


def shipped(pyproject: dict[str, Any]) -> list[str]:
    """Return what players install: the game's dependencies and those of its extras."""
    extras = pyproject["project"]["optional-dependencies"]
    return [*pyproject["project"]["dependencies"], *(line for name in extras if name != "dev" for line in extras[name])]


def test_every_dependency_has_a_lower_bound(pyproject: dict[str, Any]) -> None:
    unbounded = [line for line in shipped(pyproject) if not any(spec.operator == ">=" for spec in Requirement(line).specifier)]
    assert unbounded == []


def test_every_dependency_has_its_decision_written_down(root: Path, pyproject: dict[str, Any]) -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (root / "docs" / "decisions").glob("*.md")).lower()
    missing = [name for line in shipped(pyproject) if (name := Requirement(line).name) not in pages]
    assert missing == []


@pytest.mark.parametrize(("python", "platform", "machine", "expected"), MACHINES)
def test_each_machine_gets_exactly_one_xgboost(pyproject: dict[str, Any], python: str, platform: str, machine: str, expected: str) -> None:
    here = {"python_version": python, "sys_platform": platform, "platform_machine": machine}
    wanted = [Requirement(line) for line in pyproject["project"]["dependencies"]]
    chosen = [r.name for r in wanted if r.name.startswith("xgboost") and (r.marker is None or r.marker.evaluate(here))]
    assert chosen == [expected]


def test_the_version_is_said_once(pyproject: dict[str, Any]) -> None:
    assert "version" in pyproject["project"]["dynamic"]
    assert str(Version(cloudlab.__version__)) == cloudlab.__version__


def test_readme_commands_exist(root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:^|`)make ([a-z]+)", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"play", "test"} <= told
    assert told <= targets


def test_shipped_folders_are_the_checkouts_own(root: Path) -> None:
    assert paths.levels_dir() == root / "levels"
    assert paths.assets_dir() == root / "assets"


def test_home_is_where_the_player_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUDLAB_HOME", str(tmp_path / "mine"))
    assert paths.home_dir() == tmp_path / "mine"
    monkeypatch.delenv("CLOUDLAB_HOME")
    assert paths.home_dir().name == "cloudlab"
    assert paths.home_dir().is_absolute()


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release would, without the network."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, the build backend, is not installed here; `make test` installs it")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_every_level_and_table(root: Path, wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = [
        str(path.relative_to(root))
        for folder in ("levels", "assets")
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and f"cloudlab/_data/{path.relative_to(root).as_posix()}" not in held
    ]
    assert missing == []


def test_the_wheel_holds_every_file_of_the_package(root: Path, wheel: Path) -> None:
    """Style sheets and marker files too, which a build easily forgets."""
    held = set(zipfile.ZipFile(wheel).namelist())
    files = [p for p in (root / "cloudlab").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert [str(p.relative_to(root)) for p in files if p.relative_to(root).as_posix() not in held] == []


def test_an_installed_game_finds_its_lessons(wheel: Path, tmp_path: Path) -> None:
    """The unpacked wheel has no checkout around it, as on a player's machine."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = "from cloudlab.paths import assets_dir, levels_dir; print(levels_dir()); print(assets_dir())"
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert [Path(line) for line in run.stdout.splitlines()] == [
        tmp_path.resolve() / "cloudlab" / "_data" / "levels",
        tmp_path.resolve() / "cloudlab" / "_data" / "assets",
    ]
