"""NAT gateways, endpoints and ACLs as the faces show them: where they stand, what is told of them, waited for and traced."""

from __future__ import annotations

from pathlib import Path

from cloudlab.lab.actions import actions
from cloudlab.lab.inspecting import inspect
from cloudlab.lab.plain_things import way_text
from cloudlab.lab.session import Session
from cloudlab.lab.tracing import INTERNET, End, ends, goals, trace
from cloudlab.lab.view.build import ViewBuilder
from cloudlab.lab.view.cloud import cloud
from cloudlab.lab.view.slices import Node
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.network import NatGateway, NetworkAcl, RouteTable, Subnet, VpcEndpoint
from cloudlab.model.operations import ZoneOutage
from tests.runs import perform, start
from tests.small_level import small_level

NETWORK = """
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 --availability-zone us-east-1a -> $public
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone us-east-1b -> $private
ec2 create-internet-gateway -> $igw
ec2 attach-internet-gateway --internet-gateway-id $igw --vpc-id $vpc
ec2 create-route-table --vpc-id $vpc -> $out
ec2 create-route --route-table-id $out --destination-cidr-block 0.0.0.0/0 --gateway-id $igw
ec2 associate-route-table --route-table-id $out --subnet-id $public
ec2 allocate-address -> $eip
ec2 create-nat-gateway --subnet-id $public --allocation-id $eip -> $nat
ec2 create-vpc-endpoint --vpc-id $vpc --service-name com.amazonaws.us-east-1.s3 -> $s3
wait for nat-gateway $nat available max 10m
wait for vpc-endpoint $s3 available max 1m
"""


async def a_network(tmp_path: Path) -> Session:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    await perform(session, NETWORK)
    return session


def of_kind(root: Node, kind: str) -> list[tuple[Node, Node]]:
    """Return every thing of a kind with what it stands in."""
    found = [(child, root) for child in root.children if child.kind == kind]
    return found + [pair for child in root.children for pair in of_kind(child, kind)]


async def test_they_stand_where_they_are_and_say_how_they_are(tmp_path: Path) -> None:
    session = await a_network(tmp_path)
    world = session.world
    root = cloud(world)
    ((nat, subnet),) = of_kind(root, "nat-gateway")
    assert (subnet.kind, subnet.detail, nat.state, nat.tone) == ("subnet", "10.0.0.0/24", "available", "ok")
    ((endpoint, vpc),) = of_kind(root, "vpc-endpoint")
    assert (vpc.kind, endpoint.detail) == ("vpc", "<=> s3, a route in 0 tables")
    ((address, _),) = of_kind(root, "address")
    assert address.detail.startswith("-> nat-")
    dark = cloud(world.put(ZoneOutage("us-east-1a", world.now, world.now + 60)))
    assert (of_kind(dark, "nat-gateway")[0][0].state, of_kind(dark, "nat-gateway")[0][0].tone) == ("zone down", "bad")


async def test_an_acl_is_on_the_map_once_it_is_more_than_the_default(tmp_path: Path) -> None:
    session = await a_network(tmp_path)
    assert of_kind(cloud(session.world), "network-acl") == []
    default = next(session.world.every(NetworkAcl)).id
    rule = f"--network-acl-id {default} --rule-number 50 --protocol tcp --rule-action deny --ingress --cidr-block 0.0.0.0/0"
    await perform(session, f"ec2 create-network-acl-entry {rule} --port-range From=22,To=22\n")
    ((acl, _),) = of_kind(cloud(session.world), "network-acl")
    assert acl.detail == "in 50 deny tcp/22 0.0.0.0/0, in 100 allow everything 0.0.0.0/0, out 100 allow everything 0.0.0.0/0"
    lines = {a.title: a for a in actions(session, default, "network-acl")}
    struck = lines["strike out in 50 deny tcp/22 0.0.0.0/0"]
    assert struck.enabled
    await perform(session, struck.line)
    assert of_kind(cloud(session.world), "network-acl") == []


async def test_what_is_told_and_offered_of_them(tmp_path: Path) -> None:
    session = await a_network(tmp_path)
    nat = next(session.world.every(NatGateway)).id
    seen = inspect(session, nat, "nat-gateway")
    assert seen is not None
    told = dict(seen.sections[0].rows)
    assert told["route tables"] == "none leads to it: nobody goes out by it"
    main = next(t for t in session.world.every(RouteTable) if t.is_main).id
    lead = next(a for a in actions(session, nat, "nat-gateway") if a.title == f"lead {main} to it")
    assert lead.enabled
    await perform(session, lead.line)
    seen = inspect(session, nat, "nat-gateway")
    assert seen is not None
    assert dict(seen.sections[0].rows)["route tables"] == main
    endpoint = next(session.world.every(VpcEndpoint)).id
    lead = next(a for a in actions(session, endpoint, "vpc-endpoint") if a.title == f"let {main} lead to it")
    await perform(session, lead.line)
    assert [r.target for r in session.world.get(RouteTable, main).routes] == ["local", nat, endpoint]
    gone = next(a for a in actions(session, nat, "nat-gateway") if a.title == "delete it")
    await perform(session, f"{gone.line}\nwait for nat-gateway {nat} deleted max 5m\n")
    assert of_kind(cloud(session.world), "nat-gateway") == []
    table = next(node for node, _ in of_kind(cloud(session.world), "route-table") if node.id == main)
    assert "(black hole)" in table.detail


async def test_a_machine_s_ways_to_services_can_be_traced(tmp_path: Path) -> None:
    session = await a_network(tmp_path)
    private = next(s for s in session.world.every(Subnet) if s.zone == "us-east-1b")
    await perform(
        session,
        f"ec2 run-instances --image-id {AL2023.id} --instance-type t3.small --subnet-id {private.id} -> $web\n"
        "wait for instance $web ready max 1h\n",
    )
    web = next(session.world.every(Instance)).id
    asked = goals(session.world, session.level.scenario)
    assert tuple(asked) == ends(session.world)
    called = {end.id for end, _ in asked[End(web, web)]}
    assert {INTERNET, "s3", "ssm", "sagemaker.runtime"} <= called
    assert not {"s3", "ssm"} & {end.id for end, _ in asked[End(INTERNET, INTERNET)]}
    shut = trace(session.world, web, "s3")
    assert shut.hops[-1].text.startswith("no route leads to the internet")
    main = next(t for t in session.world.every(RouteTable) if t.is_main).id
    endpoint = next(session.world.every(VpcEndpoint)).id
    await perform(session, f"ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --add-route-table-ids {main}\n")
    assert trace(session.world, web, "s3").ok
    assert not trace(session.world, web, "ssm").ok
    nat = next(session.world.every(NatGateway)).id
    await perform(session, f"ec2 create-route --route-table-id {main} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {nat}\n")
    assert trace(session.world, web, "ssm").ok
    assert nat in [hop.resource for hop in trace(session.world, web, INTERNET).hops]


async def test_the_plain_face_traces_ways_to_services(tmp_path: Path) -> None:
    session = await a_network(tmp_path)
    private = next(s for s in session.world.every(Subnet) if s.zone == "us-east-1b")
    await perform(session, f"ec2 run-instances --image-id {AL2023.id} --instance-type t3.small --subnet-id {private.id} -> $web\n")
    web = next(session.world.every(Instance)).id
    view = ViewBuilder(session).build()
    told = way_text(view, f"{web} s3", session)
    assert told.splitlines()[0] == f"{web} -> S3, tcp/443"
    assert "Blocked there." in told
    assert way_text(view, "internet s3", session).startswith("No way leads from internet to S3")
