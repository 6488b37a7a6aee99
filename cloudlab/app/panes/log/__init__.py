"""The log pane: what happened, line by line."""
