"""The store of facts: what was really trained and answered, by spec, and the model files by their content.

Facts are kept as they were made. Their names hold the spec's digest and the edition of the data, not the library versions: a
journal that was played with a fact must find it again after an upgrade. The versions are noted inside each entry.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cloudlab.model.training import Scored, Trained, TrainingFact, TrainingFailed

_LOG = logging.getLogger(__name__)
_FORMAT = 1

Versions = tuple[tuple[str, str], ...]


class FactStore:
    """A folder of facts. Any number of processes may use it at once: an entry is there whole or not at all."""

    def __init__(self, root: Path, shipped: tuple[Path, ...] = ()) -> None:
        """`shipped` are further stores, looked into when `root` doesn't know, and never written."""
        self.root = root
        self.damaged: list[Path] = []
        """Entries that could not be read; each was set aside under the name it had plus `.damaged`."""
        self._roots = (root, *shipped)

    @property
    def artifacts(self) -> Path:
        """The folder that new model files go into."""
        return self.root / "artifacts"

    def trained(self, spec_digest: str, edition: str) -> TrainingFact | None:
        """Return what is known about a spec on an edition of its data; None when it must be trained."""
        for path in self._places("trained", f"{spec_digest}.{edition}"):
            body = self._read(path)
            fact = None if body is None else _training_fact(body)
            if body is not None and (fact is None or fact.spec_digest != spec_digest):
                self._set_aside(path, "no training fact of this spec")
                continue
            if fact is not None:
                return fact
        return None

    def scored(self, spec_digest: str, dataset: str, edition: str, artifact: str) -> Scored | None:
        """Return what the model of a spec answered on a data set's stream; None when nobody asked that very artifact yet."""
        for path in self._places("scored", f"{spec_digest}.{dataset}.{edition}"):
            body = self._read(path)
            if body is None:
                continue
            fact = _scored(body)
            if fact is None or (fact.spec_digest, fact.dataset) != (spec_digest, dataset):
                self._set_aside(path, "no scored fact of this spec and data set")
            elif body.get("artifact") == artifact:
                return fact
        return None

    def keep_trained(self, fact: TrainingFact, edition: str, versions: Versions) -> None:
        """Remember a training fact. Raises OSError when the disk won't."""
        if isinstance(fact, Trained):
            body: dict[str, Any] = {"is": "Trained", "artifact": fact.artifact, "rounds": fact.rounds, "metrics": dict(fact.metrics)}
        else:
            body = {"is": "TrainingFailed", "kind": fact.kind, "reason": fact.reason}
        self._write("trained", f"{fact.spec_digest}.{edition}", {**body, "spec_digest": fact.spec_digest}, versions)

    def keep_scored(self, fact: Scored, edition: str, artifact: str, versions: Versions) -> None:
        """Remember a scored fact. Raises OSError when the disk won't."""
        body = {
            "is": "Scored",
            "spec_digest": fact.spec_digest,
            "dataset": fact.dataset,
            "rows": fact.rows,
            "outcomes": base64.b64encode(fact.outcomes).decode(),
            "artifact": artifact,
        }
        self._write("scored", f"{fact.spec_digest}.{fact.dataset}.{edition}", body, versions)

    def artifact(self, sha: str) -> Path | None:
        """Return the file of an artifact; None when it isn't there. Its content is checked by the worker that reads it."""
        if not sha or not all(c in "0123456789abcdef" for c in sha):
            return None
        for root in self._roots:
            for suffix in (".ubj", ".npz"):
                path = root / "artifacts" / (sha + suffix)
                if path.is_file():
                    return path
        return None

    def drop_artifact(self, path: Path) -> None:
        """Set a damaged model file aside."""
        self._set_aside(path, "the content doesn't match the name")

    def _places(self, kind: str, name: str) -> Iterator[Path]:
        return (root / kind / f"{name}.json" for root in self._roots)

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("fact %s can't be read: %s", path, error)
            return None
        try:
            entry = json.loads(content)
            body = entry["body"]
            if entry["check"] != _check(body) or entry["format"] != _FORMAT or not isinstance(body, dict):
                raise ValueError("check failed")
        except (ValueError, KeyError, TypeError) as error:
            self._set_aside(path, str(error))
            return None
        return body

    def _set_aside(self, path: Path, why: str) -> None:
        """A damaged entry is reported and forgotten: training again is always possible."""
        _LOG.warning("damaged, set aside: %s (%s)", path, why)
        self.damaged.append(path)
        with suppress(OSError):
            path.replace(path.with_name(path.name + ".damaged"))

    def _write(self, kind: str, name: str, body: dict[str, Any], versions: Versions) -> None:
        entry = {"format": _FORMAT, "check": _check(body), "body": body, "made_with": dict(versions)}
        write_whole(self.root / kind / f"{name}.json", json.dumps(entry, indent=1).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none of it, after a power cut too. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for patience in (0.01, 0.05, 0.2, None):
            try:
                draft.replace(path)
                return
            except PermissionError:  # Windows, while another process has the old entry open.
                if patience is None:
                    raise
                time.sleep(patience)
    finally:
        draft.unlink(missing_ok=True)


def _check(body: Any) -> str:
    return blake2b(json.dumps(body, sort_keys=True, separators=(",", ":")).encode(), digest_size=16).hexdigest()


def _training_fact(body: dict[str, Any]) -> TrainingFact | None:
    try:
        if body["is"] == "Trained":
            metrics = tuple(sorted((str(name), int(value)) for name, value in body["metrics"].items()))
            return Trained(str(body["spec_digest"]), str(body["artifact"]), int(body["rounds"]), metrics)
        if body["is"] == "TrainingFailed" and body["kind"] in ("ClientError", "AlgorithmError", "InternalServerError"):
            return TrainingFailed(str(body["spec_digest"]), body["kind"], str(body["reason"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return None


def _scored(body: dict[str, Any]) -> Scored | None:
    try:
        outcomes = base64.b64decode(body["outcomes"], validate=True)
        rows = int(body["rows"])
        if body["is"] == "Scored" and len(outcomes) == (rows + 3) // 4:
            return Scored(str(body["spec_digest"]), str(body["dataset"]), rows, outcomes)
    except (KeyError, TypeError, ValueError):
        pass
    return None
