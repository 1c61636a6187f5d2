"""Wakes what waits, in every tenant, while a service runs. Of the services on one store one does it at a time."""

from __future__ import annotations

import asyncio
import logging
import secrets

from failures import Failure
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments, LeaderLease, LogFollower
from router.assignment.rounds import Rounds
from router.backlog.requeuer import Requeuer
from router.workforce.ports import Revisions

LOOK_S = 1.0
"""Seconds between two looks for tenants where something waits."""
_WAIT_S = 2.0
"""Seconds that a follower waits for an event before it renews its role."""
_LEAD_S = 10.0
_TENANTS_AT_ONCE = 100
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
        self._lease = lease
        self._name = secrets.token_hex(8)
        self._followers: dict[str, asyncio.Task[None]] = {}
        self._rounds = Rounds(self._look, LOOK_S, "the requeue runner")

    def start(self) -> None:
        """Begin to look."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; what is under way in the store is either done or not."""
        await self._rounds.stop()
        for task in self._followers.values():
            task.cancel()
        await asyncio.gather(*self._followers.values(), return_exceptions=True)

    async def _look(self) -> None:
        self._followers = {tenant: task for tenant, task in self._followers.items() if not task.done()}
        tenants = [tenant for tenant in await self._revisions.tenants() if tenant not in self._followers]
        for start in range(0, len(tenants), _TENANTS_AT_ONCE):
            some = tenants[start : start + _TENANTS_AT_ONCE]
            heads = await asyncio.gather(*(self._store.waiting(tenant, count=1) for tenant in some))
            for tenant, waiting in zip(some, heads, strict=True):
                if waiting:
                    self._followers[tenant] = asyncio.create_task(self._follow(tenant))

    async def _follow(self, tenant: str) -> None:
        """Wake what waits until nothing does, or somebody else has the role."""
        requeuer = Requeuer(tenant, self._store, self._planners)
        try:
            if not await self._leads(tenant):
                return
            await requeuer.begin()
            while not self._rounds.stopping.is_set() and await self._store.waiting(tenant, count=1):
                if woken := await requeuer.wake():
                    _log.info("tenants/%s: %d work items that waited have found an owner", tenant, woken)
                await self._follower.grown(tenant, requeuer.position, _WAIT_S)
                if not await self._leads(tenant):
                    return
                await requeuer.catch_up()
        except Failure as error:
            _log.warning("tenants/%s: requeuer begins anew: %s", tenant, error)
        except Exception:  # nobody awaits a follower: what ended it would be told by nobody
            _log.exception("tenants/%s: the requeuer failed; it begins anew", tenant)

    async def _leads(self, tenant: str) -> bool:
        return await self._lease.lead(tenant, _ROLE, self._name, _LEAD_S)
