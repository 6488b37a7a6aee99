"""The written help of the debrief."""

from __future__ import annotations

DEBRIEF_HELP = """\
# Debrief

Answer the questions first: they count for insight, and each is explained once it is answered. Then go through the sections;
**Page Up** and **Page Down** scroll the one that is shown.

- **score**: every line with its evidence; the lines sum to the score.
- **both roads**: the same seed, hence the same traffic and the same fate, played by the level's own script on the road you did
  not take. Below each road's hours stand the incidents: **Y** where you held the duty, **A** where AWS did. The principle stands
  below the comparison.
- **money and hours**: both roads line by line; the sums are exact.
- **100 futures**: your final design from the start of 100 other seeds, played meanwhile. Winning nearly all of them is the third
  star: luck did not earn it.

**s** saves the report into the profile folder, as a page for a browser, as Markdown and as JSON. **n** plays again with a new
seed, **o** with the same one: the way to try the other road yourself. **Esc** goes to the menu; the journal stays, and
`cloudlab report`, `ghost` and `futures` show all of this again.
"""
