"""What is due of a tenant: read once, and made by whoever makes what does not fire."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from router.timers.ports import MAX_TIMERS, Timers
from router.timers.timer import Timer, is_of_digest


class Due(NamedTuple):
    """The first timers that are due, and the store's clock as they were read, in milliseconds since 1970."""

    timers: list[Timer]
    now_ms: int

    def of(self, is_asked_for: Callable[[Timer], bool]) -> list[Timer]:
        """Return those of one sort, in their order."""
        return list(filter(is_asked_for, self.timers))


async def due_now(timers: Timers, tenant: str) -> Due:
    """Return what is due of the first ``MAX_TIMERS`` timers of a tenant, and of all lists before them."""
    status = await timers.timer_status(tenant)
    due, others = list[Timer](), 0
    if status.due_ms is None or status.due_ms > status.now_ms:
        return Due(due, status.now_ms)
    while others < MAX_TIMERS:
        page = await timers.timers(tenant, len(due), MAX_TIMERS)
        here = [timer for timer in page if timer.due_ms <= status.now_ms]
        due += here
        others += sum(not is_of_digest(timer) for timer in here)
        if len(here) < MAX_TIMERS:
            break
    return Due(due, status.now_ms)
