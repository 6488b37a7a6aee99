"""From the command to the first usable frame, in a real terminal, beside an empty Textual app in the same run; and what it weighs."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from statistics import median

import pytest

ROUNDS = 11
TIMES_EMPTY = 2.0
RESIDENT_MB = 60
"""At the first usable frame."""
PLAY_RESIDENT_MB = 90
"""With a level open: commands, dialects and tables on board."""

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App[None]):
    def compose(self):
        yield Static("ready to play")
Empty().run()
"""

HEAVY = ("numpy", "scipy", "sklearn", "xgboost", "yaml", "pydantic", "markdown_it")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


class Terminal:
    """A program in a pseudo-terminal of 120 x 36."""

    def __init__(self, *command: str) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
        os.close(slave)
        self.master = master
        self.seen = b""

    def wait_for(self, marker: bytes, seconds: float = 20) -> float:
        """Return the seconds since the start, or since `again`, at which the marker was on the screen."""
        end = time.perf_counter() + seconds
        while marker not in self.seen:
            left = end - time.perf_counter()
            assert left > 0, f"{marker!r} never appeared in {self.seen[-2000:]!r}"
            if select.select([self.master], [], [], left)[0]:
                self.seen += os.read(self.master, 65_536)
        return time.perf_counter() - self.began

    def drain(self, seconds: float) -> None:
        """Read and forget what comes for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.master], [], [], left)[0]:
                os.read(self.master, 65_536)
        self.seen = b""

    def send(self, keys: str) -> None:
        self.seen, self.began = b"", time.perf_counter()
        os.write(self.master, keys.encode())

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS")) / 1024

    def close(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


def test_first_frame_within_twice_an_empty_app(capsys: pytest.CaptureFixture[str]) -> None:
    """Both are opened in turn, so that a machine's mood strikes both."""
    empty, ours, weights = [], [], []
    for _ in range(ROUNDS):
        terminal = Terminal(sys.executable, "-c", EMPTY)
        empty.append(terminal.wait_for(b"ready to play"))
        terminal.close()
        terminal = Terminal(sys.executable, "-m", "cloudlab")
        ours.append(terminal.wait_for(b"Open for business"))
        terminal.drain(0.6)
        if sys.platform == "linux":
            weights.append(terminal.resident_mb())
        terminal.close()
    ratio = median(ours) / median(empty)
    with capsys.disabled():
        print(
            f"\nfirst frame: empty app {median(empty) * 1000:.0f} ms ({min(empty) * 1000:.0f}-{max(empty) * 1000:.0f}), "
            f"menu {median(ours) * 1000:.0f} ms ({min(ours) * 1000:.0f}-{max(ours) * 1000:.0f}), {ratio:.2f} times"
        )
        if weights:
            print(f"resident at the menu: {median(weights):.1f} MB ({min(weights):.1f}-{max(weights):.1f})")
    assert ratio < TIMES_EMPTY
    assert not weights or median(weights) < RESIDENT_MB


def test_resident_while_playing(capsys: pytest.CaptureFixture[str]) -> None:
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    terminal = Terminal(sys.executable, "-m", "cloudlab", "play", "01", "--seed", "5")
    try:
        terminal.wait_for(b"before you start")
        terminal.drain(1.0)
        terminal.send("\x13")
        opened = terminal.wait_for(b"who holds it")
        terminal.drain(2.0)
        weight = terminal.resident_mb()
        with capsys.disabled():
            print(f"\nbrief to play screen {opened * 1000:.0f} ms; resident in play {weight:.1f} MB")
        assert weight < PLAY_RESIDENT_MB
    finally:
        terminal.close()


def test_what_the_menu_imports(capsys: pytest.CaptureFixture[str]) -> None:
    program = f"""
import sys
from cloudlab.app.main import Start, make_app
make_app(Start()).doors.campaign()
print(len(sys.modules), *[name for name in {HEAVY!r} if name in sys.modules])
"""
    count, *heavy = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    with capsys.disabled():
        print(f"\nmodules loaded for the menu: {count}")
    assert heavy == []
