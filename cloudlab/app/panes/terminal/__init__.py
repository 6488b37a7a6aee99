"""The terminal pane: the line, its completions, its preview, and what came back."""
