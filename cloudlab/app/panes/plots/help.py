"""The written help of the plots."""

from __future__ import annotations

PLOTS_HELP = """\
# Plots

What the team knows, over simulated time. Nothing is drawn that nobody could have seen: without monitoring the curves end at your
last look, and the legend says how long ago that was.

| tab | shows |
|---|---|
| 1 requests | a bar per hour: █ answered in time, ▒ answered but slow, ╳ failed |
| 2 rates | • in time, ▒ slow, ╳ failed, each as requests a minute, averaged over the hour that ends there |
| 3 latency | milliseconds to answer; a gap where nothing answered |
| 4 busy | how much of the capacity is asked for; above 100 % requests are lost |
| 5 budget | what is left of the error budget since requests count |
| 6 value | what the answers were worth so far |
| 7 money | ▒ cloud, ○ people, • together, ∙ where it goes at this rate, ╌ the budget |
| 8 bill | by line, by resource, by whose hours; each column adds up to the cent |

The row below the time axis marks what happened: ◆ an order took effect, ▲ an incident of yours was noticed, △ one that AWS held.

| key | does |
|---|---|
| **1** to **8**, **[ ]** | choose a tab; a click on its name too |
| **+ -**, wheel | zoom in, zoom out |
| **← →**, drag | pan |
| **0** | the whole run again |
| **. ,** | the next, the previous mark, told in words |
| **↑ ↓**, **Page Up**, **Page Down**, wheel | on the bill: scroll |
| **;** | the next service, where there are several |
| **Enter** | fill the screen; **Esc** goes back |

**look plots**, **look plots latency** and **look money** say the same figures in words.
The service's state: *fine* is within the objective, *degraded* is less while the budget holds, *burning* will use the error
budget up in the time shown, *down* answers nobody.
"""
