"""What can go wrong with a store."""

from __future__ import annotations

from typing import ClassVar


class StoreUnavailable(Exception):
    """The store does not answer, or takes no writes now.

    Parameters
    ----------
    description
        What it said, in words.
    retry_after_s
        When to try again, in seconds.
    """

    reason: ClassVar[str] = "STORE_UNAVAILABLE"

    def __init__(self, description: str, retry_after_s: float = 1.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(description)
