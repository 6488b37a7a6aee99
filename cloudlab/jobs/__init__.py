"""Real work elsewhere: the only room that starts processes."""
