"""Security groups and their rules: how they begin, how rules are written, granted and revoked."""

from __future__ import annotations

from cloudlab.commands.ec2_access import (
    AuthorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress,
    CreateSecurityGroup,
    DescribeSecurityGroups,
    IpPermission,
    IpRange,
    RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress,
    UserIdGroupPair,
)
from cloudlab.model.network import ANYWHERE, SecurityGroup
from tests.network import Stage, ask, open_stage, tcp, where


def rules(stage: Stage, *, egress: bool = False) -> list[tuple[str, int, int, str | None, str | None]]:
    group = stage.sim.world.get(SecurityGroup, stage.group)
    return [(r.protocol, r.from_port, r.to_port, r.cidr, r.group) for r in (group.egress if egress else group.ingress)]


def test_a_new_group_lets_nothing_in_and_everything_out() -> None:
    stage = open_stage()
    assert rules(stage) == []
    assert rules(stage, egress=True) == [("-1", -1, -1, ANYWHERE, None)]


def test_the_same_name_is_free_in_another_vpc() -> None:
    stage = open_stage()
    ask(stage.sim, CreateSecurityGroup(group_name="web", description="x", vpc_id=stage.b))


def test_rules_are_granted_for_addresses_and_for_groups() -> None:
    stage = open_stage()
    answer = ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, "203.0.113.77/24")))
    assert [(r["CidrIpv4"], r["FromPort"], r["IsEgress"]) for r in answer["SecurityGroupRules"]] == [("203.0.113.0/24", 443, False)]
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp((8000, 8010), group=stage.default_group)))
    assert rules(stage) == [("tcp", 443, 443, "203.0.113.0/24", None), ("tcp", 8000, 8010, None, stage.default_group)]


def test_protocols_may_be_numbers_and_all_of_them_have_no_ports() -> None:
    stage = open_stage()
    asked = tcp(53, "10.0.0.0/16", protocol="17") + tcp(443, "10.0.0.0/16", protocol="all")
    asked += (IpPermission(ip_protocol="icmp", ip_ranges=(IpRange(cidr_ip="10.0.0.0/16"),)),)
    asked += tcp(-1, "10.0.0.0/16", protocol="6")
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=asked))
    assert rules(stage) == [
        ("udp", 53, 53, "10.0.0.0/16", None),
        ("-1", -1, -1, "10.0.0.0/16", None),
        ("icmp", -1, -1, "10.0.0.0/16", None),
        ("tcp", 0, 65535, "10.0.0.0/16", None),
    ]


def test_one_entry_may_name_several_peers() -> None:
    stage = open_stage()
    office, partner = IpRange(cidr_ip="198.51.100.0/24", description="office"), IpRange(cidr_ip="192.0.2.0/24")
    entry = IpPermission(ip_protocol="tcp", from_port=443, to_port=443, ip_ranges=(office, partner))
    answer = ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=(entry,)))
    assert len({r["SecurityGroupRuleId"] for r in answer["SecurityGroupRules"]}) == 2
    shown = ask(stage.sim, DescribeSecurityGroups(group_ids=(stage.group,)))["SecurityGroups"][0]["IpPermissions"]
    assert shown == [
        {
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            "IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "office"}, {"CidrIp": "192.0.2.0/24"}],
            "UserIdGroupPairs": [],
        }
    ]


def test_a_rule_is_revoked_by_naming_it() -> None:
    stage = open_stage()
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, ANYWHERE) + tcp(22, ANYWHERE)))
    ask(stage.sim, RevokeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(22, ANYWHERE)))
    assert rules(stage) == [("tcp", 443, 443, ANYWHERE, None)]
    everything = tcp(-1, ANYWHERE, protocol="-1")
    ask(stage.sim, RevokeSecurityGroupEgress(group_id=stage.group, ip_permissions=everything))
    assert rules(stage, egress=True) == []
    ask(stage.sim, AuthorizeSecurityGroupEgress(group_id=stage.group, ip_permissions=tcp(443, ANYWHERE)))
    assert rules(stage, egress=True) == [("tcp", 443, 443, ANYWHERE, None)]


def test_a_group_may_name_itself_and_its_peers_are_shown() -> None:
    stage = open_stage()
    pair = UserIdGroupPair(group_id=stage.group, description="each other")
    entry = IpPermission(ip_protocol="tcp", from_port=1, to_port=2, user_id_group_pairs=(pair,))
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=(entry,)))
    shown = ask(stage.sim, DescribeSecurityGroups(filters=where("group-name", "web")))["SecurityGroups"]
    assert [g["GroupId"] for g in shown] == [stage.group]
    assert shown[0]["IpPermissions"][0]["UserIdGroupPairs"] == [
        {"GroupId": stage.group, "UserId": "123456789012", "Description": "each other"}
    ]


def test_groups_are_found_by_a_port_they_open() -> None:
    stage = open_stage()
    search = DescribeSecurityGroups(filters=where("ip-permission.to-port", "443"))
    assert ask(stage.sim, search)["SecurityGroups"] == []
    ask(stage.sim, AuthorizeSecurityGroupIngress(group_id=stage.group, ip_permissions=tcp(443, ANYWHERE)))
    assert [g["GroupId"] for g in ask(stage.sim, search)["SecurityGroups"]] == [stage.group]
    search = DescribeSecurityGroups(filters=where("ip-permission.cidr", "0.0.0.0/0"))
    assert [g["GroupId"] for g in ask(stage.sim, search)["SecurityGroups"]] == [stage.group]
