"""Whose turn it is. Pure.

A job's turn comes by the time since which it could have been done, less one second for each point of priority. That
time never changes, so the order is that of a sorted set and ageing costs nothing: everything waits at the same pace,
and whoever came ``p`` seconds before a job of priority ``p`` goes before it. Nobody is overtaken for ever.
"""

from __future__ import annotations

POINT_US = 1_000_000
"""What a point of priority is worth, in µs of waiting."""


def turn(since_us: int, priority: int) -> int:
    """Return a job's place in line, in µs; the smallest is next.

    Parameters
    ----------
    since_us
        When it arrived, or when its delay ends, in µs since 1970.
    priority
        0 or more.

    Examples
    --------
    >>> turn(since_us=60_000_000, priority=10) < turn(since_us=51_000_000, priority=0)
    True
    """
    return since_us - priority * POINT_US
