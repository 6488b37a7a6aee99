"""Each error code the specification lists is met: by both clouds, by a test of the engine, or it says why nothing leads to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.codes import NOT_BY_MOTO, NOT_MODELLED, SAID_BY_BOTH

ROOT = Path(__file__).parents[2]
ENGINE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "cloudlab" / "engine").rglob("*.py"))


@pytest.mark.parametrize("code", sorted(NOT_BY_MOTO))
def test_what_moto_never_says_the_engine_says_in_a_test_of_its_own(code: str) -> None:
    _, where = NOT_BY_MOTO[code]
    there = list((ROOT / "tests" / "unit").rglob(where))
    assert f'"{code}"' in ENGINE
    assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in there), f"{where} does not meet {code}"


def test_what_is_not_modelled_is_said_nowhere() -> None:
    assert [code for code in NOT_MODELLED if f'"{code}"' in ENGINE] == []


def test_each_code_stands_in_one_list() -> None:
    lists = (set(SAID_BY_BOTH), set(NOT_BY_MOTO), set(NOT_MODELLED))
    assert len(SAID_BY_BOTH) == len(lists[0])
    assert not lists[0] & lists[1]
    assert not (lists[0] | lists[1]) & lists[2]
