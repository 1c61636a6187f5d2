"""The scoring commands of ``fairlead``, a module each."""
