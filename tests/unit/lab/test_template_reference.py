"""The page on templates is written from the table of resource types."""

from __future__ import annotations

from cloudlab.lab.template_reference import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m cloudlab.lab.template_reference`"
