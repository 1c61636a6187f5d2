"""When a failed job is tried again, and when no more. Pure.

References
----------
M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """How patient the queue is with a job that fails.

    Parameters
    ----------
    first_s, longest_s
        The first wait lasts up to ``first_s`` seconds; each next one up to twice as long, at most ``longest_s``.
    deliveries
        How often a job is lent before it is given up.
    """

    first_s: float = 0.5
    longest_s: float = 300.0
    deliveries: int = 25

    def delay_s(self, delivery: int, draw: float) -> float | None:
        """Return how long to wait after a failed delivery, in seconds; None: give up.

        Parameters
        ----------
        delivery
            Which one failed, from 1.
        draw
            Random number in [0, 1), so that jobs that failed together do not come back together.

        Examples
        --------
        >>> [Backoff(1.0, 8.0, 6).delay_s(delivery, draw=0.5) for delivery in range(1, 7)]
        [0.5, 1.0, 2.0, 4.0, 4.0, None]
        """
        if delivery >= self.deliveries:
            return None
        doublings = min(delivery - 1, 64)  # further ones change nothing and would overflow
        return draw * min(self.longest_s, self.first_s * float(2**doublings))
