"""The written help of the play screen: the clock, and where things are."""

from __future__ import annotations

PLAY_HELP = """\
# The clock

Time passes only while it has something to do: while somebody works, while you `wait`, or after **space**. It stops by itself
when you are paged, when an order is refused at the end of its work, and while a line holds text.

While a line holds text the clock's keys are letters like any other. A hint says where you are wrong. In learn mood the last decision
can be taken back; you are asked first. Everything is on disk before you see its effect, so you may leave at any time.

Letters are never shortcuts: whatever you type in a pane goes to the terminal's line. Only a sheet that opened over the panes has
letters of its own; its last row names them.

# The panes

**F2** console, **F3** terminal, **F4** who holds it, **F5** jobs, **F6** pager, **F7** objectives, **F8** requests, **F9** map,
**Ctrl+L** log, **!** patching: who is exposed.
Tab goes round; a click chooses. **F1** in a pane explains it.

Keys that a browser keeps to itself (Ctrl+N, Ctrl+T, Ctrl+W) have a second one: **>** the next event, **%** a hint,
**Alt+Backspace** the word before the cursor. **Ctrl+P** finds every action by its words.
"""
