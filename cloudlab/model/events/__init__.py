"""Events: what happened, in the past tense; the World is their fold."""

from cloudlab.model.events.base import Event

__all__ = ["Event"]
