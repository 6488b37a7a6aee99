"""Ids: derived from the input that asked for the resource, never from a count, so that dropping one input renames nothing else."""

from __future__ import annotations

from hashlib import blake2b

ACCOUNT = "123456789012"
REGION = "us-east-1"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f")
ZONE_IDS = dict(zip(ZONES, ("use1-az6", "use1-az1", "use1-az2", "use1-az4", "use1-az3", "use1-az5"), strict=True))
"""Zone name -> the physical zone. AWS shuffles the names per account; this is how this account sees them."""


def resource_id(prefix: str, origin: str, index: int = 0) -> str:
    """Return an id in EC2's shape, such as `vpc-0f3a...` (17 hex digits), for the `index`-th `prefix` made by `origin`."""
    return f"{prefix}-0{hexadecimal(prefix, origin, index)[:16]}"


def hexadecimal(*parts: object) -> str:
    """Return 32 hex digits derived from `parts` alone: the same in every process, under every hash seed."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def uuid(digits: str) -> str:
    """Write 32 hex digits as a UUID."""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    """Return an Amazon Resource Name; IAM and S3 leave region (and S3 the account) empty."""
    if service == "iam":
        region = ""
    if service == "s3":
        region = account = ""
    return f"arn:aws:{service}:{region}:{account}:{resource}"
