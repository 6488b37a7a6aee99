"""The play screen: panes around one run."""
