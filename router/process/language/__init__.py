"""A process from YAML: its forms, and what is wrong with it."""
