"""Training: which model a job asks for, how long and how much memory it takes, and when its real result has to be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloudlab.engine.kernel import NeedsFact, Want
from cloudlab.engine.rules.hyperparameters import resolve_aliases
from cloudlab.model.catalogue import InstanceType
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import Seconds
from cloudlab.model.training import Trained, TrainingFact, TrainingFailed, TrainingSpec
from cloudlab.model.world import World

MIB = 1_048_576

_ROUNDS = {"xgboost": ("num_round", 1), "linear-learner": ("epochs", 15)}
"""Container -> the hyperparameter that counts its passes over the data, and the container's own default."""
_PATIENCE = {"xgboost": ("early_stopping_rounds", None), "linear-learner": ("early_stopping_patience", 3)}
"""Container -> the hyperparameter that lets it stop early, and its default; None: it never does unless asked to."""
_MEMORY = {"xgboost": "xgboost_memory_permille", "linear-learner": "linear_learner_memory_permille"}


def training_spec(scenario: Scenario, container: str, hyperparameters: Mapping[str, str], channels: Mapping[str, str]) -> TrainingSpec:
    """Return what decides the model: aliases resolved, names sorted, the level's own training seed.

    `channels` is channel name -> data set id; all of one data set (`data_fault` has said so before).
    """
    datasets = sorted(set(channels.values()))
    assert len(datasets) == 1, f"a spec is about one data set; got {datasets}"
    resolved = resolve_aliases(scenario.containers[container], hyperparameters)
    return TrainingSpec(container, datasets[0], tuple(sorted(channels)), tuple(sorted(resolved.items())), scenario.training_seed)


def data_fault(scenario: Scenario, channels: Mapping[str, str | None]) -> str | None:
    """Return what the container says to the data in its channels, None where it is content. A channel without a data set is None."""
    for name, dataset in channels.items():
        if dataset is None:
            return f"the files of channel '{name}' are no table of one data set with its label in the first column"
    train, validation = channels["train"], channels.get("validation", channels["train"])
    if train is None or validation is None or validation == train:
        return None
    columns = len(scenario.cards[train].features), len(scenario.cards[validation].features)
    return f"feature_names mismatch: channel 'validation' has {columns[1]} columns ({validation}), 'train' has {columns[0]} ({train})"


def rounds_asked(container: str, hyperparameters: Mapping[str, str]) -> int:
    """Return the boosting rounds or epochs asked for. Values that are no number are the container's to complain about: 1."""
    name, default = _ROUNDS[container]
    return _count(hyperparameters.get(name)) or default


def earliest_end_rounds(spec: TrainingSpec) -> int:
    """Return after how many rounds the job can end at the soonest: the fact has to be known by then.

    Early stopping gives up when `patience` rounds in a row brought nothing; the first round always brings something.
    """
    asked = rounds_asked(spec.container, dict(spec.hyperparameters))
    name, default = _PATIENCE[spec.container]
    patience = _count(dict(spec.hyperparameters).get(name)) or default
    return asked if patience is None else min(asked, patience + 1)


def _count(text: str | None) -> int | None:
    """Read a positive whole number as the containers do; None for anything else."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if number > 0 else None


def duration(scenario: Scenario, spec: TrainingSpec, hardware: InstanceType, rounds: int, count: int = 1) -> Seconds:
    """Return the seconds `rounds` passes over the represented rows take on `count` machines (their throughput is an estimate)."""
    speed = hardware.train_speed(spec.container)
    if dict(spec.hyperparameters).get("tree_method") == "gpu_hist" and hardware.gpu_xgboost_row_rounds_per_second is not None:
        speed = hardware.gpu_xgboost_row_rounds_per_second
    assert speed is not None, f"no throughput is known for {spec.container} on {hardware.name}"
    return -(-scenario.cards[spec.dataset].represented_rows * rounds // (speed * count))


def memory_needed(scenario: Scenario, spec: TrainingSpec) -> int:
    """Return the MiB the job needs at the data's represented size, the system's own share included (an estimate)."""
    permille = scenario.catalogue.estimate(_MEMORY[spec.container])
    loaded = -(-scenario.cards[spec.dataset].represented_bytes * permille // (1000 * MIB))
    return loaded + scenario.catalogue.estimate("system_memory_mib")


def fits_memory(scenario: Scenario, spec: TrainingSpec, hardware: InstanceType) -> str | None:
    """Return None where the job fits this machine, else the reason it will not end well."""
    needed = memory_needed(scenario, spec)
    if needed <= hardware.memory_mib:
        return None
    return (
        f"out of memory: {spec.container} needs {needed:,} MiB for {spec.dataset} at its full size and {hardware.name} has "
        f"{hardware.memory_mib:,} MiB; choose a larger instance. ExitCode 137"
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a training fails, without training anything to find out."""

    kind: str
    """ClientError (data or settings) or AlgorithmError (the container's own end)."""
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be said of a training as it begins: it fails at `at` with `fault`, or its real result is needed at `at`."""

    at: Seconds
    fault: Fault | None = None


def outlook(scenario: Scenario, spec: TrainingSpec, hardware: InstanceType, began: Seconds, count: int = 1) -> Outlook:
    """Return what becomes of a training that begins now: data that does not fit is loaded once before memory runs out."""
    reason = fits_memory(scenario, spec, hardware)
    if reason is not None:
        return Outlook(began + duration(scenario, spec, hardware, 1, count), Fault("AlgorithmError", reason))
    return Outlook(began + duration(scenario, spec, hardware, earliest_end_rounds(spec), count))


def result(world: World, spec: TrainingSpec) -> TrainingFact:
    """Return what really came of training `spec`; raises NeedsFact, which holds the simulated clock, until it is known."""
    fact = world.trained(spec.digest())
    if fact is None:
        raise NeedsFact(Want(spec))
    return fact


def ending(
    world: World, scenario: Scenario, spec: TrainingSpec, hardware: InstanceType, began: Seconds, count: int = 1
) -> tuple[Seconds, Trained | TrainingFailed]:
    """Return when a training that began at `began` ends, and with what; raises NeedsFact until that is really known.

    Never before the present: a fact that ends a training sooner than `earliest_end_rounds` foresaw ends it now.
    """
    fact = result(world, spec)
    if isinstance(fact, TrainingFailed):
        return world.now, fact
    return max(world.now, began + duration(scenario, spec, hardware, fact.rounds, count)), fact
