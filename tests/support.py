"""Small runs for tests: a scenario with nothing in it but what a test asks for, and orders that are carried out at once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.sagemaker import CreateTrainingJob
from cloudlab.engine.kernel import Context, Want, evolve
from cloudlab.engine.serving import react_serving
from cloudlab.engine.simulation import Outcome, Simulation
from cloudlab.levels.catalogue import load_catalogue
from cloudlab.levels.containers import load_containers
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.inputs import Given, Learned
from cloudlab.model.network import (
    ANYWHERE,
    AclEntry,
    Association,
    InternetGateway,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)
from cloudlab.model.people import Person
from cloudlab.model.scenario import Planned, Scenario, Slo
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import HOUR, Calendar, Seconds, at
from cloudlab.model.training import DataCard, Payoff, Scored, Trained
from cloudlab.model.world import World
from cloudlab.paths import assets_dir

MORNING = at(1, "09:00")

ANA = Person("ana", "Cloud engineer", ("network", "compute", "security", "operations"), 100_000_000)
BEN = Person("ben", "Data scientist", ("data", "ml"), 100_000_000)


@cache
def catalogue() -> Catalogue:
    return load_catalogue(assets_dir())


def scenario(**changes: Any) -> Scenario:
    """Return thirty days from Monday 09:00 on with ana and ben, no traffic and no incidents; `changes` replace fields."""
    frame: dict[str, Any] = {
        "id": "test",
        "title": "A test's own level",
        "digest": "0" * 32,
        "calendar": Calendar(),
        "starts": MORNING,
        "ends": at(31, "09:00"),
        "budget_micros": 1_000_000_000,
        "team": (ANA, BEN),
        "needs": (),
        "slo": Slo(990_000, MORNING),
        "incidents": (),
        "cards": {},
        "files": (),
        "containers": {},
        "catalogue": catalogue(),
    }
    return Scenario(**(frame | changes))


def open_simulation(seed: int = 1, **changes: Any) -> Simulation:
    return Simulation.open(scenario(**changes), seed)


def settle(simulation: Simulation) -> None:
    """Let what a test has put into the World by hand be seen as it is served: only events make the engine look by itself."""
    ctx = Context(simulation.world, simulation.scenario, "test")
    simulation.world = evolve(simulation.world, tuple(react_serving(World(simulation.world.seed, simulation.now), ctx)))


def dealt(simulation: Simulation, incident: Planned) -> None:
    """Plan an incident in a run that is open already."""
    simulation.scenario = replace(simulation.scenario, incidents=(incident,))
    simulation.world = simulation.world.schedule(incident.earliest, "incident", incident.id)


def run(simulation: Simulation, person: str, command: Command) -> Outcome:
    """Give an order and let time pass until its work is done; its id is `t<number of answers so far>`.

    The outcome holds everything that happened meanwhile; `simulation.answers` then has AWS's response.
    """
    given = Given(f"t{len(simulation.answers)}-{simulation.now}", person, command)
    outcome = simulation.submit(given)
    happenings = list(outcome.happenings)
    while outcome.refusal is None and (current := simulation.world.get(Person, person).current) is not None:
        assert current.due is not None
        progress = simulation.advance(current.due)
        assert progress.waiting is None, f"the clock waits for {progress.waiting} before this work is done; give it with pass_time"
        happenings += progress.happenings
    return Outcome(tuple(happenings), outcome.refusal)


def lay_network(simulation: Simulation) -> Simulation:
    """Put `vpc-1` with a public subnet `subnet-a`, its gateway, and the groups `sg-default` and `sg-web` (443 from anywhere) into a run."""
    simulation.world = simulation.world.put(
        Vpc("vpc-1", "10.0.0.0/16"),
        Subnet("subnet-a", "vpc-1", "10.0.0.0/24", "us-east-1a"),
        InternetGateway("igw-1", "vpc-1"),
        RouteTable("rtb-1", "vpc-1", (Route("10.0.0.0/16", "local"), Route(ANYWHERE, "igw-1")), (Association("rtbassoc-1", None),)),
        NetworkAcl(
            "acl-1", "vpc-1", (AclEntry(100, "-1", True, False, ANYWHERE), AclEntry(100, "-1", True, True, ANYWHERE)), is_default=True
        ),
        SecurityGroup(
            "sg-default", "vpc-1", "default", "default VPC security group", egress=(Permission("sgr-0", "-1", -1, -1, cidr=ANYWHERE),)
        ),
        SecurityGroup(
            "sg-web",
            "vpc-1",
            "web",
            "the model server",
            ingress=(Permission("sgr-1", "tcp", 443, 443, cidr=ANYWHERE),),
            egress=(Permission("sgr-2", "-1", -1, -1, cidr=ANYWHERE),),
        ),
    )
    return simulation


# SageMaker -------------------------------------------------------------------------------------------------------------

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
LINEAR_LEARNER = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
SAGEMAKER_ROLE = "arn:aws:iam::123456789012:role/sm"


def card(name: str = "tiny", **changes: Any) -> DataCard:
    """Return a data card of two columns: 100 rounds of XGBoost on its 780,000 represented rows take an ml.m5.large 39 s."""
    frame: dict[str, Any] = {
        "id": name,
        "title": "Tiny",
        "story": "",
        "source": "",
        "licence": "",
        "features": ("a", "b"),
        "label": "y",
        "rows": (("train", 600), ("validation", 100), ("stream", 200)),
        "represented_rows": 780_000,
        "represented_bytes": 39_000_000,
        "payoff": Payoff(0, -100, 0, 100),
        "threshold": 500_000,
        "best_auc": None,
        "reference_micros": 10,
        "files": ((f"{name}/train.csv", "train"), (f"{name}/validation.csv", "validation")),
    }
    return DataCard(**(frame | changes))


def open_learning(seed: int = 1, **changes: Any) -> Simulation:
    """Open a run with the data set `tiny` in the bucket `sagemaker-in` and a role `sm` that SageMaker may put on and that reads it."""
    simulation = open_simulation(
        seed, **({"cards": {"tiny": card()}, "containers": load_containers(assets_dir()), "training_seed": 7} | changes)
    )
    simulation.world = simulation.world.put(
        Bucket("sagemaker-in", MORNING),
        *(
            StoredObject(f"sagemaker-in/tiny/{part}.csv", "sagemaker-in", f"tiny/{part}.csv", size, MORNING, "tiny", part)
            for part, size in (("train", 39_000_000), ("validation", 6_500_000))
        ),
        Role("sm", ("sagemaker.amazonaws.com",), MORNING - HOUR, ("arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",)),
    )
    return simulation


def training_job(name: str = "job-1", **changes: Any) -> CreateTrainingJob:
    """Return an order for 100 rounds of XGBoost on `tiny` on an ml.m5.large; `changes` replace parameters under AWS's names."""
    parameters: dict[str, Any] = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "RoleArn": SAGEMAKER_ROLE,
        "InputDataConfig": [channel("train")],
        "OutputDataConfig": {"S3OutputPath": "s3://sagemaker-in/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "HyperParameters": {"num_round": "100", "objective": "binary:logistic"},
    }
    return CreateTrainingJob.model_validate(parameters | changes)


def channel(name: str, uri: str | None = None, content_type: str | None = "text/csv") -> dict[str, Any]:
    """Return a channel of InputDataConfig, by default the part of `tiny` that has its name."""
    source = {"S3Uri": uri or f"s3://sagemaker-in/tiny/{name}.csv", "S3DataType": "S3Prefix"}
    return {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        **({"ContentType": content_type} if content_type is not None else {}),
    }


def pass_time(simulation: Simulation, until: Seconds, rounds: int = 100) -> list[Want]:
    """Let time pass, answering each real result it waits for as if it had been worked out; return what was asked for."""
    asked = []
    while (want := simulation.advance(until).waiting) is not None:
        asked.append(want)
        digest = want.spec.digest()
        fact = (
            Trained(digest, "0" * 64, rounds, (("validation:auc", 900_000),))
            if want.dataset is None
            else Scored(digest, want.dataset, 4, bytes([0b11100100]))
        )
        simulation.submit(Learned(f"fact-{len(asked)}-{simulation.now}", fact))
    return asked


# a machine of one's own --------------------------------------------------------------------------------------------------

SERVER_ROLE = tuple(
    f"arn:aws:iam::aws:policy/{name}" for name in ("AmazonSSMManagedInstanceCore", "AmazonS3ReadOnlyAccess", "CloudWatchAgentServerPolicy")
)


def put_server(simulation: Simulation, name: str = "i-1", **changes: Any) -> Instance:
    """Put a t3.large that has been up for an hour into `subnet-a`: public, in `sg-web`, with a role that lets it do what it needs."""
    frame: dict[str, Any] = {
        "id": name,
        "image": "ami-0c101f26f147fa7fd",
        "type": "t3.large",
        "vpc": "vpc-1",
        "subnet": "subnet-a",
        "zone": "us-east-1a",
        "private_ip": f"10.0.0.{4 + len(simulation.world.table(Instance))}",
        "groups": ("sg-web",),
        "state": "running",
        "launched": MORNING - HOUR,
        "started": MORNING - HOUR,
        "booted": MORNING - HOUR + 40,
        "public_ip": f"203.0.113.{10 + len(simulation.world.table(Instance))}",
        "wants_public_ip": True,
        "profile": "server",
        "checks": "passed",
        "system_checks": "passed",
        "reservation": f"r-{name}",
    }
    instance = Instance(**(frame | changes))
    simulation.world = simulation.world.put(
        Role("server", ("ec2.amazonaws.com",), MORNING - HOUR, SERVER_ROLE),
        InstanceProfile("server", "server", MORNING - HOUR),
        instance,
    )
    return instance
