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
    use_previous_value: bool = False


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


class UpdateStack(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "UpdateStack"
    gloss: ClassVar[str] = "Have a stack become what another template, or other parameters, say; or as it was, if something fails."
    returns: ClassVar[str | None] = "StackId"
    errors: ClassVar[tuple[str, ...]] = ("InsufficientCapabilitiesException", "ValidationError")

    stack_name: StackRef
    template_body: TemplateBody | None = None
    use_previous_template: bool = Field(default=False, description="the same template, with other parameters")
    parameters: tuple[StackParameter, ...] = ()
    capabilities: tuple[Capability, ...] = ()


class CreateChangeSet(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "CreateChangeSet"
    gloss: ClassVar[str] = "Think an update through: what would be added, changed, made anew and taken away."
    returns: ClassVar[str | None] = "Id"
    errors: ClassVar[tuple[str, ...]] = ("AlreadyExistsException", "InsufficientCapabilitiesException", "ValidationError")

    stack_name: StackRef
    change_set_name: str
    template_body: TemplateBody | None = None
    use_previous_template: bool = Field(default=False, description="the same template, with other parameters")
    parameters: tuple[StackParameter, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    change_set_type: Annotated[str, Choice(("UPDATE",))] = "UPDATE"


class DescribeChangeSet(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "DescribeChangeSet"
    gloss: ClassVar[str] = "Look at what an update would do, resource by resource."
    returns: ClassVar[str | None] = "Status"
    errors: ClassVar[tuple[str, ...]] = ("ChangeSetNotFound", "ValidationError")
    reads: ClassVar[bool] = True

    change_set_name: str
    stack_name: StackRef


class ExecuteChangeSet(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "ExecuteChangeSet"
    gloss: ClassVar[str] = "Carry out an update that was thought through."
    errors: ClassVar[tuple[str, ...]] = ("ChangeSetNotFound", "InvalidChangeSetStatus", "ValidationError")

    change_set_name: str
    stack_name: StackRef


class DeleteChangeSet(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "DeleteChangeSet"
    gloss: ClassVar[str] = "Drop an update that was thought through."
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)

    change_set_name: str
    stack_name: StackRef


class ListChangeSets(Command):
    service: ClassVar[str] = "cloudformation"
    operation: ClassVar[str] = "ListChangeSets"
    gloss: ClassVar[str] = "Look at the change sets of a stack."
    returns: ClassVar[str | None] = "Summaries[].ChangeSetName"
    errors: ClassVar[tuple[str, ...]] = ("ValidationError",)
    reads: ClassVar[bool] = True

    stack_name: StackRef


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
