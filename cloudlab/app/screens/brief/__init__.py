"""The brief and the predictions."""
