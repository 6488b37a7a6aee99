"""A certificate runs out: only one that somebody brought along; over once another is in its place, whoever issued it."""

from __future__ import annotations

from cloudlab.commands.acm import ImportCertificate
from cloudlab.commands.elbv2 import CertificateOfListener, ModifyListener
from cloudlab.engine.rules.traffic import tally
from cloudlab.model.certificates import Certificate
from cloudlab.model.operations import Incident, Serving
from cloudlab.model.scenario import Planned
from cloudlab.model.time import HOUR
from tests.balanced import NEED, Fleet, certificate, open_fleet
from tests.network import ask
from tests.support import MORNING, dealt

STRIKES = MORNING + 6 * HOUR
FILES = {"certificate": "shop.example.com.pem", "private_key": "shop.example.com.key"}


def planned() -> Planned:
    return Planned("tls", "certificate-expired", STRIKES, STRIKES, "first")


def with_own_certificate() -> tuple[Fleet, str]:
    fleet = open_fleet()
    arn = ask(fleet.sim, ImportCertificate.model_validate(FILES))["CertificateArn"]
    ask(fleet.sim, ModifyListener(listener_arn=fleet.listener, certificates=(CertificateOfListener(certificate_arn=arn),)))
    dealt(fleet.sim, planned())
    return fleet, arn


def cause(fleet: Fleet) -> set[str | None]:
    return {f.cause for f in fleet.sim.world.get(Serving, "answers").segments[-1].fronts}


def test_everybody_turns_away_until_another_takes_its_place() -> None:
    fleet, arn = with_own_certificate()
    fleet.sim.advance(STRIKES)
    incident = fleet.sim.world.get(Incident, "tls")
    assert (incident.resource, incident.duty, incident.holder) == (fleet.balancer, "encryption", "customer")
    assert fleet.sim.world.get(Certificate, arn).status == "EXPIRED"
    assert cause(fleet) == {"certificate"}
    fleet.sim.advance(STRIKES + 300)  # a load balancer reports by itself
    assert fleet.sim.world.get(Incident, "tls").detected == STRIKES + 300
    ask(fleet.sim, ImportCertificate.model_validate(FILES | {"certificate_arn": arn}))
    assert cause(fleet) == {None}
    assert fleet.sim.world.get(Incident, "tls").resolution == "another certificate is in its place"
    lost = tally(fleet.sim.world, fleet.sim.scenario, NEED, STRIKES)
    assert dict(lost.failed) == {"certificate": lost.offered - lost.served}
    assert lost.offered - lost.served == (fleet.sim.now - STRIKES) * 10  # 600 a minute


def test_or_one_that_aws_renews() -> None:
    fleet, _ = with_own_certificate()
    fleet.sim.advance(STRIKES + 300)
    issued = certificate(fleet.sim)
    ask(fleet.sim, ModifyListener(listener_arn=fleet.listener, certificates=(CertificateOfListener(certificate_arn=issued),)))
    assert cause(fleet) == {None}
    assert not fleet.sim.world.get(Incident, "tls").is_open


def test_what_aws_issued_is_not_struck() -> None:
    fleet = open_fleet()
    dealt(fleet.sim, planned())
    fleet.sim.advance(STRIKES)
    assert fleet.sim.world.get(Incident, "tls").resource is None
    assert cause(fleet) == {None}
