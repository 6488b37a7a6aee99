"""Certificates: issued by AWS and renewed by AWS, or brought along, and then they run out unless somebody brings another."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from cloudlab.commands.acm import DeleteCertificate, DescribeCertificate, ImportCertificate, ListCertificates, RequestCertificate
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.constraints import constrain, no_longer_than, one_of, pattern
from cloudlab.engine.rules.elb import tags_given
from cloudlab.engine.rules.sagemaker import moment
from cloudlab.model.balancing import Listener
from cloudlab.model.certificates import Certificate
from cloudlab.model.events.certificates import (
    CertificateDeleted,
    CertificateExpired,
    CertificateImported,
    CertificateIssued,
    CertificateRequested,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn, hexadecimal
from cloudlab.model.time import DAY
from cloudlab.model.world import Timer, World

STATUSES = ("PENDING_VALIDATION", "ISSUED", "EXPIRED")
_DOMAIN = r"(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])"
_EXPIRES = "certificate-expires"


@decides(RequestCertificate)
def decide_request_certificate(ctx: Context, command: RequestCertificate) -> Events:
    """The work holds putting the record into the zone; then AWS looks for it."""
    name = command.domain_name
    hint = "A full name, such as shop.example.com, or *.example.com for all names under it."
    constrain(pattern(name, "domainName", _DOMAIN, hint), no_longer_than(name, "domainName", 253))
    if command.validation_method != "DNS":
        refuse(
            "InvalidParameterException",
            "Only validation by DNS is modelled here; without --validation-method, AWS writes to the domain's owner by email.",
            "--validation-method DNS",
        )
    certificate = Certificate(
        _arn(ctx), name, "AMAZON_ISSUED", "PENDING_VALIDATION", ctx.now, tags=tags_given(command.tags, "ValidationException")
    )
    yield CertificateRequested(certificate, ctx.now + ctx.scenario.catalogue.estimate("acm_dns_validation_s"))
    yield ResourcesSeen((("Certificate", certificate.id),))


def _arn(ctx: Context) -> str:
    digits = hexadecimal("certificate", ctx.origin)
    return arn("acm", "certificate/" + "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32])))


@evolves(CertificateRequested)
def evolve_certificate_requested(world: World, event: CertificateRequested) -> World:
    return world.put(event.certificate).schedule(event.issued_at, "certificate-issued", event.certificate.id)


@answers(RequestCertificate)
def answer_request_certificate(ctx: Context, command: RequestCertificate) -> dict[str, Any]:
    return {"CertificateArn": _arn(ctx)}


@fires("certificate-issued")
def fire_certificate_issued(ctx: Context, timer: Timer) -> Events:
    yield CertificateIssued(timer.target, ctx.now + ctx.scenario.catalogue.estimate("acm_issued_certificate_days") * DAY)
    yield ResourcesSeen((("Certificate", timer.target),))


@evolves(CertificateIssued)
def evolve_certificate_issued(world: World, event: CertificateIssued) -> World:
    """Nothing is due at its end: AWS renews what it issued well before."""
    return world.change(Certificate, event.certificate, status="ISSUED", issued=world.now, not_after=event.not_after)


@decides(ImportCertificate)
def decide_import_certificate(ctx: Context, command: ImportCertificate) -> Events:
    if not command.certificate.strip() or not command.private_key.strip():
        refuse(
            "ValidationException",
            "Certificate and private key must not be empty.",
            "--certificate shop.example.com.pem --private-key shop.example.com.key",
        )
    constrain(
        no_longer_than(command.certificate, "certificate", 32_768),
        no_longer_than(command.private_key, "privateKey", 8_192),
    )
    not_after = ctx.now + ctx.scenario.catalogue.estimate("imported_certificate_days") * DAY
    if command.certificate_arn is None:
        key, domain, tags = _arn(ctx), _domain(command.certificate), tags_given(command.tags, "ValidationException")
    else:
        old = _need(ctx, command.certificate_arn)
        if old.kind != "IMPORTED":
            refuse(
                "ValidationException",
                f"The certificate {old.id} was issued by AWS and cannot be imported over.",
                "AWS renews it by itself; import yours without --certificate-arn, beside it.",
            )
        key, domain, tags = old.id, old.domain, old.tags
    yield CertificateImported(Certificate(key, domain, "IMPORTED", "ISSUED", ctx.now, ctx.now, not_after, tags))
    yield ResourcesSeen((("Certificate", key),))


def _domain(file: str) -> str:
    """Return the name a certificate is for: here, that of its file."""
    name = PurePosixPath(file).name
    return name.removesuffix(".pem").removesuffix(".crt") if "-----" not in file else "imported"


@evolves(CertificateImported)
def evolve_certificate_imported(world: World, event: CertificateImported) -> World:
    key = event.certificate.id
    assert event.certificate.not_after is not None
    return world.unschedule(_EXPIRES, key).put(event.certificate).schedule(event.certificate.not_after, _EXPIRES, key)


@answers(ImportCertificate)
def answer_import_certificate(ctx: Context, command: ImportCertificate) -> dict[str, Any]:
    return {"CertificateArn": command.certificate_arn or _arn(ctx)}


@fires(_EXPIRES)
def fire_certificate_expires(ctx: Context, timer: Timer) -> Events:
    yield CertificateExpired(timer.target)


@evolves(CertificateExpired)
def evolve_certificate_expired(world: World, event: CertificateExpired) -> World:
    return world.unschedule(_EXPIRES, event.certificate).change(Certificate, event.certificate, status="EXPIRED", not_after=world.now)


@decides(DeleteCertificate)
def decide_delete_certificate(ctx: Context, command: DeleteCertificate) -> Events:
    certificate = _need(ctx, command.certificate_arn)
    users = _users(ctx.world, certificate)
    if users:
        refuse(
            "ResourceInUseException",
            f"Certificate {certificate.id} is in use.",
            f"Give these another one, or delete them: {', '.join(users)}.",
        )
    yield CertificateDeleted(certificate.id)


@evolves(CertificateDeleted)
def evolve_certificate_deleted(world: World, event: CertificateDeleted) -> World:
    world = world.unschedule(_EXPIRES, event.certificate).unschedule("certificate-issued", event.certificate)
    return removed(world, Certificate, event.certificate)


def _need(ctx: Context, key: str) -> Certificate:
    found = ctx.world.find(Certificate, key)
    if found is None:
        there = ", ".join(ctx.world.table(Certificate))
        refuse("ResourceNotFoundException", f"Could not find certificate {key}.", f"There is {there}." if there else "There is none yet.")
    return found


def _users(world: World, certificate: Certificate) -> list[str]:
    return list(dict.fromkeys(x.balancer for x in world.every(Listener) if x.certificate == certificate.id))


# looking --------------------------------------------------------------------------------------------------------------------


@decides(DescribeCertificate)
def decide_describe_certificate(ctx: Context, command: DescribeCertificate) -> Events:
    yield ResourcesSeen((("Certificate", _need(ctx, command.certificate_arn).id),))


@answers(DescribeCertificate)
def answer_describe_certificate(ctx: Context, command: DescribeCertificate) -> dict[str, Any]:
    certificate = ctx.world.get(Certificate, command.certificate_arn)
    users = _users(ctx.world, certificate)
    described = {
        "CertificateArn": certificate.id,
        "DomainName": certificate.domain,
        "Status": certificate.status,
        "Type": certificate.kind,
        "CreatedAt": moment(certificate.created) if certificate.kind == "AMAZON_ISSUED" else None,
        "ImportedAt": moment(certificate.created) if certificate.kind == "IMPORTED" else None,
        "IssuedAt": moment(certificate.issued) if certificate.kind == "AMAZON_ISSUED" else None,
        "NotAfter": moment(certificate.not_after),
        "InUseBy": users,
        "RenewalEligibility": "ELIGIBLE" if certificate.kind == "AMAZON_ISSUED" and users else "INELIGIBLE",
    }
    return {"Certificate": {name: value for name, value in described.items() if value is not None}}


@decides(ListCertificates)
def decide_list_certificates(ctx: Context, command: ListCertificates) -> Events:
    constrain(*(one_of(s, "certificateStatuses", STATUSES, "One of these.") for s in command.certificate_statuses))
    yield ResourcesSeen(tuple(("Certificate", c.id) for c in _chosen(ctx, command)))


@answers(ListCertificates)
def answer_list_certificates(ctx: Context, command: ListCertificates) -> dict[str, Any]:
    return {
        "CertificateSummaryList": [
            {"CertificateArn": c.id, "DomainName": c.domain, "Status": c.status, "Type": c.kind, "InUse": bool(_users(ctx.world, c))}
            for c in _chosen(ctx, command)
        ]
    }


def _chosen(ctx: Context, command: ListCertificates) -> list[Certificate]:
    wanted = command.certificate_statuses
    return [c for c in ctx.world.every(Certificate) if not wanted or c.status in wanted]
