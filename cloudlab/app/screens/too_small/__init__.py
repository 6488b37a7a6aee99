"""What a terminal that is too small shows."""
