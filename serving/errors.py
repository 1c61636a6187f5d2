"""What can go wrong with a process as a whole."""

from __future__ import annotations


class CannotListen(Exception):
    """The address cannot be had."""
