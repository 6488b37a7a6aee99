"""The training process itself: the only importer of sklearn and xgboost."""
