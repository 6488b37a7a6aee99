"""Systems Manager documents: the fixed list of what `send-command` can run, and what each of them takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

from cloudlab.commands.ssm import DOCUMENTS
from cloudlab.engine.kernel import refuse

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a document. All are lists of strings to the service; most take exactly one."""

    name: str
    meaning: str
    default: tuple[str, ...] | None = None
    """None: it has to be given."""
    choices: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    gloss: str
    parameters: tuple[Parameter, ...] = ()


TABLE = (
    Document(
        "AWS-RunPatchBaseline",
        "look for missing fixes of the operating system, or install those the baseline approves: released at least seven days ago",
        (
            Parameter("Operation", "Scan only looks", choices=("Scan", "Install")),
            Parameter(
                "RebootOption",
                "RebootIfNeeded restarts after installing anything, a minute without answers; with NoReboot kernel, glibc and OpenSSL "
                "fixes wait for a reboot",
                default=("RebootIfNeeded",),
                choices=("RebootIfNeeded", "NoReboot"),
            ),
        ),
    ),
    Document(
        "AWS-ConfigureAWSPackage",
        "install the CloudWatch agent, so that trouble shows in minutes; its role needs CloudWatchAgentServerPolicy",
        (
            Parameter("action", "what to do with the package", choices=("Install", "Uninstall")),
            Parameter("name", "the package", choices=("AmazonCloudWatchAgent",)),
        ),
    ),
    Document(
        "cloudlab-InstallRuntime",
        "install Python, the training libraries and the model server in today's versions; a server that runs starts afresh",
    ),
    Document(
        "cloudlab-TrainModel",
        "copy the data from S3 and train a model on the instance itself; needs the runtime, a role that reads the bucket, a way out",
        (
            Parameter("Container", "the algorithm, as in SageMaker's built-in containers", choices=("xgboost", "linear-learner")),
            Parameter("HyperParameters", "name=value, one per entry", default=(), many=True),
            Parameter("Data", "S3 prefix of the data: s3://bucket/prefix"),
        ),
    ),
    Document(
        "cloudlab-FetchModel",
        "copy a model that was trained elsewhere from S3 to the instance; needs a role that reads it and a way out",
        (Parameter("Model", "the archive in S3: s3://bucket/.../model.tar.gz"),),
    ),
    Document(
        "cloudlab-StartModelServer",
        "start the server for the model on the disk, now and after each boot, and give its address to the callers",
        (Parameter("Port", "where it listens", default=("443",)),),
    ),
    Document("cloudlab-StopModelServer", "stop the model server and take its address away from the callers"),
    Document("cloudlab-CleanDisk", "free the disk and set up log rotation, so that it stays free"),
    Document("cloudlab-GrowFileSystem", "grow the file system to the end of a volume that was made larger, while everything goes on"),
    Document(
        "cloudlab-InstallPostgres",
        "install PostgreSQL as a primary on tcp/5432, under a private name, with data from S3 or empty",
        (
            Parameter("From", "S3 prefix of the data to load, s3://bucket/prefix; empty loads nothing", default=("empty",)),
            Parameter("Name", "the private name by which servers know the primary", default=("db.internal",)),
        ),
    ),
    Document(
        "cloudlab-ConfigureReplica",
        "make this server a standby that follows a primary; needs tcp/5432 from here to there",
        (Parameter("Primary", "name, address or instance id of the primary", default=("db.internal",)),),
    ),
    Document(
        "cloudlab-ConfigureBackup",
        "a dump every night and the log every five minutes to S3; needs a role that writes there and a way",
        (Parameter("To", "where: s3://bucket/prefix"),),
    ),
    Document("cloudlab-ConfigureFailover", "on the standby: a monitor and a script that promotes it and moves the private name"),
    Document("cloudlab-TestFailover", "on the standby: really fail over and back, minutes without answers; shows what is wrong"),
    Document("cloudlab-FixFailover", "on the standby: repair what a test, or a night, has shown to be wrong"),
    Document("cloudlab-PromoteReplica", "promote this standby by runbook and move the private name to it"),
    Document(
        "cloudlab-RestoreBackup",
        "load a backup, data or another database into a database; what that one held is overwritten",
        (
            Parameter("From", "s3://bucket/prefix of a backup or of data, or the address of another database"),
            Parameter("To", "the database to load into; localhost is the one here", default=("localhost",)),
            Parameter("Time", 'latest, or a moment the backup reaches, such as "day 2 14:20"', default=("latest",)),
        ),
    ),
    Document(
        "cloudlab-ConnectDatabase",
        "tell the model server here which database to look customers up in, and try it",
        (Parameter("Host", "private name, RDS endpoint, instance id or private address", default=("db.internal",)),),
    ),
)
_BY_NAME = {document.name: document for document in TABLE}
assert tuple(_BY_NAME) == DOCUMENTS, "the command's list of names and the table of documents are the same"


def need_document(name: str) -> Document:
    """Return the document, or refuse with the nearest names."""
    document = _BY_NAME.get(name)
    if document is None:
        near = get_close_matches(name, DOCUMENTS, n=2, cutoff=0.4)
        accepted = f"Perhaps {' or '.join(near)}." if near else f"There are {', '.join(DOCUMENTS)}."
        refuse("InvalidDocument", f"Document with name {name} does not exist.", accepted)
    return document


def checked(document: Document, given: Values) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return every parameter with its value, defaults filled in, or refuse as Systems Manager does."""
    known = {p.name: p for p in document.parameters}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            there = f"It takes {', '.join(known)}." if known else "It takes none."
            _refuse(f'Document {document.name} has no parameter "{name}".', f"Perhaps {near[0]}. {there}" if near else there)
    return tuple((p.name, _value(document, p, given.get(p.name, p.default))) for p in document.parameters)


def _value(document: Document, parameter: Parameter, value: tuple[str, ...] | None) -> tuple[str, ...]:
    choices = f": {' or '.join(parameter.choices)}" if parameter.choices else ""
    if value is None:
        _refuse(f'Parameter "{parameter.name}" of {document.name} is missing.', f"{parameter.name} ({parameter.meaning}){choices}.")
    if not parameter.many and len(value) != 1:
        _refuse(
            f'Parameter "{parameter.name}" of {document.name} takes one value, {len(value)} were given.', f"{parameter.meaning}{choices}."
        )
    if parameter.choices and value[0] not in parameter.choices:
        _refuse(f'Parameter "{parameter.name}" has value "{value[0]}" not found in its allowed values.', f"{parameter.name}{choices}.")
    _check_form(parameter.name, value)
    return value


def _check_form(name: str, value: tuple[str, ...]) -> None:
    """Check what only has a form, no list of values."""
    if name == "Port" and not (value[0].isdecimal() and 1 <= int(value[0]) <= 65_535):
        _refuse(f'Parameter "Port" has value "{value[0]}", which is no TCP port.', "1 to 65535; callers come to 443.")
    if name == "Data" and not value[0].startswith("s3://"):
        _refuse(f'Parameter "Data" has value "{value[0]}", which is no S3 prefix.', "s3://bucket/prefix")
    if name == "Model" and not (value[0].startswith("s3://") and value[0].endswith(".tar.gz")):
        _refuse(f'Parameter "Model" has value "{value[0]}", which is no model archive in S3.', "s3://bucket/.../model.tar.gz")
    if name == "HyperParameters" and (odd := next((v for v in value if "=" not in v), None)) is not None:
        _refuse(f'Parameter "HyperParameters" has value "{odd}", which is not name=value.', 'For example ["num_round=100", "max_depth=5"].')


def _refuse(sentence: str, accepted: str) -> NoReturn:
    refuse("InvalidParameters", sentence, accepted)
