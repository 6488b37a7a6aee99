"""What RDS checks of an order before it does anything: identifiers, classes, versions, sizes, networks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.rules.addressing import free_address
from cloudlab.engine.rules.databases import PORTS, VERSIONS
from cloudlab.engine.rules.routing import gateway_of
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.network import SecurityGroup, Subnet, Vpc
from cloudlab.model.world import World

CLASSES = (
    "db.t3.micro",
    "db.t3.small",
    "db.t3.medium",
    "db.t3.large",
    "db.t4g.micro",
    "db.m5.large",
    "db.m5.xlarge",
    "db.m5.2xlarge",
    "db.r5.large",
    "db.r5.xlarge",
)
"""Instance classes whose price is known; each has an entry in prices.yaml."""
SMALLEST_GIB = 20
_IDENTIFIER = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)")
_USER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")
_RESERVED = ("postgres_reserved", "admin", "rdsadmin", "root", "mysql")
_LONGEST_PASSWORD = {"postgres": 128, "mysql": 41, "mariadb": 41}
_OWN_KEYS = ("alias/aws/rds",)


def bad_value(sentence: str, accepted: str) -> NoReturn:
    refuse("InvalidParameterValue", sentence, accepted)


def bad_combination(sentence: str, accepted: str) -> NoReturn:
    refuse("InvalidParameterCombination", sentence, accepted)


def identifier(text: str, parameter: str) -> str:
    """Return an identifier as RDS stores it, in lower case, or refuse."""
    if not _IDENTIFIER.fullmatch(text.lower()):
        bad_value(
            f"The parameter {parameter} is not a valid identifier: {text}.",
            "1 to 63 letters, digits and hyphens; a letter first, no two hyphens in a row, none at the end.",
        )
    return text.lower()


def instance_class(name: str) -> str:
    if name not in CLASSES:
        bad_value(f"Invalid DB Instance class: {name}", f"Known here: {', '.join(CLASSES)}.")
    return name


def engine(name: str) -> str:
    if name not in PORTS:
        bad_value(f"Invalid DB engine: {name}", f"Known here: {', '.join(PORTS)}.")
    return name


def version(engine_name: str, text: str | None) -> str:
    """Return a release of an engine: the newest where none is asked for, the newest minor of a major version."""
    offered = VERSIONS[engine_name]
    if text is None:
        return offered[-1]
    fitting = [v for v in offered if v == text or v.startswith(f"{text}.")]
    if not fitting:
        refuse(
            "InvalidParameterCombination",
            f"Cannot find version {text} for {engine_name}",
            f"On offer: {', '.join(offered)}.",
        )
    return fitting[-1]


def password(engine_name: str, given: str | None, managed: bool | None) -> None:
    if managed and given is not None:
        bad_combination(
            "You can't specify MasterUserPassword with ManageMasterUserPassword.", "One of the two: let RDS keep it, or choose it yourself."
        )
    if managed:
        return
    if given is None:
        bad_value("The parameter MasterUserPassword must be provided and must not be blank.", "Or --manage-master-user-password.")
    longest = _LONGEST_PASSWORD[engine_name]
    what = "The parameter MasterUserPassword is not a valid password because it"
    if len(given) < 8:
        bad_value(f"{what} is shorter than 8 characters.", f"8 to {longest} characters.")
    if len(given) > longest:
        bad_value(f"{what} is longer than {longest} characters.", f"8 to {longest} characters.")
    if any(c in '/"@ ' or not c.isascii() or not c.isprintable() for c in given):
        bad_value(f"{what} contains a character it may not.", 'Printable ASCII without /, @, " and blanks.')


def username(engine_name: str, given: str | None) -> str:
    if given is None:
        bad_value("The parameter MasterUsername must be provided and must not be blank.", "For example --master-username app.")
    if not _USER.fullmatch(given) or given.lower() in _RESERVED:
        bad_value(f"MasterUsername {given} cannot be used.", "1 to 16 letters, digits and underscores, a letter first, no reserved word.")
    return given


def storage(gib: int | None, most: int | None) -> int:
    """Return the size asked for; gp3 takes 20 GiB to 64 TiB."""
    if gib is None:
        bad_value("The parameter AllocatedStorage must be provided.", f"{SMALLEST_GIB} GiB or more.")
    if not SMALLEST_GIB <= gib <= 65_536:
        bad_value(f"Invalid storage size for storage type gp3: {gib}", f"{SMALLEST_GIB} to 65,536 GiB.")
    if most is not None and most * 10 < gib * 11:
        bad_combination(
            f"Max storage size must be at least 10 percent greater than the {gib} GiB of storage.",
            f"{-(-gib * 11 // 10)} GiB or more.",
        )
    return gib


def retention(ctx: Context, days: int) -> int:
    most = ctx.quota("rds_backup_retention_max_days")
    if not 0 <= days <= most:
        bad_value(f"Invalid backup retention period: {days}.", f"0 to {most} days.")
    return days


def port(engine_name: str, given: int | None) -> int:
    if given is None:
        return PORTS[engine_name]
    if not 1150 <= given <= 65_535:
        bad_value(f"Invalid database port: {given}.", "1150 to 65535.")
    return given


def key(kms_key_id: str | None, encrypted: bool) -> None:
    """There are no keys of one's own here; RDS has one for everybody."""
    if kms_key_id is None:
        return
    if not encrypted:
        bad_combination("KmsKeyId can be set only with StorageEncrypted.", "Add --storage-encrypted.")
    if kms_key_id not in _OWN_KEYS:
        refuse(
            "KMSKeyNotAccessibleFault",
            f"The specified KMS key [{kms_key_id}] does not exist, is not enabled or you do not have permissions to access it.",
            "alias/aws/rds, or leave it out.",
        )


def groups(ctx: Context, ids: tuple[str, ...], vpc: str) -> tuple[str, ...]:
    """Return the security groups; the VPC's default one where none is named."""
    if not ids:
        return tuple(g.id for g in ctx.world.every(SecurityGroup) if g.vpc == vpc and g.name == "default")
    for name in ids:
        group = ctx.world.find(SecurityGroup, name)
        if group is None:
            bad_value(f"Invalid security group , groupId= {name}, groupName=.", "Ids of security groups in the database's VPC.")
        if group.vpc != vpc:
            refuse(
                "InvalidVPCNetworkStateFault",
                f"The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and the EC2 security group is "
                f"in {group.vpc}",
                f"Name a group of {vpc}.",
            )
    return tuple(dict.fromkeys(ids))


def publicly(ctx: Context, vpc_id: str, public: bool) -> None:
    """A public database needs an internet gateway, and names its VPC resolves and gives out."""
    if not public:
        return
    vpc = ctx.world.get(Vpc, vpc_id)
    what = "Cannot create a publicly accessible DBInstance. The specified VPC"
    if not (vpc.dns_support and vpc.dns_hostnames):
        refuse(
            "InvalidVPCNetworkStateFault",
            f"{what} does not support DNS resolution, DNS hostnames, or both. Update the VPC and then try again.",
            f"ec2 modify-vpc-attribute --vpc-id {vpc_id} --enable-dns-hostnames; or leave the database private.",
        )
    if gateway_of(ctx.world, vpc_id) is None:
        refuse("InvalidVPCNetworkStateFault", f"{what} has no internet gateway.", "Attach one, or leave the database private.")


def not_too_many(ctx: Context, name: str) -> None:
    if ctx.world.find(DbInstance, name) is not None:
        refuse("DBInstanceAlreadyExists", "DB instance already exists", f"Use {name}, or choose another identifier.")
    limit = ctx.quota("rds_instances_per_region")
    if len(ctx.world.table(DbInstance)) >= limit:
        refuse("InstanceQuotaExceeded", "DB instance quota exceeded.", f"This account may have {limit}: delete one first.")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a database or its standby sits."""

    subnet: str
    zone: str
    address: str


def seat(ctx: Context, name: str, group: DbSubnetGroup, zone: str | None, multi_az: bool) -> Seat:
    """Return where a database goes: the zone asked for, else one that the service picks among those that are up."""
    if zone is not None and multi_az:
        bad_combination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances.", "Leave --availability-zone out: it uses two."
        )
    seats = seats_of(ctx.world, group)
    if zone is not None:
        seats = [s for s in seats if s.zone == zone]
        if not seats:
            refuse("InvalidVPCNetworkStateFault", f"{zone} is not covered by {group.id}.", "A zone of its subnets, with addresses left.")
    seats = [s for s in seats if not is_down(ctx.world, s.zone)]
    if not seats:
        refuse("InsufficientDBInstanceCapacity", "There is no capacity in the Availability Zone just now.", "Try another zone, or later.")
    return seats[roll(ctx.world.seed, "database-zone", name, sides=len(seats))]


def standby_seat(ctx: Context, group: DbSubnetGroup, beside: str) -> Seat:
    """Return where the standby goes: the next other zone that is up."""
    seats = [s for s in seats_of(ctx.world, group) if s.zone != beside and not is_down(ctx.world, s.zone)]
    if not seats:
        refuse("InsufficientDBInstanceCapacity", "There is no second Availability Zone with capacity at the moment.", "Try again later.")
    return seats[0]


def seats_of(world: World, group: DbSubnetGroup) -> list[Seat]:
    """Return one free seat per zone of a group, in the order of its subnets."""
    found: dict[str, Seat] = {}
    for subnet in (world.find(Subnet, key) for key in group.subnets):
        if subnet is not None and subnet.zone not in found and (address := free_address(world, subnet.id)) is not None:
            found[subnet.zone] = Seat(subnet.id, subnet.zone, address)
    return list(found.values())


def class_rate(catalogue: Catalogue, engine_name: str, name: str) -> int:
    """Return micro-dollars per hour of a class in one zone; PostgreSQL is a little dearer than MySQL and MariaDB."""
    price = catalogue.price(f"rds_mysql_hour.{name}")
    return price * catalogue.price("rds_postgres_factor") // 1000 if engine_name == "postgres" else price
