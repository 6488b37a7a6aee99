"""Load balancers, target groups, listeners and certificates: what is made, what is refused with which code, what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.commands.acm import DeleteCertificate, DescribeCertificate, ImportCertificate, ListCertificates, RequestCertificate
from cloudlab.commands.base import Command, Tag
from cloudlab.commands.ec2_access import DeleteSecurityGroup
from cloudlab.commands.ec2_network import CreateSubnet, DeleteSubnet
from cloudlab.commands.elbv2 import (
    Action,
    BalancerSetting,
    CertificateOfListener,
    CreateListener,
    CreateLoadBalancer,
    CreateTargetGroup,
    DeleteListener,
    DeleteLoadBalancer,
    DeleteTargetGroup,
    DeregisterTargets,
    DescribeListeners,
    DescribeLoadBalancerAttributes,
    DescribeLoadBalancers,
    DescribeTargetGroupAttributes,
    DescribeTargetGroups,
    DescribeTargetHealth,
    GroupSetting,
    Matcher,
    ModifyListener,
    ModifyLoadBalancerAttributes,
    ModifyTargetGroup,
    ModifyTargetGroupAttributes,
    RegisterTargets,
    SetSecurityGroups,
    SetSubnets,
    TargetDescription,
)
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.rules.reachability import from_internet
from cloudlab.engine.simulation import Simulation
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Instance
from cloudlab.model.network import ANYWHERE, AclEntry, Association, InternetGateway, NetworkAcl, Permission, SecurityGroup, Subnet, Vpc
from cloudlab.model.operations import Handover
from cloudlab.model.time import DAY, HOUR
from tests.balanced import Fleet, certificate, lay_two_zones, open_fleet
from tests.network import ask, refused

ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"


def balancer(sim: Simulation, **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"name": "web", "subnets": ("subnet-a", "subnet-b"), "security_groups": ("sg-alb",)} | changes
    return dict(ask(sim, CreateLoadBalancer(**asked))["LoadBalancers"][0])


def group(sim: Simulation, **changes: Any) -> str:
    asked: dict[str, Any] = {"name": "web", "protocol": "HTTP", "port": 8080, "vpc_id": "vpc-1"} | changes
    return str(ask(sim, CreateTargetGroup(**asked))["TargetGroups"][0]["TargetGroupArn"])


def forward(arn: str) -> tuple[Action, ...]:
    return (Action(type="forward", target_group_arn=arn),)


def secure(arn: str) -> tuple[CertificateOfListener, ...]:
    return (CertificateOfListener(certificate_arn=arn),)


# load balancers -------------------------------------------------------------------------------------------------------------


def test_it_is_provisioned_for_three_minutes_with_a_node_in_each_zone() -> None:
    sim = lay_two_zones()
    made = balancer(sim)
    assert made["LoadBalancerArn"].startswith(f"{ELB}loadbalancer/app/web/")
    assert made["DNSName"].startswith("web-")
    assert made["DNSName"].endswith(".us-east-1.elb.amazonaws.com")
    assert (made["State"], made["Scheme"], made["SecurityGroups"]) == ({"Code": "provisioning"}, "internet-facing", ["sg-alb"])
    assert [(z["ZoneName"], z["SubnetId"]) for z in made["AvailabilityZones"]] == [("us-east-1a", "subnet-a"), ("us-east-1b", "subnet-b")]
    begun = sim.now
    sim.advance(begun + 179)
    assert sim.world.get(LoadBalancer, made["LoadBalancerArn"]).state == "provisioning"
    sim.advance(begun + 180)
    nodes = sim.world.get(LoadBalancer, made["LoadBalancerArn"]).nodes
    assert [n.private_ip for n in nodes] == ["10.0.0.5", "10.0.1.5"]  # web-a and web-b have .4
    assert None not in {n.public_ip for n in nodes}
    assert ask(sim, DescribeLoadBalancers(names=("web",)))["LoadBalancers"][0]["State"] == {"Code": "active"}


def test_it_bills_per_started_hour_and_its_addresses_by_the_second() -> None:
    """0.0225 USD for each of two started hours, 2 x 0.005 USD for one hour and 360 s: 45,000 and 11,000 micro-dollars."""
    sim = lay_two_zones()
    made = balancer(sim)
    sim.advance(sim.now + HOUR + 360)
    lines = cost_by_line(sim.world)
    assert (lines["load-balancer"], lines["public-ipv4"]) == (45_000, 11_000)
    ask(sim, DeleteLoadBalancer(load_balancer_arn=made["LoadBalancerArn"]))
    before = cost_by_line(sim.world)["load-balancer"]
    sim.advance(sim.now + DAY)
    assert cost_by_line(sim.world)["load-balancer"] == before


def test_an_internal_one_has_no_public_address_and_asks_for_no_gateway() -> None:
    sim = lay_two_zones()
    sim.world = sim.world.drop(InternetGateway, "igw-1")
    made = balancer(sim, scheme="internal")
    assert made["DNSName"].startswith("internal-web-")
    assert {n.public_ip for n in sim.world.get(LoadBalancer, made["LoadBalancerArn"]).nodes} == {None}
    assert "public-ipv4" not in cost_by_line(sim.world)


def test_asked_twice_with_the_same_settings_it_is_the_same() -> None:
    sim = lay_two_zones()
    first = balancer(sim)
    again = balancer(sim)
    assert again["LoadBalancerArn"] == first["LoadBalancerArn"]
    assert len(sim.world.table(LoadBalancer)) == 1
    assert refused(sim, CreateLoadBalancer(name="web", subnets=("subnet-a", "subnet-c"))).code == "DuplicateLoadBalancerName"


def with_small_subnet(sim: Simulation) -> None:
    sim.world = sim.world.put(Subnet("subnet-s", "vpc-1", "10.0.9.0/28", "us-east-1d"))


def with_other_network(sim: Simulation) -> None:
    sim.world = sim.world.put(
        Vpc("vpc-2", "10.1.0.0/16"),
        Subnet("subnet-x", "vpc-2", "10.1.0.0/24", "us-east-1b"),
        SecurityGroup("sg-x", "vpc-2", "x", "another network"),
    )


def with_second_in_zone_a(sim: Simulation) -> None:
    sim.world = sim.world.put(Subnet("subnet-a2", "vpc-1", "10.0.8.0/24", "us-east-1a"))


def without_gateway(sim: Simulation) -> None:
    sim.world = sim.world.change(InternetGateway, "igw-1", vpc=None)


def nothing(sim: Simulation) -> None:
    return


@pytest.mark.parametrize(
    ("prepare", "changes", "code", "told"),
    [
        (nothing, {"subnets": ()}, "ValidationError", "At least two subnets in two different Availability Zones must be specified"),
        (
            nothing,
            {"subnets": ("subnet-a",)},
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
        ),
        (with_second_in_zone_a, {"subnets": ("subnet-a", "subnet-a2")}, "InvalidConfigurationRequest", "same Availability Zone"),
        (nothing, {"subnets": ("subnet-a", "subnet-q")}, "SubnetNotFound", "subnet-q"),
        (with_other_network, {"subnets": ("subnet-a", "subnet-x")}, "InvalidConfigurationRequest", "different VPCs"),
        (with_small_subnet, {"subnets": ("subnet-a", "subnet-s")}, "InvalidSubnet", "at least 8 free IP addresses"),
        (without_gateway, {}, "InvalidSubnet", "has no internet gateway"),
        (with_other_network, {"security_groups": ("sg-x",)}, "InvalidSecurityGroup", "sg-x"),
        (nothing, {"security_groups": ("sg-q",)}, "InvalidSecurityGroup", "sg-q"),
        (nothing, {"name": "-web"}, "ValidationError", "begin or end"),
        (nothing, {"name": "w" * 33}, "ValidationError", "longer than '32'"),
        (nothing, {"name": "my_web"}, "ValidationError", "alphanumeric"),
        (nothing, {"name": "internal-web"}, "ValidationError", "internal-"),
        (nothing, {"scheme": "public"}, "ValidationError", "scheme"),
        (nothing, {"type": "network"}, "ValidationError", "not modelled"),
    ],
)
def test_a_load_balancer_that_is_refused(prepare: Any, changes: dict[str, Any], code: str, told: str) -> None:
    sim = lay_two_zones()
    prepare(sim)
    asked: dict[str, Any] = {"name": "web", "subnets": ("subnet-a", "subnet-b"), "security_groups": ("sg-alb",)} | changes
    no = refused(sim, CreateLoadBalancer(**asked))
    assert (no.code, told in no.sentence, bool(no.accepted)) == (code, True, True), no


def test_quota_of_load_balancers() -> None:
    sim = lay_two_zones(quotas={"alb_per_region": 1})
    balancer(sim)
    assert refused(sim, CreateLoadBalancer(name="two", subnets=("subnet-a", "subnet-b"))).code == "TooManyLoadBalancers"


def test_its_nodes_hold_addresses_and_keep_subnet_and_group() -> None:
    sim = lay_two_zones()
    made = balancer(sim, subnets=("subnet-a", "subnet-c"))
    assert refused(sim, DeleteSubnet(subnet_id="subnet-c")).code == "DependencyViolation"
    assert refused(sim, DeleteSecurityGroup(group_id="sg-alb")).code == "DependencyViolation"
    ask(sim, SetSubnets(load_balancer_arn=made["LoadBalancerArn"], subnets=("subnet-a", "subnet-b")))
    ask(sim, DeleteSubnet(subnet_id="subnet-c"))
    nodes = sim.world.get(LoadBalancer, made["LoadBalancerArn"]).nodes
    assert [n.subnet for n in nodes] == ["subnet-a", "subnet-b"]
    assert refused(sim, SetSubnets(load_balancer_arn=made["LoadBalancerArn"], subnets=("subnet-a",))).code == "ValidationError"


def test_a_third_node_costs_a_third_address() -> None:
    sim = lay_two_zones()
    made = balancer(sim)
    ask(sim, SetSubnets(load_balancer_arn=made["LoadBalancerArn"], subnets=("subnet-a", "subnet-b", "subnet-c")))
    before = cost_by_line(sim.world)["public-ipv4"]
    sim.advance(sim.now + HOUR)
    assert cost_by_line(sim.world)["public-ipv4"] - before == 15_000


def test_groups_and_protection() -> None:
    sim = lay_two_zones()
    key = balancer(sim)["LoadBalancerArn"]
    assert ask(sim, SetSecurityGroups(load_balancer_arn=key, security_groups=("sg-web",)))["SecurityGroupIds"] == ["sg-web"]
    on = (BalancerSetting(key="deletion_protection.enabled", value="true"),)
    ask(sim, ModifyLoadBalancerAttributes(load_balancer_arn=key, attributes=on))
    told = ask(sim, DescribeLoadBalancerAttributes(load_balancer_arn=key))["Attributes"]
    assert told == [
        {"Key": "deletion_protection.enabled", "Value": "true"},
        {"Key": "load_balancing.cross_zone.enabled", "Value": "true"},
    ]
    assert refused(sim, DeleteLoadBalancer(load_balancer_arn=key)).code == "OperationNotPermitted"
    for key_, value in (
        ("idle_timeout.timeout_seconds", "30"),
        ("deletion_protection.enabled", "yes"),
        ("load_balancing.cross_zone.enabled", "false"),
    ):
        wrong = ModifyLoadBalancerAttributes(load_balancer_arn=key, attributes=(BalancerSetting(key=key_, value=value),))
        assert refused(sim, wrong).code == "ValidationError"


def test_deleting_takes_the_listeners_along_and_leaves_the_targets() -> None:
    fleet = open_fleet()
    ask(fleet.sim, DeleteLoadBalancer(load_balancer_arn=fleet.balancer))
    world = fleet.sim.world
    assert not world.table(LoadBalancer)
    assert not world.table(Listener)
    assert len(world.table(TargetGroup)) == 1
    assert {t.state for t in world.every(Target)} == {"unused"}
    assert not world.table(Handover)  # the name means nothing any more
    ask(fleet.sim, DeleteLoadBalancer(load_balancer_arn=fleet.balancer))  # what is gone already is no error
    ask(fleet.sim, DeleteTargetGroup(target_group_arn=fleet.group))
    assert not fleet.sim.world.table(Target)
    fleet.sim.advance(fleet.sim.now + DAY)  # and no timer of theirs fires into the void


# target groups --------------------------------------------------------------------------------------------------------------


def test_a_target_group_has_awss_defaults() -> None:
    sim = lay_two_zones()
    (told,) = ask(sim, CreateTargetGroup(name="web", protocol="HTTP", port=80, vpc_id="vpc-1"))["TargetGroups"]
    assert told["HealthCheckPath"] == "/"
    assert (told["HealthCheckIntervalSeconds"], told["HealthCheckTimeoutSeconds"]) == (30, 5)
    assert (told["HealthyThresholdCount"], told["UnhealthyThresholdCount"]) == (5, 2)
    assert (told["HealthCheckPort"], told["Matcher"]) == ("traffic-port", {"HttpCode": "200"})
    attributes = ask(sim, DescribeTargetGroupAttributes(target_group_arn=told["TargetGroupArn"]))["Attributes"]
    assert {a["Key"]: a["Value"] for a in attributes} == {
        "deregistration_delay.timeout_seconds": "300",
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"protocol": None}, "ValidationError"),
        ({"port": None}, "ValidationError"),
        ({"vpc_id": None}, "ValidationError"),
        ({"vpc_id": "vpc-9"}, "ValidationError"),
        ({"protocol": "TCP"}, "ValidationError"),
        ({"port": 70_000}, "ValidationError"),
        ({"target_type": "ip"}, "ValidationError"),
        ({"name": "web-"}, "ValidationError"),
        ({"health_check_interval_seconds": 4}, "ValidationError"),
        ({"health_check_timeout_seconds": 121}, "ValidationError"),
        ({"healthy_threshold_count": 1}, "ValidationError"),
        ({"unhealthy_threshold_count": 11}, "ValidationError"),
        ({"health_check_interval_seconds": 10, "health_check_timeout_seconds": 10}, "ValidationError"),
        ({"health_check_path": "ping"}, "ValidationError"),
        ({"health_check_port": "http"}, "ValidationError"),
        ({"matcher": Matcher(http_code="ok")}, "ValidationError"),
    ],
)
def test_a_target_group_that_is_refused(changes: dict[str, Any], code: str) -> None:
    sim = lay_two_zones()
    asked: dict[str, Any] = {"name": "web", "protocol": "HTTP", "port": 8080, "vpc_id": "vpc-1"} | changes
    no = refused(sim, CreateTargetGroup(**asked))
    assert (no.code, bool(no.accepted)) == (code, True)


def test_target_groups_by_name_and_by_load_balancer() -> None:
    fleet = open_fleet()
    other = group(fleet.sim, name="other")
    assert group(fleet.sim, name="other") == other
    assert refused(fleet.sim, CreateTargetGroup(name="other", protocol="HTTP", port=81, vpc_id="vpc-1")).code == "DuplicateTargetGroupName"
    behind = ask(fleet.sim, DescribeTargetGroups(load_balancer_arn=fleet.balancer))["TargetGroups"]
    assert [g["TargetGroupArn"] for g in behind] == [fleet.group]
    assert behind[0]["LoadBalancerArns"] == [fleet.balancer]
    assert refused(fleet.sim, DescribeTargetGroups(names=("none",))).code == "TargetGroupNotFound"
    assert refused(fleet.sim, DeleteTargetGroup(target_group_arn=fleet.group)).code == "ResourceInUse"
    ask(fleet.sim, DeleteListener(listener_arn=fleet.listener))
    ask(fleet.sim, DeleteTargetGroup(target_group_arn=fleet.group))


@pytest.mark.parametrize(
    ("key", "value"),
    [("deregistration_delay.timeout_seconds", "3601"), ("load_balancing.cross_zone.enabled", "no"), ("stickiness.enabled", "true")],
)
def test_settings_of_a_group_that_are_refused(key: str, value: str) -> None:
    sim = lay_two_zones()
    change = ModifyTargetGroupAttributes(target_group_arn=group(sim), attributes=(GroupSetting(key=key, value=value),))
    assert refused(sim, change).code == "ValidationError"


def test_targets_have_to_run_and_to_be_in_the_network() -> None:
    sim = lay_two_zones(quotas={"targets_per_alb": 1})
    with_other_network(sim)
    sim.world = sim.world.put(replace(sim.world.get(Instance, "web-b"), id="far", vpc="vpc-2", subnet="subnet-x"))
    sim.world = sim.world.put(replace(sim.world.get(Instance, "web-b"), id="off", state="stopped"))
    arn = group(sim)

    def register(*ids: str) -> Command:
        return RegisterTargets(target_group_arn=arn, targets=tuple(TargetDescription(id=i) for i in ids))

    assert refused(sim, register("i-none")).code == "InvalidTarget"
    assert refused(sim, register("off")).code == "InvalidTarget"
    assert refused(sim, register("far")).code == "InvalidTarget"
    assert refused(sim, register()).code == "ValidationError"
    assert refused(sim, register("web-a", "web-b")).code == "TooManyTargets"
    ask(sim, register("web-a"))
    ask(sim, register("web-a"))
    assert len(sim.world.table(Target)) == 1
    strangers = DeregisterTargets(target_group_arn=arn, targets=(TargetDescription(id="web-b"),))
    assert refused(sim, strangers).code == "InvalidTarget"
    told = ask(sim, DescribeTargetHealth(target_group_arn=arn, targets=(TargetDescription(id="web-b"),)))["TargetHealthDescriptions"]
    assert told[0]["TargetHealth"]["Reason"] == "Target.NotRegistered"


# listeners ------------------------------------------------------------------------------------------------------------------


def test_what_a_listener_is_refused() -> None:
    fleet = open_fleet()
    sim, arn = fleet.sim, fleet.balancer
    pending = ask(sim, RequestCertificate(domain_name="new.example.com", validation_method="DNS"))["CertificateArn"]
    issued = certificate(sim)
    free = group(sim, name="free")
    second = balancer(sim, name="second")["LoadBalancerArn"]

    def listener(**changes: Any) -> CreateListener:
        asked: dict[str, Any] = {"load_balancer_arn": arn, "protocol": "HTTP", "port": 80, "default_actions": forward(free)}
        return CreateListener(**(asked | changes))

    on: dict[str, Any] = {"protocol": "HTTPS", "port": 8443}
    cases: list[tuple[CreateListener, str]] = [
        (listener(port=443), "DuplicateListener"),
        (listener(**on), "ValidationError"),  # no certificate
        (listener(**on, certificates=secure("arn:aws:acm:us-east-1:123456789012:certificate/none")), "CertificateNotFound"),
        (listener(protocol="TCP"), "ValidationError"),
        (listener(protocol=None), "ValidationError"),
        (listener(port=None), "ValidationError"),
        (listener(port=0), "ValidationError"),
        (listener(certificates=secure(issued)), "ValidationError"),  # HTTP takes none
        (listener(default_actions=()), "ValidationError"),
        (listener(default_actions=(Action(type="redirect"),)), "ValidationError"),
        (listener(default_actions=(Action(type="forward"),)), "ValidationError"),
        (listener(default_actions=forward(f"{ELB}targetgroup/none/0")), "TargetGroupNotFound"),
        (listener(load_balancer_arn=f"{ELB}loadbalancer/app/none/0"), "LoadBalancerNotFound"),
        (listener(load_balancer_arn="web"), "ValidationError"),
        (listener(load_balancer_arn=second, default_actions=forward(fleet.group)), "TargetGroupAssociationLimit"),
    ]
    for command, code in cases:
        no = refused(sim, command)
        assert (no.code, bool(no.accepted)) == (code, True), (command, no)
    sim.world = sim.world.change(Certificate, pending, status="PENDING_VALIDATION")
    assert refused(sim, listener(**on, certificates=secure(pending))).code == "UnsupportedCertificate"
    ask(sim, listener(**on, certificates=secure(issued)))
    told = ask(sim, DescribeListeners(load_balancer_arn=arn))["Listeners"]
    assert [(x["Port"], x["Protocol"]) for x in told] == [(443, "HTTPS"), (8443, "HTTPS")]


def test_a_listener_is_changed_and_deleted() -> None:
    fleet = open_fleet()
    other = group(fleet.sim, name="other")
    told = ask(fleet.sim, ModifyListener(listener_arn=fleet.listener, port=8443, default_actions=forward(other)))["Listeners"][0]
    assert (told["Port"], told["DefaultActions"]) == (8443, [{"Type": "forward", "TargetGroupArn": other}])
    ask(fleet.sim, DeleteListener(listener_arn=fleet.listener))
    assert refused(fleet.sim, DeleteListener(listener_arn=fleet.listener)).code == "ListenerNotFound"
    assert refused(fleet.sim, DescribeListeners()).code == "ValidationError"


# certificates ---------------------------------------------------------------------------------------------------------------


def test_aws_issues_once_the_record_is_there_and_renews_by_itself() -> None:
    sim = lay_two_zones()
    arn = ask(sim, RequestCertificate(domain_name="shop.example.com", validation_method="DNS"))["CertificateArn"]
    begun = sim.now
    sim.advance(begun + 299)
    assert sim.world.get(Certificate, arn).status == "PENDING_VALIDATION"
    sim.advance(begun + 300)
    told = ask(sim, DescribeCertificate(certificate_arn=arn))["Certificate"]
    assert (told["Status"], told["Type"], told["InUseBy"], told["RenewalEligibility"]) == ("ISSUED", "AMAZON_ISSUED", [], "INELIGIBLE")
    unlike: tuple[dict[str, Any], ...] = (
        {"domain_name": "shop"},
        {"domain_name": "shop.example.com", "validation_method": "EMAIL"},
        {"domain_name": "s.example.com"},
    )
    for wrong in unlike:
        assert refused(sim, RequestCertificate(**wrong)).code in ("ValidationException", "InvalidParameterException")
    assert not [t for t in sim.world.timers if t.kind == "certificate-expires"]


def test_ones_own_runs_out_after_ninety_days_unless_another_takes_its_place() -> None:
    sim = lay_two_zones()
    order: dict[str, Any] = {"certificate": "shop.example.com.pem", "private_key": "shop.example.com.key"}
    arn = ask(sim, ImportCertificate(**order))["CertificateArn"]
    assert sim.world.get(Certificate, arn).domain == "shop.example.com"
    first = sim.world.get(Certificate, arn).not_after
    assert first == sim.now + 90 * DAY
    sim.advance(sim.now + 10 * DAY)
    ask(sim, ImportCertificate(**order, certificate_arn=arn))
    second = sim.world.get(Certificate, arn).not_after
    assert second is not None
    assert [t.due for t in sim.world.timers if t.kind == "certificate-expires"] == [second]
    assert ask(sim, ListCertificates(certificate_statuses=("ISSUED",)))["CertificateSummaryList"][0]["Type"] == "IMPORTED"
    issued = certificate(sim)
    assert refused(sim, ImportCertificate(**order, certificate_arn=issued)).code == "ValidationException"
    assert refused(sim, ImportCertificate(**order, certificate_arn="arn:none")).code == "ResourceNotFoundException"


def test_a_certificate_in_use_stays() -> None:
    fleet = open_fleet()
    arn = next(iter(fleet.sim.world.table(Certificate)))
    assert refused(fleet.sim, DeleteCertificate(certificate_arn=arn)).code == "ResourceInUseException"
    assert ask(fleet.sim, DescribeCertificate(certificate_arn=arn))["Certificate"]["RenewalEligibility"] == "ELIGIBLE"
    ask(fleet.sim, DeleteListener(listener_arn=fleet.listener))
    ask(fleet.sim, DeleteCertificate(certificate_arn=arn))
    assert refused(fleet.sim, DescribeCertificate(certificate_arn=arn)).code == "ResourceNotFoundException"


# the way in -----------------------------------------------------------------------------------------------------------------


def way(fleet: Fleet, port: int = 443) -> tuple[str, str]:
    path = from_internet(fleet.sim.world, fleet.balancer, port)
    return path.symptom, path.sentence()


def test_the_way_from_the_internet_to_the_server_hop_by_hop() -> None:
    fleet = open_fleet()
    path = from_internet(fleet.sim.world, fleet.balancer, 443)
    assert path.ok
    assert [h.label for h in path.hops] == [
        "internet",
        "igw-1",
        "rtb-1",
        "subnet-a",
        "alb",
        "web",
        "web",
        "alb",
        "app",
        "web-a",
    ]


def shut(sim: Simulation, key: str) -> None:
    sim.world = sim.world.change(SecurityGroup, key, ingress=())


def test_each_obstacle_on_the_way_is_named() -> None:
    fleet = open_fleet()
    assert way(fleet, 80) == (
        "timeout",
        "internet -> igw-1 -> rtb-1 -> subnet-a -> alb: blocked here, no rule lets tcp/80 in",
    )
    for change, symptom, told in (
        (lambda s: shut(s, "sg-alb"), "timeout", "no rule lets tcp/443 in"),
        (lambda s: shut(s, "sg-app"), "HTTP 504", "no rule lets tcp/8080 in"),
        (lambda s: _acl(s, 8080), "HTTP 504", "doesn't let tcp/8080"),
        (lambda s: without_gateway(s), "timeout", "no internet gateway is attached"),
        (lambda s: _unlisten(s, fleet), "timeout", "no listener is on tcp/443"),
        (lambda s: _plain(s, fleet), "tls", "callers speak HTTPS"),
        (lambda s: _server(s, 9000), "HTTP 502", "nothing listens on tcp/8080"),
    ):
        was = fleet.sim.world
        change(fleet.sim)
        assert way(fleet)[0] == symptom, told
        assert told in way(fleet)[1]
        fleet.sim.world = was
    assert way(fleet)[0] == ""


def _acl(sim: Simulation, port: int) -> None:
    """Between the nodes' subnets and the servers' nothing is let through on the port; a server of its own subnet is not asked."""
    sim.world = sim.world.put(Subnet("subnet-p", "vpc-1", "10.0.5.0/24", "us-east-1a"))
    deny = tuple(AclEntry(50, "6", False, egress, ANYWHERE, port, port) for egress in (True, False))
    everything = tuple(AclEntry(100, "-1", True, egress, ANYWHERE) for egress in (True, False))
    sim.world = sim.world.put(NetworkAcl("acl-p", "vpc-1", (*deny, *everything), (Association("aclassoc-p", "subnet-p"),)))
    for key in ("web-a", "web-b"):
        sim.world = sim.world.change(Instance, key, subnet="subnet-p", private_ip=f"10.0.5.{4 + (key == 'web-b')}")


def _unlisten(sim: Simulation, fleet: Fleet) -> None:
    sim.world = sim.world.change(Listener, fleet.listener, port=8443)


def _plain(sim: Simulation, fleet: Fleet) -> None:
    sim.world = sim.world.change(Listener, fleet.listener, protocol="HTTP", certificate=None)


def _server(sim: Simulation, port: int) -> None:
    for key in ("web-a", "web-b"):
        software = replace(sim.world.get(Instance, key).software, server_port=port)
        sim.world = sim.world.change(Instance, key, software=software)


def test_without_targets_callers_get_503() -> None:
    fleet = open_fleet()
    world = fleet.sim.world.put(Handover("answers:x", "answers", fleet.balancer, 0))
    for target in world.every(Target):
        world = world.change(Target, target.id, state="unused")
    assert from_internet(world, fleet.balancer, 443).symptom == "HTTP 503"


def test_the_group_of_the_balancer_is_enough_for_its_targets() -> None:
    """Targets let in the load balancer's group alone: nobody else in the network gets at them."""
    fleet = open_fleet()
    rule = fleet.sim.world.get(SecurityGroup, "sg-app").ingress[0]
    assert (rule.group, rule.cidr) == ("sg-alb", None)
    assert way(fleet)[0] == ""
    fleet.sim.world = fleet.sim.world.change(SecurityGroup, "sg-app", ingress=(Permission("sgr-8", "tcp", 8080, 8080, group="sg-web"),))
    assert way(fleet)[0] == "HTTP 504"


def test_unknown_names() -> None:
    sim = lay_two_zones()
    arn = group(sim)
    cases: list[tuple[Command, str]] = [
        (DescribeLoadBalancers(names=("none",)), "LoadBalancerNotFound"),
        (DescribeLoadBalancers(load_balancer_arns=("none",)), "ValidationError"),
        (SetSecurityGroups(load_balancer_arn=f"{ELB}loadbalancer/app/none/0", security_groups=("sg-web",)), "LoadBalancerNotFound"),
        (DeleteLoadBalancer(load_balancer_arn="none"), "ValidationError"),
        (ModifyTargetGroup(target_group_arn=f"{ELB}targetgroup/none/0"), "TargetGroupNotFound"),
        (DeleteTargetGroup(target_group_arn=arn + "0"), "TargetGroupNotFound"),
        (DeleteListener(listener_arn=f"{ELB}listener/app/none/0/0"), "ListenerNotFound"),
    ]
    for command, code in cases:
        assert refused(sim, command).code == code


def test_tags_make_a_difference() -> None:
    sim = lay_two_zones()
    balancer(sim)
    again = CreateLoadBalancer(
        name="web", subnets=("subnet-a", "subnet-b"), security_groups=("sg-alb",), tags=(Tag(key="team", value="shop"),)
    )
    assert refused(sim, again).code == "DuplicateLoadBalancerName"


def test_a_subnet_made_by_hand_will_do() -> None:
    sim = lay_two_zones()
    made = ask(sim, CreateSubnet(vpc_id="vpc-1", cidr_block="10.0.20.0/27", availability_zone="us-east-1d"))["Subnet"]["SubnetId"]
    assert len(balancer(sim, subnets=("subnet-a", made))["AvailabilityZones"]) == 2
