"""Templates on disk: the player's own folder of them, kept from run to run; files named in an order, and what stands written into one."""

from __future__ import annotations

from pathlib import Path

from cloudlab import paths
from cloudlab.commands.base import Command
from cloudlab.commands.cloudformation import CreateChangeSet, CreateStack, UpdateStack, ValidateTemplate
from cloudlab.dialects.templates.export import template_json, template_text
from cloudlab.dialects.templates.terraform import terraform_text
from cloudlab.engine.kernel import Refused
from cloudlab.lab.saves import write_whole
from cloudlab.model.refusal import Refusal
from cloudlab.model.stacks import Stack
from cloudlab.model.world import World

SCHEME = "file://"
_ENDINGS = (".yaml", ".yml", ".json")


def folder() -> Path:
    """Return the player's folder of templates; a template written in one run is there in every later one."""
    return paths.home_dir() / "templates"


def saved() -> tuple[str, ...]:
    """Return the names of the templates that are there."""
    return tuple(sorted(p.name for p in folder().glob("*") if p.suffix in _ENDINGS)) if folder().is_dir() else ()


def read(name: str) -> str:
    """Return a template's text: from the player's folder, else from where the program runs. Raises Refused."""
    for path in (folder() / name, Path(name)):
        if path.is_file():
            try:
                return path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as wrong:
                raise Refused(Refusal("ParamValidation", f"Unable to load {SCHEME}{name}: {wrong}.")) from wrong
    there = ", ".join(saved())
    hint = f"There is {there}." if there else "There is no template yet; `export FILE` writes one from what stands."
    raise Refused(Refusal("ParamValidation", f"Unable to load {SCHEME}{name}: there is no such file in {folder()} or here.", hint))


def loaded(command: Command) -> Command:
    """Return an order with the text of the file it names in its place, as the aws CLI does before it asks. Raises Refused."""
    if isinstance(command, CreateStack | UpdateStack | CreateChangeSet | ValidateTemplate):
        body = command.template_body
        if body is not None and body.startswith(SCHEME):
            return command.model_copy(update={"template_body": read(body.removeprefix(SCHEME))})
    return command


def stack_named(file: str) -> str:
    """Return the name of the stack that `deploy FILE` makes or updates: the file's own."""
    return "".join(c if c.isalnum() else "-" for c in Path(file).stem).strip("-") or "stack"


def deploy_line(world: World, file: str) -> str:
    """Return the order that `deploy FILE` stands for: a stack called like the file, made or updated, whose roles are acknowledged."""
    name = stack_named(file)
    stack = world.find(Stack, name)
    verb = "create" if stack is None or stack.status == "DELETE_COMPLETE" else "update"
    return f"cloudformation {verb}-stack --stack-name {name} --template-body {SCHEME}{file} --capabilities CAPABILITY_NAMED_IAM"


def write(world: World, name: str) -> str:
    """Write what stands into a template of the player's folder; return what to say. Raises Refused for a name that is none.

    `.tf` writes Terraform's language, for reading: nothing here runs Terraform.
    """
    path = _place(name, (*_ENDINGS, ".tf"))
    text = terraform_text(world) if path.suffix == ".tf" else template_json(world) if path.suffix == ".json" else template_text(world)
    write_whole(path, text)
    again = f" `deploy {name}` builds it again, here or in another run." if path.suffix != ".tf" else " It is for reading."
    return f"Written to {path}.{again}"


def keep(name: str, text: str) -> None:
    """Write a text into the player's folder as a template. Raises Refused for a name that is none."""
    write_whole(_place(name, _ENDINGS), text)


def _place(name: str, endings: tuple[str, ...]) -> Path:
    path = folder() / name
    if path.name != name or path.suffix not in endings:
        common = " or ".join(ending for ending in (".yaml", ".tf") if ending in endings)
        raise Refused(Refusal("ParamValidation", f"'{name}' is no name for a template.", f"A plain file name that ends in {common}."))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
