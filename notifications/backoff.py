"""How long to wait before another try. Pure."""

from __future__ import annotations

DAY_MS = 86_400_000
"""The longest wait, and the longest that a receiver may ask for."""
_SPREAD = 0.1
_MAX_DOUBLINGS = 40


def wait_ms(failures: int, first_s: float, chance: float, asked_s: float | None = None) -> int:
    """Return the wait behind the nth failure in a row, in milliseconds.

    Parameters
    ----------
    failures
        At least 1.
    first_s
        Behind the first, in seconds; each one after it is twice as long, up to a day.
    chance
        In [0, 1): takes up to a tenth off, so that what failed together is not tried together for ever.
    asked_s
        What the receiver asked for, in seconds: at least that, up to a day.

    Examples
    --------
    >>> [wait_ms(failures, 5, 0.0) // 1000 for failures in (1, 2, 3, 14, 15, 99)]
    [5, 10, 20, 40960, 81920, 86400]
    """
    doubled = min(DAY_MS, first_s * 1000 * 2 ** min(failures - 1, _MAX_DOUBLINGS))
    return int(max(doubled * (1 - _SPREAD * chance), min(DAY_MS, (asked_s or 0) * 1000)))
