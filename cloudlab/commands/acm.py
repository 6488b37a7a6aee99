"""Certificate Manager actions (`aws acm`): certificates that AWS issues and renews, and those one brings along."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import CertificateRef, Choice, Command, Tag


class RequestCertificate(Command):
    service: ClassVar[str] = "acm"
    operation: ClassVar[str] = "RequestCertificate"
    gloss: ClassVar[str] = "Ask AWS for a certificate, free of charge, which AWS then renews by itself for as long as something uses it."
    returns: ClassVar[str | None] = "CertificateArn"
    errors: ClassVar[tuple[str, ...]] = ("ValidationException", "InvalidParameterException")

    domain_name: str
    validation_method: Annotated[str, Choice(("DNS",))] | None = Field(
        default=None, description="DNS: a record in your zone shows that the name is yours"
    )
    tags: tuple[Tag, ...] = ()


class ImportCertificate(Command):
    service: ClassVar[str] = "acm"
    operation: ClassVar[str] = "ImportCertificate"
    gloss: ClassVar[str] = "Bring a certificate of your own, or put a new one in the place of an old one; renewing it stays your work."
    human: ClassVar[str | None] = "Certificate"
    returns: ClassVar[str | None] = "CertificateArn"
    errors: ClassVar[tuple[str, ...]] = ("ValidationException", "InvalidParameterException", "ResourceNotFoundException")

    certificate: str = Field(description="the file's name stands for it here: shop.example.com.pem")
    private_key: str = Field(description="its key, as shop.example.com.key")
    certificate_arn: CertificateRef | None = Field(default=None, description="the one it takes the place of")
    tags: tuple[Tag, ...] = ()


class DescribeCertificate(Command):
    service: ClassVar[str] = "acm"
    operation: ClassVar[str] = "DescribeCertificate"
    gloss: ClassVar[str] = "Look at a certificate: is it issued, until when does it hold, who renews it, what uses it."
    returns: ClassVar[str | None] = "Certificate.Status"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ResourceNotFoundException",)

    certificate_arn: CertificateRef


class ListCertificates(Command):
    service: ClassVar[str] = "acm"
    operation: ClassVar[str] = "ListCertificates"
    gloss: ClassVar[str] = "Look at your certificates."
    returns: ClassVar[str | None] = "CertificateSummaryList[].CertificateArn"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = ("ValidationException",)

    certificate_statuses: tuple[Annotated[str, Choice(("PENDING_VALIDATION", "ISSUED", "EXPIRED"))], ...] = ()


class DeleteCertificate(Command):
    service: ClassVar[str] = "acm"
    operation: ClassVar[str] = "DeleteCertificate"
    gloss: ClassVar[str] = "Take a certificate away that no listener uses any more."
    errors: ClassVar[tuple[str, ...]] = ("ResourceNotFoundException", "ResourceInUseException")

    certificate_arn: CertificateRef
