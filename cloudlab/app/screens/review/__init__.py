"""Review: the cards that are due."""
