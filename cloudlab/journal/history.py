"""What of a journal still counts after all its rewinds, and where the run stands."""

from __future__ import annotations

from collections.abc import Sequence

from cloudlab.journal.error import JournalError
from cloudlab.journal.record import Record
from cloudlab.model.time import Seconds


def effective(records: Sequence[Record]) -> tuple[Record, ...]:
    """Return what still counts: the records the last one builds on, in order.

    `rewound {to: n}` goes back to after record n, dropping what came later; the records after it count again. One may
    rewind to a record that was dropped before: then the branch it stood on counts again. Observations are of the real machine,
    not of the run, so they always stay; the `rewound` records themselves don't.
    """
    counts: set[int] = set()
    n = len(records)
    while n > 0:
        record = records[n - 1]
        if record.kind == "rewound":
            n = rewound_to(record)
        else:
            counts.add(n)
            n -= 1
    return tuple(r for r in records if r.n in counts or r.kind == "observed")


def final_instant(records: Sequence[Record]) -> Seconds | None:
    """Return the simulated instant where the run stands after all records; None where it stands at its opening.

    A `rewound` stands at the instant it went back to.
    """
    return next((r.at for r in reversed(records) if r.kind != "observed"), None)


def rewound_to(record: Record) -> int:
    """Return the record a `rewound` goes back to; 0 is the opening."""
    to = record.body.get("to")
    if not isinstance(to, int) or isinstance(to, bool) or not 0 <= to < record.n:
        raise JournalError(f"Record {record.n} goes back to record {to!r}, which is not before it.")
    return to
