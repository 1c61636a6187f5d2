"""What a manager sees whose token names pools: what is of those, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import routing_pb2 as routing
from gateway.calls.call import Call
from router.assignment.planner import pools_named
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.roster import Roster
from router.model.decision import Decision
from router.model.workforce import WorkforceRecords
from router.rpc.messages import pool_of


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
        """Check that the work item, the rep or the pool that a call names is of its caller's pools, and so is whoever
        it gives it to.

        Raises
        ------
        PermissionDenied
            If it is not.
        NotFound
            If there is no such work item.
        """
        match call.resource.split("/"):
            case ["tenants", tenant, "workItems", item_id]:
                await self.check_item(call, tenant, await self._queries.item(tenant, item_id))
                if rep := _given_to(call.request):
                    call.check_pools(_pools_with(rep, await self._planners.roster(tenant)), rep)
            case ["tenants", tenant, "reps", rep]:
                call.check_pools(_pools_with(rep, await self._planners.roster(tenant)), rep)
            case ["tenants", _, "pools", pool_id]:
                call.check_pools({pool_id})

    async def check_item(self, call: Call, tenant: str, stored: StoredItem) -> None:
        """Check that a work item is of its caller's pools.

        Raises
        ------
        PermissionDenied
            If it is not.
        """
        if call.only_pools is not None:
            call.check_pools(pools_of(stored, await self._planners.roster(tenant)), stored.record.owner)

    async def check_decision(self, call: Call, tenant: str, decision: Decision) -> None:
        """Check the same of a decision."""
        if call.only_pools is not None:
            call.check_pools(pools_of_decision(decision, await self._planners.roster(tenant)), decision.rep)

    async def seen(self, call: Call, tenant: str, item_ids: Iterable[str]) -> set[str]:
        """Return those of some work items that a caller sees, by id."""
        is_seen = await self.view(call, tenant)
        if is_seen is None:
            return set(item_ids)
        found = await self._queries.of(tenant, list(dict.fromkeys(item_ids)))
        return {stored.record.item_id for stored in found if is_seen(stored)}

    async def view(self, call: Call, tenant: str) -> Callable[[StoredItem], bool] | None:
        """Return what says whether a caller sees a work item; None: they see all."""
        if call.only_pools is None:
            return None
        roster = await self._planners.roster(tenant)
        return lambda stored: call.sees(pools_of(stored, roster), stored.record.owner)

    async def view_of_decisions(self, call: Call, tenant: str) -> Callable[[Decision], bool] | None:
        """Return the same for decisions."""
        if call.only_pools is None:
            return None
        roster = await self._planners.roster(tenant)
        return lambda decision: call.sees(pools_of_decision(decision, roster), decision.rep)


def pools_of(stored: StoredItem, roster: Roster) -> set[str]:
    """Return the pools that a work item is of: the one that gave or offers it; of what its owner has by none, those
    that they belong to; of what nobody has, those that were tried for it.
    """
    record = stored.record
    if pool := pool_of(record):
        return {pool}
    return _pools_with(record.owner, roster) if record.owner else _tried(stored.decision)


def pools_of_decision(decision: Decision, roster: Roster) -> set[str]:
    """Return the same of a decision, by whom it found."""
    if decision.pool:
        return {decision.pool}
    return _pools_with(decision.rep, roster) if decision.rep else _tried(decision)


def reps_seen(call: Call, records: WorkforceRecords) -> set[str] | None:
    """Return the reps that a caller sees: who belongs to their pools, and themselves; None: they see all."""
    if call.only_pools is None:
        return None
    pools = [pool for pool in records.pools.values() if pool.id in call.only_pools]
    return {
        call.own_rep,
        *(rep for pool in pools for rep in (*(member.rep for member in pool.members), *pool.managers)),
    }


def _pools_with(rep: str, roster: Roster) -> set[str]:
    """Return the pools that a rep belongs to, as a member or as who leads them."""
    return {pool.id for pool in roster.pools.values() if roster.is_member(rep, pool.id) or rep in pool.managers}


def _tried(decision: Decision) -> set[str]:
    return pools_named(decision.head.steps[: len(decision.seen)])


def _given_to(request: Any) -> str:
    """Return to whom a request gives a work item, or whose it says that an activity was; empty: to nobody it names."""
    match request:
        case (
            routing.ReassignWorkItemRequest(rep=name)
            | activities.RecordActivityRequest(activity=activities.Activity(rep=name))
        ):
            return str(name).rpartition("/")[2]
    return ""
