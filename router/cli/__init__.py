"""The routing commands of ``fairlead``, a module each."""
