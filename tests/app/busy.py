"""A cloud with much in it: two VPCs, a load balancer over two zones, instances in every state, and what stands outside a network."""

from __future__ import annotations

from cloudlab.lab.view.slices import Node
from cloudlab.model.time import HOUR


def an_instance(key: str, name: str, state: str, tone: str, *, detail: str = "t3.small 10.0.0.9", age: int = 0) -> Node:
    return Node(f"i-{key}", "instance", name, state, tone, age, detail)


def a_subnet(key: str, name: str, cidr: str, *inside: Node) -> Node:
    return Node(f"subnet-{key}", "subnet", name, "", "ok", 0, cidr, inside)


def a_busy_cloud() -> Node:
    """Return the account of a team that has been at it for a week."""
    blocked = "t3.small 203.0.113.8 :443 blocked at web: no rule of it lets tcp/443 in from 0.0.0.0/0"
    zone_a = Node(
        "vpc-1/us-east-1a",
        "zone",
        "us-east-1a",
        "",
        "plain",
        0,
        "",
        (
            a_subnet(
                "1",
                "public-a",
                "10.0.0.0/24",
                an_instance("1", "web-1", "ok", "ok", detail="t3.small 203.0.113.7 :443"),
                an_instance("2", "web-2", "check failed", "bad", detail=blocked),
                an_instance("3", "bastion", "stopped", "off", age=30 * HOUR),
            ),
            a_subnet("2", "private-a", "10.0.1.0/24", an_instance("4", "train-1", "boot", "wait", detail="m5.4xlarge 10.0.1.4")),
        ),
    )
    zone_b = Node(
        "vpc-1/us-east-1b",
        "zone",
        "us-east-1b",
        "",
        "plain",
        0,
        "",
        (
            a_subnet(
                "3",
                "public-b",
                "10.0.2.0/24",
                an_instance("5", "web-3", "ok", "ok", detail="t3.small 203.0.113.9 :443", age=2 * HOUR),
                an_instance("6", "a-name-so-long-that-no-zone-is-wide-enough-for-it", "taken over", "bad"),
            ),
            a_subnet("4", "private-b", "10.0.3.0/24", Node("nat-1", "nat-gateway", "nat-1", "available", "ok", 0, "203.0.113.77")),
        ),
    )
    targets = (
        Node("tg/i-1:443", "target", "web-1", "healthy", "ok", 0, "us-east-1a :443"),
        Node("tg/i-2:443", "target", "web-2", "unhealthy", "bad", 0, "Health checks failed with these codes: [503]"),
    )
    group = Node("arn:tg", "target-group", "web", "1 of 2 healthy", "wait", 0, "HTTPS 443, asks /ping every 30 s", targets)
    listener = Node("arn:l", "listener", "HTTPS 443", "", "ok", 0, "-> web")
    balancer = Node("arn:lb", "load-balancer", "front", "active", "ok", 0, "internet-facing: us-east-1a, us-east-1b", (listener, group))
    app = Node(
        "vpc-1",
        "vpc",
        "vpc-app",
        "available",
        "ok",
        0,
        "10.0.0.0/16",
        (
            Node("igw-1", "internet-gateway", "igw-1", "attached", "ok", 0, "<=> internet"),
            balancer,
            Node("vpce-1", "vpc-endpoint", "vpce-1", "available", "ok", 0, "Gateway: s3"),
            Node("acl-1", "network-acl", "strict", "", "plain", 0, "in 100 allow tcp/443 0.0.0.0/0, out 100 allow everything 0.0.0.0/0"),
            Node("rtb-1", "route-table", "public", "", "plain", 0, "10.0.0.0/16 -> local, 0.0.0.0/0 -> igw-1"),
            Node("rtb-2", "route-table", "rtb-2 (main)", "", "plain", 0, "10.0.0.0/16 -> local"),
            Node("sg-1", "security-group", "web", "", "plain", 0, "tcp/22 from 198.51.100.7/32"),
            Node("sg-2", "security-group", "default", "", "plain", 0, "everything from sg-2"),
            zone_a,
            zone_b,
        ),
    )
    lab = Node(
        "vpc-2",
        "vpc",
        "vpc-lab",
        "available",
        "ok",
        0,
        "172.16.0.0/16",
        (
            Node("rtb-3", "route-table", "rtb-3 (main)", "", "plain", 0, "172.16.0.0/16 -> local"),
            Node(
                "vpc-2/us-east-1c",
                "zone",
                "us-east-1c",
                "",
                "plain",
                0,
                "",
                (
                    a_subnet(
                        "5",
                        "bench",
                        "172.16.0.0/20",
                        an_instance("7", "bench-1", "ok", "ok", detail="c5.xlarge 172.16.0.4"),
                        an_instance("8", "bench-2", "stopping", "wait", detail="c5.xlarge 172.16.0.5"),
                    ),
                ),
            ),
        ),
    )
    outside = (
        Node("igw-2", "internet-gateway", "igw-2", "detached", "off", 0, "attached to no VPC"),
        Node("eipalloc-1", "address", "203.0.113.7", "in use", "ok", 0, "-> web-1"),
        Node("eipalloc-2", "address", "203.0.113.40", "unused", "off", 0, "points at nothing, and costs all the same"),
        Node("churn-3", "training-job", "churn-3", "InProgress", "wait", 0, "xgboost on ml.m5.xlarge"),
        Node("churn", "model", "churn", "", "plain", 0, "xgboost"),
        Node("churn", "endpoint", "churn", "InService", "ok", 0, "2 x ml.m5.large"),
        Node("harbour-churn", "bucket", "harbour-churn", "private", "ok", 0, "churn/train.csv, churn/validation.csv and 4 more"),
        Node("harbour-open", "bucket", "harbour-open", "public", "bad", 0, "empty"),
        Node("harbour-server", "role", "harbour-server", "", "plain", 0, "AmazonSSMManagedInstanceCore, AmazonS3ReadOnlyAccess"),
    )
    return Node("1", "account", "account 1", "us-east-1", "plain", 0, "", (app, lab, *outside))
