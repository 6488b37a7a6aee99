"""The desk where a template is written: what is wrong with it, what deploying it would do and take, and keeping it."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.commands.cloudformation import CreateStack, UpdateStack
from cloudlab.dialects.templates.export import template_text
from cloudlab.engine.kernel import Refused
from cloudlab.engine.stack import checked
from cloudlab.engine.stack_plan import planned
from cloudlab.lab import templates
from cloudlab.lab.plain_stacks import change_line
from cloudlab.lab.session import Session
from cloudlab.model.money import format_usd
from cloudlab.model.stacks import ResourceChange, Stack
from cloudlab.model.time import span

BLANK = """Description: what it is for
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
"""


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a template before anybody deploys it."""

    refusal: tuple[str, str] | None
    """(sentence, what would be accepted), where it would be refused."""
    takes: str
    """The work and its price, and what is made or updated."""
    changes: tuple[str, ...]
    """What would be done to each resource."""


def stack_name(file: str) -> str:
    """Return the name of the stack that `deploy FILE` makes or updates."""
    return templates.stack_named(file)


def examine(session: Session, file: str, text: str) -> Examined:
    """Read a template as deploying it under this file name would, and change nothing."""
    name, world = stack_name(file), session.world
    stack = world.find(Stack, name)
    standing = stack if stack is not None and stack.status != "DELETE_COMPLETE" else None
    asked = {"StackName": name, "TemplateBody": text, "Capabilities": ("CAPABILITY_NAMED_IAM",)}
    try:
        template = checked(text)
    except Refused as no:
        return Examined((no.refusal.sentence, no.refusal.accepted), "", ())
    command = UpdateStack.model_validate(asked) if standing is not None else CreateStack.model_validate(asked)
    preview = session.preview(command)
    verb = "updates" if standing is not None else "makes"
    takes = f"{verb} stack {name}: {span(preview.effort)} of work, {format_usd(preview.people_micros)}"
    if preview.refusal is not None:
        return Examined((preview.refusal.sentence, preview.refusal.accepted), takes, ())
    changes = (
        planned(world, standing, template, dict(standing.given))
        if standing is not None
        else tuple(ResourceChange("Add", r.logical, r.type) for r in template.resources)
    )
    return Examined(None, takes, tuple(change_line(c).strip() for c in changes))


def standing(session: Session) -> str:
    """Return what stands, as a template."""
    return template_text(session.world)


def save(file: str, text: str) -> str | None:
    """Keep a template in the player's folder; return why it can't be kept, or None."""
    try:
        templates.keep(file, text)
    except Refused as no:
        return f"{no.refusal.sentence} {no.refusal.accepted}".rstrip()
    except OSError as wrong:
        return f"It can't be written: {wrong.strerror or wrong}."
    return None


def following(file: str) -> tuple[str, str] | None:
    """Return (file, text) of the saved template after one, round and round; None where there is none that can be read."""
    saved = templates.saved()
    after = [name for name in saved if name > file] + [name for name in saved if name <= file]
    for name in after:
        try:
            return name, templates.read(name)
        except Refused:
            continue
    return None


def first(session: Session) -> tuple[str, str]:
    """Return (file, text) to begin with: the first saved template, else what stands, else a beginning."""
    found = following("")
    if found is not None:
        return found
    built = standing(session)
    return "service.yaml", built if "Type:" in built else BLANK
