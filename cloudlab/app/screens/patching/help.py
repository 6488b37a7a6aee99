"""The written help of the patching screen."""

from __future__ import annotations

PATCHING_HELP = """\
# Patching

Which fixes are missing on machines of your own, as far as the team knows; what **look patches** says, kept up to date.

| line | tells |
|---|---|
| ! a machine | the internet can get at a hole in it now |
| · a machine | a fix is missing, and nobody can get at the hole now |
| exploit clock | how long until attackers have something that works; after that a hole that can be got at is used |
| the baseline | from when on AWS-RunPatchBaseline installs the fix; approving it by name is quicker |
| AWS patches its system | endpoints and managed databases: nothing for you to do |
| maintenance window | when it opens next, what it runs, and how it went the last time |

A window patches without anybody's hours: **aws ssm create-maintenance-window**, then register targets and a task with it. Where
the clock runs out sooner than the window opens, send AWS-RunPatchBaseline yourself.

| key | does |
|---|---|
| **↑ ↓**, **Page Up**, **Page Down**, wheel | scroll |
| **Space** | run or pause the clock |
| **Esc**, **q** | back |
"""
