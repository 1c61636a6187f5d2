"""Completing a work item: in a process with stages that close, only where one of these could be entered as it is."""

from __future__ import annotations

from router.assignment.children import check_unblocked
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries
from router.deadlines.approving import Approving
from router.model.errors import InvalidInput, NotPossible
from router.model.workitem import State, fingerprint_of
from router.process.definition.processes import Stage
from router.process.stages.approvals import is_approved, wants_approval
from router.process.stages.children import check_dates
from router.process.stages.closing import check_opens_nothing, closing_stages
from router.process.stages.places import StagePlace, check_required, next_place


class Closing:
    """The use case.

    Parameters
    ----------
    store
        What was done for a request before.
    queries, planners
        Work items as they stand, processes and rules.
    approving
        Says what is approved.
    """

    def __init__(
        self, store: Assignments, queries: WorkItemQueries, planners: PlannerCache, approving: Approving
    ) -> None:
        self._store = store
        self._queries = queries
        self._planners = planners
        self._approving = approving

    async def check(self, tenant: str, item_id: str, state: State, request_id: str, stored: StoredItem) -> None:
        """Refuse that an open work item is closed so, if that goes round its process; not what this very request did
        before the work item was reopened; ``item_id`` is its id as the request spells it.

        Raises
        ------
        NotPossible
            If no stage of its process that closes it so could be entered as it is without opening others, too; it says
            of each why.
        """
        if not (await self._planners.processes(tenant)).newest:
            return
        name, refused = f"tenants/{tenant}/workItems/{stored.record.item_id}", list[str]()
        for stage in closing_stages(name, stored.place, state):
            try:
                await self._check_stage(tenant, name, stored, stage)
            except (NotPossible, InvalidInput) as error:
                refused.append(error.description if isinstance(error, NotPossible) else str(error))
            else:
                return
        if refused and not await self._is_done(tenant, item_id, state, request_id):
            raise NotPossible(name, "; ".join(refused))

    async def _is_done(self, tenant: str, item_id: str, state: State, request_id: str) -> bool:
        fingerprint = fingerprint_of(request_id, "complete", item_id, state)
        return bool(request_id) and await self._store.has_done(tenant, request_id, fingerprint)

    async def _check_stage(self, tenant: str, name: str, stored: StoredItem, stage: Stage) -> None:
        """Refuse what could not enter a stage as it is, or would open others by it."""
        place = next_place(name, stored.place, stage.id)
        assert stored.place
        check_required(name, stage, stored.item.attributes, (await self._planners.newest(tenant)).rule_set)
        check_dates(stage, stored.item.attributes)
        check_unblocked(name, stored.place, stage.id, await self._queries.children(tenant, stored.record.item_id))
        await self._check_approved(tenant, name, stored, place)
        check_opens_nothing(name, stage)

    async def _check_approved(self, tenant: str, name: str, stored: StoredItem, place: StagePlace) -> None:
        process, stage = place
        if stage.approve is None or not wants_approval(stage, stored.item.attributes):
            return
        item, _ = await self._approving.read(tenant, stored.record.item_id)
        if not is_approved(process, item.life.asks, stage.id):
            raise NotPossible(name, f"{stage.id} is to be approved by {stage.approve.by}, which it is not")
