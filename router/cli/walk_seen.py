"""What a row of a walk looked at."""

from __future__ import annotations

from typing import NamedTuple


class Seen(NamedTuple):
    """A thing that was looked at: what it should be, and what it is."""

    what: str
    expected: object
    found: object

    @property
    def holds(self) -> bool:
        """Whether it is as expected."""
        return self.expected == self.found
