"""Commands in one human line."""

from __future__ import annotations

import pytest

from cloudlab.dialects.aws_cli import parse
from cloudlab.dialects.human import human, words

NAMES = {"sg-1": "web", "subnet-1": "public-a", "i-1": "web-1"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ec2 create-vpc --cidr-block 10.0.0.0/16", "Create VPC 10.0.0.0/16"),
        (
            "elbv2 register-targets --target-group-arn arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/63 --targets Id=i-1",
            "Register targets web, web-1",
        ),
        ("acm import-certificate --certificate shop.example.com.pem --private-key shop.key", "Import certificate shop.example.com.pem"),
        (
            "ec2 create-vpc --cidr-block 10.0.0.0/16 --tag-specifications 'ResourceType=vpc,Tags=[{Key=Name,Value=app}]'",
            "Create VPC 10.0.0.0/16 (app)",
        ),
        (
            "ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 --cidr 0.0.0.0/0",
            "Authorize security group ingress web, tcp 443 0.0.0.0/0",
        ),
        ("ec2 run-instances --image-id ami-1 --instance-type t3.small --count 2", "Run instances t3.small, count 2"),
        ("ec2 run-instances --image-id ami-1 --instance-type t3.small", "Run instances t3.small"),
        ("ec2 reboot-instances --instance-ids i-1 i-2", "Reboot instances web-1, i-2"),
        (
            "ec2 modify-subnet-attribute --subnet-id subnet-1 --no-map-public-ip-on-launch",
            "Modify subnet attribute public-a, map public IP on launch off",
        ),
        ("ec2 describe-instances", "Describe instances"),
        ("iam create-role --role-name trainer --assume-role-policy-document '{\"Statement\":[]}'", "Create role trainer"),
        ("sts get-caller-identity", "Get caller identity"),
    ],
)
def test_lines(line: str, expected: str) -> None:
    assert human(parse(line), NAMES.get) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("CreateDBInstance", "Create DB instance"), ("ListObjectsV2", "List objects"), ("CreateNatGateway", "Create NAT gateway")],
)
def test_operations_in_words(operation: str, expected: str) -> None:
    assert words(operation) == expected


def test_long_texts_are_cut() -> None:
    assert len(human(parse(f"ec2 create-security-group --group-name web --description '{'long ' * 40}'"))) < 160
