"""Wakes what waits, in every tenant, while a service runs. Of the services on one store one does it at a time."""

from __future__ import annotations

import logging
from functools import partial

from background.leadership import LeaderLease, Leadership
from background.rounds import Rounds
from background.tasks import Tasks
from background.tenants import ask_each
from failures import Failure
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments, LogFollower
from router.backlog.requeuer import Requeuer
from router.workforce.ports import Revisions

LOOK_S = 1.0
"""Seconds between two looks for tenants where something waits."""
_WAIT_S = 2.0
"""Seconds that a follower waits for an event before it renews its role."""
_ROLE = "waking"

_log = logging.getLogger(__name__)


class RequeueRunner:
    """Starts a follower for each tenant in which something waits, and ends it when nothing does.

    Parameters
    ----------
    store, planners
        As for ``router.assignment.service.Router``.
    revisions
        Knows the tenants.
    follower, lease
        Says when there is something to do.
    """

    def __init__(
        self,
        store: Assignments,
        planners: PlannerCache,
        revisions: Revisions,
        follower: LogFollower,
        lease: LeaderLease,
    ) -> None:
        self._store = store
        self._planners = planners
        self._revisions = revisions
        self._follower = follower
        self._leadership = Leadership(lease, _ROLE)
        self._followers = Tasks[str]()
        self._rounds = Rounds(self._look, LOOK_S, "the requeue runner")

    def start(self) -> None:
        """Begin to look."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; what is under way in the store is either done or not."""
        await self._rounds.stop()
        await self._followers.end()

    async def _look(self) -> None:
        followed = self._followers.running()
        idle = [tenant for tenant in await self._revisions.tenants() if tenant not in followed]
        async for tenant, waiting in ask_each(idle, partial(self._store.waiting, count=1)):
            if waiting:
                self._followers.begin(tenant, self._follow(tenant))

    async def _follow(self, tenant: str) -> None:
        """Wake what waits until nothing does, or somebody else has the role."""
        requeuer = Requeuer(tenant, self._store, self._planners)
        try:
            if not await self._leadership.leads(tenant):
                return
            await requeuer.begin()
            while not self._rounds.stopping and await self._store.waiting(tenant, count=1):
                if woken := await requeuer.wake():
                    _log.info("tenants/%s: %d work items that waited have found an owner", tenant, woken)
                await self._follower.grown(tenant, requeuer.position, _WAIT_S)
                if not await self._leadership.leads(tenant):
                    return
                await requeuer.catch_up()
        except Failure as error:
            _log.warning("tenants/%s: requeuer begins anew: %s", tenant, error)
        except Exception:  # nobody awaits a follower: what ended it would be told by nobody
            _log.exception("tenants/%s: the requeuer failed; it begins anew", tenant)
