"""Between inputs and JSON: every input can be written down and read back as exactly itself."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.registry import by_operation
from cloudlab.journal.error import JournalError
from cloudlab.model.inputs import Acknowledged, Committed, Given, Input, Learned, Noted, TakenBack
from cloudlab.model.training import Fact, Scored, Trained, TrainingFailed

Body = dict[str, Any]

_command_called = cache(by_operation)
"""A long journal names the same few commands over and over."""


def encode_input(given: Input) -> tuple[str, Body]:
    """Return (kind, body) of an input; its id stands beside them in the record."""
    match given:
        case Given(person=person, command=command):
            return "given", {"person": person, **encode_command(command)}
        case TakenBack(order=order):
            return "taken-back", {"order": order}
        case Learned(fact=fact):
            return "learned", encode_fact(fact)
        case Acknowledged(incident=incident):
            return "acknowledged", {"incident": incident}
        case Committed(kind=kind, key=key, choice=choice):
            return "committed", {"kind": kind, "key": key, "choice": choice}
        case Noted(text=text):
            return "noted", {"text": text}


def decode_input(kind: str, id: str, body: Mapping[str, Any]) -> Input:
    """Return the input of a record; JournalError where this version does not know what it says."""
    try:
        match kind:
            case "given":
                return Given(id, body["person"], decode_command(body))
            case "taken-back":
                return TakenBack(id, body["order"])
            case "learned":
                return Learned(id, decode_fact(body))
            case "acknowledged":
                return Acknowledged(id, body["incident"])
            case "committed":
                return Committed(id, body["kind"], body["key"], body["choice"])
            case "noted":
                return Noted(id, body["text"])
    except (KeyError, TypeError, ValueError) as error:
        raise JournalError(f"it is no '{kind}' this version can read ({type(error).__name__}: {error}).") from error
    raise JournalError(f"'{kind}' is no kind of input this version knows; a newer cloudlab may.")


def encode_command(command: Command) -> Body:
    return {"command": f"{command.service}:{command.operation}", "params": command.wire()}


def decode_command(body: Mapping[str, Any]) -> Command:
    name = body["command"]
    try:
        command = _command_called(name)
    except (KeyError, ValueError, AttributeError, TypeError):
        raise JournalError(f"'{name}' is no command this version knows; a newer cloudlab may.") from None
    try:
        return command.model_validate(body["params"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise JournalError(f"this version's {name} does not take the parameters written down ({where}: {first['msg']}).") from error


def encode_fact(fact: Fact) -> Body:
    match fact:
        case Trained(spec_digest=spec, artifact=artifact, rounds=rounds, metrics=metrics):
            return {"fact": "trained", "spec": spec, "artifact": artifact, "rounds": rounds, "metrics": [[n, v] for n, v in metrics]}
        case TrainingFailed(spec_digest=spec, kind=kind, reason=reason):
            return {"fact": "training-failed", "spec": spec, "kind": kind, "reason": reason}
        case Scored(spec_digest=spec, dataset=dataset, rows=rows, outcomes=outcomes):
            packed = b64encode(outcomes).decode("ascii")
            return {"fact": "scored", "spec": spec, "dataset": dataset, "rows": rows, "outcomes": packed}


def decode_fact(body: Mapping[str, Any]) -> Fact:
    match body["fact"]:
        case "trained":
            metrics = tuple((str(name), int(value)) for name, value in body["metrics"])
            return Trained(body["spec"], body["artifact"], body["rounds"], metrics)
        case "training-failed":
            return TrainingFailed(body["spec"], body["kind"], body["reason"])
        case "scored":
            return Scored(body["spec"], body["dataset"], body["rows"], b64decode(body["outcomes"], validate=True))
        case other:
            raise JournalError(f"'{other}' is no kind of fact this version knows; a newer cloudlab may.")
