"""What the aws CLI adds to the API's own parameters: flags that no single parameter has, declared at the command.

A command that the aws CLI customises lists its customisations in the class variable `cli`:

    class RunInstances(Command):
        cli: ClassVar[tuple[Customisation, ...]] = (CountFlag(),)

        min_count: int
        max_count: int

Parser, completion and reference page read them from there; none of them knows a command by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_NEGATIVES = {"egress": "ingress", "no-reboot": "reboot"}
"""Switches whose opposite the aws CLI gives a name of its own."""


def negative(flag: str) -> str:
    """Return the flag that switches another one off, without dashes."""
    return _NEGATIVES.get(flag, f"no-{flag}")


Given = Mapping[str, str]
"""Flag (without dashes) -> the one word after it."""
Wire = dict[str, Any]
"""Parameters under AWS's names, JSON-ready."""


class WrongValue(ValueError):
    """A word after one of these flags is malformed: `flag`, a sentence, and what would be accepted."""

    def __init__(self, flag: str, sentence: str, accepted: str) -> None:
        super().__init__(sentence)
        self.flag = flag
        self.sentence = sentence
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class ExtraFlag:
    """One flag of the aws CLI that stands for no single parameter of the API."""

    name: str
    """Without dashes."""
    meaning: str
    example: str = ""
    ref: str | None = None
    """Record kind whose ids a face should offer."""
    choices: tuple[str, ...] = ()


class Customisation(Protocol):
    """Folds its flags into API parameters, and unfolds them again for writing."""

    @property
    def flags(self) -> tuple[ExtraFlag, ...]: ...

    @property
    def replaces(self) -> tuple[str, ...]:
        """API parameters that have no flag of their own on the aws CLI any more."""

    def fold(self, given: Given, wire: Wire) -> Wire:
        """Return `wire` with the flags' values at their places; `given` may be empty. Raises WrongValue."""

    def unfold(self, wire: Wire) -> tuple[dict[str, str], Wire]:
        """Return the flags that say a part of `wire`, and what is left of it; where `fold` does not undo it, it does not count."""


@dataclass(frozen=True, slots=True)
class CountFlag:
    """`--count 2` or `--count 1:3` (at least one, three if there is room) for MinCount and MaxCount; one where it is left out."""

    least: str = "MinCount"
    most: str = "MaxCount"

    @property
    def flags(self) -> tuple[ExtraFlag, ...]:
        return (ExtraFlag("count", "how many: a number, or least:most; 1 where left out", example="2"),)

    @property
    def replaces(self) -> tuple[str, ...]:
        return (self.least, self.most)

    def fold(self, given: Given, wire: Wire) -> Wire:
        if "count" not in given:
            return {self.least: 1, self.most: 1, **wire}
        word = given["count"]
        least, _, most = word.partition(":")
        if not (least.isdecimal() and (most or least).isdecimal()):
            raise WrongValue("count", f"count must be a number or a range least:most, not '{word}'", "--count 2 or --count 1:3")
        return {**wire, self.least: int(least), self.most: int(most or least)}

    def unfold(self, wire: Wire) -> tuple[dict[str, str], Wire]:
        least, most = wire.get(self.least, 1), wire.get(self.most, 1)
        rest = {name: value for name, value in wire.items() if name not in self.replaces}
        return {"count": str(least) if least == most else f"{least}:{most}"}, rest


@dataclass(frozen=True, slots=True)
class PermissionFlags:
    """`--protocol tcp --port 443 --cidr 0.0.0.0/0` (or `--source-group sg-1`) for the one entry of IpPermissions."""

    into: str = "IpPermissions"

    @property
    def flags(self) -> tuple[ExtraFlag, ...]:
        return (
            ExtraFlag("protocol", "tcp, udp, icmp, or all for everything", example="tcp", choices=("tcp", "udp", "icmp", "all")),
            ExtraFlag("port", "a port, a range from-to, or all", example="443", choices=("22", "80", "443", "all")),
            ExtraFlag("cidr", "the addresses the rule speaks of", example="0.0.0.0/0"),
            ExtraFlag("source-group", "the security group the rule speaks of, in place of addresses", ref="security_group"),
        )

    @property
    def replaces(self) -> tuple[str, ...]:
        return ()

    def fold(self, given: Given, wire: Wire) -> Wire:
        if not given:
            return wire
        if self.into in wire:
            flag = next(iter(given))
            raise WrongValue(
                flag,
                f"--{flag} cannot stand beside --ip-permissions",
                "Say the rule one way: with --ip-permissions, or with --protocol, --port and --cidr.",
            )
        entry: Wire = {}
        if "protocol" in given:
            entry["IpProtocol"] = _protocol(given["protocol"])
        if "port" in given:
            entry["FromPort"], entry["ToPort"] = _ports(given["port"])
        if "cidr" in given:
            entry["IpRanges"] = [{"CidrIp": given["cidr"]}]
        if "source-group" in given:
            entry["UserIdGroupPairs"] = [{"GroupId": given["source-group"]}]
        return {**wire, self.into: [entry]}

    def unfold(self, wire: Wire) -> tuple[dict[str, str], Wire]:
        entries = wire.get(self.into)
        if not isinstance(entries, list) or len(entries) != 1:
            return {}, wire
        entry = entries[0]
        said: dict[str, str] = {}
        if "IpProtocol" in entry:
            said["protocol"] = "all" if entry["IpProtocol"] == "-1" else entry["IpProtocol"]
        if "FromPort" in entry and "ToPort" in entry:
            first, last = entry["FromPort"], entry["ToPort"]
            said["port"] = "all" if first == last == -1 else str(first) if first == last else f"{first}-{last}"
        if entry.get("IpRanges"):
            said["cidr"] = entry["IpRanges"][0].get("CidrIp", "")
        if entry.get("UserIdGroupPairs"):
            said["source-group"] = entry["UserIdGroupPairs"][0].get("GroupId", "")
        return said, {name: value for name, value in wire.items() if name != self.into}


def _protocol(word: str) -> str:
    if word == "all":
        return "-1"
    number = word.isdecimal() and int(word) <= 255
    if word in ("tcp", "udp", "icmp", "-1") or number:
        return word
    raise WrongValue("protocol", f"protocol should be one of tcp, udp, icmp, all or a protocol number, not '{word}'", "--protocol tcp")


def _ports(word: str) -> tuple[int, int]:
    if word in ("-1", "all"):
        return -1, -1
    first, dash, last = word.partition("-")
    if first.isdecimal() and (last.isdecimal() if dash else True):
        return int(first), int(last if dash else first)
    raise WrongValue("port", f"port should be of the form from[-to], not '{word}'", "--port 22 or --port 8000-8100")
