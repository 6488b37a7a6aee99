"""Approval: from when on a patch baseline lets a fix be installed."""

from __future__ import annotations

from cloudlab.engine.rules.vulnerabilities import Fix
from cloudlab.model.patching import AWS_BASELINE, DefaultBaseline, PatchBaseline
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import DAY, Seconds
from cloudlab.model.world import World

SYSTEM = "AMAZON_LINUX_2023"


def aws_baseline(scenario: Scenario) -> PatchBaseline:
    """Return the baseline AWS provides: critical and important security fixes, seven days after their release."""
    days = scenario.catalogue.rate("ssm_default_baseline_auto_approve_days")
    return PatchBaseline(AWS_BASELINE, AWS_BASELINE, 0, days, description="Default Patch Baseline for Amazon Linux 2023 Provided by AWS.")


def baseline_in_force(world: World, scenario: Scenario) -> PatchBaseline:
    """Return the baseline that counts for every machine: the one registered as default, else AWS's own."""
    chosen = world.find(DefaultBaseline, SYSTEM)
    own = world.find(PatchBaseline, chosen.baseline) if chosen is not None else None
    return own or aws_baseline(scenario)


def approved_from(world: World, scenario: Scenario, fix: Fix) -> Seconds | None:
    """Return when the baseline in force approves a fix; None where it never does."""
    baseline, name = baseline_in_force(world, scenario), fix.vulnerability.id
    if name in baseline.rejected:
        return None
    if name in baseline.approved:
        return fix.released
    return fix.released + baseline.approve_after_days * DAY if baseline.approve_after_days is not None else None
