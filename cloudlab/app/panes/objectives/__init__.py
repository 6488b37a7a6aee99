"""The objectives pane."""
