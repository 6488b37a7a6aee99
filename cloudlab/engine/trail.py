"""CloudTrail: a look at who did what. The log itself is the run's journal; what is asked of it is checked here."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.cloudtrail import KEYS, LookupEvents
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse

TRAIL = "_trail"
"""Key under which an answer asks the lab for the log: (attribute key or empty, its value, most events, until when)."""
MOST = 50


@decides(LookupEvents)
def decide_lookup_events(ctx: Context, command: LookupEvents) -> Events:
    if len(command.lookup_attributes) > 1:
        refuse(
            "InvalidLookupAttributesException",
            "Occurs when more than one lookup attribute is specified.",
            "Ask for one, and choose among what comes with --query.",
        )
    for attribute in command.lookup_attributes:
        if attribute.attribute_key not in KEYS:
            refuse(
                "InvalidLookupAttributesException",
                f"The lookup attribute key '{attribute.attribute_key}' is not valid.",
                f"One of {', '.join(KEYS)}.",
            )
    if command.max_results is not None and not 1 <= command.max_results <= MOST:
        refuse("InvalidMaxResultsException", f"MaxResults {command.max_results} is not valid.", f"1 to {MOST}.")
    return ()


@answers(LookupEvents)
def answer_lookup_events(ctx: Context, command: LookupEvents) -> dict[str, Any]:
    """What happened in the last minutes is not there yet: CloudTrail delivers some five minutes later."""
    asked = command.lookup_attributes[0] if command.lookup_attributes else None
    until = ctx.now - ctx.scenario.catalogue.timing("cloudtrail_delivery")
    wanted = (asked.attribute_key if asked else "", asked.attribute_value if asked else "", command.max_results or MOST, until)
    return {"Events": [], TRAIL: wanted}
