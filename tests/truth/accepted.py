"""For most operations a command that is accepted, with the run in which it is: what a single wrong value can be put into."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.registry import all_commands
from cloudlab.commands.shapes import parameters
from cloudlab.engine.kernel import Refused
from cloudlab.engine.simulation import Simulation
from cloudlab.model.scenario import ObjectFile
from tests.support import open_learning, pass_time
from tests.truth.by_hand import accepted_by_hand
from tests.truth.differential import MIXES, themes
from tests.truth.drawing import draw

_SEQUENCES, _LENGTH = 480, 40


class Everything(dict[str, str]):
    """There is but one cloud here, and it knows all its own ids."""

    def __contains__(self, key: object) -> bool:
        return True


@cache
def accepted() -> dict[type[Command], tuple[Simulation, Command]]:
    """Play drawn orders, and keep the fullest accepted command of each operation; and whatever needs nothing to be accepted."""
    found: dict[type[Command], tuple[Simulation, Command]] = {}
    for seed in range(_SEQUENCES):
        chance, mix = Random(seed), MIXES[seed % len(MIXES)]
        sim = open_learning(files=(ObjectFile("rows.csv", "tiny", "train", 1_000),))
        for number in range(_LENGTH):
            command = draw(chance, themes(mix, number), sim.world, Everything())
            before = sim.fork()
            if not takes(sim, command, f"s{number}"):
                continue
            kind = type(command)
            if kind not in found or len(command.model_fields_set) > len(found[kind][1].model_fields_set):
                found[kind] = (before, command)
            pass_time(sim, sim.now + 1_500)
    for sim, command in accepted_by_hand():
        found.setdefault(type(command), (sim, command))
    empty = open_learning()
    for kind in all_commands():
        if kind not in found and not any(p.required for p in parameters(kind)) and takes(empty.fork(), kind(), "x"):
            found[kind] = (empty, kind())
    return found


def takes(sim: Simulation, command: Command, origin: str) -> bool:
    try:
        sim.build(origin, command)
    except Refused:
        return False
    return True


def answer_of(sim: Simulation, command: Command) -> dict[str, Any]:
    return sim.fork().build("asked", command)
