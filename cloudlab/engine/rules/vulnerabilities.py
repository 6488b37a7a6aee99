"""Vulnerabilities of the operating system: which there are, when their fix came out, who still lacks it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloudlab.model.compute import Instance
from cloudlab.model.operations import Incident
from cloudlab.model.time import DAY, HOUR, MINUTE, Seconds
from cloudlab.model.world import World

KIND = "os-cve"
SSH = 22


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A hole in the operating system. The named ones are dated and sourced in `assets/failure-rates.yaml` under `cves`."""

    id: str
    name: str
    port: int | None
    """The port an attacker comes through; None: any port that is open to the world."""
    needs_reboot: bool
    """The fix is in force only after a reboot: kernel, glibc and OpenSSL stay loaded until then."""


# A local hole needs somebody who can already run something: on a server without other users that is whoever gets in over SSH.
KNOWN = (
    Vulnerability("CVE-2024-6387", "regreSSHion", SSH, needs_reboot=False),
    Vulnerability("CVE-2024-3094", "xz backdoor", SSH, needs_reboot=False),
    Vulnerability("CVE-2021-4034", "PwnKit", SSH, needs_reboot=False),
    Vulnerability("CVE-2014-0160", "Heartbleed", None, needs_reboot=True),
    Vulnerability("CVE-2022-0847", "Dirty Pipe", SSH, needs_reboot=True),
    Vulnerability("CVE-2023-4911", "Looney Tunables", SSH, needs_reboot=True),
)
_BY_ID = {v.id: v for v in KNOWN}


def vulnerability(cve: str) -> Vulnerability:
    """Return a known hole; an id a level made up is one in the kernel's network code: any open port, and a reboot."""
    return _BY_ID.get(cve) or Vulnerability(cve, cve, None, needs_reboot=True)


@dataclass(frozen=True, slots=True)
class Publication:
    """What a level's incident entry says of a hole: `CVE-2024-6387 age=9d`."""

    cve: str
    age: Seconds
    """Since when the fix has been out as the incident strikes; without `age` it came out that moment."""


_DETAIL = re.compile(r"(?P<cve>CVE-\d{4}-\d{4,})(?: age=(?P<number>\d+)(?P<unit>[dhm]))?")
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE}


def publication(detail: str) -> Publication:
    """Read the `detail` of an os-cve incident. A level with another one is the author's mistake."""
    found = _DETAIL.fullmatch(detail.strip())
    assert found is not None, f"the detail of an os-cve incident reads like 'CVE-2024-6387 age=9d', not {detail!r}"
    return Publication(found["cve"], int(found["number"]) * _UNITS[found["unit"]] if found["number"] else 0)


@dataclass(frozen=True, slots=True)
class Fix:
    """A fix that is out."""

    vulnerability: Vulnerability
    released: Seconds
    """When it came out; may lie before the run."""
    published: Seconds
    """When the run heard of the hole. Images built from then on have the fix."""


def fixes(world: World) -> tuple[Fix, ...]:
    """Return every fix published so far, oldest news first."""
    found = []
    for incident in world.every(Incident):
        if incident.kind == KIND and incident.detail:
            news = publication(incident.detail)
            found.append(Fix(vulnerability(news.cve), incident.struck - news.age, incident.struck))
    return tuple(found)


def lacking(world: World, instance: Instance) -> tuple[Fix, ...]:
    """Return the fixes that are not in force on an instance: neither in its image nor installed, or waiting for a reboot."""
    if instance.state == "terminated":
        return ()
    return tuple(f for f in fixes(world) if instance.packages_of < f.published and f.vulnerability.id not in instance.software.patched)


def is_vulnerable(world: World, instance: Instance, cve: str) -> bool:
    return any(f.vulnerability.id == cve for f in lacking(world, instance))
