"""Panes: each is told one or two slices of the View and shows them; each has its own page of help."""
