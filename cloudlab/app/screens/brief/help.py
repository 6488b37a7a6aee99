"""The written help of the brief."""

from __future__ import annotations

BRIEF_HELP = """\
# Before you start

Read the problem (**Page Down** scrolls it), then commit to a prediction: **Enter** or a click on an answer chooses it, another one
replaces it. A prediction counts for insight, right or wrong. What is not predicted here may still be said in play, before the first
order: `predict P1 a`.

- **What you are handed**: some levels open in more than one way, for instance with a system that was handed over wrong.
- **Mood**: in *learn* hints are free and a decision can be undone. In *win* nothing is undone and hints cost points.
- **Seed**: the same number gives the same traffic and the same fate.

**Ctrl+O** shows the brief again while you play. **Tab** goes from the text to the questions, the seed and the button.
"""
