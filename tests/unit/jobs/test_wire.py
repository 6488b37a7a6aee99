"""Messages: what is written is read back, and nothing else is."""

from __future__ import annotations

import json

import pytest

from cloudlab.jobs.recipe import Recipe
from cloudlab.jobs.wire import (
    PROTOCOL,
    Answers,
    Failed,
    Finished,
    Hello,
    LogLine,
    Predict,
    ProtocolError,
    Reply,
    Request,
    RoundsDone,
    Score,
    Scores,
    Train,
    decode_reply,
    decode_request,
    encode,
)
from cloudlab.model.training import TrainingSpec

SPEC = TrainingSpec("xgboost", "churn", ("train", "validation"), (("eta", "0.1"), ("num_round", "5")), 3)
RECIPE = Recipe("churn", "churn", 1, 2026, (("train", 60), ("validation", 10), ("stream", 20)), 333_333)
REQUESTS: list[Request] = [
    Train(SPEC, RECIPE, "/store", 1, 2048),
    Score("/store/ab.ubj", RECIPE, 1, 0),
    Predict("/store/ab.ubj", "1,2\n3,4", 1),
]
REPLIES: list[Reply] = [
    Hello(PROTOCOL, 1, (("numpy", "2.4.6"),)),
    RoundsDone(((1, (("train:auc", 800_000),)), (2, ())), 200),
    LogLine("a \u2028 line\nof two"),
    Finished("ab", 5, (("train:auc", 800_000),), 1, 2, 3),
    Answers(20, "AAAA", 1, 2),
    Scores((0.25, 1.0)),
    Failed("ClientError", "no"),
]


@pytest.mark.parametrize("message", REQUESTS, ids=lambda m: type(m).__name__)
def test_a_request_comes_back_as_it_was(message: Request) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_request(line) == message
    with pytest.raises(ProtocolError):
        decode_reply(line)


@pytest.mark.parametrize("message", REPLIES, ids=lambda m: type(m).__name__)
def test_a_reply_comes_back_as_it_was(message: Reply) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_reply(line) == message
    with pytest.raises(ProtocolError):
        decode_request(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"Task 0 got rank 0\n",
        b"[]\n",
        b"{}\n",
        b'{"is": "Nobody"}\n',
        b'{"is": "LogLine"}\n',
        b'{"is": "LogLine", "text": 5}\n',
        b'{"is": "LogLine", "text": "a", "more": 1}\n',
        b'{"is": ["LogLine"]}\n',
        b"\xff\n",
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_reply(line)


def test_specs_that_are_equal_have_one_digest_in_every_process() -> None:
    # Pinned: journals and stores hold it.
    assert SPEC.digest() == "b4612142e64bd33244a46c47fe1ec13d"
    assert json.loads(encode(REQUESTS[0]))["spec"]["training_seed"] == 3
