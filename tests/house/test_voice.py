"""The house speaks with one voice: every module has its charter, and names say what a thing is."""

from __future__ import annotations

import ast

import pytest

EMPTY_NAMES = ("Manager", "Helper", "Util", "Utils", "Misc")


def test_every_module_opens_with_a_one_line_charter(modules: dict[str, ast.Module]) -> None:
    wrong = []
    for name, tree in modules.items():
        charter = (ast.get_docstring(tree, clean=False) or "").split("\n")[0]
        if len(charter) < 20 or charter != charter.strip() or not charter.endswith((".", "?")):
            wrong.append(f"{name}: {charter!r} is not one line that ends like a sentence")
    assert wrong == []


@pytest.mark.parametrize("word", EMPTY_NAMES)
def test_no_name_hides_what_a_thing_is(modules: dict[str, ast.Module], word: str) -> None:
    found = [name for name in modules if word.lower() in name.rpartition(".")[2].split("_")]
    found += [
        f"{name}.{node.name}"
        for name, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(word)
    ]
    assert found == []
