"""What a store's clock is likely to show, by a server's own clock and by what the store has said.

A server plans before it asks the store, for an instant that the store's clock then judges. Where the two clocks
differ, or the store's is a simulated one, the first plan for another instant is refused, and says the store's time:
from then on the difference is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from router.assignment.commands import KnownAs, Moved, Refusal
from router.model.decision import Decision


def clock_ms() -> int:
    """Return the time by this machine's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class EstimatedClock:
    """The times of the stores of all tenants.

    Parameters
    ----------
    now_ms
        The server's own clock, in milliseconds since 1970.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._ahead: dict[str, int] = {}

    def expected_ms(self, tenant: str) -> int:
        """Return what a tenant's store would say now."""
        return self._now_ms() + self._ahead.get(tenant, 0)

    def learn(self, tenant: str, answers: Iterable[Decision | Refusal | KnownAs | Moved]) -> None:
        """Take note of the times in a store's answers: a refusal says what it is, a decision what it is at least."""
        for answer in answers:
            match answer:
                case Moved(now_ms):
                    self._ahead[tenant] = now_ms - self._now_ms()
                case Decision(at_ms=at_ms) if at_ms > self.expected_ms(tenant):
                    self._ahead[tenant] = at_ms - self._now_ms()
                case _:
                    pass
