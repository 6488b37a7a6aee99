"""The zygote: a process that has imported everything once and forks a worker for each job. Linux only.

It never trains, so no library thread exists in it and forking is safe. On its socket it takes `{"fork": n, "log": path}`
with one descriptor (the worker's own line to the app) and `{"bury": pid}`; it says `{"ready": true}`, `{"born": n, "pid": pid}` and
`{"gone": pid, "code": code}`. A dead worker is buried only when the app says so: until then its pid can't become somebody else's.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
from pathlib import Path
from typing import Any

from cloudlab.jobs.recipe import CardMissing, load_recipe
from cloudlab.jobs.worker import data
from cloudlab.jobs.worker.channel import open_channel
from cloudlab.jobs.worker.serve import serve

_ORDER_LIMIT = 64 * 1024


def main(control_fd: int, data_dir: str) -> None:
    """Serve the control socket until its other end is gone."""
    control = socket.socket(fileno=control_fd)
    wake_in, wake_out = os.pipe()
    os.set_blocking(wake_in, False)
    os.set_blocking(wake_out, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)
    # What exists now stays shared with every child instead of being copied when the collector touches it.
    gc.collect()
    gc.freeze()
    _tell(control, {"ready": True})
    cold = sorted(path.stem for path in Path(data_dir).glob("*.yaml"))
    children: set[int] = set()
    reported: set[int] = set()
    while True:
        # With data sets still to make, look for orders without waiting, and make one in between.
        ready, _, _ = select.select([control.fileno(), wake_in], [], [], 0 if cold else None)
        if not ready and cold:
            _warm(Path(data_dir), cold.pop())
        if wake_in in ready:
            os.read(wake_in, 4096)
        if control.fileno() in ready:
            message, fds, _, _ = socket.recv_fds(control, _ORDER_LIMIT, 1)
            if not message:
                return
            order = json.loads(message)
            if "bury" in order and order["bury"] in children:
                children.remove(order["bury"])
                reported.discard(order["bury"])
                os.waitpid(order["bury"], 0)
            elif "fork" in order:
                pid = _fork(control, (wake_in, wake_out), fds[0], order["log"])
                os.close(fds[0])
                children.add(pid)
                _tell(control, {"born": order["fork"], "pid": pid})
        for pid in sorted(children - reported):
            if (code := _exit_code(pid)) is not None:
                reported.add(pid)
                _tell(control, {"gone": pid, "code": code})


def _warm(data_dir: Path, dataset: str) -> None:
    """Make a data set once for all children; one that can't be made is the business of the job that asks for it."""
    try:
        data.load(load_recipe(data_dir, dataset))
    except (CardMissing, data.UnknownDataset):
        return
    gc.collect()
    gc.freeze()


def _fork(control: socket.socket, wake: tuple[int, int], line: int, log: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        control.close()
        for fd in wake:
            os.close(fd)
        journal = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(journal, 1)
        os.dup2(journal, 2)
        os.close(journal)
        serve(open_channel(os.dup(line), line))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        # Never return into the zygote's own loop, and run none of its exit handlers.
        os._exit(70)


def _exit_code(pid: int) -> int | None:
    """Return how a child ended, negative for a signal, leaving it unburied; None while it lives."""
    state = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if state is None:
        return None
    return state.si_status if state.si_code == os.CLD_EXITED else -state.si_status


def _tell(control: socket.socket, news: dict[str, Any]) -> None:
    try:
        control.send(json.dumps(news).encode())
    except OSError:
        os._exit(0)
