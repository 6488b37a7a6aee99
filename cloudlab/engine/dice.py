"""Keyed dice: every roll is named, so a new roll in one subsystem never shifts another one."""

from __future__ import annotations

from hashlib import blake2b


def roll(seed: int, *key: str | int, sides: int) -> int:
    """Return a number in [0, sides) that depends on nothing but `seed` and `key`. `sides` up to 2**48."""
    body = "/".join(map(str, (seed, *key))).encode()
    return int.from_bytes(blake2b(body, digest_size=8).digest(), "big") % sides


def mix(value: int) -> int:
    """Return a well-spread 64-bit integer for `value` (splitmix64's finaliser): cheap noise per minute of traffic."""
    value = (value + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)
