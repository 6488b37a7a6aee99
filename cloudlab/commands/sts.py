"""STS actions: who am I, and in which account."""

from __future__ import annotations

from typing import ClassVar

from cloudlab.commands.base import Command


class GetCallerIdentity(Command):
    service: ClassVar[str] = "sts"
    operation: ClassVar[str] = "GetCallerIdentity"
    gloss: ClassVar[str] = "Ask which account you are in, and as whom; the first look of every careful person."
    returns: ClassVar[str | None] = "Account"
    reads: ClassVar[bool] = True
