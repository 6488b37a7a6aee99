"""SageMaker Runtime: the one action with which callers ask an endpoint for predictions."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cloudlab.commands.base import Choice, Command, EndpointRef


class InvokeEndpoint(Command):
    service: ClassVar[str] = "sagemaker-runtime"
    operation: ClassVar[str] = "InvokeEndpoint"
    gloss: ClassVar[str] = "Ask an endpoint for the real model's prediction on rows of your own, as its callers do."
    returns: ClassVar[str | None] = "Body"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationError", "ModelError", "ServiceUnavailable")

    endpoint_name: EndpointRef
    body: str
    """Rows without their label: comma-separated numbers, one row per line."""
    content_type: Annotated[str, Choice(("text/csv",))] | None = None
    accept: Annotated[str, Choice(("text/csv",))] | None = None
