"""What is taught: level schema, loader, judge and lint. The lessons themselves are data in /levels."""
