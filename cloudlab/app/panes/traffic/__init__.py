"""The traffic pane: requests per hour."""
