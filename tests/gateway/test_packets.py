"""Packets, however they were split on their way."""

from __future__ import annotations

import pytest

from cloudlab.gateway.packets import PacketError, PacketReader, data_packet, meta_packet

STREAM = b"noise\n__GANGLION__\nD\x00\x00\x00\x03abcM\x00\x00\x00\x02{}D\x00\x00\x00\x00P\x00\x00\x00\x01x"
PACKETS = [("D", b"abc"), ("M", b"{}"), ("D", b""), ("P", b"x")]


def test_packets_as_textual_writes_them():
    assert data_packet(b"abc") == b"D\x00\x00\x00\x03abc"
    assert meta_packet("resize", width=80, height=24) == b'M\x00\x00\x00\x2d{"type": "resize", "width": 80, "height": 24}'


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_any_split_gives_the_same_packets(size):
    reader = PacketReader()
    pieces = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    assert [packet for piece in pieces for packet in reader.feed(piece)] == PACKETS


def test_what_is_no_packet_is_said_to_be_none():
    reader = PacketReader()
    with pytest.raises(PacketError, match="Traceback"):
        list(reader.feed(b"__GANGLION__\nTraceback (most"))
    with pytest.raises(PacketError):
        list(PacketReader().feed(b"__GANGLION__\nD\xff\xff\xff\xff"))
