"""Offers: what a form's row may be filled with - what exists, what the catalogue has, what is usual - and who could do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from cloudlab.commands.base import Command
from cloudlab.commands.shapes import Text
from cloudlab.dialects.known import Known
from cloudlab.lab import documents
from cloudlab.lab.forms import KEY, VALUE, Form, Row
from cloudlab.lab.session import Session
from cloudlab.model.learning import TrainingJob
from cloudlab.model.people import Person
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import stamp

Offer = tuple[str, str]
"""(text to fill in, what it is)."""


def offers(session: Session, known: Known, form: Form, row: Row) -> list[Offer]:
    """Return what a row may be filled with, likeliest first; anything else may be written as well."""
    found: list[Offer] = []
    if row.path[-1] in ("DestinationCidrBlock", "CidrIp"):
        found.append(("0.0.0.0/0", "every address"))
    if isinstance(row.shape, Text):
        found += known.resources(row.shape.ref) if row.shape.ref else ()
        found += known.catalogue(row.shape.group) if row.shape.group else ()
        found += [(choice, "") for choice in row.shape.choices]
    existing = isinstance(row.shape, Text) and (row.shape.ref or row.shape.group)  # what does not exist is never offered for these
    if not found and not existing:
        found += _usual(session, form, row)
    return list({text: (text, about) for text, about in found}.values())


def people(session: Session, command: Command | None) -> list[Offer]:
    """Return who could be given a command: whether they are free, and whether it is their field (else x3)."""
    told = []
    domain = None if command is None or command.reads else session.level.scenario.catalogue.effort(command.effort_key).domain
    for person in session.world.every(Person):
        order = person.current
        if order is None:
            busy = "free"
        elif order.due is None:
            busy = "busy"
        else:
            busy = f"busy until {stamp(order.due)}" + (f", {len(person.queue)} more waiting" if person.queue else "")
        field = "" if domain is None else f"; {domain} is their field" if domain in person.expertise else f"; {domain} takes them x3"
        told.append((person.id, busy + field))
    return told


def capture(command: type[Command]) -> str:
    """Return a name for the new id a command returns; empty where it returns none."""
    if not command.returns or command.reads:
        return ""
    return command.verb().partition("-")[2].replace("-", "_").removesuffix("s")


def _usual(session: Session, form: Form, row: Row) -> Iterator[Offer]:
    """Return usual values of a row that nothing existing stands for."""
    name = next((str(part) for part in reversed(row.path) if not isinstance(part, int)), "")
    if name in (KEY, VALUE):
        yield from _in_map(session, form, row)
    elif name in _USUAL:
        yield from _USUAL[name](session)
    elif row.kind == "number":
        yield from ((text, "") for text in _NUMBERS.get(name, ("1", "2", "3")))


def _in_map(session: Session, form: Form, row: Row) -> Iterator[Offer]:
    holder = str(row.path[0])
    if holder == "HyperParameters":
        yield from _hyperparameters(session, form, row)
    elif holder == "Parameters":
        document = form.filled.get(("DocumentName",), "")
        at = next((part for part in row.path if isinstance(part, int)), 0)
        if row.path[-1] == KEY:
            yield from documents.names(document)
        else:
            parameter = form.filled.get((holder, at, KEY), "")
            yield from documents.values(document, parameter)
            if parameter in ("Data", "From", "To"):
                yield from _prefixes(session)
            elif parameter == "Model":
                yield from _models(session)


def _hyperparameters(session: Session, form: Form, row: Row) -> Iterator[Offer]:
    image = form.filled.get(("AlgorithmSpecification", "TrainingImage"), "")
    every = session.level.scenario.containers
    container = next((c for c in every.values() if c.repository in image), next(iter(every.values()), None))
    if container is None:
        return
    modelled = sorted((h for h in container.hyperparameters if h.modelled), key=lambda h: (not h.required, h.name not in _FIRST))
    if row.path[-1] == KEY:
        yield from ((h.name, "required" if h.required else f"otherwise {h.default}" if h.default else "") for h in modelled)
        return
    name = form.filled.get((*row.path[:-1], KEY), "")
    known = container.hyperparameter(name)
    if known is not None:
        yield from (
            (text, "") for text in (*_FIRST.get(name, ()), *known.choices, *known.words, *((known.default,) if known.default else ()))
        )


_FIRST = {
    "num_round": ("100", "150", "200"),
    "objective": ("binary:logistic",),
    "eta": ("0.1", "0.3"),
    "max_depth": ("5", "6"),
    "eval_metric": ("auc", "logloss"),
    "predictor_type": ("binary_classifier",),
}
"""The hyperparameters one thinks of first, and usual values."""

_NUMBERS = {
    "VolumeSizeInGB": ("20", "50", "100"),
    "VolumeSize": ("20", "50", "100"),
    "MaxRuntimeInSeconds": ("3600", "14400", "86400"),
    "FromPort": ("443", "80", "22"),
    "ToPort": ("443", "80", "22"),
    "InitialVariantWeight": ("1",),
}


def _dataset(session: Session) -> str:
    return next((f.dataset for f in session.level.scenario.files if f.dataset is not None), session.level.id.partition("-")[2] or "app")


def _named(*endings: str) -> Callable[[Session], Iterator[Offer]]:
    """Offer names made of the level's data set."""
    return lambda session: ((_dataset(session) + ending, "") for ending in endings)


def _keys(session: Session) -> Iterator[Offer]:
    """Offer keys for the level's files: data set, channel, file."""
    for file in session.level.scenario.files:
        folder = f"{file.dataset}/{file.channel}" if file.model is None else "models"
        yield f"{folder}/{PurePosixPath(file.name).name}", f"for {file.name}"


def _prefixes(session: Session) -> Iterator[Offer]:
    """Offer every prefix under which something lies, then the buckets."""
    for thing in session.world.every(StoredObject):
        parts = thing.key.split("/")[:-1]
        for depth in range(len(parts), 0, -1):
            yield f"s3://{thing.bucket}/{'/'.join(parts[:depth])}", "data lies here"
    yield from ((f"s3://{b.id}/", "a bucket") for b in session.world.every(Bucket))


def _outputs(session: Session) -> Iterator[Offer]:
    yield from ((f"s3://{b.id}/out", "") for b in session.world.every(Bucket))


def _models(session: Session) -> Iterator[Offer]:
    """Offer the archives of models that lie in buckets."""
    yield from ((f"s3://{o.bucket}/{o.key}", "a model") for o in session.world.every(StoredObject) if o.key.endswith("model.tar.gz"))


def _artifacts(session: Session) -> Iterator[Offer]:
    for job in session.world.every(TrainingJob):
        yield f"{job.output.rstrip('/')}/{job.id}/output/model.tar.gz", f"{job.id}, {job.status}"


_USUAL: dict[str, Callable[[Session], Iterator[Offer]]] = {
    "Bucket": _named("-data", "-sagemaker"),
    "RoleName": _named("-server", "-sagemaker"),
    "InstanceProfileName": _named("-server"),
    "GroupName": lambda _: iter([("web", "")]),
    "Description": lambda _: iter([("HTTPS from anywhere", "")]),
    "Key": _keys,
    "S3Uri": _prefixes,
    "S3OutputPath": _outputs,
    "ModelDataUrl": _artifacts,
    "TrainingJobName": _named("-1", "-2", "-3"),
    "ModelName": _named("", "-2"),
    "EndpointConfigName": _named("", "-2"),
    "EndpointName": _named("", "-2"),
    "VariantName": lambda _: iter([("AllTraffic", "")]),
    "ResourceType": lambda _: iter([(t, "") for t in ("instance", "vpc", "subnet", "security-group", "internet-gateway", "route-table")]),
    "Owners": lambda _: iter([("amazon", "")]),
    "Name": lambda _: iter([("tag:Name", "")]),
}
"""Usual values by the name of the parameter."""
