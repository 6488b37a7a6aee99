"""Model files: named by their content, the same for the same model, and unable to run anything."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from cloudlab.jobs.worker import artifacts
from cloudlab.jobs.worker.failures import ArtifactDamaged
from cloudlab.jobs.worker.linear_learner_container import scores as linear_scores
from cloudlab.jobs.worker.xgboost_container import scores as boosted_scores


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_the_same_arrays_are_the_same_bytes() -> None:
    arrays = {"b": np.arange(3.0), "a": np.array([True])}
    packed = artifacts.pack(arrays)
    assert packed == artifacts.pack(dict(reversed(arrays.items())))
    back = artifacts.unpack(packed)
    assert back.keys() == arrays.keys()
    assert all(np.array_equal(back[name], arrays[name]) for name in arrays)


def test_an_artifact_is_checked_against_its_name(tmp_path: Path) -> None:
    sha = artifacts.store(tmp_path, b"model", ".npz")
    path = tmp_path / f"{sha}.npz"
    assert artifacts.read(path) == b"model"
    assert list(tmp_path.iterdir()) == [path]
    path.write_bytes(b"another")
    with pytest.raises(ArtifactDamaged, match="doesn't match"):
        artifacts.read(path)
    path.unlink()
    with pytest.raises(ArtifactDamaged):
        artifacts.read(path)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trap = np.array([Trap(sprung)], dtype=object)
    with pytest.raises(ValueError, match="Object arrays"):
        artifacts.pack({"coefficients": trap})
    poisoned = io.BytesIO()
    np.savez(poisoned, coefficients=trap, intercept=trap, mean=trap, scale=trap, probability=trap)
    row = np.zeros((1, 1), dtype=np.float32)
    for content in (poisoned.getvalue(), pickle.dumps(Trap(sprung)), b"", b"PK\x03\x04"):
        with pytest.raises(ArtifactDamaged):
            linear_scores(content, row)
        with pytest.raises(ArtifactDamaged):
            boosted_scores(content, row, 1)
    assert not sprung.exists()
