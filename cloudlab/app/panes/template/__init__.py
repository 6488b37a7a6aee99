"""Templates: the stacks that were made of them, and the desk where one is written."""
