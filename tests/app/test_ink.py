"""Ink: lines are cut and padded by terminal cells, and no text is ever read as markup."""

from __future__ import annotations

import pytest

from cloudlab.app import ink
from cloudlab.app.figures import age, money, share, short_ids


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("模型模型", 5, "模型…"), ("x", 0, "")],
)
def test_cut(text, cells, shown):
    assert ink.cut(text, cells) == shown


@pytest.mark.parametrize("text", ["short", "much too long for it", "模型模型模型模型"])
def test_fit_takes_exactly_its_cells(text):
    assert ink.width(ink.fit(ink.line(text), 10)) == 10


def test_a_box_is_a_rectangle():
    lines = ink.box(ink.line("a title that is longer than the box"), [ink.line("one"), ink.line("a longer line than fits")], 20)
    assert [ink.width(each) for each in lines] == [20, 20, 20, 20]


def test_beside_keeps_columns():
    rows = ink.beside([[ink.line("a")], [ink.line("b"), ink.line("c")]], [3, 4])
    assert ["".join(t for t, _ in row) for row in rows] == ["a   b   ", "    c   "]


def test_wrapped_breaks_long_words():
    assert ["".join(t for t, _ in row) for row in ink.wrapped("ab cdefghij", 4)] == ["ab", "cdef", "ghij"]


def test_markup_and_control_characters_stay_text():
    shown = ink.content([ink.line("[red]x[/red]\x1b[31m\n")])
    assert shown.plain == "[red]x[/red] [31m "
    assert shown.spans == []


def test_figures():
    assert money(412_000_000) == "$412"
    assert money(-1_500_000) == "-$1.50"
    assert share(999_999) == "99.99 %"
    assert age(59) == ""
    assert age(7_200) == "seen 2 h 00 min ago"
    assert short_ids("i-0123456789abcdef0 in vpc-1") == "i-01234 in vpc-1"


def test_a_path_is_folded_where_the_line_is_full():
    assert ink.folded("saved: /a/bcdef", 6) == "saved:\n /a/bc\ndef"
    assert ink.folded("日本語", 4) == "日本\n語"
