"""The list of documents: the command, the effort table, the engine and the page in docs name the same ones."""

from __future__ import annotations

from pathlib import Path

from cloudlab.commands.ssm import DOCUMENTS
from cloudlab.engine.document_runs import RUNS
from cloudlab.engine.documents import TABLE
from cloudlab.engine.rules.vulnerabilities import KNOWN
from tests.support import catalogue

PAGE = Path(__file__).parents[3] / "docs" / "ssm-documents.md"


def test_every_document_is_declared_done_costed_and_described() -> None:
    assert [d.name for d in TABLE] == list(DOCUMENTS)
    assert set(RUNS) == set(DOCUMENTS)
    assert set(catalogue().ssm_documents) == set(DOCUMENTS)
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    for document in TABLE:
        (row,) = [line for line in rows if line.startswith(f"| {document.name} |")]
        for parameter in document.parameters:
            assert f"`{parameter.name}`" in row
            for choice in parameter.choices:
                assert choice in row


def test_every_hole_is_described() -> None:
    rows = {line.split(" | ")[0]: line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| CVE-")}
    assert set(rows) == {f"| {hole.id} {hole.name}" for hole in KNOWN}
    for hole in KNOWN:
        row = rows[f"| {hole.id} {hole.name}"]
        assert row.endswith("| yes |" if hole.needs_reboot else "| no |")
        assert ("any open port" in row) is (hole.port is None)
