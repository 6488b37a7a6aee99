"""The worker's end of the line: claimed before anything heavy is imported, so that no library can print into it."""

from __future__ import annotations

import os
import queue
import threading
from typing import BinaryIO

from cloudlab.jobs.wire import Reply, Request, decode_request, encode


class Channel:
    """Messages in, messages out. A thread watches the input, so that its end stops the worker in the midst of any work."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._requests: queue.SimpleQueue[Request | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True, name="requests").start()

    def send(self, reply: Reply) -> None:
        """Write one message at once. Ends the process when nobody reads any more."""
        try:
            self._sink.write(encode(reply))
            self._sink.flush()
        except OSError:
            os._exit(0)

    def receive(self) -> Request:
        """Wait for the next request. Raises ProtocolError for a line that isn't one."""
        request = self._requests.get()
        if isinstance(request, Exception):
            raise request
        return request

    def _listen(self) -> None:
        try:
            for line in self._source:
                try:
                    self._requests.put(decode_request(line))
                except ValueError as error:
                    self._requests.put(error)
        except OSError:
            pass  # The other end is gone just the same.
        # Whoever asked has gone, or wants this ended. A library call in the main thread can't be told politely.
        os._exit(0)


def claim_standard_streams() -> Channel:
    """Take standard input and output for messages; what anybody prints from now on goes to standard error, the log."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return open_channel(source, sink)


def open_channel(source: int, sink: int) -> Channel:
    """Return a channel over two file descriptors, which it owns from now on."""
    return Channel(os.fdopen(source, "rb"), os.fdopen(sink, "wb"))
