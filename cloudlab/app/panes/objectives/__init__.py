"""The objectives pane: goals with their evidence."""
