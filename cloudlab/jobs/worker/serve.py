"""Serves requests: trains, scores and predicts, and turns every way of failing into a message."""

from __future__ import annotations

import base64
import os
import sys
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cloudlab.jobs.wire import (
    PROTOCOL,
    Answers,
    Failed,
    Finished,
    Hello,
    LogLine,
    Predict,
    Reply,
    Request,
    RoundsDone,
    Score,
    Scores,
    Train,
)
from cloudlab.jobs.worker import artifacts, data, linear_learner_container, xgboost_container
from cloudlab.jobs.worker.bounds import LINUX, limit_growth, peak_rss_mib
from cloudlab.jobs.worker.channel import Channel
from cloudlab.jobs.worker.failures import AlgorithmError, ArtifactDamaged, BadRows, ClientError, is_out_of_memory
from cloudlab.jobs.worker.metrics import named_ppm
from cloudlab.model.training import FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE

_NEWS_SECONDS = 1 / 30
"""Rounds are told in bundles at most this often: a screen shows no more, and a pipe should carry no more."""

_TRAINERS = {"xgboost": xgboost_container.train, "linear-learner": linear_learner_container.train}


def versions() -> tuple[tuple[str, str], ...]:
    """Return the library versions that facts are made with, sorted by name."""
    python = ".".join(map(str, sys.version_info[:3]))
    # xgboost-cpu installs no metadata under the name xgboost, so the modules themselves are asked.
    found = {name: str(import_module(name).__version__) for name in ("numpy", "sklearn", "xgboost")}
    return tuple(sorted({"python": python, **found}.items()))


def serve(channel: Channel) -> None:
    """Say hello and answer requests until the input ends."""
    channel.send(Hello(PROTOCOL, os.getpid(), versions()))
    while True:
        channel.send(_answer(channel, channel.receive()))


def _answer(channel: Channel, request: Request) -> Reply:
    try:
        if isinstance(request, Train):
            return _train(channel, request)
        if isinstance(request, Score):
            return _score(request)
        return _predict(request)
    except ClientError as error:
        return Failed("ClientError", str(error))
    except AlgorithmError as error:
        return Failed("AlgorithmError", str(error))
    except ArtifactDamaged as error:
        return Failed("ArtifactDamaged", str(error))
    except BadRows as error:
        return Failed("BadRows", str(error))
    except Exception as error:
        if is_out_of_memory(error):
            return Failed("OutOfMemory", f"{type(error).__name__}: {error}"[:400])
        import traceback

        traceback.print_exc()  # The log file keeps what the player needn't read.
        return Failed("InternalServerError", f"{type(error).__name__}: {error}"[:400])


def _train(channel: Channel, request: Train) -> Finished:
    began = time.process_time()
    _keep_within(channel, request.memory_mib)
    trainer = _TRAINERS.get(request.spec.container)
    if trainer is None:
        raise ClientError(f"container {request.spec.container} isn't modelled in this lab, which has {', '.join(_TRAINERS)}")
    if "train" not in request.spec.channels:
        raise ClientError("Missing required channel: train")
    for name in request.spec.channels:
        if name not in ("train", "validation"):
            channel.send(LogLine(f"accepted, not modelled here: channel {name}"))
    news = _News(channel)
    made = trainer(request.spec, data.load(request.recipe), request.threads, news.round_done, lambda text: channel.send(LogLine(text)))
    news.flush()
    artifact = artifacts.store(Path(request.artifacts), made.content, made.suffix)
    return Finished(
        artifact=artifact,
        rounds=made.rounds,
        metrics=named_ppm(dict(made.metrics)),
        train_ms=round(made.train_seconds * 1000),
        cpu_ms=round((time.process_time() - began) * 1000),
        peak_rss_mib=peak_rss_mib(),
    )


def _score(request: Score) -> Answers:
    began = time.process_time()
    limit_growth(request.memory_mib)
    stream = data.load(request.recipe).stream
    scores = _scores(request.artifact, stream.features, request.threads)
    # A score that is no number compares as false: no answer is a negative answer.
    positive = scores.astype(np.float64) >= request.recipe.threshold_ppm / 1_000_000
    truth = stream.labels > 0.5
    codes = np.select(
        [positive & truth, positive & ~truth, ~positive & truth], [TRUE_POSITIVE, FALSE_POSITIVE, FALSE_NEGATIVE], TRUE_NEGATIVE
    )
    packed = base64.b64encode(_packed(codes.astype(np.uint8))).decode()
    cpu = round((time.process_time() - began) * 1000)
    return Answers(len(codes), packed, cpu, peak_rss_mib())


def _packed(codes: npt.NDArray[np.uint8]) -> bytes:
    """Return two bits per row, row 0 in the lowest bits of byte 0."""
    padded = np.pad(codes, (0, -len(codes) % 4)).reshape(-1, 4)
    return bytes((padded[:, 0] | padded[:, 1] << 2 | padded[:, 2] << 4 | padded[:, 3] << 6).astype(np.uint8))


def _predict(request: Predict) -> Scores:
    lines = [line for line in request.csv.splitlines() if line.strip()]
    try:
        rows = np.array([[float(cell) if cell.strip() else np.nan for cell in line.split(",")] for line in lines], dtype=np.float32)
    except ValueError as error:
        raise BadRows(f"each line must hold comma-separated numbers, without header and label: {error}") from error
    if not lines:
        raise BadRows("no rows")
    try:
        scores = _scores(request.artifact, rows, request.threads)
    except ClientError as error:
        raise BadRows(str(error)) from error
    # JSON knows no infinity, and a client can do nothing with one.
    return Scores(tuple(float(score) if np.isfinite(score) else 0.0 for score in scores))


@lru_cache(maxsize=4)
def _content(path: str) -> bytes:
    return artifacts.read(Path(path))


def _scores(artifact: str, rows: data.Floats, threads: int) -> data.Floats:
    content = _content(artifact)
    if artifact.endswith(".ubj"):
        return xgboost_container.scores(content, rows, threads)
    return linear_learner_container.scores(content, rows)


class _News:
    """Bundles rounds, so that a thousand quick ones don't flood the line, and loses none."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: list[tuple[int, tuple[tuple[str, int], ...]]] = []
        self._asked = 0
        self._told = 0.0

    def round_done(self, number: int, asked: int, metrics: Mapping[str, float]) -> None:
        self._waiting.append((number, named_ppm(dict(metrics))))
        self._asked = asked
        if time.monotonic() - self._told >= _NEWS_SECONDS:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._channel.send(RoundsDone(tuple(self._waiting), self._asked))
        self._waiting.clear()
        self._told = time.monotonic()


def _keep_within(channel: Channel, memory_mib: int) -> None:
    """Bound this process's memory: by the system on Linux, where the app also samples; by its own watch elsewhere."""
    limit_growth(memory_mib)
    if memory_mib <= 0 or LINUX:
        return

    def watch() -> None:
        while (used := peak_rss_mib()) <= memory_mib:
            time.sleep(0.05)
        channel.send(Failed("OutOfMemory", f"{used} MiB in use, {memory_mib} MiB allowed"))
        os._exit(137)

    threading.Thread(target=watch, daemon=True, name="memory").start()
