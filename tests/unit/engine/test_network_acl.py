"""Network ACLs: born shut, ruled by number, one for each subnet; and what they do to calls, which they forget at once."""

from __future__ import annotations

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress
from cloudlab.commands.ec2_acl import (
    CreateNetworkAcl,
    CreateNetworkAclEntry,
    DeleteNetworkAcl,
    DeleteNetworkAclEntry,
    DescribeNetworkAcls,
    IcmpTypeCode,
    PortRange,
    ReplaceNetworkAclAssociation,
    ReplaceNetworkAclEntry,
)
from cloudlab.commands.ec2_network import DeleteSubnet, DeleteVpc
from cloudlab.dialects.aws_cli import parse
from cloudlab.dialects.render import render
from cloudlab.engine.rules.reachability import from_internet
from cloudlab.model.network import ANYWHERE, AclEntry, NetworkAcl
from tests.network import Stage, ask, open_stage, refused, tcp, where


def ports(low: int, high: int | None = None) -> PortRange:
    return PortRange(first=low, last=high if high is not None else low)


def made(stage: Stage) -> str:
    return str(ask(stage.sim, CreateNetworkAcl(vpc_id=stage.a))["NetworkAcl"]["NetworkAclId"])


def entry(acl: str, number: int, *, egress: bool = False, action: str = "allow", span: PortRange | None = None) -> CreateNetworkAclEntry:
    return CreateNetworkAclEntry(
        network_acl_id=acl,
        rule_number=number,
        protocol="6",
        rule_action=action,
        egress=egress,
        cidr_block=ANYWHERE,
        port_range=span or ports(443),
    )


def association(stage: Stage, subnet: str) -> str:
    shown = ask(stage.sim, DescribeNetworkAcls(filters=where("association.subnet-id", subnet)))["NetworkAcls"]
    assert len(shown) == 1
    return str(next(a["NetworkAclAssociationId"] for a in shown[0]["Associations"] if a["SubnetId"] == subnet))


def test_one_of_your_own_denies_everything_until_it_has_rules() -> None:
    stage = open_stage()
    shown = ask(stage.sim, CreateNetworkAcl(vpc_id=stage.a))["NetworkAcl"]
    assert shown["IsDefault"] is False
    assert [(e["RuleNumber"], e["RuleAction"], e["Egress"], e["Protocol"]) for e in shown["Entries"]] == [
        (32767, "deny", True, "-1"),
        (32767, "deny", False, "-1"),
    ]
    assert shown["Associations"] == []


def test_a_call_needs_a_rule_in_and_its_answer_a_rule_out() -> None:
    stage = open_stage()
    machine = stage.put_instance(public_ip="203.0.113.9")
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, ANYWHERE)))
    assert from_internet(stage.sim.world, machine.id, 443).ok
    acl, before = made(stage), association(stage, stage.subnet)
    new = ask(stage.sim, ReplaceNetworkAclAssociation(association_id=before, network_acl_id=acl))["NewAssociationId"]
    assert new != before
    assert association(stage, stage.subnet) == new
    told = f"its network ACL {acl} doesn't let"
    shut = from_internet(stage.sim.world, machine.id, 443)
    assert (shut.symptom, shut.blocked and shut.blocked.text) == ("timeout", f"{told} tcp/443 in")
    ask(stage.sim, entry(acl, 100))
    half = from_internet(stage.sim.world, machine.id, 443)
    assert half.blocked is not None
    assert half.blocked.text == f"{told} tcp/1024-65535 out"
    ask(stage.sim, entry(acl, 100, egress=True, span=ports(1024, 65535)))
    assert from_internet(stage.sim.world, machine.id, 443).ok


def test_the_lowest_number_decides_and_a_rule_can_be_replaced_or_struck_out() -> None:
    stage = open_stage()
    machine = stage.put_instance(public_ip="203.0.113.9")
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, ANYWHERE)))
    default = next(a.id for a in stage.sim.world.every(NetworkAcl) if a.vpc == stage.a)

    def is_open() -> bool:
        return from_internet(stage.sim.world, machine.id, 443).ok

    ask(stage.sim, entry(default, 200, action="deny"))
    assert is_open()
    ask(stage.sim, entry(default, 50, action="deny"))
    assert not is_open()
    again = entry(default, 50).model_dump()
    ask(stage.sim, ReplaceNetworkAclEntry(**again))
    assert is_open()
    ask(stage.sim, ReplaceNetworkAclEntry(**{**again, "rule_action": "deny"}))
    ask(stage.sim, DeleteNetworkAclEntry(network_acl_id=default, rule_number=50, egress=False))
    assert is_open()


def test_rules_are_kept_and_shown_as_aws_does() -> None:
    stage = open_stage()
    acl = made(stage)
    ask(
        stage.sim,
        CreateNetworkAclEntry(
            network_acl_id=acl,
            rule_number=90,
            protocol="udp",
            rule_action="deny",
            egress=True,
            cidr_block="10.0.1.77/24",
            port_range=ports(53),
        ),
    )
    ping = IcmpTypeCode(type=8, code=-1)
    ask(
        stage.sim,
        CreateNetworkAclEntry(
            network_acl_id=acl, rule_number=10, protocol="1", rule_action="allow", egress=True, cidr_block=ANYWHERE, icmp_type_code=ping
        ),
    )
    assert stage.sim.world.get(NetworkAcl, acl).entries == (
        AclEntry(90, "17", False, True, "10.0.1.0/24", 53, 53),
        AclEntry(10, "1", True, True, ANYWHERE, 8, -1),
    )
    shown = ask(stage.sim, DescribeNetworkAcls(network_acl_ids=(acl,)))["NetworkAcls"][0]["Entries"]
    assert [e["RuleNumber"] for e in shown] == [10, 90, 32767, 32767]
    assert shown[0]["IcmpTypeCode"] == {"Type": 8, "Code": -1}
    assert shown[1]["PortRange"] == {"From": 53, "To": 53}


def plain(acl: str, **changes: object) -> Command:
    fields: dict[str, object] = {
        "network_acl_id": acl,
        "rule_number": 100,
        "protocol": "6",
        "rule_action": "allow",
        "egress": False,
        "cidr_block": ANYWHERE,
        "port_range": ports(443),
    }
    return CreateNetworkAclEntry.model_validate(fields | changes)


REFUSALS: dict[str, tuple[dict[str, object], str]] = {
    "no number 0": ({"rule_number": 0}, "InvalidParameterValue"),
    "no number 32767": ({"rule_number": 32_767}, "InvalidParameterValue"),
    "no such protocol": ({"protocol": "tpc"}, "InvalidParameterValue"),
    "no such action": ({"rule_action": "permit"}, "InvalidParameterValue"),
    "nobody named": ({"cidr_block": None}, "MissingParameter"),
    "no range of addresses": ({"cidr_block": "10.0.0.0"}, "InvalidParameterValue"),
    "no ports": ({"port_range": None}, "MissingParameter"),
    "ports the wrong way round": ({"port_range": ports(90, 80)}, "InvalidParameterValue"),
    "no such port": ({"port_range": ports(0, 65_536)}, "InvalidParameterValue"),
    "icmp without its type": ({"protocol": "icmp"}, "MissingParameter"),
    "the number is taken": ({"rule_number": 7}, "NetworkAclEntryAlreadyExists"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_rule_that_makes_no_sense_is_refused(why: str) -> None:
    stage = open_stage()
    acl = made(stage)
    ask(stage.sim, entry(acl, 7))
    ask(stage.sim, entry(acl, 7, egress=True))  # the other direction counts for itself
    changes, code = REFUSALS[why]
    refusal = refused(stage.sim, plain(acl, **changes))
    assert refusal.code == code
    assert refusal.accepted


def test_what_is_used_default_or_unknown_is_not_deleted_or_changed() -> None:
    stage = open_stage()
    acl = made(stage)
    default = next(a.id for a in stage.sim.world.every(NetworkAcl) if a.vpc == stage.a and a.is_default)
    assert refused(stage.sim, DeleteNetworkAcl(network_acl_id=default)).code == "InvalidParameterValue"
    assert refused(stage.sim, DeleteNetworkAcl(network_acl_id="acl-00000000")).code == "InvalidNetworkAclID.NotFound"
    assert (
        refused(stage.sim, DeleteNetworkAclEntry(network_acl_id=acl, rule_number=5, egress=True)).code == "InvalidNetworkAclEntry.NotFound"
    )
    assert refused(stage.sim, ReplaceNetworkAclEntry(**entry(acl, 5).model_dump())).code == "InvalidNetworkAclEntry.NotFound"
    gone = ReplaceNetworkAclAssociation(association_id="aclassoc-00000000", network_acl_id=acl)
    assert refused(stage.sim, gone).code == "InvalidAssociationID.NotFound"
    abroad = ReplaceNetworkAclAssociation(association_id=association(stage, stage.subnet_b), network_acl_id=acl)
    assert refused(stage.sim, abroad).code == "InvalidParameterValue"
    ask(stage.sim, ReplaceNetworkAclAssociation(association_id=association(stage, stage.subnet), network_acl_id=acl))
    assert refused(stage.sim, DeleteNetworkAcl(network_acl_id=acl)).code == "DependencyViolation"
    ask(stage.sim, DeleteSubnet(subnet_id=stage.subnet))
    assert stage.sim.world.get(NetworkAcl, acl).subnets == ()
    assert refused(stage.sim, DeleteVpc(vpc_id=stage.a)).code == "DependencyViolation"
    ask(stage.sim, DeleteNetworkAcl(network_acl_id=acl))
    assert stage.sim.world.find(NetworkAcl, acl) is None


def test_quotas_of_acls_and_of_their_rules() -> None:
    stage = open_stage(nacls_per_vpc=2, rules_per_nacl=1)
    acl = made(stage)
    assert refused(stage.sim, CreateNetworkAcl(vpc_id=stage.a)).code == "NetworkAclLimitExceeded"
    ask(stage.sim, CreateNetworkAcl(vpc_id=stage.b))
    ask(stage.sim, entry(acl, 1))
    ask(stage.sim, entry(acl, 1, egress=True))
    assert refused(stage.sim, entry(acl, 2)).code == "NetworkAclEntryLimitExceeded"


def test_the_line_says_ingress_where_the_api_says_no_egress() -> None:
    line = (
        "ec2 create-network-acl-entry --network-acl-id acl-1 --rule-number 100 --protocol tcp --rule-action allow --ingress "
        "--cidr-block 0.0.0.0/0 --port-range From=443,To=443"
    )
    command = parse(line)
    assert isinstance(command, CreateNetworkAclEntry)
    assert (command.egress, command.port_range) == (False, ports(443))
    assert render(command) == line
    assert parse(line.replace("--ingress", "--egress")).egress is True  # type: ignore[attr-defined]
