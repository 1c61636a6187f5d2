"""Was each customer asked as seldom as they may be, whether they would recommend us? Follows the log."""

from __future__ import annotations

from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.history.projection import StateProjection
from router.model.events import Erased, Event, Note, Noted
from router.process.stages.satisfaction import APART_DAYS, next_nps_ms


class SatisfactionCheck:
    """Holds the answers of one tenant's customers to when they were given.

    Parameters
    ----------
    store, planners
        What work items were, and the rules that say whose they are.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners
        self._last_ms: dict[str, int] = {}
        """By customer: when they answered last, in milliseconds since 1970."""
        self._erased_ms = 0
        """When somebody was erased last: whoever that was may be asked again."""

    def forgive(self, erased: Erased) -> None:
        """Take in that somebody was erased."""
        self._erased_ms = erased.at_ms

    async def faults(self, tenant: str, projection: StateProjection, event: Event) -> list[str]:
        """Take in what happened next, before it is entered; say where a customer answered too early."""
        record = projection.items.get(event.item_id) if isinstance(event, Noted) else None
        if record is None or not isinstance(event, Noted) or event.note is not Note.NPS:
            return []
        planner = await self._planners.at(tenant, projection.rules, projection.workforce)
        (content,) = await self._store.contents(tenant, [record.content])
        customer = customer_of(planner.rule_set.known_customer, content.head.item)
        if not customer:  # who they were is erased
            projection.customers.nps_of_unknown.add(event.number)
            return []
        before_ms, self._last_ms[customer] = self._last_ms.get(customer), event.at_ms
        projection.customers.last_nps[customer] = event.number
        time_zone = planner.roster.records.settings.time_zone
        if before_ms and before_ms > self._erased_ms and event.at_ms < next_nps_ms(before_ms, time_zone):
            return [f"event {event.number}: nps of {event.item_id}: its customer was asked within {APART_DAYS} days"]
        return []
