"""Telling people where time is simulated: whoever moves the clock has events taken in, and tells nobody of them.

So a service on a simulated clock reads its log for itself, a second time, and tells from where it stopped. On a real
clock the follower of timers tells as it reads, which costs nothing.
"""

from __future__ import annotations

from typing import Protocol

from background.rounds import Rounds
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.notices import Notices
from router.deadlines.telling import Telling
from router.model.errors import CorruptHistory, NotFound
from router.workforce.ports import Revisions

_LOOK_S = 0.5
_PAGE = 200


class LastTold(Protocol):
    """Knows how far people were told."""

    async def last_told(self, tenant: str) -> int:
        """Return the number of the last event that they were told of; 0: of none."""


class SimulatedTelling:
    """Reads the logs of all tenants, again and again.

    Parameters
    ----------
    store, planners, revisions
        The logs, the workforces, the tenants.
    outbox
        Knows how far people were told.
    telling
        Tells; once, if it is told twice.
    """

    def __init__(
        self, store: Assignments, planners: PlannerCache, revisions: Revisions, outbox: LastTold, telling: Telling
    ) -> None:
        self._store = store
        self._planners = planners
        self._revisions = revisions
        self._outbox = outbox
        self._telling = telling
        self._read: dict[str, int] = {}
        self._rounds = Rounds(self._look, _LOOK_S, "whoever tells people on a simulated clock")

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    async def stop(self) -> None:
        """End."""
        await self._rounds.stop()

    async def _look(self) -> None:
        for tenant in await self._revisions.tenants():
            await self._catch_up(tenant)

    async def _catch_up(self, tenant: str) -> None:
        after = max(self._read.get(tenant, 0), await self._outbox.last_told(tenant))
        while events := await self._store.events(tenant, after=after, count=_PAGE):
            for event in events:
                try:
                    notice = await Notices(tenant, self._store, self._planners).of(event)
                except (CorruptHistory, NotFound):
                    notice = None
                if notice is not None:
                    await self._telling.tell(tenant, notice)
                self._read[tenant] = after = event.number
