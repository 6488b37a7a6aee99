"""What the app process and the gateway say to each other: Textual's web driver packets, a letter, a length and a payload.

`D` is terminal data, `M` a JSON object, `P` a piece of a file (unused here). The length is four bytes, big-endian. The app's first
line is a greeting; whatever it prints before that is none of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

GREETING = b"__GANGLION__\n"
KINDS = b"DMP"
LARGEST = 1 << 24
"""Bytes in one packet; a screen of 500 x 200 cells, each in its own colour, takes a quarter of this."""


class PacketError(ValueError):
    """The app wrote something that is no packet."""


def data_packet(data: bytes) -> bytes:
    """Return terminal input as a packet."""
    return b"D%s%s" % (len(data).to_bytes(4, "big"), data)


def meta_packet(kind: str, **fields: int | str) -> bytes:
    """Return a message of a kind as a packet."""
    payload = json.dumps({"type": kind, **fields}).encode()
    return b"M%s%s" % (len(payload).to_bytes(4, "big"), payload)


class PacketReader:
    """Cuts the app's output into packets, however it was split on its way."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._greeted = False

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the packets that are whole by now. Raises PacketError for what cannot be one."""
        rest = self._rest
        rest += data
        if not self._greeted:
            at = rest.find(GREETING)
            if at < 0:
                return
            del rest[: at + len(GREETING)]
            self._greeted = True
        while len(rest) >= 5:
            kind, size = rest[0], int.from_bytes(rest[1:5], "big")
            if kind not in KINDS or size > LARGEST:
                raise PacketError(f"no packet: {bytes(rest[:24])!r}")
            if len(rest) < 5 + size:
                return
            payload = bytes(rest[5 : 5 + size])
            del rest[: 5 + size]
            yield chr(kind), payload
