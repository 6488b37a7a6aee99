"""Machine images: the one Amazon Linux 2023 image instances are launched from."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.compute import Software

_NOTHING = Software()


@dataclass(frozen=True, slots=True)
class MachineImage:
    id: str
    name: str
    alias: str
    """The public Systems Manager parameter that always names the newest build."""
    root_device: str
    root_gib: int
    encrypted: bool = False
    base: None = None
    """It is always of today."""
    software: Software = _NOTHING


# AWS rebuilds its images when a fix comes out and gives each build a new id. The game keeps one id and takes the image behind it
# to be today's build: an instance launched after a fix was released has it.
AL2023 = MachineImage(
    "ami-0c101f26f147fa7fd",
    "al2023-ami-kernel-default-x86_64",
    "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    "/dev/xvda",
    8,
)
IMAGES = (AL2023,)


def find_image(name: str) -> MachineImage | None:
    """Return the image of an AMI id or of its public parameter."""
    return next((image for image in IMAGES if name in (image.id, image.alias)), None)
