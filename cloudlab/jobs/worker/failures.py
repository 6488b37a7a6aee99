"""Why a request can't be met, in the words the real container would use."""

from __future__ import annotations


class ClientError(Exception):
    """The fault lies in what was asked: a hyperparameter, a channel or the data."""


class AlgorithmError(Exception):
    """The algorithm gave up on something nobody foresaw."""


class ArtifactDamaged(Exception):
    """The artifact file isn't what its name says."""


class BadRows(Exception):
    """Rows to predict that aren't numbers, or not as many as the model was trained on."""


_MEMORY_WORDS = ("bad_alloc", "bad allocation", "unable to allocate", "memory allocation", "out of memory", "cannot allocate")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception, the library's own included, means that memory ran out."""
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in _MEMORY_WORDS)
