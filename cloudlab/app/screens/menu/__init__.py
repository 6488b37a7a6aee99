"""The menu: campaign, last run, settings."""
