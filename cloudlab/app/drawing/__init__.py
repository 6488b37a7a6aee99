"""Drawings: from a slice of the View to lines of text, without a widget in sight."""
