"""What counts after rewinds: hand-drawn branches."""

from __future__ import annotations

import pytest

from cloudlab.journal.error import JournalError
from cloudlab.journal.history import effective, final_instant
from cloudlab.journal.record import Record


def history(*steps: str | int) -> list[Record]:
    """A word is a record of that kind, a number a rewind to it; record n is written at second 10 n."""
    return [
        Record(n, 10 * n, "rewound", "", {"to": step}, None, "") if isinstance(step, int) else Record(n, 10 * n, step, "", {}, None, "")
        for n, step in enumerate(steps, 1)
    ]


@pytest.mark.parametrize(
    ("steps", "counts"),
    [
        ((), []),
        (("given", "given", "clock"), [1, 2, 3]),
        (("given", "given", 1), [1]),
        (("given", "given", 1, "given"), [1, 4]),
        (("given", "given", 0), []),
        (("given", "given", 1, "given", "given", 4, "given"), [1, 4, 7]),
        (("given", "given", 1, "given", 2, "given"), [1, 2, 6]),  # back onto the branch that was left
        (("given", "given", 1, "given", 3, "given"), [1, 6]),  # to just after the first rewind
        (("given", "observed", "given", 1, "given"), [1, 2, 5]),  # what the real machine did stays known
        ((0, 1, "given"), [3]),
    ],
)
def test_rewinds_drop_what_came_after_their_target(steps: tuple[str | int, ...], counts: list[int]) -> None:
    assert [r.n for r in effective(history(*steps))] == counts


def test_a_run_stands_where_its_last_counting_record_was_written() -> None:
    assert final_instant(history()) is None
    assert final_instant(history("given", "clock")) == 20
    assert final_instant(history("given", "clock", "observed")) == 20
    back = Record(3, 15, "rewound", "", {"to": 1}, None, "")
    assert final_instant([*history("given", "clock"), back]) == 15


@pytest.mark.parametrize("to", [2, 3, -1, "1", None, True])
def test_a_rewind_to_nowhere_is_told(to: object) -> None:
    records = [*history("given"), Record(2, 10, "rewound", "", {"to": to}, None, "")]
    with pytest.raises(JournalError, match=r"Record 2 goes back to record .*, which is not before it"):
        effective(records)
