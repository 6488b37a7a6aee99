"""The console: every command as a form."""
