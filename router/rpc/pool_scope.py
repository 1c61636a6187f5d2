"""What a manager sees whose token names pools: what is of those, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.grpc.call import Call
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.roster import Roster
from router.model.decision import Decision
from router.rpc.messages import pool_of

_TRIED = "pool "
"""What the label of a step that tried a pool begins with."""


class PoolScope:
    """Holds calls of such managers to their pools.

    Parameters
    ----------
    queries
        Read work items.
    planners
        Say who is a member of what.
    """

    def __init__(self, queries: WorkItemQueries, planners: PlannerCache) -> None:
        self._queries = queries
        self._planners = planners

    async def check(self, call: Call) -> None:
        """Check that the work item or the pool that a call names is of its caller's pools.

        Raises
        ------
        PermissionDenied
            If it is not.
        NotFound
            If there is no such work item.
        """
        match call.resource.split("/"):
            case ["tenants", tenant, "workItems", item_id] if call.only_pools:
                call.check_pools(await self.of_item(tenant, item_id))
            case ["tenants", _, "pools", pool_id] if call.only_pools:
                call.check_pools({pool_id})

    async def check_item(self, call: Call, tenant: str, stored: StoredItem) -> None:
        """Check that a work item is of its caller's pools.

        Raises
        ------
        PermissionDenied
            If it is not.
        """
        if call.only_pools:
            call.check_pools(pools_of(stored, await self._planners.roster(tenant)))

    async def of_item(self, tenant: str, item_id: str) -> set[str]:
        """Return the pools that a work item is of.

        Raises
        ------
        NotFound
            If there is none.
        """
        return pools_of(await self._queries.item(tenant, item_id), await self._planners.roster(tenant))

    async def seen(self, call: Call, tenant: str, item_ids: Iterable[str]) -> set[str]:
        """Return those of some work items that a caller sees, by id."""
        if not call.only_pools:
            return set(item_ids)
        return {item_id for item_id in item_ids if call.sees(await self.of_item(tenant, item_id))}

    async def view(self, call: Call, tenant: str) -> Callable[[StoredItem], bool] | None:
        """Return what says whether a caller sees a work item; None: they see all."""
        if not call.only_pools:
            return None
        roster = await self._planners.roster(tenant)
        return lambda stored: call.sees(pools_of(stored, roster))


def pools_of(stored: StoredItem, roster: Roster) -> set[str]:
    """Return the pools that a work item is of: the one that gave or offers it; of what a person gave by none, those of
    its owner; of what nobody has, those that were tried for it.
    """
    record = stored.record
    if pool := pool_of(record):
        return {pool}
    if record.owner:
        return {pool for pool in roster.pools if roster.is_member(record.owner, pool)}
    return tried_pools(stored.decision)


def tried_pools(decision: Decision) -> set[str]:
    """Return the pools of a decision: of whose ledger it is, or, where it found nobody, those that it tried."""
    if decision.pool:
        return {decision.pool}
    labels = (label.partition(",")[0] for label in decision.head.steps)
    return {label.removeprefix(_TRIED) for label in labels if label.startswith(_TRIED)}
