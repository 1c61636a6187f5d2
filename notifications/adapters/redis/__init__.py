"""On Redis."""
