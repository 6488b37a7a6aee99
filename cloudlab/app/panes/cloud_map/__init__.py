"""The map pane: the cloud as the team knows it."""
