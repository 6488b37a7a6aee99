"""Screens: menu, brief, play, debrief, and the small ones over them; each with its .tcss beside it, loaded when it opens."""
