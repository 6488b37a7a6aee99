"""S3 buckets and the objects in them."""

from __future__ import annotations

import re
from typing import Any

from cloudlab.commands.s3 import CreateBucket, DeleteBucket, DeleteObject, ListBuckets, ListObjectsV2, PutObject
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices
from cloudlab.model.events.billing import Charged, MeterStarted, MeterStopped
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.storage import BucketCreated, BucketDeleted, ObjectDeleted, ObjectStored
from cloudlab.model.ids import REGION, hexadecimal
from cloudlab.model.money import hourly_from_monthly
from cloudlab.model.scenario import ObjectFile, Scenario
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import stamp
from cloudlab.model.world import World

TAKEN = ("churn", "data", "logs", "models", "my-bucket", "mybucket", "ml-data", "test", "test-bucket", "training-data")
"""Names somebody else in the world already has; bucket names are one namespace for all accounts."""
GIB = 1_073_741_824
_LARGEST_PUT = 5 * GIB
_SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LIKE_AN_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")


@decides(CreateBucket)
def decide_create_bucket(ctx: Context, command: CreateBucket) -> Events:
    """One's own bucket again is no error in us-east-1, and changes nothing."""
    name = command.bucket
    _check_name(name)
    asked = command.create_bucket_configuration
    if asked is not None and asked.location_constraint is not None:
        if asked.location_constraint == REGION:
            refuse("InvalidLocationConstraint", "The specified location-constraint is not valid", f"Leave it out for {REGION}.")
        refuse(
            "IllegalLocationConstraintException",
            f"The {asked.location_constraint} location constraint is incompatible for the region this request was sent to.",
            f"This account works in {REGION}: leave --create-bucket-configuration out.",
        )
    if name in TAKEN:
        refuse(
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system.",
            f"Choose a name nobody else would: {name}-123456789012 for instance.",
        )
    if ctx.world.find(Bucket, name) is None:
        limit = ctx.quota("s3_buckets_per_account")
        if len(ctx.world.table(Bucket)) >= limit:
            refuse("TooManyBuckets", "You have attempted to create more buckets than allowed", f"At most {limit}.")
        yield BucketCreated(Bucket(name, ctx.now))
    yield ResourcesSeen((("Bucket", name),))


def _check_name(name: str) -> None:
    wrong = (
        not _SHAPE.fullmatch(name)
        or ".." in name
        or _LIKE_AN_ADDRESS.fullmatch(name)
        or name.startswith(("xn--", "sthree-"))
        or name.endswith(("-s3alias", "--ol-s3"))
    )
    if wrong:
        refuse(
            "InvalidBucketName",
            f"The specified bucket is not valid: {name}",
            "3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit, and not an IP address.",
        )


@evolves(BucketCreated)
def evolve_bucket_created(world: World, event: BucketCreated) -> World:
    return world.put(event.bucket)


@answers(CreateBucket)
def answer_create_bucket(ctx: Context, command: CreateBucket) -> dict[str, Any]:
    """The CLI prints only Location; Bucket is added, so that a script can capture the name as it does ids."""
    return {"Location": f"/{command.bucket}", "Bucket": command.bucket}


@decides(ListBuckets)
def decide_list_buckets(ctx: Context, command: ListBuckets) -> Events:
    yield ResourcesSeen(tuple(("Bucket", name) for name in ctx.world.table(Bucket)))


@answers(ListBuckets)
def answer_list_buckets(ctx: Context, command: ListBuckets) -> dict[str, Any]:
    return {"Buckets": [{"Name": b.id, "CreationDate": stamp(b.created)} for b in ctx.world.every(Bucket)]}


@decides(PutObject)
def decide_put_object(ctx: Context, command: PutObject) -> Events:
    bucket = need_bucket(ctx, command.bucket)
    file = need_file(ctx.scenario, command.body)
    if not command.key or len(command.key.encode()) > 1024:
        refuse("KeyTooLongError", "Your key is too long or empty", "1 to 1,024 bytes.")
    if file.size > _LARGEST_PUT:
        refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", "At most 5 GiB in one PUT.")
    stored = StoredObject(
        f"{bucket.id}/{command.key}",
        bucket.id,
        command.key,
        file.size,
        ctx.now,
        file.dataset,
        file.channel,
        file.model.digest() if file.model is not None else None,
    )
    replaced = ctx.world.find(StoredObject, stored.id)
    yield ObjectStored(stored)
    yield Charged("requests", bucket.id, request_price(ctx.scenario))
    size = bucket_size(ctx.world, bucket.id) + stored.size - (replaced.size if replaced is not None else 0)
    yield MeterStarted("storage", bucket.id, storage_rate(ctx.scenario, size))
    yield ResourcesSeen((("Bucket", bucket.id), ("StoredObject", stored.id)))


@prices(PutObject)
def price_put_object(command: PutObject, scenario: Scenario) -> tuple[Charge, ...]:
    file = next((f for f in scenario.files if f.name == _bare(command.body)), None)
    kept = (Charge("storage", storage_rate(scenario, file.size), "hour"),) if file is not None else ()
    return (Charge("requests", request_price(scenario), "once"), *kept)


@evolves(ObjectStored)
def evolve_object_stored(world: World, event: ObjectStored) -> World:
    return world.put(event.stored)


@answers(PutObject)
def answer_put_object(ctx: Context, command: PutObject) -> dict[str, Any]:
    stored = ctx.world.get(StoredObject, f"{command.bucket}/{command.key}")
    return {"ETag": f'"{hexadecimal("etag", stored.dataset or "", stored.channel or "", stored.size)}"', "ServerSideEncryption": "AES256"}


@decides(ListObjectsV2)
def decide_list_objects_v2(ctx: Context, command: ListObjectsV2) -> Events:
    bucket = need_bucket(ctx, command.bucket)
    yield Charged("requests", bucket.id, request_price(ctx.scenario))
    found = objects_under(ctx.world, bucket.id, command.prefix)
    yield ResourcesSeen((("Bucket", bucket.id), *(("StoredObject", o.id) for o in found)))


@prices(ListObjectsV2)
def price_list_objects_v2(command: ListObjectsV2, scenario: Scenario) -> tuple[Charge, ...]:
    return (Charge("requests", request_price(scenario), "once"),)


@answers(ListObjectsV2)
def answer_list_objects_v2(ctx: Context, command: ListObjectsV2) -> dict[str, Any]:
    found = sorted(objects_under(ctx.world, command.bucket, command.prefix), key=lambda o: o.key)
    return {
        "Name": command.bucket,
        "Prefix": command.prefix,
        "KeyCount": len(found),
        "Contents": [{"Key": o.key, "Size": o.size, "LastModified": stamp(o.stored), "StorageClass": "STANDARD"} for o in found],
    }


@decides(DeleteObject)
def decide_delete_object(ctx: Context, command: DeleteObject) -> Events:
    """Deleting what is not there is no error in S3."""
    if not command.key:
        refuse("ParamValidation", "Invalid length for parameter Key, value: 0, valid min length: 1", "Name the object.")
    bucket = need_bucket(ctx, command.bucket)
    stored = ctx.world.find(StoredObject, f"{bucket.id}/{command.key}")
    if stored is not None:
        yield ObjectDeleted(stored.id)
        left = bucket_size(ctx.world, bucket.id) - stored.size
        yield MeterStarted("storage", bucket.id, storage_rate(ctx.scenario, left)) if left else MeterStopped("storage", bucket.id)
    yield ResourcesSeen((("Bucket", bucket.id),))


@evolves(ObjectDeleted)
def evolve_object_deleted(world: World, event: ObjectDeleted) -> World:
    return removed(world, StoredObject, event.stored)


@decides(DeleteBucket)
def decide_delete_bucket(ctx: Context, command: DeleteBucket) -> Events:
    bucket = need_bucket(ctx, command.bucket)
    left = objects_under(ctx.world, bucket.id, "")
    if left:
        shown = ", ".join(o.key for o in left[:3])
        refuse("BucketNotEmpty", "The bucket you tried to delete is not empty", f"Delete its objects first: {shown}.")
    yield BucketDeleted(bucket.id)


@evolves(BucketDeleted)
def evolve_bucket_deleted(world: World, event: BucketDeleted) -> World:
    return removed(world, Bucket, event.bucket)


# what others ask of buckets ------------------------------------------------------------------------------------------------------


def need_bucket(ctx: Context, name: str) -> Bucket:
    """Return the bucket, or refuse as S3 does."""
    bucket = ctx.world.find(Bucket, name)
    if bucket is None:
        there = ", ".join(ctx.world.table(Bucket))
        refuse(
            "NoSuchBucket",
            f"The specified bucket does not exist: {name}",
            f"There is {there}." if there else "There is no bucket yet: s3api create-bucket.",
        )
    return bucket


def _bare(body: str) -> str:
    return body.removeprefix("fileb://").removeprefix("file://").removeprefix("./")


def need_file(scenario: Scenario, body: str) -> ObjectFile:
    """Return the file of this level that `--body` names; no other file of anybody's machine is ever read."""
    file = next((f for f in scenario.files if f.name == _bare(body)), None)
    if file is None:
        names = ", ".join(f.name for f in scenario.files)
        refuse("ParamValidation", f"Unable to load --body: no file '{body}'.", f"Your files: {names}." if names else "There are no files.")
    return file


def objects_under(world: World, bucket: str, prefix: str) -> list[StoredObject]:
    """Return the objects of a bucket whose key begins with `prefix`, oldest first."""
    return [o for o in world.every(StoredObject) if o.bucket == bucket and o.key.startswith(prefix)]


def bucket_size(world: World, bucket: str) -> int:
    """Return the bytes stored in a bucket."""
    return sum(o.size for o in objects_under(world, bucket, ""))


def storage_rate(scenario: Scenario, size: int) -> int:
    """Return micro-dollars per hour of keeping `size` bytes: S3 Standard per GiB and month of 730 hours, rounded half up."""
    return hourly_from_monthly(scenario.catalogue.price("s3_standard_gb_month") * size // GIB)


def request_price(scenario: Scenario) -> int:
    """Return micro-dollars of one PUT or LIST; a GET costs less than a micro-dollar and is not charged."""
    return scenario.catalogue.price("s3_put_per_1000") // 1000
