"""Are the timers those that follow from the log, up to where it was followed? Asks of everything that waits anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from router.assignment.ports import Assignments
from router.timers.follower import TimerFollower, touched_by
from router.timers.ports import Timers
from router.timers.timer import Timer

_PAGE = 1000


class TimerCheck:
    """The use case: hold a tenant's timers to its log.

    Parameters
    ----------
    store, timers
        What is verified.
    follower
        Makes the follower of a tenant, who says what falls due.
    """

    def __init__(self, store: Assignments, timers: Timers, follower: Callable[[str], TimerFollower]) -> None:
        self._store = store
        self._timers = timers
        self._follower = follower

    async def differences(self, tenant: str) -> AsyncIterator[str]:
        """Yield every difference in words; work items that events behind the position touched are not compared."""
        position = await self._timers.followed(tenant)
        if not position.event:  # nobody follows it, or not yet
            return
        untold = await self._touched_behind(tenant, position.event)
        expected = {
            timer
            async for page in self._follower(tenant).due_of_all(position)
            for of_item in page.values()
            for timer in of_item
            if timer.entry <= position.event
        }
        stored = await self._stored(tenant)
        for timer in sorted(expected ^ stored):
            if timer.item_id not in untold:
                yield _told(timer, is_expected=timer in expected)

    async def _touched_behind(self, tenant: str, number: int) -> set[str]:
        touched = set[str]()
        while events := await self._store.events(tenant, after=number, count=_PAGE):
            touched.update(touched_by(events))
            number = events[-1].number
        return touched

    async def _stored(self, tenant: str) -> set[Timer]:
        stored, start = set[Timer](), 0
        while page := await self._timers.timers(tenant, start, _PAGE):
            stored.update(page)
            start += len(page)
        return stored


def _told(timer: Timer, *, is_expected: bool) -> str:
    says = "log has it, store has not" if is_expected else "store has it, log has not"
    return f"timer {timer.name} {timer.step} of {timer.item_id}, event {timer.entry}, due {timer.due_ms}: {says}"
