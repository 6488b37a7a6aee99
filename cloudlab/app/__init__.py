"""The Textual app: screens and panes; the only importer of textual."""
