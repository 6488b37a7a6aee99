"""Questions about a World and their reasoned answers; nothing here changes anything."""
