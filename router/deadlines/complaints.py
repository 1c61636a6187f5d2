"""Whether a customer has a complaint open: then nobody asks them whether they would recommend us."""

from __future__ import annotations

from router.assignment.customers import customer_of
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.model.workitem import CLOSED_STATES
from router.process.stages.places import place_of

_PAGE = 100


class Complaints:
    """Looks them up.

    Parameters
    ----------
    store, planners
        Work items as they stand, and processes, which say what is a complaint.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def open_of(self, tenant: str, planner: Planner, customer: str) -> str:
        """Return the id of an open complaint of a customer; empty: they have none."""
        after = 0
        while page := await self._store.of_customer(tenant, customer, after=after, count=_PAGE):
            after = page[-1][0]
            records = await self._store.items(tenant, [item_id for _, item_id in page])
            published = await self._planners.processes(tenant)
            complaints = [
                record
                for record in records
                if record and record.state not in CLOSED_STATES
                if (place := place_of(published, record)) and place.process.complaints
            ]
            for content in await self._store.contents(tenant, [record.content for record in complaints]):
                if customer_of(planner.rule_set.known_customer, content.head.item) == customer:
                    return content.item_id
        return ""
