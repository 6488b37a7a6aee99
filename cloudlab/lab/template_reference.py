"""The reference of stacks: `docs/stacks.md`, written from the table of resource types by running this module."""

from __future__ import annotations

from pathlib import Path

from cloudlab.commands.templates import alarms, disks, machines, network, services  # noqa: F401 - importing them registers their kinds
from cloudlab.commands.templates.changes import CHANGES, NOT_HERE
from cloudlab.commands.templates.kinds import KINDS
from cloudlab.commands.templates.language import FUNCTIONS, PSEUDO
from cloudlab.engine.rules.stack_resources import attributes_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stacks.md"
HEAD = """# Stacks: templates deployed

What was built by hand once need not be built by hand again. `export FILE.yaml` writes what stands as a CloudFormation template into your
folder of templates (`look templates` says where), and `deploy FILE.yaml` builds it as a stack, in this run or in a later one. It costs
five minutes of work; AWS builds what waits for nothing at the same time, and takes everything back if something fails.

```
export service.yaml                                  what stands, as a template
deploy service.yaml                                  a stack called service, with CAPABILITY_NAMED_IAM
wait for stack service CREATE_COMPLETE max 2h
cloudformation describe-stack-events --stack-name service
cloudformation create-change-set --stack-name service --change-set-name look --template-body file://service.yaml
cloudformation describe-change-set --stack-name service --change-set-name look
cloudformation execute-change-set --stack-name service --change-set-name look
cloudformation delete-stack --stack-name service
export service.tf                                    the same in Terraform's language, for reading only
```

`cloudformation create-stack --template-body file://FILE` is the aws CLI's own way; `--parameters`, `--capabilities` and `--on-failure`
belong to it. `look template` shows what `export` would write, `look stacks` what each stack is made of.

**Not in a template:** what runs on machines (documents of Systems Manager), objects in buckets, rows in databases, passwords (a
parameter), what a VPC's default security group and default network ACL say, alarms on machines of an Auto Scaling group, and images of
your own, which stay in the account they were baked in. An exported template says at its head what it leaves out.

**Updates.** `deploy FILE.yaml` once more, or `update-stack`, takes a stack that stands to what the template says now: what is new is made,
what AWS can change in place is changed, everything else is made anew before the old one goes, and what the template names no more is
deleted at the end. If a step fails, all is put back (`UPDATE_ROLLBACK_COMPLETE`). A change set tells beforehand what an update would do,
and changes nothing; `look stacks` shows it, too. `DeletionPolicy` and `UpdateReplacePolicy` Retain keep what would go. Not modelled, and
refused by name: change sets that make or import a stack, `continue-update-rollback`, drift, and these changes, which AWS makes in place:
%s.

**The language.** YAML or JSON with Parameters (String, Number, CommaDelimitedList; Default, AllowedValues, NoEcho), Resources (DependsOn,
DeletionPolicy Retain) and Outputs. Functions: %s. Pseudo parameters: %s. Conditions, Mappings, Transform and other functions are refused
by name, and so are unknown types and properties.

## Resource types

Required properties in bold; then those an update changes in place, and what `Fn::GetAtt` knows.
"""


def page() -> str:
    """Return the page."""
    not_here = ", ".join(f"{' '.join(names)} of `{of}`" for of, names in NOT_HERE.items())
    lines = [HEAD % (not_here, ", ".join(f"`{f}`" for f in FUNCTIONS), ", ".join(f"`{p}`" for p in PSEUDO))]
    lines += ["| type | properties | changed in place | attributes |", "|---|---|---|---|"]
    for kind in sorted(KINDS.values(), key=lambda k: k.type):
        said = " ".join(f"**{p}**" if p in kind.required else p for p in kind.properties)
        changed = " ".join(CHANGES[kind.type].properties) if kind.type in CHANGES else ""
        lines.append(f"| `{kind.type}` | {said} | {changed} | {' '.join(attributes_of(kind.type))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
