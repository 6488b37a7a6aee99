"""The written help of the debrief."""

from __future__ import annotations

DEBRIEF_HELP = """\
# Debrief

Answer the questions first: they count for insight, and each is explained once it is answered. Then go through the sections.

- **score**: every line with its evidence; the lines sum to the score.
- **money and hours**: both sums are exact.
- **the other road**: the same seed, hence the same traffic and the same fate, played by the level's own script on the road you
  did not take. The principle stands below the comparison.

**s** saves the report into the profile folder, **n** plays again with a new seed, **o** with the same one, **Esc** goes to the menu.
"""
