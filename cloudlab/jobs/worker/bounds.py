"""How much memory this process uses and may use."""

from __future__ import annotations

import platform
import sys
from contextlib import suppress
from pathlib import Path

MEBIBYTE = 1024 * 1024

LINUX = platform.system() == "Linux"
"""Whether the system bounds address space and shows memory under /proc."""


def limit_growth(mebibytes: int) -> None:
    """Let this process's address space grow by at most so much from now on; 0 for no bound. Linux only.

    Elsewhere the limit means something else (macOS) or doesn't exist (Windows), and `peak_rss_mib` is watched instead.
    """
    if mebibytes <= 0 or not LINUX:
        return
    import resource

    allowed = _address_space() + mebibytes * MEBIBYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        allowed = min(allowed, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    import resource

    return pages * resource.getpagesize()


def peak_rss_mib() -> int:
    """Return the most memory this process ever held at once, in MiB; 0 where nobody can say."""
    if LINUX:
        with suppress(OSError, ValueError, IndexError):
            status = Path("/proc/self/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) // 1024
    if sys.platform == "win32":
        return _windows_peak() // MEBIBYTE
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // MEBIBYTE if sys.platform == "darwin" else used // 1024


def _windows_peak() -> int:
    """Ask Windows for the peak working set, in bytes (GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS)."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", ctypes.c_uint32),
            ("PageFaultCount", ctypes.c_uint32),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("rest", ctypes.c_size_t * 8),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(Counters)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (only Windows has this attribute)
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.GetCurrentProcess())
    done = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
    return int(counters.PeakWorkingSetSize) if done else 0
