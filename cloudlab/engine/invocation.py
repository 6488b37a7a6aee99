"""Invoking an endpoint: what is checked on the way to the real model, whose answer the shell fills in."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.sagemaker_runtime import InvokeEndpoint
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules.wanted import PREDICTION
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.learning import Endpoint

BODY_LIMIT = "invoke_endpoint_payload_bytes"


@decides(InvokeEndpoint)
def decide_invoke_endpoint(ctx: Context, command: InvokeEndpoint) -> Events:
    name = command.endpoint_name
    endpoint = ctx.world.find(Endpoint, name)
    if endpoint is None or endpoint.status != "InService":
        others = ", ".join(e.id for e in ctx.world.every(Endpoint) if e.status == "InService")
        state = f"It is {endpoint.status}; wait until it is InService. " if endpoint is not None else ""
        refuse(
            "ValidationError",
            f"Endpoint {name} of account {ACCOUNT} not found.",
            state + (f"In service: {others}." if others else "No endpoint is in service."),
        )
    if len(command.body.encode()) > ctx.quota(BODY_LIMIT):
        refuse("ValidationError", "The body is too long for one request.", f"At most {ctx.quota(BODY_LIMIT):,} bytes.")
    if all(v.count <= endpoint.lost for v in endpoint.variants):
        refuse("ServiceUnavailable", "The endpoint has no instance left to answer.", "The service is replacing it; try again in minutes.")
    _check_body(ctx, endpoint, command)
    yield ResourcesSeen((("Endpoint", name),))


def _check_body(ctx: Context, endpoint: Endpoint, command: InvokeEndpoint) -> None:
    """Refuse what the container would refuse: another content type, words, too few or too many columns."""
    variant = endpoint.variants[0].name
    columns = len(ctx.scenario.cards[endpoint.spec.dataset].features)
    hint = f"One row per line, {columns} numbers each, without the label; --content-type text/csv."
    kind = (command.content_type or "application/octet-stream").partition(";")[0].strip()
    if kind not in ("text/csv", "csv"):
        _refuse(variant, 415, f"content type {kind} is not supported", hint)
    accept = (command.accept or "text/csv").partition(";")[0].strip()
    if accept not in ("text/csv", "*/*"):
        _refuse(variant, 406, f"accept type {accept} is not played here", "text/csv")
    rows = [line for line in command.body.splitlines() if line.strip()]
    if not rows:
        _refuse(variant, 400, "there are no rows in the body", hint)
    for row in rows:
        values = row.split(",")
        if not all(_is_number(v) for v in values):
            _refuse(variant, 415, "the rows are no comma-separated numbers", hint)
        if len(values) != columns:
            _refuse(
                variant,
                400,
                f"feature size of csv inference data {len(values)} is not consistent with feature size of trained model {columns}",
                hint,
            )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse(variant: str, status: int, message: str, accepted: str) -> None:
    refuse("ModelError", f'Received client error ({status}) from {variant} with message "{message}".', accepted)


@answers(InvokeEndpoint)
def answer_invoke_endpoint(ctx: Context, command: InvokeEndpoint) -> dict[str, Any]:
    """The body is None until the real model has spoken: that happens outside the World, and changes nothing in it."""
    endpoint = ctx.world.get(Endpoint, command.endpoint_name)
    return {
        "ContentType": "text/csv; charset=utf-8",
        "InvokedProductionVariant": endpoint.variants[0].name,
        "Body": None,
        PREDICTION: (endpoint.id, command.body),
    }
