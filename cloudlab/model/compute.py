"""Compute records: instances, what runs on them, and the commands sent to them."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds
from cloudlab.model.training import TrainingSpec


@dataclass(frozen=True, slots=True)
class Software:
    """What has been put on an instance, and how it fares; all of it is the customer's."""

    runtime: bool = False
    """The Python runtime and libraries are installed."""
    libraries_of: Seconds = 0
    """When they were installed; what has become known since is not mended in them."""
    model: TrainingSpec | None = None
    """The model whose artifact lies on the disk."""
    serving: TrainingSpec | None = None
    """The model the server has loaded; a newer one on the disk waits for the next start of the server."""
    server_port: int | None = None
    """The model server listens here."""
    database: str | None = None
    """The address at which the model server looks customers up, as it was told: a name, an RDS endpoint, an instance."""
    monitoring: bool = False
    """The CloudWatch agent reports this instance."""
    patched: tuple[str, ...] = ()
    """CVE ids fixed by patching since launch."""
    pending_reboot: tuple[str, ...] = ()
    """CVE ids whose fix is installed but waits for a reboot."""


@dataclass(frozen=True, slots=True)
class Instance:
    id: str
    image: str
    type: str
    vpc: str
    subnet: str
    zone: str
    private_ip: str
    groups: tuple[str, ...]
    state: str
    """pending, running, stopping, stopped, shutting-down, terminated."""
    launched: Seconds
    """When it was made from its image, which decides what its disk holds."""
    started: Seconds = 0
    """When it was last switched on (LaunchTime in AWS's words)."""
    ended: Seconds | None = None
    """When it was terminated; AWS shows it for about an hour more."""
    reservation: str = ""
    """The launch it came from; instances of one RunInstances share it."""
    public_ip: str | None = None
    """Auto-assigned public IPv4; an Elastic IP is found through its Address."""
    wants_public_ip: bool = False
    """Decided at launch; a stop releases the address and a start assigns another."""
    profile: str | None = None
    key_name: str | None = None
    tags: Tags = ()
    root_gib: int = 8
    encrypted: bool = False
    booted: Seconds | None = None
    """When the operating system was up; None until then."""
    checks: str = "initializing"
    """Instance status check: initializing, passed, failed."""
    system_checks: str = "initializing"
    memory: str = "ok"
    """ok; leaking while the server grows; out once it was killed for it."""
    disk: str = "ok"
    """ok or full."""
    compromised: bool = False
    software: Software = Software()
    base: Seconds | None = None
    """When the packages of an image of one's own were current; None for one of Amazon's, which is always of today."""
    fleet: str | None = None
    """The Auto Scaling group that launched it and answers for it."""
    protected: bool = False
    """It may not be terminated until that is lifted."""
    rootless: bool = False
    """The volume it starts from was taken away."""
    spot: bool = False
    """Rented from what AWS has over just now: cheaper, and taken back when AWS needs it."""

    @property
    def packages_of(self) -> Seconds:
        """Return when the packages it was launched with were current."""
        return self.launched if self.base is None else self.base

    @property
    def arn_suffix(self) -> str:
        return f"instance/{self.id}"


@dataclass(frozen=True, slots=True)
class Image:
    """A machine image of one's own: the disk of an instance as it was, for any number of new ones."""

    id: str
    name: str
    source: str
    """The instance it was made from."""
    created: Seconds
    base: Seconds
    """When the packages on it were current; what was patched since is in `software`."""
    software: Software
    root_gib: int
    encrypted: bool
    description: str = ""
    state: str = "pending"
    """pending or available."""
    tags: Tags = ()
    root_device: str = "/dev/xvda"
    snapshot: str | None = None
    """What it stands on."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One SSM document running on one instance."""

    id: str
    """`<command id>/<instance id>`."""
    command: str
    instance: str
    document: str
    parameters: tuple[tuple[str, tuple[str, ...]], ...]
    requested: Seconds
    status: str = "InProgress"
    """Pending, InProgress, Success, Failed, TimedOut, Cancelled."""
    detail: str = ""
    """What it printed, or why it failed."""
    ended: Seconds | None = None
    training: TrainingSpec | None = None
    """Set where the document trains a model."""
    training_from: Seconds | None = None
    """When its first pass over the data began."""
