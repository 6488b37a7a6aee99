"""Documents of send-command where one looks for them: in the form's rows, in completion, in help."""

from __future__ import annotations

import pytest

from cloudlab.engine.documents import TABLE
from cloudlab.lab import documents
from cloudlab.lab.reference import as_text


@pytest.mark.parametrize("document", TABLE, ids=lambda d: d.name)
def test_every_parameter_is_offered_with_its_meaning_and_told_in_help(document):
    offered = dict(documents.names(document.name))
    assert list(offered) == [p.name for p in document.parameters]
    page = as_text(document.name)
    assert page == as_text(document.name.lower()) == documents.page(document)
    for parameter in document.parameters:
        assert parameter.meaning in offered[parameter.name]
        assert f"{parameter.name} " in page
        assert [text for text, _ in documents.values(document.name, parameter.name)][: len(parameter.choices)] == list(parameter.choices)


def test_the_command_lists_its_documents():
    shown = as_text("send-command")
    assert all(f"  {d.name} " in shown for d in TABLE)
    assert "cloudlab-TrainModel" in as_text("cloudlab-TrainModle")
