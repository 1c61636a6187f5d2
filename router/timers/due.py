"""What is due of a tenant: read once, and made by whoever makes what does not fire."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from router.timers.ports import MAX_TIMERS, Timers
from router.timers.timer import Timer


class Due(NamedTuple):
    """The first timers that are due, and the store's clock as they were read, in milliseconds since 1970."""

    timers: list[Timer]
    now_ms: int

    def of(self, is_asked_for: Callable[[Timer], bool]) -> list[Timer]:
        """Return those of one sort, in their order."""
        return list(filter(is_asked_for, self.timers))


async def due_now(timers: Timers, tenant: str) -> Due:
    """Return what is due of the first ``MAX_TIMERS`` timers of a tenant."""
    status = await timers.timer_status(tenant)
    if status.due_ms is None or status.due_ms > status.now_ms:
        return Due([], status.now_ms)
    first = await timers.timers(tenant, 0, MAX_TIMERS)
    return Due([timer for timer in first if timer.due_ms <= status.now_ms], status.now_ms)
