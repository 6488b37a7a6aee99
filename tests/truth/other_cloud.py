"""The other cloud: moto in this process, spoken to by boto3; says what AWS's answer or error code would be, as far as moto knows it."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws, settings
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami

from cloudlab.commands.base import Command
from cloudlab.commands.shapes import Listing, Record, Shape, Table, parameters
from cloudlab.model.ids import ACCOUNT, REGION
from cloudlab.model.images import AL2023

NAMES = ("alpha", "bravo", "charlie", "delta")
"""Names that sequences give to things. moto gets each with a number that is raised for every fresh start, so that nothing has to be
emptied in between; an emptying costs most of a second."""
_NAME = re.compile(rf"(?<![a-zA-Z0-9])({'|'.join(NAMES)})(?![a-zA-Z0-9])", re.IGNORECASE)
BROKE = "(moto broke)"
_STARTS_BEFORE_EMPTYING = 120
_WORLD = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": REGION, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
_CHECKS = ("EC2_ENABLE_INSTANCE_TYPE_VALIDATION", "ENABLE_KEYPAIR_VALIDATION", "ENABLE_AMI_VALIDATION")
"""moto's optional checks, all of which are on here."""


class OtherCloud:
    """moto, with the ids it has given to what cloudlab calls by other ids."""

    def __init__(self, mock: Any) -> None:
        self._mock = mock
        self._clients: dict[str, Any] = {}
        self._starts = 0
        self.ids: dict[str, str] = {}
        """cloudlab's id -> moto's."""

    def start(self) -> None:
        """Forget all ids and give names that were never given."""
        if self._starts % _STARTS_BEFORE_EMPTYING == 0:
            self._mock.reset()
            ec2 = ec2_backends[ACCOUNT][REGION]
            ec2.amis[AL2023.id] = Ami(ec2, AL2023.id, owner_id="137112412989", name=AL2023.name, state="available")
        self._starts += 1
        self.ids = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client({"s3api": "s3"}.get(service, service))
        return self._clients[service]

    def ask(self, command: Command) -> tuple[dict[str, Any], str | None]:
        """Return (answer, None), or (nothing, error code); BROKE where moto has no verdict, because it falls over itself."""
        client = self.client(command.service)
        method = getattr(client, re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", command.operation).lower())
        try:
            return method(**self.translated(command)), None
        except ClientError as error:
            return {}, error.response["Error"]["Code"]
        except Exception as bug:
            if not _in_moto(bug):
                raise
            return {}, BROKE

    def translated(self, command: Command) -> dict[str, Any]:
        """Return a command's parameters as boto3 takes them, in moto's ids and names."""
        given = _full(command)
        if command.operation == "RunInstances":
            given |= {"MinCount": command.min_count, "MaxCount": command.max_count}  # type: ignore[attr-defined]
            given.pop("AssociatePublicIpAddress", None)  # a flag of the CLI
        return {name: self._told(value) for name, value in given.items()}

    def _told(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._told(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._told(part) for part in value]
        if isinstance(value, Decimal):
            return float(value)
        if not isinstance(value, str):
            return value
        if value in self.ids:
            return self.ids[value]
        if "," in value:
            return ",".join(self._told(part) for part in value.split(","))
        return _NAME.sub(rf"\1-{self._starts}", value)

    def learn(self, ours: Any, theirs: Any) -> None:
        """Note which ids two answers to the same command give to the same things."""
        if isinstance(ours, dict) and isinstance(theirs, dict):
            for key in ours.keys() & theirs.keys():
                one, other = ours[key], theirs[key]
                if isinstance(one, str) and isinstance(other, str) and one != other and _names_something(key):
                    self.ids.setdefault(one, other)
                else:
                    self.learn(one, other)
        elif isinstance(ours, list) and isinstance(theirs, list):
            for one, other in zip(ours, theirs, strict=False):
                self.learn(one, other)

    def came_with_vpc(self, vpc: str) -> dict[str, str]:
        """Return the ids of what came with a VPC. moto forgets that the default group lets itself in, so that is added."""
        ec2, inside = self.client("ec2"), [{"Name": "vpc-id", "Values": [vpc]}]
        table = ec2.describe_route_tables(Filters=inside)["RouteTables"][0]
        group = ec2.describe_security_groups(Filters=inside)["SecurityGroups"][0]
        if not group["IpPermissions"]:
            itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group["GroupId"]}]}
            ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[itself])
        return {
            "GroupId": group["GroupId"],
            "RouteTableId": table["RouteTableId"],
            "RouteTableAssociationId": table["Associations"][0]["RouteTableAssociationId"],
            "NetworkAclId": ec2.describe_network_acls(Filters=inside)["NetworkAcls"][0]["NetworkAclId"],
        }

    def came_with_subnet(self, subnet: str) -> dict[str, str]:
        """A subnet stands behind its VPC's default ACL; the association's id is needed to put it behind another."""
        acls = self.client("ec2").describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["NetworkAcls"]
        edge = next(a for a in acls[0]["Associations"] if a["SubnetId"] == subnet)
        return {"NetworkAclAssociationId": edge["NetworkAclAssociationId"]}


def _names_something(key: str) -> bool:
    return key.endswith(("Id", "Arn", "ARN"))


def _full(command: Command) -> dict[str, Any]:
    """Return what was set, under AWS's names, without turning numbers into strings as JSON has to."""
    dumped = command.model_dump(by_alias=True, exclude_defaults=True)
    return {p.name: _plain(p.shape, dumped[p.name]) for p in parameters(type(command)) if p.name in dumped}


def _plain(shape: Shape, value: Any) -> Any:
    if isinstance(shape, Listing):
        return [_plain(shape.member, part) for part in value]
    if isinstance(shape, Record):
        return {p.name: _plain(p.shape, value[p.name]) for p in shape.members if p.name in value and value[p.name] is not None}
    if isinstance(shape, Table):
        return {key: _plain(shape.value, part) for key, part in value.items()}
    return value


def _in_moto(bug: Exception) -> bool:
    """It was moto's own code that failed, and not this test's."""
    at = bug.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return at is not None and str(at.tb_frame.f_globals["__name__"]).startswith("moto.")


@contextmanager
def other_cloud() -> Iterator[OtherCloud]:
    """Open moto with all of its optional checks on. It warns where it lets the code of another service through."""
    checks: dict[str, Any] = dict.fromkeys(_CHECKS, True)
    with warnings.catch_warnings(), patch.dict(os.environ, _WORLD), patch.multiple(settings, **checks):
        warnings.simplefilter("ignore")
        with mock_aws(config={"iam": {"load_aws_managed_policies": True}}) as mock:
            yield OtherCloud(mock)
