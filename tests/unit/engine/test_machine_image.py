"""Images of one's own: what goes into them, from when on they can be launched, and what their machines come up with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_compute import CreateImage, DeregisterImage, DescribeImages, RunInstances
from cloudlab.commands.ec2_volumes import DeleteSnapshot
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.rules.vulnerabilities import lacking
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Image, Instance
from cloudlab.model.images import AL2023
from cloudlab.model.operations import Handover, Incident
from tests.support import MORNING, lay_network, open_simulation, put_server, run

KERNEL = "CVE-2022-0847"
WORKED = MORNING + 300
"""CreateImage is five minutes of work (assets/effort.yaml)."""


def with_server(**software: Any) -> Simulation:
    simulation = lay_network(open_simulation())
    put_server(simulation)
    server = simulation.world.get(Instance, "i-1")
    simulation.world = simulation.world.change(Instance, "i-1", software=replace(server.software, **software))
    return simulation


def bake(simulation: Simulation, **changes: Any) -> str:
    outcome = run(simulation, "ana", CreateImage(instance_id="i-1", name="web-1", **changes))
    assert outcome.refusal is None
    return next(iter(simulation.world.table(Image)))


def born(simulation: Simulation, image: str) -> Instance:
    run(simulation, "ana", RunInstances(image_id=image, instance_type="t3.small", subnet_id="subnet-a"))
    return list(simulation.world.every(Instance))[-1]


def test_it_is_available_five_minutes_later_and_restarts_its_instance() -> None:
    simulation = with_server()
    image = bake(simulation)
    assert simulation.world.get(Instance, "i-1").booted is None
    simulation.advance(WORKED + 299)
    assert simulation.world.get(Image, image).state == "pending"
    refused = run(simulation, "ana", RunInstances(image_id=image, instance_type="t3.small", subnet_id="subnet-a")).refusal
    assert refused is not None
    assert refused.code == "InvalidAMIID.Unavailable"
    simulation.advance(WORKED + 300)
    assert simulation.world.get(Image, image).state == "available"


def test_without_a_reboot_the_server_goes_on() -> None:
    simulation = with_server()
    bake(simulation, no_reboot=True)
    assert simulation.world.get(Instance, "i-1").booted is not None


def test_a_machine_of_it_comes_up_with_what_was_on_the_disk() -> None:
    simulation = with_server(runtime=True, monitoring=True)
    image = bake(simulation)
    simulation.advance(WORKED + 300)
    machine = born(simulation, image)
    assert (machine.software.runtime, machine.software.monitoring) == (True, True)
    assert machine.image == image


def test_its_packages_are_as_old_as_its_instance_but_for_what_was_patched() -> None:
    old = with_server()
    old.world = old.world.put(Incident("hole", "os-cve", "i-1", "os-patching", "customer", MORNING, KERNEL, detected=MORNING))
    unpatched = bake(old)
    old.advance(WORKED + 300)
    assert [f.vulnerability.id for f in lacking(old.world, born(old, unpatched))] == [KERNEL]
    fresh = born(old, AL2023.id)
    assert lacking(old.world, fresh) == ()

    patched = with_server(pending_reboot=(KERNEL,))
    patched.world = patched.world.put(Incident("hole", "os-cve", "i-1", "os-patching", "customer", MORNING, KERNEL, detected=MORNING))
    image = bake(patched)  # the restart brings the installed fix into force, on the disk as well
    patched.advance(WORKED + 300)
    assert lacking(patched.world, born(patched, image)) == ()


def test_its_snapshot_is_paid_for_by_the_month() -> None:
    simulation = with_server()
    image = bake(simulation)
    # 8 GiB at 0.05 dollars a GiB and month of 730 hours: 548 micro-dollars an hour
    simulation.advance(WORKED + 100 * 3_600)
    assert cost_by_line(simulation.world)["storage"] == 54_800
    snapshot = simulation.world.get(Image, image).snapshot
    assert snapshot is not None
    refusal = run(simulation, "ana", DeleteSnapshot(snapshot_id=snapshot)).refusal
    assert refusal is not None
    assert refusal.code == "InvalidSnapshot.InUse"
    run(simulation, "ana", DeregisterImage(image_id=image))
    assert image not in simulation.world.table(Image)
    before = cost_by_line(simulation.world)["storage"]
    simulation.advance(WORKED + 110 * 3_600)
    assert cost_by_line(simulation.world)["storage"] > before  # the snapshot stays, and is paid
    run(simulation, "ana", DeleteSnapshot(snapshot_id=snapshot))
    paid = cost_by_line(simulation.world)["storage"]
    simulation.advance(WORKED + 200 * 3_600)
    assert cost_by_line(simulation.world)["storage"] == paid


def test_what_is_refused() -> None:
    simulation = with_server()
    bake(simulation)
    codes = []
    for command in (
        CreateImage(instance_id="i-1", name="web-1"),
        CreateImage(instance_id="i-1", name="no!"),
        CreateImage(instance_id="i-0123456789abcdef0", name="web-2"),
        DeregisterImage(image_id=AL2023.id),
        DeregisterImage(image_id="ami-0123456789abcdef0"),
    ):
        refusal = run(simulation, "ana", command).refusal
        codes.append(refusal.code if refusal is not None else None)
    assert codes == [
        "InvalidAMIName.Duplicate",
        "InvalidAMIName.Malformed",
        "InvalidInstanceID.NotFound",
        "AuthFailure",
        "InvalidAMIID.NotFound",
    ]


def test_own_images_are_found_by_owner() -> None:
    simulation = with_server()
    image = bake(simulation)
    shown = []
    for owners in ((), ("self",), ("amazon",)):
        run(simulation, "ana", DescribeImages(owners=owners))
        answer = list(simulation.answers.values())[-1]
        shown.append([i["ImageId"] for i in answer["Images"]])
    assert shown == [[AL2023.id, image], [image], [AL2023.id]]


def test_nobody_is_told_the_address_of_a_machine_without_a_server() -> None:
    simulation = with_server(runtime=True)
    image = bake(simulation)
    simulation.advance(WORKED + 300)
    born(simulation, image)
    simulation.advance(simulation.now + 300)
    assert not list(simulation.world.every(Handover))
