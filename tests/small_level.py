"""A small level of its own for tests of levels and lab: written as an author writes it, played without any real training.

Monday 09:00 to Tuesday 18:00, one request a second round the clock, ana knows everything but machine learning, raj knows that.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import yaml

from cloudlab.engine.kernel import Want
from cloudlab.lab.work import WorkFailed
from cloudlab.levels.loader import Level, load_level
from cloudlab.model.training import Fact, Scored, Trained, TrainingSpec
from cloudlab.paths import assets_dir

LEVEL_ID = "90-small"

TEXT = """\
id: 90-small
version: 1
title: Small
act: 1
brief: brief.md
start: {at: day 1 09:00, weekday: monday, opens: 9, closes: 18}
clock: {days: 1, hours: 9}
budget_usd: 500
team:
  - {id: ana, title: cloud engineer, expertise: [network, compute, security, operations, data]}
  - {id: raj, title: data scientist, expertise: [ml, data]}
needs:
  - id: scores
    title: a score for everybody
    dataset: churn
    traffic: {base_per_minute: 60, noise: 0}
data: [churn]
slo: {target: 0.98, since: day 1 12:00}
objectives:
  - {id: vpc, text: A VPC, when: {exists: {kind: vpc}}}
  - {id: value, text: A valued hour, when: {first-value: {need: scores}}}
win:
  answered: {need: scores, share: 0.5}
lose:
  breach: {breached: {}}
  budget: {over-budget: {}}
predictions:
  - id: P1
    text: When?
    choices:
      a: {text: early, when: {first-value: {need: scores, by: 50400}}}
      b: {text: late, when: {first-value-between: {need: scores, after: 50400, by: 9999999}}}
    explain: It takes its time.
hints:
  - unless: {dataset-stored: {dataset: churn}}
    text: "Data first: {finding}."
  - unless: {road-begun: {}}
    text: "Choose a road: {finding}."
  - unless: {hand-reaches-out: {}}
    road: hand-built
    text: "No way out: {finding}."
  - unless: {model-trained: {dataset: churn}}
    road: managed
    text: "Train: {finding}."
questions:
  - id: Q1
    text: Who?
    choices: {a: you, b: AWS}
    right: b
    explain: AWS does.
cards:
  - {id: one, front: "What?", back: That.}
principle: Small is small.
par: {time_to_value_s: 21600, value_usd: 100, cost_usd: 100, debt_hours: 10, recover_s: 3600}
bots:
  - {file: nothing.aws, road: hand-built, expect: lost, because: answered}
"""


def write_level(folder: Path, text: str = TEXT, **changes: Any) -> Path:
    """Write the level into `folder`, keys replaced by `changes` (None takes one out); return the folder of levels."""
    if changes:
        content = {k: v for k, v in (yaml.safe_load(text) | changes).items() if v is not None}
        text = yaml.safe_dump(content, sort_keys=False)
    home = folder / "levels" / LEVEL_ID
    (home / "bots").mkdir(parents=True, exist_ok=True)
    (home / "level.yaml").write_text(text, encoding="utf-8")
    (home / "brief.md").write_text("# Small\n\nA small brief.\n", encoding="utf-8")
    (home / "bots" / "nothing.aws").write_text("wait for end\n", encoding="utf-8")
    return folder / "levels"


def small_level(folder: Path, text: str = TEXT, **changes: Any) -> Level:
    return load_level(write_level(folder, text, **changes), assets_dir(), LEVEL_ID)


def trained(spec: TrainingSpec, auc: int = 850_000) -> Trained:
    return Trained(spec.digest(), "0" * 64, 150, (("validation:auc", auc),))


def scored(spec: TrainingSpec, dataset: str = "churn") -> Scored:
    """Every request is a true positive."""
    return Scored(spec.digest(), dataset, 4, bytes([0b11111111]))


class FakeWork:
    """Knows every fact at once, or once `gate` is opened; fails as often as `failures` says; keeps what it was asked."""

    def __init__(self, *, slow: bool = False, failures: int = 0) -> None:
        self.gate = asyncio.Event()
        if not slow:
            self.gate.set()
        self.failures = failures
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.asked: list[Want] = []

    def begin(self, spec: TrainingSpec) -> None:
        self.begun.append(spec.digest())

    def cancel(self, spec_digest: str) -> None:
        self.cancelled.append(spec_digest)

    async def fact(self, want: Want) -> Fact:
        self.asked.append(want)
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise WorkFailed("the worker is gone")
        return trained(want.spec) if want.dataset is None else scored(want.spec, want.dataset)

    async def predict(self, spec: TrainingSpec, body: str) -> list[float]:
        return [0.25 for _ in body.splitlines()]


IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)

CHANNELS = json.dumps(
    [
        {
            "ChannelName": name,
            "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://my-sagemaker-bucket/churn/{name}"}},
        }
        for name in ("train", "validation")
    ]
)

TO_A_JOB = f"""\
iam create-role --role-name sm --assume-role-policy-document '{TRUST}' --query Role.Arn -> $role
iam attach-role-policy --role-name sm --policy-arn arn:aws:iam::aws:policy/AmazonSageMakerFullAccess
s3api create-bucket --bucket my-sagemaker-bucket
s3api put-object --bucket my-sagemaker-bucket --key churn/train/train.csv --body churn/train.csv
s3api put-object --bucket my-sagemaker-bucket --key churn/validation/validation.csv --body churn/validation.csv
as raj sagemaker create-training-job --training-job-name job-1 --role-arn $role \\
    --algorithm-specification TrainingImage={IMAGE},TrainingInputMode=File \\
    --input-data-config '{CHANNELS}' \\
    --output-data-config S3OutputPath=s3://my-sagemaker-bucket/out \\
    --resource-config InstanceType=ml.m5.xlarge,InstanceCount=1,VolumeSizeInGB=20 \\
    --stopping-condition MaxRuntimeInSeconds=14400 \\
    --hyper-parameters num_round=150,objective=binary:logistic,eval_metric=auc
"""
"""Script lines up to a training job under way."""

TO_AN_ENDPOINT = f"""\
wait for training-job job-1 Completed max 6h
as raj sagemaker create-model --model-name churn --execution-role-arn $role \\
    --primary-container Image={IMAGE},ModelDataUrl=s3://my-sagemaker-bucket/out/job-1/output/model.tar.gz
as raj sagemaker create-endpoint-config --endpoint-config-name churn \\
    --production-variants VariantName=AllTraffic,ModelName=churn,InitialInstanceCount=1,InstanceType=ml.m5.large
as raj sagemaker create-endpoint --endpoint-name churn --endpoint-config-name churn
wait for endpoint churn InService max 1h
"""
"""Script lines from there to an endpoint in service."""
