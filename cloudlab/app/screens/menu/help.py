"""The written help of the menu."""

from __future__ import annotations

MENU_HELP = """\
# cloudlab

Each level is a business problem with a deadline, a budget, a team and traffic. Build what it needs by hand on EC2, or tick
the box on SageMaker: nearly every level leaves the road free, need by need.

**Arrows and Enter**, or the mouse. **Ctrl+Q** quits; every order is on disk before you see its effect.

- **Go on** takes up the newest unfinished run, exactly where it was.
- **Mood**: in *learn* hints are free and a decision can be undone. In *win* nothing is undone and hints cost points.
- **Stars**: goals met; inside par; robust, that is: won not by luck.

`cloudlab play LEVEL --plain` plays the same game as linear text, for screen readers.
"""
