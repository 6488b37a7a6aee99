"""The debrief: how the run went, beside the other road."""
