"""S3 actions (`aws s3api`): buckets and the objects in them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cloudlab.commands.base import BucketRef, Command, FromCatalogue, Structure


class BucketConfiguration(Structure):
    location_constraint: str | None = None


class CreateBucket(Command):
    service: ClassVar[str] = "s3api"
    operation: ClassVar[str] = "CreateBucket"
    gloss: ClassVar[str] = "Open a bucket; its name is yours alone in the whole world, and it is private until you say otherwise."
    errors: ClassVar[tuple[str, ...]] = (
        "BucketAlreadyExists",
        "IllegalLocationConstraintException",
        "InvalidBucketName",
        "InvalidLocationConstraint",
        "TooManyBuckets",
    )
    returns: ClassVar[str | None] = "Bucket"

    bucket: str
    create_bucket_configuration: BucketConfiguration | None = None


class ListBuckets(Command):
    service: ClassVar[str] = "s3api"
    operation: ClassVar[str] = "ListBuckets"
    gloss: ClassVar[str] = "Look at your buckets."
    returns: ClassVar[str | None] = "Buckets[].Name"
    reads: ClassVar[bool] = True


class PutObject(Command):
    service: ClassVar[str] = "s3api"
    operation: ClassVar[str] = "PutObject"
    gloss: ClassVar[str] = "Copy one of your files into a bucket, where jobs and machines with the right role can read it."
    errors: ClassVar[tuple[str, ...]] = ("EntityTooLarge", "KeyTooLongError", "NoSuchBucket", "ParamValidation")
    returns: ClassVar[str | None] = "ETag"

    bucket: BucketRef
    key: str
    body: Annotated[str, FromCatalogue("file")]


class ListObjectsV2(Command):
    service: ClassVar[str] = "s3api"
    operation: ClassVar[str] = "ListObjectsV2"
    gloss: ClassVar[str] = "Look at what lies in a bucket."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchBucket",)
    returns: ClassVar[str | None] = "Contents[].Key"
    reads: ClassVar[bool] = True

    bucket: BucketRef
    prefix: str = ""


class DeleteObject(Command):
    service: ClassVar[str] = "s3api"
    operation: ClassVar[str] = "DeleteObject"
    gloss: ClassVar[str] = "Delete one object; without versioning it is gone."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchBucket", "ParamValidation")

    bucket: BucketRef
    key: str


class DeleteBucket(Command):
    service: ClassVar[str] = "s3api"
    operation: ClassVar[str] = "DeleteBucket"
    gloss: ClassVar[str] = "Give up an empty bucket and its name."
    errors: ClassVar[tuple[str, ...]] = ("BucketNotEmpty", "NoSuchBucket")

    bucket: BucketRef
