"""What a level hands over: built by its start script before the first instant, at nobody's cost, and known to the team."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cloudlab import paths
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.rules.traffic import total_tally
from cloudlab.engine.simulation import Simulation
from cloudlab.levels.error import LevelError
from cloudlab.levels.loader import Level, load_level
from cloudlab.model.compute import Instance
from cloudlab.model.operations import Handover, Sighting
from cloudlab.model.people import Person, Toil
from cloudlab.model.time import HOUR, at

TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
START = f"""# one server that answers
s3api create-bucket --bucket harbour-models
s3api put-object --bucket harbour-models --key churn/model.tar.gz --body churn/model.tar.gz
iam create-role --role-name server --assume-role-policy-document '{TRUST}'
iam attach-role-policy --role-name server --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore
iam attach-role-policy --role-name server --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
iam create-instance-profile --instance-profile-name server
iam add-role-to-instance-profile --instance-profile-name server --role-name server
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 --availability-zone us-east-1a -> $subnet
ec2 create-internet-gateway -> $igw
ec2 attach-internet-gateway --internet-gateway-id $igw --vpc-id $vpc
ec2 create-route-table --vpc-id $vpc -> $routes
ec2 create-route --route-table-id $routes --destination-cidr-block 0.0.0.0/0 --gateway-id $igw
ec2 associate-route-table --route-table-id $routes --subnet-id $subnet
ec2 create-security-group --group-name web --description "HTTPS" --vpc-id $vpc -> $group
ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 443 --cidr 0.0.0.0/0
ec2 describe-images --query 'Images[0].ImageId' -> $image
ec2 run-instances --image-id $image --instance-type m5.xlarge --count 1 --subnet-id $subnet --security-group-ids $group \\
    --associate-public-ip-address --iam-instance-profile Name=server -> $server
wait 10m
ssm send-command --document-name cloudlab-InstallRuntime --instance-ids $server
wait 10m
ssm send-command --document-name cloudlab-FetchModel --instance-ids $server --parameters Model=s3://harbour-models/churn/model.tar.gz
wait 5m
ssm send-command --document-name cloudlab-StartModelServer --instance-ids $server --parameters Port=443
wait 5m
"""
SHIPPED = """data: [churn]
models:
  - file: churn/model.tar.gz
    dataset: churn
    hyperparameters: {num_round: "%s", objective: "binary:logistic", eta: "0.1", max_depth: "4", eval_metric: auc}
starts:
  - {id: working, title: One server that answers, script: start.aws}
  - {id: bare, title: A network and nothing else, script: bare.aws}
"""


@pytest.fixture
def levels(tmp_path: Path) -> Path:
    return write(tmp_path, START)


def write(folder: Path, start: str, rounds: int = 100) -> Path:
    """Make level 01 into one that hands something over."""
    shutil.copytree(paths.levels_dir() / "01-first-server", folder / "01-first-server")
    file = folder / "01-first-server" / "level.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("data: [churn]\n", SHIPPED % rounds), encoding="utf-8")
    (file.parent / "start.aws").write_text(start, encoding="utf-8")
    (file.parent / "bare.aws").write_text("ec2 create-vpc --cidr-block 10.0.0.0/16\n", encoding="utf-8")
    return folder


def load(levels: Path, start: str = "") -> Level:
    return load_level(levels, paths.assets_dir(), "1", start)


def test_the_run_opens_with_a_server_that_answers(levels: Path) -> None:
    simulation = Simulation.open(load(levels).scenario, seed=5)
    (server,) = simulation.world.every(Instance)
    assert simulation.now == at(1, "09:00")
    assert server.state == "running"
    assert server.launched < at(1, "09:00") - 13 * 24 * HOUR
    assert [h.at for h in simulation.world.every(Handover)] == [at(1, "09:00")]
    simulation.advance(at(1, "12:00"))
    tally = total_tally(simulation.world, simulation.scenario)
    assert tally.offered > 5_000
    assert tally.served == tally.offered
    assert tally.value_micros > 0


def test_it_costs_nothing_before_and_everything_after(levels: Path) -> None:
    simulation = Simulation.open(load(levels).scenario, seed=5)
    before = cost_by_line(simulation.world)
    simulation.advance(at(1, "10:00"))
    after = cost_by_line(simulation.world)
    assert sum(before.values()) == 0
    assert after["compute"] == 192_000, "one hour of m5.xlarge"
    assert not list(simulation.world.every(Toil))
    assert [p.done for p in simulation.world.every(Person)] == [(), ()]


def test_the_team_knows_what_it_was_handed(levels: Path) -> None:
    world = Simulation.open(load(levels).scenario, seed=5).world
    (server,) = world.every(Instance)
    assert world.get(Sighting, server.id).at == at(1, "09:00")
    assert world.get(Sighting, server.id).record == server


def test_another_start_is_another_run(levels: Path) -> None:
    first, second = load(levels), load(levels, "bare")
    assert second.scenario.start == "bare"
    assert first.scenario.digest != second.scenario.digest
    assert not list(Simulation.open(second.scenario, seed=5).world.every(Instance))
    assert first.starting("bare").scenario.digest == second.scenario.digest
    assert first.starting("") is first
    with pytest.raises(LevelError, match=r"there is no start 'bear'\. Did you mean 'bare'"):
        load(levels, "bear")


def test_a_refused_line_is_told_with_its_place(tmp_path: Path) -> None:
    levels = write(tmp_path, "ec2 create-vpc --cidr-block 10.0.0.0/8\n")
    with pytest.raises(LevelError, match=r"start\.aws:1: InvalidVpc\.Range"):
        load(levels)


def test_a_verb_that_is_no_part_of_a_start_is_refused(tmp_path: Path) -> None:
    levels = write(tmp_path, "# nothing yet\nwait for end\n")
    with pytest.raises(LevelError, match=r"start\.aws:2: NotInAStart"):
        load(levels)


def test_a_model_nobody_shipped_is_refused(tmp_path: Path) -> None:
    levels = write(tmp_path, START, rounds=101)
    with pytest.raises(LevelError, match="its results are not shipped"):
        load(levels)
