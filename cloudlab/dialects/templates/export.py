"""Export: the World as a CloudFormation template, in YAML or JSON, with what no template can hold said in comments at its head."""

from __future__ import annotations

import json
from typing import Any

import yaml

from cloudlab.dialects.templates.alarms import write_alarms
from cloudlab.dialects.templates.draft import Draft
from cloudlab.dialects.templates.machines import write_balancing, write_fleets, write_instances, write_volumes
from cloudlab.dialects.templates.network import write_network, write_ways_out
from cloudlab.dialects.templates.services import write_databases, write_identity, write_models, write_storage
from cloudlab.model.world import World

VERSION = "2010-09-09"
NOTHING = "Nothing stands yet that a template could hold."


def draft_of(world: World) -> Draft:
    """Return what stands as resources that refer to each other."""
    draft = Draft()
    write_identity(draft, world)
    write_storage(draft, world)
    write_network(draft, world)
    write_instances(draft, world)
    write_volumes(draft, world)
    write_ways_out(draft, world)
    write_balancing(draft, world)
    write_fleets(draft, world)
    write_databases(draft, world)
    write_models(draft, world)
    write_alarms(draft, world)
    return draft


def template_text(world: World) -> str:
    """Return the template in YAML; its notes are comments at the head."""
    draft = draft_of(world)
    if not draft.resources:
        return f"# {NOTHING}\n"
    body = yaml.dump(_body(draft), Dumper=_Dumper, sort_keys=False, width=120)
    return "".join(f"# {note}\n" for note in draft.notes) + body


def template_json(world: World) -> str:
    """Return the template in JSON, which has no comments: the notes are its Description."""
    draft = draft_of(world)
    body = _body(draft)
    if draft.notes:
        body = {"AWSTemplateFormatVersion": VERSION, "Description": " ".join(draft.notes)[:1024], "Resources": draft.resources}
    return json.dumps(body, indent=2) + "\n"


def _body(draft: Draft) -> dict[str, Any]:
    return {"AWSTemplateFormatVersion": VERSION, "Resources": draft.resources}


class _Dumper(yaml.SafeDumper):
    """Writes references in the short form people write."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        return True


def _mapping(dumper: _Dumper, value: dict[str, Any]) -> yaml.Node:
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key == "Ref":
            return dumper.represent_scalar("!Ref", inner)
        if key == "Fn::GetAtt":
            return dumper.represent_scalar("!GetAtt", ".".join(inner))
        if key == "Fn::Sub":
            return dumper.represent_scalar("!Sub", inner)
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


_Dumper.add_representer(dict, _mapping)
