"""Many labs: one room's rules, and how a handed-in run is checked."""
