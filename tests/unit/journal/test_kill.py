"""kill -9 at any instant loses at most the record that was not acknowledged: tried hundreds of times."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudlab.journal.file import Journal, read

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 and fork are POSIX")

JOURNALS, KILLS = 15, 20

WRITER = """
import os, signal, sys
from pathlib import Path
from cloudlab.journal.error import JournalError
from cloudlab.journal.file import Journal
from cloudlab.journal.record import Header

def say(word):
    os.write(1, (word + "\\n").encode())

def write_for_ever(path):
    say(f"pid {os.getpid()}")
    journal = Journal.open(path) if path.exists() else Journal.create(path, Header("l", "a", "b", 1, 1, "learn", ""))
    while True:
        n = journal.next_n
        journal.append(at=n, kind="noted", id=f"i{n}", body={"text": "x" * (n % 700)})
        say(f"ack {n}")

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            write_for_ever(Path(line.rstrip("\\n")))
        except BaseException as error:
            say(f"failed {error!r}")
        os._exit(1)
    os.waitpid(child, 0)
    say("dead")
"""


@pytest.fixture
def writer() -> Iterator[subprocess.Popen[str]]:
    """A process that forks a writer per line it is told, so that three hundred of them cost one start-up."""
    program = [sys.executable, "-c", WRITER]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def killed(writer: subprocess.Popen[str], path: Path, records: int, seconds: float) -> int:
    """Let a writer write to `path`, kill it so many seconds after so many records; return the last it acknowledged (0: none)."""
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(f"{path}\n")
    writer.stdin.flush()
    _, pid = writer.stdout.readline().split()
    acknowledged = 0
    for _ in range(records):
        acknowledged = number(writer.stdout.readline())
    time.sleep(seconds)
    os.kill(int(pid), signal.SIGKILL)
    while (line := writer.stdout.readline()) != "dead\n":
        acknowledged = number(line)
    return acknowledged


def number(line: str) -> int:
    word, _, rest = line.partition(" ")
    assert word == "ack", line
    return int(rest)


def test_no_acknowledged_record_is_ever_lost(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    dice = random.Random(20260301)
    for journals in range(JOURNALS):
        path = tmp_path / f"{journals}.jsonl"
        held = 0
        for kill in range(KILLS):
            if path.exists() and kill % 3 == 2:  # as a power cut tears a line: the next writer has to mend it, and dies anywhere in that
                with path.open("ab") as torn:
                    torn.write(b'{"n":9,"at":12,"kind":"gi'[: dice.randrange(1, 26)])
            acknowledged = killed(writer, path, dice.randrange(6), dice.uniform(0, 0.004))
            if not path.exists():
                assert acknowledged == 0
                continue
            records = read(path).records
            assert [r.n for r in records] == list(range(1, len(records) + 1))
            assert all(r.body == {"text": "x" * (r.n % 700)} for r in records[held:])
            assert acknowledged <= len(records)
            if acknowledged:
                assert len(records) <= acknowledged + 1  # at most the one that was written, but not yet acknowledged
            else:
                assert held <= len(records) <= held + 1
            held = len(records)
        with Journal.open(path) as journal:
            assert journal.append(at=held, kind="clock").n == held + 1
        assert read(path).damage is None
