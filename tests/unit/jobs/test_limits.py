"""What ended a worker: told from its exit code, its last words and what it held."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlab.jobs.limits import OUT_OF_MEMORY, Limits, why_gone

LIMITS = Limits(memory_mib=1_000)


@pytest.mark.parametrize(
    ("code", "said", "peak", "cause"),
    [
        (1, "OpenBLAS error: Memory allocation still failed after 10 retries, giving up.", 100, "out of memory"),
        (-6, "terminate called after throwing an instance of 'std::bad_alloc'", 100, "out of memory"),
        (-11, "", 900, "out of memory"),
        (-6, "", 900, "out of memory"),
        (-9, "", 900, "out of memory"),
        (-11, "", 100, "worker lost"),
        (-9, "", 100, "worker lost"),
        (1, "Traceback", 900, "worker lost"),
        (0, "std::bad_alloc", 900, "worker lost"),
        (None, "", 900, "worker lost"),
    ],
)
def test_ends_are_told_apart(tmp_path: Path, code: int | None, said: str, peak: int, cause: str) -> None:
    log = tmp_path / "worker.log"
    log.write_text("x" * 20_000 + said)
    found, reason = why_gone(code, log, peak, LIMITS)
    assert found == cause
    assert (reason == OUT_OF_MEMORY) == (cause == "out of memory")


def test_without_a_log_the_code_alone_speaks(tmp_path: Path) -> None:
    assert why_gone(1, tmp_path / "none.log", 0, LIMITS)[0] == "worker lost"
