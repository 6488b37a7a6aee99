"""The written help of the play screen: the clock, and where things are."""

from __future__ import annotations

PLAY_HELP = """\
# The clock

Time passes only while it has something to do: while somebody works, while you `wait`, or after **space**. It stops by itself
when you are paged, when an order is refused at the end of its work, and while a line holds text.

| key | does |
|---|---|
| **space** | run or pause (on an empty line, or outside the terminal) |
| **+  -** | pace: 1 min, 10 min or 1 h of the cloud per second |
| **Ctrl+N** | jump to the next event |
| **Ctrl+T** | hint: where you are wrong |
| **Ctrl+O** | the brief again, and what you predicted |
| **Ctrl+G** | learn mood: go back to before the last decision; it asks first |
| **F10** | back to the menu; **Ctrl+Q** quits. Everything is on disk already |

Letters are never shortcuts: whatever you type, wherever you are, goes to the terminal's line.

# The panes

**F2** console, **F3** terminal, **F4** who holds it, **F5** jobs, **F6** pager, **F7** objectives, **F8** requests, **F9** map,
**Ctrl+L** log.
Tab goes round; a click chooses. **F1** in a pane explains it.
"""
