"""Where scoring meets the world: folders, object stores, the registry's files."""
