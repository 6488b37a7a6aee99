"""A written page of help, over any screen."""
