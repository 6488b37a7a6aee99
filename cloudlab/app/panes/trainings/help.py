"""The written help of the jobs."""

from __future__ import annotations

JOBS_HELP = """\
# Jobs

Each training, on both roads, the newest first. Two times are kept apart:

- **modelled** is what the clock and the bill go by: the job at the size the data stands for, on the instance type you chose, with its
  phase, its start and end, its price.
- **really**, and **measured on this machine**, is your own computer training the real rows, right now, in a process beside the game:
  rounds a second, seconds, memory. It never changes the bill.

The curves are the real training's metrics, round by round: ○ on the rows it learns from, • on rows kept back. Where the first goes on
rising and the second falls, the model learns its rows by heart.

The clock waits where it needs a real result that is not there yet; the status line says so.

| key | does |
|---|---|
| **↑ ↓**, click | choose a job |
| **Enter**, double click | fill the screen; **Esc** goes back |
| **\\*** | mark a job; the next one chosen is compared with it, figure by figure |
| **Del** | put the line that stops the job into the terminal; what it has used until then is billed |

A failed job tells its reason in the container's own words, and what would help. **look jobs** says all of it in words.
"""
