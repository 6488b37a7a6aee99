"""What keeps data outside a network: buckets."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import tags_text, yes
from cloudlab.model.scenario import Scenario
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@stands("bucket", Bucket, column=True)
def bucket_nodes(world: World) -> Iterator[Placed]:
    for bucket in world.every(Bucket):
        keys = [o.key for o in world.every(StoredObject) if o.bucket == bucket.id]
        shown = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        state, tone = ("public", "bad") if bucket.public else ("private", "ok")
        yield REGION_WIDE, Node(bucket.id, "bucket", bucket.id, state, tone, 0, shown or "empty")


@facts(Bucket)
def bucket_facts(world: World, scenario: Scenario, bucket: Bucket) -> Iterator[Row]:
    yield "created", stamp(bucket.created)
    yield "open to all", yes(bucket.public)
    yield "blocks public access", yes(bucket.block_public)
    for kept in world.every(StoredObject):
        if kept.bucket == bucket.id:
            yield "object", f"{kept.key} ({kept.size:,} bytes)"
    yield "tags", tags_text(bucket.tags)


@offers(Bucket)
def offer_bucket(world: World, bucket: Bucket) -> Iterator[Offer]:
    yield "look at what lies in it", f"s3api list-objects-v2 --bucket {bucket.id}"
    yield "put a file into it", f"s3api put-object --bucket {bucket.id} --key "
    for kept in world.every(StoredObject):
        if kept.bucket == bucket.id:
            yield f"delete {kept.key}", f"s3api delete-object --bucket {bucket.id} --key {kept.key}"
    yield "delete it", f"s3api delete-bucket --bucket {bucket.id}"
