"""How long to wait before another try. Pure."""

from __future__ import annotations

from collections.abc import Callable

FIRST_WAIT_S = 5
LONGEST_WAIT_MS = 24 * 3_600_000
"""Also the longest that a receiver may ask for."""
_CHANCE = 0.1
"""Up to which share waits are shortened, for receivers not to be called by all at once."""
_MOST_DOUBLINGS = 40


class RetryWaits:
    """Says how long to wait behind a failed try.

    Parameters
    ----------
    first_s
        The first wait, in seconds; each is twice the one before, up to a day.
    draw
        Returns a number from 0 to 1, by chance.
    """

    def __init__(self, first_s: float, draw: Callable[[], float]) -> None:
        self._first_ms = first_s * 1000
        self._draw = draw

    def wait_ms(self, tries: int, retry_after_s: float | None) -> int:
        """Return the wait behind so many tries, 1 or more, in milliseconds; a day at most.

        Parameters
        ----------
        retry_after_s
            How long the receiver asked for: it waits at least that, but a day at most.

        Examples
        --------
        >>> waits = RetryWaits(5, lambda: 0.0)
        >>> [waits.wait_ms(tries, None) for tries in (1, 2, 3, 16)], waits.wait_ms(1, 60)
        ([5000, 10000, 20000, 86400000], 60000)
        """
        doubled = self._first_ms * 2 ** min(tries - 1, _MOST_DOUBLINGS)
        wait = min(doubled, LONGEST_WAIT_MS) * (1 - _CHANCE * self._draw())
        return int(min(max(wait, (retry_after_s or 0) * 1000), LONGEST_WAIT_MS))
