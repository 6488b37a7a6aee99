"""A worker with a flaw: behaves as its first argument says; its second one is a folder to remember things in."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from cloudlab.jobs.wire import PROTOCOL, Finished, Hello, Train
from cloudlab.jobs.worker.channel import Channel, claim_standard_streams


def main(manner: str, folder: Path) -> None:
    channel = claim_standard_streams()
    if manner == "another protocol":
        channel.send(Hello(PROTOCOL + 1, os.getpid(), ()))
        time.sleep(60)
    if manner in ("noisy", "memory error", "bad alloc"):
        be_real(manner, channel)
    channel.send(Hello(PROTOCOL, os.getpid(), (("fake", "1"),)))
    request = channel.receive()
    assert isinstance(request, Train)
    first = not (folder / "been here").exists()
    (folder / "been here").touch()
    if manner == "allocator gives up":
        os.write(2, b"OpenBLAS error: Memory allocation still failed after 10 retries, giving up.\n")
        os._exit(1)
    if manner == "crashes when full":
        ballast = bytearray(os.urandom(1) * 100_000_000)
        time.sleep(0.5)  # Long enough to be looked at.
        os.kill(os.getpid(), signal.SIGSEGV if ballast else 0)
        time.sleep(60)
    if manner == "grows":
        ballast = bytearray(os.urandom(1) * 400_000_000)
        time.sleep(60 if ballast else 0)
    if manner == "always crashes" or (manner == "crashes once" and first):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
    if manner == "talks nonsense":
        channel._sink.write(b"Task 0 got rank 0\n")
        channel._sink.flush()
        time.sleep(60)
    if manner == "full disk":
        from cloudlab.jobs.wire import Failed

        channel.send(Failed("InternalServerError", "OSError: No space left on device"))
    channel.send(Finished("ab" * 32, 1, (("train:logloss", 100),), 1, 1, 1))
    channel.receive()


def be_real(manner: str, channel: Channel) -> None:
    """Serve as the real worker does, apart from one thing."""
    from unittest.mock import patch

    import xgboost

    from cloudlab.jobs.worker import data, serve

    if manner == "noisy":
        print("a stray print", flush=True)
        os.write(1, b'{"is":"Finished"}\n')
    if manner == "memory error":
        patch.object(data, "load", side_effect=MemoryError("Unable to allocate 40.0 GiB")).start()
    if manner == "bad alloc":
        patch.object(xgboost, "train", side_effect=xgboost.core.XGBoostError("std::bad_alloc")).start()
    serve.serve(channel)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
