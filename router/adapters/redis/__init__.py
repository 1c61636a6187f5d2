"""The router's ports on Redis or Valkey.

``keys`` names every key, ``scripts/`` holds what happens atomically, ``connection`` speaks to the server,
``embedded`` starts a private one.
"""
