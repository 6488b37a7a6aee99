"""Bounds on real work, and how to tell from a worker's end which of them it met."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloudlab.jobs.outcome import Cause

LINUX = platform.system() == "Linux"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a piece of work may use of this machine. Not the modelled instance: that one is the simulation's business."""

    memory_mib: int = 2048
    """Resident memory of the worker."""
    wall_seconds: float = 900.0


OUT_OF_MEMORY = "out of memory: choose a larger instance"

_MEMORY_WORDS = (b"Memory allocation still failed", b"bad_alloc", b"MemoryError", b"Cannot allocate memory", b"out of memory")
"""What libraries leave in the log before they end the process themselves, OpenBLAS first of all."""

_TAIL = 8 * 1024


def resident_mib(pid: int) -> int:
    """Return what a process holds in memory now, in MiB; 0 where nobody can say. Linux only."""
    if not LINUX:
        return 0
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)
    return 0


def why_gone(code: int | None, log: Path, peak_mib: int, limits: Limits) -> tuple[Cause, str]:
    """Say what ended a worker that was not told to end.

    `code` is its exit code, negative for a signal, None where nobody could tell. Out of memory wears three faces: an exit with the
    allocator's last words in the log, a crash (SIGSEGV, SIGABRT) of a library that didn't check, and the kernel's own SIGKILL.
    Without last words, the crash counts as one only if the worker had come near its limit.
    """
    spoke = _said_so(log)
    near = peak_mib * 10 >= limits.memory_mib * 8
    if code is not None and code != 0 and (spoke or (code < 0 and near)):
        return "out of memory", OUT_OF_MEMORY
    end = "ended" if code is None else f"was killed by signal {-code}" if code < 0 else f"exited with code {code}"
    return "worker lost", f"the training process {end} without an answer"


def _said_so(log: Path) -> bool:
    with suppress(OSError), log.open("rb") as lines:
        lines.seek(0, os.SEEK_END)
        lines.seek(max(0, lines.tell() - _TAIL))
        tail = lines.read()
        return any(words in tail for words in _MEMORY_WORDS)
    return False
