"""The settings: look, motion, pace, mood, sounds, keys."""
