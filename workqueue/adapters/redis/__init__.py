"""Queues on Redis or Valkey: ``keys`` names every key, ``scripts/`` holds what happens atomically.

Jobs are ordered by sorted sets, because a stream can neither reorder nor delay; the bell that wakes idle workers is a
stream, because many may read it.
"""
