"""How many calls a second somebody may make: token buckets, kept in the process.

A bucket is one number, the instant at which it would be full again (the generic cell rate algorithm, which is a token
bucket without its counter). A bucket that holds anything lets a call in, and a batch may overdraw it: it is paid for by
waiting longer afterwards. Each server process counts for itself.

References
----------
ITU-T I.371, "Traffic control and congestion control in B-ISDN", annex A (GCRA).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gateway.errors import RateLimited

BURST_S = 1.0
"""What may be spent at once, in seconds of the rate; never less than one call."""
_MOST_BUCKETS = 10_000


class Limit:
    """A bucket for each subject.

    Parameters
    ----------
    per_s
        Calls a second.
    what
        What a subject is, as errors call it, e.g. ``tenant``.
    now
        A clock in seconds.
    """

    def __init__(self, per_s: float, what: str, now: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._what = what
        self._now = now
        self._burst_s = max(BURST_S, 1 / per_s)
        self._full_at: dict[str, float] = {}

    def take(self, subject: str, calls: int = 1) -> None:
        """Take so many calls out of a subject's bucket.

        Raises
        ------
        RateLimited
            If it is empty; nothing is taken then.
        """
        now = self._now()
        full_at = max(self._full_at.get(subject, now), now)
        wait = full_at + 1 / self._per_s - self._burst_s - now
        if wait > 1e-9:
            raise RateLimited(f"{self._what} {subject}", self._per_s, wait)
        if len(self._full_at) >= _MOST_BUCKETS:
            self._forget(now)
        self._full_at[subject] = full_at + calls / self._per_s

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full: a missing one is."""
        self._full_at = {subject: full_at for subject, full_at in self._full_at.items() if full_at > now}

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._full_at)
