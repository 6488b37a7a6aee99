"""The trail: who did what, as CloudTrail tells it, read from the run's own journal and history; refused calls with their code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudlab.commands.base import Command
from cloudlab.commands.registry import by_operation
from cloudlab.dialects.human import human
from cloudlab.model.events.work import OrderFinished, OrderRefused
from cloudlab.model.time import Seconds, stamp

if TYPE_CHECKING:  # a session asks for its own trail
    from cloudlab.lab.session import Session


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API."""

    at: Seconds
    order: str
    who: str
    command: Command
    code: str = ""
    """AWS's error code; empty where it was done."""


def calls(session: Session) -> list[Call]:
    """Return every call that still counts, oldest first: done or refused at the end of the work, or refused at once."""
    found = [_refused_at_once(r.at, r.id, r.body, r.refusal) for r in session.journal.effective() if r.kind == "given" and r.refusal]
    for h in session.history:
        if isinstance(h.event, OrderFinished):
            found.append(Call(h.at, h.event.order.id, h.event.order.person, h.event.order.command))
        elif isinstance(h.event, OrderRefused):
            found.append(Call(h.at, h.event.order.id, h.event.order.person, h.event.order.command, h.event.refusal.code))
    return sorted(found, key=lambda call: call.at)


def _refused_at_once(at: Seconds, order: str, body: Any, code: str) -> Call:
    return Call(at, order, str(body["person"]), by_operation(str(body["command"])).model_validate(body["params"]), code)


def told(session: Session, key: str, value: str, most: int, until: Seconds) -> list[dict[str, Any]]:
    """Return the events a look-up finds, the newest first, in CloudTrail's shape."""
    found = [event for call in reversed(calls(session)) if call.at <= until and _fits(event := _event(call), key, value)]
    return found[:most]


def _event(call: Call) -> dict[str, Any]:
    source = {"s3api": "s3", "elbv2": "elasticloadbalancing"}.get(call.command.service, call.command.service)
    detail: dict[str, Any] = {
        "eventTime": stamp(call.at),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": call.command.operation,
        "awsRegion": "us-east-1",
        "userIdentity": {"type": "IAMUser", "userName": call.who},
        "requestParameters": call.command.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True, mode="json"),
    }
    if call.code:
        detail["errorCode"] = call.code
    return {
        "EventId": call.order,
        "EventName": call.command.operation,
        "ReadOnly": "true" if call.command.reads else "false",
        "EventTime": stamp(call.at),
        "EventSource": f"{source}.amazonaws.com",
        "Username": call.who,
        "Resources": [{"ResourceName": name} for name in dict.fromkeys(_names(detail["requestParameters"]))],
        "CloudTrailEvent": json.dumps(detail),
    }


def _names(value: Any) -> Iterator[str]:
    """Yield what looks like the name of something in a call's parameters: ids, ARNs, and values of members called a name or an id."""
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str) and key.endswith(("Name", "Id", "Arn", "Identifier", "Bucket")):
                yield each
            else:
                yield from _names(each)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, str) and ("-" in each or each.startswith("arn:")):
                yield each
            else:
                yield from _names(each)


def _fits(event: dict[str, Any], key: str, value: str) -> bool:
    if key == "ResourceName":
        return any(each["ResourceName"] == value for each in event["Resources"])
    return not key or str(event[key]) == value


def trail_text(session: Session, most: int = 30) -> str:
    """Return the last calls as lines; what is refused says so."""
    lines = []
    for call in calls(session)[-most:]:
        code = f" REFUSED {call.code}" if call.code else ""
        lines.append(f"[{stamp(call.at)}] {call.who} {call.command.service}:{call.command.operation}{code} - {human(call.command)}")
    return "\n".join(lines) or "Nobody has asked anything of the account yet."
