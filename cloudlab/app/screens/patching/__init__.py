"""Patching: who is exposed and since when, what the baseline says of it, and when a window opens next."""
