"""The control plane is down: what runs goes on, nothing new comes, looks and data planes get through, and it ends by itself."""

from __future__ import annotations

from cloudlab.commands.ec2_compute import DescribeInstances, RebootInstances, RunInstances, TerminateInstances
from cloudlab.commands.iam import CreateRole
from cloudlab.commands.s3 import CreateBucket
from cloudlab.commands.sagemaker import CreateEndpoint
from cloudlab.engine.rules.control_plane import is_out
from cloudlab.engine.rules.traffic import tally
from cloudlab.engine.simulation import Simulation
from cloudlab.model.operations import Incident
from cloudlab.model.scenario import Planned
from cloudlab.model.time import HOUR
from tests.balanced import NEED, open_fleet
from tests.network import ask, refused
from tests.support import dealt


def out(detail: str = "3h") -> Simulation:
    sim = open_fleet().sim
    at = sim.now + HOUR
    dealt(sim, Planned("cp", "control-plane-outage", at, at, "first", detail=detail))
    sim.advance(at)
    assert is_out(sim.world)
    return sim


def test_orders_that_make_or_change_are_refused_in_the_services_own_words() -> None:
    sim = out()
    launch = RunInstances(image_id="ami-0c101f26f147fa7fd", instance_type="t3.small", subnet_id="subnet-a")
    for order in (launch, RebootInstances(instance_ids=("web-a",)), TerminateInstances(instance_ids=("web-a",))):
        assert refused(sim, order).code == "InternalError"
    for other in (CreateEndpoint(endpoint_name="e", endpoint_config_name="c"), CreateRole(role_name="r", assume_role_policy_document="{}")):
        assert refused(sim, other).code == "ServiceUnavailable"
    assert sim.preview("ana", launch).refusal is not None


def test_what_runs_is_answered_looked_at_and_the_data_planes_get_through() -> None:
    sim = out()
    began = sim.now
    ask(sim, DescribeInstances())
    ask(sim, CreateBucket(bucket="harbour-notes"))
    sim.advance(began + 2 * HOUR)
    got = tally(sim.world, sim.scenario, NEED, began, began + 2 * HOUR)
    assert got.offered == got.served


def test_it_ends_by_itself_and_is_nobodys_to_mend() -> None:
    sim = out("3h")
    struck = sim.now
    incident = sim.world.get(Incident, "cp")
    assert incident.holder == "provider"
    sim.advance(struck + 3 * HOUR - 1)
    assert is_out(sim.world)
    sim.advance(struck + 3 * HOUR)
    assert not is_out(sim.world)
    assert sim.world.get(Incident, "cp").resolution == "the control plane takes orders again"
    ask(sim, RebootInstances(instance_ids=("web-a",)))


def test_without_a_word_of_the_level_it_lasts_two_to_twelve_hours() -> None:
    sim = out("")
    struck = sim.now
    sim.advance(struck + 2 * HOUR - 1)
    assert is_out(sim.world)
    sim.advance(struck + 12 * HOUR + 1)
    assert not is_out(sim.world)
