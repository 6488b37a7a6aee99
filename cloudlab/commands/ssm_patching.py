"""Systems Manager actions on patch baselines: which fixes count as approved, and from when on."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cloudlab.commands.base import Choice, Command, Filter, InstanceRef, Ref, Structure, Tag

PatchBaselineRef = Annotated[str, Ref("patch_baseline")]
OperatingSystem = Annotated[str, Choice(("AMAZON_LINUX_2023",))]


class PatchFilter(Structure):
    key: Annotated[str, Choice(("CLASSIFICATION", "SEVERITY", "PRODUCT"))]
    values: tuple[str, ...]


class PatchFilterGroup(Structure):
    patch_filters: tuple[PatchFilter, ...]


class PatchRule(Structure):
    """Which fixes, and how many days after their release they are approved by themselves."""

    patch_filter_group: PatchFilterGroup
    approve_after_days: int | None = None
    """0 to 360."""
    compliance_level: Annotated[str, Choice(("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"))] = "UNSPECIFIED"
    enable_non_security: bool = False


class PatchRuleGroup(Structure):
    patch_rules: tuple[PatchRule, ...]


class CreatePatchBaseline(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "CreatePatchBaseline"
    gloss: ClassVar[str] = "Say which fixes may be installed: some days after their release, or by name at once. AWS's own waits seven."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)
    returns: ClassVar[str | None] = "BaselineId"

    name: str
    operating_system: OperatingSystem = "AMAZON_LINUX_2023"
    approval_rules: PatchRuleGroup | None = None
    approved_patches: tuple[str, ...] = ()
    rejected_patches: tuple[str, ...] = ()
    description: str = ""
    tags: tuple[Tag, ...] = ()


class UpdatePatchBaseline(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "UpdatePatchBaseline"
    gloss: ClassVar[str] = "Change a baseline of your own; what is left out stays as it is."
    errors: ClassVar[tuple[str, ...]] = ("DoesNotExistException", "ValidationException")

    baseline_id: PatchBaselineRef
    name: str | None = None
    approval_rules: PatchRuleGroup | None = None
    approved_patches: tuple[str, ...] | None = None
    rejected_patches: tuple[str, ...] | None = None
    description: str | None = None


class RegisterDefaultPatchBaseline(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "RegisterDefaultPatchBaseline"
    gloss: ClassVar[str] = "Let a baseline count for every machine from now on; AWS's own counts until you do."
    errors: ClassVar[tuple[str, ...]] = ("DoesNotExistException",)
    returns: ClassVar[str | None] = "BaselineId"

    baseline_id: PatchBaselineRef


class DeletePatchBaseline(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DeletePatchBaseline"
    gloss: ClassVar[str] = "Give a baseline up that does not count as the default one."
    errors: ClassVar[tuple[str, ...]] = ("ResourceInUseException",)
    returns: ClassVar[str | None] = "BaselineId"

    baseline_id: PatchBaselineRef


class GetPatchBaseline(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "GetPatchBaseline"
    gloss: ClassVar[str] = "Look at one baseline: its rules, and what it approves or rejects by name."
    errors: ClassVar[tuple[str, ...]] = ("DoesNotExistException",)
    returns: ClassVar[str | None] = "BaselineId"
    reads: ClassVar[bool] = True

    baseline_id: PatchBaselineRef


class DescribePatchBaselines(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribePatchBaselines"
    gloss: ClassVar[str] = "Look at which baselines there are, AWS's own among them, and which one counts."
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)
    returns: ClassVar[str | None] = "BaselineIdentities[].BaselineId"
    reads: ClassVar[bool] = True

    filters: tuple[Filter, ...] = ()


class PatchOrchestratorFilter(Structure):
    key: Annotated[str, Choice(("State", "Classification", "Severity"))]
    values: tuple[str, ...]


class DescribeInstancePatches(Command):
    service: ClassVar[str] = "ssm"
    operation: ClassVar[str] = "DescribeInstancePatches"
    gloss: ClassVar[str] = "Look at the fixes of one machine, one by one: installed, missing, or waiting for a reboot."
    errors: ClassVar[tuple[str, ...]] = ("InvalidFilter", "InvalidInstanceId", "ValidationException")
    returns: ClassVar[str | None] = "Patches[].Title"
    reads: ClassVar[bool] = True

    instance_id: InstanceRef
    filters: tuple[PatchOrchestratorFilter, ...] = ()
