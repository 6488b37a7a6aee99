"""Plots: what was served, how fast, at what cost and worth, over simulated time; beside the map, or filling the screen."""
