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


def _name(host: str) -> str | None:
    """Return a host's name without its port, lower case; None for what is no host."""
    found = _HOST.fullmatch(host)
    return found["name"].lower() if found is not None else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def public_origin(url: str) -> str | None:
    """Return what browsers will call the pages of this address, as in `https://lab.example.org`; None for what is no whole host."""
    try:
        parts = urlsplit(url.strip().lower())
        port = parts.port
    except ValueError:
        return None
    name = _name(parts.netloc)
    if parts.scheme not in ("http", "https") or name is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        return None
    # browsers leave the usual port out
    return f"{parts.scheme}://{name}" + (f":{port}" if port not in (None, 443 if parts.scheme == "https" else 80) else "")


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules at the door."""

    loopback: bool
    """Bound to this machine only?"""
    names: frozenset[str] = frozenset()
    """Host names under which others know this machine; lower case. Addresses are accepted anyway when not on loopback."""
    code: str | None = None
    public: tuple[str, ...] = ()
    """Origins (see `public_origin`) under which a proxy in front of us shows our pages."""

    def knows_host(self, header: str | None) -> bool:
        """Was the page asked for by a name of ours? A page elsewhere can make its own name point here, but not send another name."""
        name = _name(header or "")
        if name is None:
            return False
        if is_loopback(name) or name in (_name(origin.partition("://")[2]) for origin in self.public):
            return True
        return not self.loopback and (_is_address(name) or name in self.names)

    def knows_origin(self, origin: str | None, host: str | None) -> bool:
        """Was this asked by a page of ours? Browsers say so truthfully; who says nothing is no browser's page and is refused.

        A proxy may give the request another host's name, so what it shows in public is known by its whole origin.
        """
        if not origin or not host:
            return False
        if origin.lower() in self.public:
            return True
        try:
            page = urlsplit(origin)
        except ValueError:
            return False
        if page.scheme == "http" and f"https://{page.netloc.lower()}" in self.public:
            return False  # of a name that is ours encrypted only
        return page.scheme in ("http", "https") and page.netloc.lower() == host.lower()

    def is_encrypted(self, host: str | None, forwarded: str | None) -> bool:
        """Does the browser speak to a proxy that encrypts? `forwarded` is the proxy's word for it (X-Forwarded-Proto)."""
        return forwarded == "https" or f"https://{(host or '').lower()}" in self.public

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
