"""The game in a browser: pages on one side, one app process per player on the other, and a guarded door between."""
