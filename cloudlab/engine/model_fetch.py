"""cloudlab-FetchModel: brings a model that was trained elsewhere from S3 to the disk of an instance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cloudlab.engine.document_runs import failed, no_space, one, runs, succeeded
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.nat_gateway import carried
from cloudlab.engine.rules.permissions import may_read, role_of, without_role
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.engine.rules.services import S3
from cloudlab.engine.sage_model import model_in
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.compute import SoftwareChanged
from cloudlab.model.storage import StoredObject


@runs("cloudlab-FetchModel")
def run_fetch_model(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """The model lies on the machine's own disk afterwards, in place of the one before; a running server keeps the one it loaded."""
    if instance.disk == "full":
        yield no_space(invocation)
        return
    uri = one(invocation, "Model")
    stored = ctx.world.find(StoredObject, uri.removeprefix("s3://"))
    obstacle = next(_obstacles(ctx, instance, uri, stored), None)
    if obstacle is not None:
        yield failed(invocation, obstacle)
        return
    assert stored is not None
    spec = model_in(ctx.world, ctx.scenario, stored)
    if spec is None:
        yield failed(invocation, f"tar: {uri} is no model archive. A training job writes one: s3://BUCKET/PREFIX/JOB/output/model.tar.gz.")
        return
    yield from carried(ctx, instance.id, S3, stored.size)
    yield SoftwareChanged(instance.id, replace(instance.software, model=spec))
    yield succeeded(invocation, f"The model of {uri} ({spec.container} on {spec.dataset}) lies in /opt/ml/model.")


def _obstacles(ctx: Context, instance: Instance, uri: str, stored: StoredObject | None) -> Iterator[str]:
    """Yield what keeps the file from reaching the machine, in the order in which one finds out."""
    path = to_service(ctx.world, instance.id, S3)
    if not path.ok:
        yield f"Could not connect to the endpoint of S3: {path.sentence()}"
    role = role_of(ctx.world, instance)
    if role is None:
        yield f"Unable to locate credentials: {without_role(ctx.world, instance)}."
        return
    if stored is None:
        yield f"NoSuchKey: nothing lies at {uri}."
        return
    permit = may_read(ctx.world, role.id, stored.bucket, stored.key)
    if not permit:
        yield f"AccessDenied on {uri}: {permit.reason}. AmazonS3ReadOnlyAccess would be enough."
