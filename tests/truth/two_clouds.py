"""Two clouds: the same commands given to cloudlab and to moto, and what each of them said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.engine.kernel import Refused
from cloudlab.engine.simulation import Simulation
from cloudlab.model.network import NetworkAcl, RouteTable, SecurityGroup
from cloudlab.model.scenario import ObjectFile
from cloudlab.model.world import World
from tests.support import open_learning, pass_time
from tests.truth.other_cloud import BROKE, OtherCloud

AFTERWARDS = 1_500
"""Seconds that pass after an accepted command, so that what takes its time is there; in moto everything is there at once."""


@dataclass(frozen=True)
class Step:
    """A command and the error code of each side; None where it was accepted."""

    command: Command
    ours: str | None
    theirs: str | None
    said: str = ""
    """cloudlab's sentence."""

    @property
    def agreed(self) -> bool:
        """moto is the laxer one: it is no difference that cloudlab refuses what moto takes."""
        return self.theirs in (None, BROKE, self.ours)


class TwoClouds:
    """cloudlab and moto, empty but for the data set and the role that training needs, kept in step."""

    def __init__(self, other: OtherCloud) -> None:
        self.other = other
        self.sim: Simulation = open_learning(files=(ObjectFile("rows.csv", "tiny", "train", 1_000),))
        self._done: list[tuple[Command, dict[str, Any]]] = []
        """What both accepted, with cloudlab's answers: moto is led through it again when it took more."""
        other.start()

    @property
    def world(self) -> World:
        return self.sim.world

    def ask(self, origin: str, command: Command) -> Step:
        """Give the command to both. What only one of them takes is undone there, so that both have the same things."""
        before = self.sim.fork()
        said = ""
        try:
            answer, ours = self.sim.build(origin, command), None
        except Refused as no:
            answer, ours, said = {}, no.refusal.code, no.refusal.sentence
        told, theirs = self.other.ask(command)
        if ours is None and theirs is None:
            answer = self._with_implied(answer)
            self._done.append((command, answer))
            self._learn(answer, told)
            pass_time(self.sim, self.sim.now + AFTERWARDS)
        else:
            self.sim = before
            # one that moto refuses, or falls over, may have left something behind there, too
            if ours != theirs and not type(command).reads:
                self._lead_again()
        return Step(command, ours, theirs, said)

    def _lead_again(self) -> None:
        self.other.start()
        for command, answer in self._done:
            if not type(command).reads:
                told, refused = self.other.ask(command)
                assert refused is None, f"moto took {command!r} once, and now says {refused}"
                self._learn(answer, told)

    def _learn(self, answer: dict[str, Any], told: dict[str, Any]) -> None:
        if "Vpc" in answer:
            told = told | {"Implied": self.other.came_with_vpc(told["Vpc"]["VpcId"])}
        elif "Subnet" in answer:
            told = told | {"Implied": self.other.came_with_subnet(told["Subnet"]["SubnetId"])}
        self.other.learn(answer, told)

    def _with_implied(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Add the ids of what comes with a VPC or a subnet, which nobody has asked for and no answer tells of."""
        if "Vpc" in answer:
            vpc = answer["Vpc"]["VpcId"]
            table = next(t for t in self.world.every(RouteTable) if t.vpc == vpc)
            return answer | {
                "Implied": {
                    "GroupId": next(g.id for g in self.world.every(SecurityGroup) if g.vpc == vpc),
                    "RouteTableId": table.id,
                    "RouteTableAssociationId": table.associations[0].id,
                    "NetworkAclId": next(a.id for a in self.world.every(NetworkAcl) if a.vpc == vpc),
                }
            }
        if "Subnet" in answer:
            subnet = answer["Subnet"]["SubnetId"]
            edges = (a for acl in self.world.every(NetworkAcl) for a in acl.associations)
            return answer | {"Implied": {"NetworkAclAssociationId": next(a.id for a in edges if a.subnet == subnet)}}
        return answer
