"""CloudTrail actions: who asked for what, when, and what was refused."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Command, Structure

KEYS = ("EventName", "Username", "ResourceName", "EventSource", "ReadOnly")


class LookupAttribute(Structure):
    attribute_key: Annotated[str, Choice(KEYS)]
    attribute_value: str


class LookupEvents(Command):
    service: ClassVar[str] = "cloudtrail"
    operation: ClassVar[str] = "LookupEvents"
    gloss: ClassVar[str] = "Look up who did what to the account, the newest first; calls that were refused stand there with their code."
    returns: ClassVar[str | None] = "Events[].EventName"
    errors: ClassVar[tuple[str, ...]] = ("InvalidLookupAttributesException", "InvalidMaxResultsException")
    reads: ClassVar[bool] = True

    lookup_attributes: tuple[LookupAttribute, ...] = ()
    max_results: Annotated[int, Field(description="50 at the most")] | None = None
