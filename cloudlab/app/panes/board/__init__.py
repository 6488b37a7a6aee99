"""The responsibility board pane."""
