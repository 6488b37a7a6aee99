"""What all of SageMaker asks: proper names, a role it may put on, instance types and quotas, data it may read."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.rules.constraints import Broken, no_longer_than, one_of, pattern
from cloudlab.engine.rules.hyperparameters import container_of
from cloudlab.engine.rules.permissions import is_settled, may
from cloudlab.engine.rules.quotas import more, sagemaker_key
from cloudlab.model.catalogue import Catalogue, InstanceType
from cloudlab.model.identity import Role
from cloudlab.model.ids import ACCOUNT, REGION, arn
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import Seconds, stamp
from cloudlab.model.world import R, World

SERVICE = "sagemaker.amazonaws.com"
_NAME = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
_ROLE = r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
_S3 = r"(https|s3)://([^/]+)/?(.*)"


def moment(instant: Seconds | None) -> str | None:
    """Write an instant to the second: `day 1 09:12:45`."""
    return None if instant is None else f"{stamp(instant)}:{instant % 60:02d}"


def sage_arn(kind: str, name: str) -> str:
    """Return the ARN of a training-job, model, endpoint-config or endpoint."""
    return arn("sagemaker", f"{kind}/{name}")


# constraints ------------------------------------------------------------------------------------------------------------


def a_name(value: str, path: str) -> tuple[Broken | None, ...]:
    """Check a name of anything in SageMaker."""
    hint = "Letters, digits and hyphens, not at either end; no underscore; at most 63 characters."
    return pattern(value, path, _NAME, hint), no_longer_than(value, path, 63)


def a_part_of_a_name(value: str) -> tuple[Broken | None, ...]:
    """Check what names are searched for."""
    return pattern(value, "nameContains", r"[a-zA-Z0-9\-]+", "Letters, digits and hyphens."), no_longer_than(value, "nameContains", 63)


def a_role_arn(value: str, path: str) -> Broken | None:
    return pattern(value, path, _ROLE, f"The role's full ARN: {arn('iam', 'role/NAME')}.")


def an_s3_uri(value: str, path: str) -> Broken | None:
    return pattern(value, path, _S3, "s3://BUCKET/PREFIX")


def an_ml_type(catalogue: Catalogue, value: str, path: str, use: str) -> Broken | None:
    """Check an instance type for `training` or `hosting`; some only do one of them, ml.t3.micro does not exist."""
    known = [t.ml.name for t in catalogue.instance_types if t.ml is not None and getattr(t.ml, use)]
    there = catalogue.ml_type(value)
    if there is not None:
        uses = [u for u in ("training", "processing", "hosting", "notebook") if getattr(there, u)]
        other = " and ".join(part for part in (", ".join(uses[:-1]), uses[-1]) if part)
        hint = f"{value} is for {other} only; take ml.m5.large, for instance."
    elif value.startswith("ml."):
        hint = f"{value} is not among the types modelled here; take ml.m5.large, for instance."
    else:
        hint = f"SageMaker's own types begin with ml.; for {use} take ml.m5.large, for instance."
    return one_of(value, path, known, hint)


# what there is ----------------------------------------------------------------------------------------------------------


def need(ctx: Context, kind: type[R], path: str, noun: str, name: str) -> R:
    """Return the record, or refuse as SageMaker does."""
    found = ctx.world.find(kind, name)
    if found is None:
        there = ", ".join(ctx.world.table(kind))
        refuse("ValidationException", f'Could not find {noun} "{sage_arn(path, name)}".', f"There is: {there or 'none yet'}.")
    return found


def refuse_duplicate(ctx: Context, kind: type[R], path: str, noun: str, name: str) -> None:
    if ctx.world.find(kind, name) is not None:
        refuse(
            "ValidationException",
            f'Cannot create already existing {noun} "{sage_arn(path, name)}".',
            f"Another name, such as {name[:60]}-2.",
        )


# the account ------------------------------------------------------------------------------------------------------------


def hardware(ctx: Context, name: str) -> InstanceType:
    """Return the machine behind a type that was checked before."""
    found = ctx.scenario.catalogue.hardware(name)
    assert found is not None, f"{name} passed the enum but is in no catalogue"
    return found


def instances_in_use(world: World, name: str, use: str) -> int:
    """Return how many instances of a type training jobs or endpoints hold now."""
    if use == "training":
        jobs = (j for j in world.every(TrainingJob) if j.status in ("InProgress", "Stopping"))
        return sum(j.instance_count for j in jobs if j.instance_type == name)
    endpoints = (e for e in world.every(Endpoint) if e.status in ("Creating", "InService"))
    return sum(v.count for e in endpoints for v in e.variants if v.instance_type == name)


def check_quota(ctx: Context, name: str, use: str, count: int) -> None:
    """Refuse what goes beyond the account's quota; SageMaker counts per instance type and per use."""
    label = "training job" if use == "training" else "endpoint"
    key = sagemaker_key(name, label)
    limit = ctx.quota(key)
    used = instances_in_use(ctx.world, name, use)
    if used + count > limit:
        refuse(
            "ResourceLimitExceeded",
            f"The account-level service limit '{name} for {label} usage' is {limit} Instances, with current utilization of "
            f"{used} Instances and a request delta of {count} Instances.",
            f"{max(limit - used, 0)} more of {name} would be accepted; other types have a limit of their own. To ask for more: {more(key)}",
        )


def role_of(world: World, role_arn: str) -> Role | None:
    """Return the role of an ARN, if this account has it."""
    path, _, name = role_arn.rpartition("/")
    return world.find(Role, name) if path.startswith(f"arn:aws:iam::{ACCOUNT}:role") else None


def assumed_role(ctx: Context, role_arn: str) -> Role:
    """Return the role SageMaker puts on, or refuse: it has to exist and to trust SageMaker (its trust policy, not its permissions)."""
    role, name = role_of(ctx.world, role_arn), role_arn.rsplit("/", 1)[-1]
    if role is None or SERVICE not in role.trusted or not is_settled(ctx.scenario, ctx.now, role.created):
        if role is None:
            why = f"There is no role '{name}' in this account; a role whose trust policy has Principal.Service {SERVICE} would be accepted."
        elif SERVICE not in role.trusted:
            names = ", ".join(role.trusted) or "nobody"
            why = (
                f"The trust policy of '{name}' names {names}; one with Principal.Service {SERVICE} would be accepted: "
                "iam update-assume-role-policy."
            )
        else:
            why = f"'{name}' was made seconds ago and is not known everywhere yet; it trusts {SERVICE}: say `wait 10s` and try again."
        refuse(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal '{SERVICE}' to assume the role.",
            why,
        )
    return role


def checked_container(ctx: Context, image: str, role_arn: str) -> str:
    """Return the container an image URI names, or refuse as for a repository that cannot be found."""
    container = container_of(ctx.scenario.containers, image)
    if container is None:
        registry, _, path = image.partition("/")
        known = ", ".join(c.images[0] for c in ctx.scenario.containers.values())
        refuse(
            "ValidationException",
            f"Cannot find repository: {path.partition(':')[0] or image} in registry ID: {registry.partition('.')[0]}. Please check if your "
            f"ECR repository exists and role {role_arn} has proper pull permissions for SageMaker.",
            f"Images there are: {known}.",
        )
    return container


# storage ----------------------------------------------------------------------------------------------------------------


def parts_of(uri: str) -> tuple[str, str]:
    """Return bucket and key of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").removeprefix("https://").partition("/")
    return bucket, key


def objects_under(world: World, uri: str) -> tuple[StoredObject, ...]:
    """Return the objects an S3 prefix stands for."""
    bucket, prefix = parts_of(uri)
    return tuple(o for o in world.every(StoredObject) if o.bucket == bucket and o.key.startswith(prefix))


def may_list(world: World, role: Role, bucket: str) -> bool:
    return world.find(Bucket, bucket) is not None and bool(may(world, role.id, "s3:ListBucket", f"arn:aws:s3:::{bucket}"))


def may_get(world: World, role: Role, stored: StoredObject) -> bool:
    return bool(may(world, role.id, "s3:GetObject", f"arn:aws:s3:::{stored.id}"))


def may_put(world: World, role: Role, uri: str) -> bool:
    bucket, key = parts_of(uri)
    return bool(may(world, role.id, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}"))


def refuse_no_objects(uri: str, role_arn: str) -> None:
    """Refuse as S3 does behind a role that finds nothing: no such bucket, no such prefix and no permission look the same."""
    bucket, _ = parts_of(uri)
    refuse(
        "ValidationException",
        f'No S3 objects found under S3 URL "{uri}" given in input data source.',
        f'The bucket has to exist in {REGION}, objects have to lie under that prefix, and the role "{role_arn}" needs '
        f's3:ListBucket on "{bucket}".',
    )
