"""The rooms keep to themselves: who may import whom, and what a pure room may not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.application import use_cases
from importlinter.cli import lint_imports

PURE_ROOMS = tuple(f"cloudlab.{room}" for room in ("model", "commands", "dialects", "engine", "journal", "levels"))

IMPURE_MODULES = {"asyncio", "threading", "random", "time", "socket", "sklearn", "xgboost", "textual", "numpy"}

IMPURE_CALLS = {
    "now": "the wall clock",
    "utcnow": "the wall clock",
    "today": "the wall clock",
    "urandom": "chance",
    "getrandom": "chance",
    "hash": "a value that differs from process to process",
    "id": "a value that differs from process to process",
}

FORKS_SIMULATIONS = ("cloudlab.engine", "cloudlab.lab")
"""Rooms where `fork` is a Simulation's: an independent run that shares the past. They import neither os.fork nor multiprocessing."""
STARTS_PROCESSES = {
    "create_subprocess_exec",
    "create_subprocess_shell",
    "execv",
    "execve",
    "execvp",
    "fork",
    "forkpty",
    "popen",
    "posix_spawn",
    "startfile",
    "system",
}


def in_room(name: str, *rooms: str) -> bool:
    """Is this module one of the rooms, or inside one?"""
    return any(name == room or name.startswith(room + ".") for room in rooms)


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and top-level name of everything a module imports, at its top or late."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def called(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Yield line, last name, and whether it was reached through a dot, for every call in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.lineno, node.func.attr, True
            elif isinstance(node.func, ast.Name):
                yield node.lineno, node.func.id, False


def test_the_import_contracts_are_kept(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [str(root), *sys.path])
    kept = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert kept == 0, capsys.readouterr().out


def test_no_contract_was_lost(root: Path) -> None:
    ids = {options["id"] for options in use_cases.read_user_options(str(root / "pyproject.toml")).contracts_options}
    assert ids == {
        "layers",
        "app-through-lab",
        "jobs-know-the-spec",
        "pure-rooms",
        "textual-in-app",
        "learning-in-worker",
        "processes-in-jobs",
        "gateway-knows-no-game",
        "web-in-gateway",
        "nothing-unpickled",
    }


def test_pure_rooms_import_neither_clock_nor_chance(modules: dict[str, ast.Module]) -> None:
    found = [
        f"{name}:{line} imports {what}"
        for name, tree in modules.items()
        if in_room(name, *PURE_ROOMS)
        for line, what in imported(tree)
        if what in IMPURE_MODULES
    ]
    assert found == []


def test_pure_rooms_ask_neither_clock_nor_chance(modules: dict[str, ast.Module]) -> None:
    """What no import contract sees: `datetime.now()`, `os.urandom()`, and `hash()`, which is salted anew in each process."""
    found = [
        f"{name}:{line} calls {what}(): {IMPURE_CALLS[what]}"
        for name, tree in modules.items()
        if in_room(name, *PURE_ROOMS)
        for line, what, dotted in called(tree)
        if what in IMPURE_CALLS and dotted == (what not in {"hash", "id"})
    ]
    assert found == []


def test_only_the_jobs_start_processes(modules: dict[str, ast.Module]) -> None:
    found = [
        f"{name}:{line} calls {what}()"
        for name, tree in modules.items()
        if not in_room(name, "cloudlab.jobs")
        for line, what, dotted in called(tree)
        if dotted and what in STARTS_PROCESSES and not (what == "fork" and in_room(name, *FORKS_SIMULATIONS))
    ]
    assert found == []


def test_nothing_but_the_worker_loads_machine_learning(root: Path, modules: dict[str, ast.Module]) -> None:
    """Import everything the game's own process could ever import, and look what came with it."""
    ours = [name for name in modules if not in_room(name, "cloudlab.jobs.worker") and not name.endswith(".__main__")]
    program = f"""
import importlib, sys
for name in {ours!r}:
    importlib.import_module(name)
print(*sorted({{"numpy", "scipy", "sklearn", "xgboost", "pandas"}} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_the_model_loads_no_room_above_it(modules: dict[str, ast.Module]) -> None:
    """The layers contract lets the model name the Command type; this holds it to naming."""
    found = []
    for name, tree in modules.items():
        if not in_room(name, "cloudlab.model"):
            continue
        spared = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        found += [
            f"{name}:{node.lineno} imports {node.module}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and id(node) not in spared and in_room(node.module or "", "cloudlab.commands")
        ]
    assert found == []
