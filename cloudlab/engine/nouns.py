"""The nouns of the simulated cloud; importing this module registers every handler."""

from cloudlab.engine import incidents, metering, run, serving, vpc, work

__all__ = ["incidents", "metering", "run", "serving", "vpc", "work"]
