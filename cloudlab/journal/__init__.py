"""What was done: append-only JSON lines with a chained digest, replay and recovery."""
