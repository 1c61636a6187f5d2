"""Where roles are kept."""
