"""Who may come in: the page must have been asked for by one of our names, from one of our pages, with the code where there is one."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"(?P<name>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that can be mistaken for something else when read aloud."""


def new_code() -> str:
    """Return a join code to be read aloud: about 50 bits."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def is_loopback(name: str) -> bool:
    """Return whether a host name or address means this machine and nobody else."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules at the door."""

    loopback: bool
    """Bound to this machine only?"""
    names: frozenset[str] = frozenset()
    """Host names under which others know this machine; lower case. Addresses are accepted anyway when not on loopback."""
    code: str | None = None

    def knows_host(self, header: str | None) -> bool:
        """Was the page asked for by a name of ours? A page elsewhere can make its own name point here, but not send another name."""
        found = _HOST.fullmatch(header or "")
        if found is None:
            return False
        name = found["name"].lower()
        if is_loopback(name):
            return True
        return not self.loopback and (_is_address(name) or name in self.names)

    def knows_origin(self, origin: str | None, host: str | None) -> bool:
        """Was this asked by a page of ours? Browsers say so truthfully; who says nothing is no browser's page and is refused."""
        if not origin or not host:
            return False
        try:
            page = urlsplit(origin)
        except ValueError:
            return False
        return page.scheme in ("http", "https") and page.netloc.lower() == host.lower()

    def knows_code(self, given: str | None) -> bool:
        """Is this the code? Whether there has to be one is asked here too."""
        if self.code is None:
            return True
        return given is not None and hmac.compare_digest(given.strip().lower().encode(), self.code.lower().encode())

    # A browser that was let in carries a badge: who it is, and a proof that it knew the code. Nothing has to be kept here.

    def new_badge(self) -> str:
        """Return a badge for a browser that has just been let in."""
        player = secrets.token_hex(16)
        return f"{player}.{self._proof(player)}"

    def player(self, badge: str | None) -> str | None:
        """Return whose badge this is; None for no badge, a forged one, or one from another code."""
        player, dot, proof = (badge or "").partition(".")
        if not dot or len(player) != 32 or not hmac.compare_digest(proof.encode(), self._proof(player).encode()):
            return None
        return player

    def _proof(self, player: str) -> str:
        return hmac.new(f"cloudlab {self.code or ''}".encode(), player.encode(), hashlib.sha256).hexdigest()
