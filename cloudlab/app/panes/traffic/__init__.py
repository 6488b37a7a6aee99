"""The traffic pane."""
