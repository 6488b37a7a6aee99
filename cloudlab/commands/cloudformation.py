"""CloudFormation actions: a template made into a stack, looked at, and taken back whole."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Command, FromCatalogue, Ref, Structure

StackRef = Annotated[str, Ref("stack")]
TemplateBody = Annotated[str, FromCatalogue("template"), Field(description="the template's text, or file://NAME")]
Capability = Annotated[str, Choice(("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"))]


class StackParameter(Structure):
    parameter_key: str
    parameter_value: str = ""


class CreateStack(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "CreateStack"
    gloss: ClassVar[str] = "Let AWS build what a template says, in the right order, and take it back if something fails."
    returns: ClassVar[str | None] = "StackId"
    errors: ClassVar[tuple[str, ...]] = ("AlreadyExistsException", "InsufficientCapabilitiesException", "ValidationError")
    human: ClassVar[str | None] = "StackName"

    stack_name: str
    template_body: TemplateBody
    parameters: tuple[StackParameter, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    on_failure: Annotated[str, Choice(("ROLLBACK", "DELETE", "DO_NOTHING"))] = "ROLLBACK"


class DeleteStack(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "DeleteStack"
    gloss: ClassVar[str] = "Take back everything a stack made, in the reverse order."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    stack_name: StackRef


class DescribeStacks(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "DescribeStacks"
    gloss: ClassVar[str] = "Look at your stacks: their status, parameters and outputs."
    returns: ClassVar[str | None] = "Stacks[0].StackStatus"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    reads: ClassVar[bool] = True

    stack_name: StackRef | None = None


class DescribeStackEvents(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "DescribeStackEvents"
    gloss: ClassVar[str] = "Look at what happened to a stack, the newest first; a failure's reason stands here."
    returns: ClassVar[str | None] = "StackEvents[0].ResourceStatus"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    reads: ClassVar[bool] = True

    stack_name: StackRef


class DescribeStackResources(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "DescribeStackResources"
    gloss: ClassVar[str] = "Look at what a stack is made of: the template's names and the real ids."
    returns: ClassVar[str | None] = "StackResources[].PhysicalResourceId"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    reads: ClassVar[bool] = True

    stack_name: StackRef


class GetTemplate(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "GetTemplate"
    gloss: ClassVar[str] = "Look at the template a stack was made from."
    returns: ClassVar[str | None] = "TemplateBody"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    reads: ClassVar[bool] = True

    stack_name: StackRef


class ValidateTemplate(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "ValidateTemplate"
    gloss: ClassVar[str] = "Have a template's form checked, without making anything."
    returns: ClassVar[str | None] = "Description"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    reads: ClassVar[bool] = True

    template_body: TemplateBody
