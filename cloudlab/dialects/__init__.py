"""Other ways to write a command: the aws CLI line, the script line, one human line."""
