"""The guide of the orientation, on the real play screen."""
