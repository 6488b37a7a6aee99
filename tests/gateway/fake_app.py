"""An app that takes no time to start: says its size, its input and what it was told, as Textual's web driver would."""

from __future__ import annotations

import base64
import json
import os
import sys

_MANNER = sys.argv[1] if len(sys.argv) > 1 else "well"


def say(kind: bytes, payload: bytes) -> None:
    os.write(1, b"%s%s%s" % (kind, len(payload).to_bytes(4, "big"), payload))


def exactly(size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def main() -> None:
    if _MANNER == "fails":
        print("first\nno level lies here\nlook again", file=sys.stderr)
        sys.exit(3)
    print("a line from somebody else", flush=True)
    os.write(1, b"__GANGLION__\n")
    if _MANNER == "babbles":
        os.write(1, b"this is no packet")
    say(b"D", f"size {os.environ['COLUMNS']}x{os.environ['ROWS']};".encode())
    while True:
        kind, payload = exactly(1), exactly(int.from_bytes(exactly(4), "big"))
        if kind == b"D":
            if payload == b"leave":
                break
            if payload == b"y":  # copies, as the game's own key for it does
                say(b"D", b"\x1b]52;c;%s\x07" % base64.b64encode("kopié ✓".encode()))
            if payload == b"flood":
                for _ in range(30):
                    say(b"D", b"~" * 20_000)
                say(b"D", b"after;")
            say(b"D", b"typed %s;" % payload)
        else:
            told = json.loads(payload)
            if told["type"] == "quit" and _MANNER == "deaf":
                continue
            if told["type"] == "quit":
                break
            say(b"D", f"told {' '.join(str(value) for value in told.values())};".encode())
    say(b"M", b'{"type": "exit"}')
    print("Saved.")


main()
