"""The router's ports on Redis or Valkey.

``keys`` names every key, ``scripts/`` holds what happens atomically; how a server is reached is for ``store`` to say.
"""
