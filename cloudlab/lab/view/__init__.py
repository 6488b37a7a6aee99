"""View: what the team knows at one instant, frozen, in slices that faces compare by identity."""

from cloudlab.lab.view.build import ViewBuilder
from cloudlab.lab.view.slices import View

__all__ = ["View", "ViewBuilder"]
