"""Bars: the unframed lines of the play screen - status, team, and the row of panes where they are folded."""
