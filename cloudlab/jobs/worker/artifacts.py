"""Model files: named by what is in them, and in formats that can't run code."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cloudlab.jobs.worker.failures import ArtifactDamaged

Arrays = dict[str, npt.NDArray[Any]]

_EPOCH = (1980, 1, 1, 0, 0, 0)


def store(folder: Path, content: bytes, suffix: str) -> str:
    """Write an artifact under the name of its own sha256, whole or not at all, and return the sha256 as hex."""
    sha = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{sha}.{os.getpid()}.draft"
    draft.write_bytes(content)
    try:
        draft.replace(folder / f"{sha}{suffix}")
    except PermissionError:  # Windows, while another worker reads the very same bytes.
        draft.unlink()
    return sha


def read(path: Path) -> bytes:
    """Return an artifact's bytes. Raises ArtifactDamaged when they are missing or not the ones the name promises."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ArtifactDamaged(f"{path.name}: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != path.stem:
        raise ArtifactDamaged(f"{path.name}: the content doesn't match the name")
    return content


def pack(arrays: Arrays) -> bytes:
    """Return arrays as an .npz file: the same bytes for the same arrays, and never an object array."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as folder:
        for name, array in sorted(arrays.items()):
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)
            # numpy.savez writes the time of day into the file; the name of an artifact must not depend on it.
            folder.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), entry.getvalue())
    return packed.getvalue()


def unpack(content: bytes) -> Arrays:
    """Return the arrays of an .npz file. Raises ArtifactDamaged for anything else, pickled objects first of all."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as folder:
            return {name: folder[name] for name in folder.files}
    except (ValueError, OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ArtifactDamaged(f"not arrays: {error}") from error
