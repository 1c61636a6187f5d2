"""Reopening: a closed work item goes back to whoever had it, where they are soon there, else to whom the rules choose.

Either way it enters the ledger apart: whoever gets it is entitled to what they receive, and nobody's deficit moves.
"""

from __future__ import annotations

from functools import partial

from failures import Failure
from router.assignment.commands import Moved, Refusal, ReopenRequest
from router.assignment.jobs import handlers_of, reopen_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.replanning import Again, until_it_holds
from router.model.decision import Decision
from router.model.errors import (
    Conflict,
    CorruptHistory,
    InvalidInput,
    NotPossible,
    RequestIdReused,
    StaleEtag,
)
from router.model.events import Completed, previous_of
from router.model.instants import written
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, fingerprint_of
from router.workforce.ports import Presences

SOON_MS = 2 * 3_600_000
"""Within so long the former owner has to be there."""
_DAY_MS = 24 * 3_600_000


class Reopening:
    """The use case.

    Parameters
    ----------
    store
        Owners, loads, ledgers.
    planners
        Rules and workforce.
    queries
        Work items as they stand.
    presences
        Who is away.
    """

    def __init__(
        self, store: Assignments, planners: PlannerCache, queries: WorkItemQueries, presences: Presences
    ) -> None:
        self._store = store
        self._planners = planners
        self._queries = queries
        self._presences = presences

    async def reopen(self, tenant: str, request: ReopenRequest, *, preview: bool = False) -> Decision:
        """Reopen a work item.

        Raises
        ------
        NotFound
            If there is no such work item.
        StaleEtag, Conflict
            If it changed since it was read.
        NotPossible
            If it is open, or was closed longer ago than the tenant allows, or no rule set is published.
        InvalidInput
            If today's rules cannot read it.
        RequestIdReused, StoreUnavailable
            As ``Router.route``.
        """
        fingerprint = fingerprint_of(request.request_id, "reopen", request.item_id, request.reason)
        once = partial(self._once, tenant, request, fingerprint, preview)
        decision = await until_it_holds(self._planners, self._store.expected_ms(tenant), tenant, once)
        if decision is None:
            name = f"tenants/{tenant}/workItems/{request.item_id}"
            raise Conflict(name, "changes faster than one can decide: try again")
        return decision

    async def _once(
        self, tenant: str, request: ReopenRequest, fingerprint: str, preview: bool, planner: Planner, _expected_ms: int
    ) -> Decision | Failure | Again:
        """Go round once, by the store's own time: until when it can be reopened is a promise."""
        stored = await self._queries.item(tenant, request.item_id)
        if request.request_id:  # behind the reading: what this very request did by then is nobody else's change
            earlier = await self._store.repeated(tenant, request.request_id, fingerprint)
            if earlier is not None:
                return _sole(tenant, request, earlier)
        at_ms = await self._store.now_us(tenant) // 1000
        closed_ms = await self._closed_ms(tenant, stored.record)
        if over := _over(tenant, planner, stored.record, closed_ms, at_ms):
            return over
        try:
            owner = await self._former_owner(tenant, planner, stored, at_ms)
            published = await self._planners.processes(tenant)
            job = reopen_command(planner, request, stored.record, stored.item, fingerprint, at_ms, owner, published)
        except InvalidInput as error:
            return error
        (answer,) = await self._store.bind(tenant, planner.revisions, [job], preview=preview)
        is_stale = isinstance(answer, Moved) or answer is Refusal.STALE_PROCESSES
        if is_stale or (answer is Refusal.CONFLICT and request.expected is None):
            return Again()
        assert isinstance(answer, Decision | Refusal)  # it was found by its id
        return _sole(tenant, request, answer)

    async def _closed_ms(self, tenant: str, record: ItemRecord) -> int:
        """Return when a work item was closed, by the event that did: what was noted of it since is no closing."""
        name = f"tenants/{tenant}/workItems/{record.item_id}"
        if record.state not in CLOSED_STATES:
            raise NotPossible(name, f"is {record.state}; only what is closed can be reopened")
        number = record.event
        while number:
            events = await self._store.history(tenant, record.item_id, number)
            for event in events:
                if isinstance(event, Completed):
                    return event.at_ms
            number = previous_of(events[-1], record.item_id) if events else 0
        raise CorruptHistory(name, "the log has not got the event that closed it: somebody deleted it")

    async def _former_owner(self, tenant: str, planner: Planner, stored: StoredItem, at_ms: int) -> str:
        """Return who had a work item, if they are there soon and not recused; else nobody."""
        owner, roster = stored.record.owner, planner.roster
        rep = roster.reps.get(owner)
        if rep is None or not rep.active:
            return ""
        until_ms = (await self._presences.presences(tenant)).get(owner)
        if until_ms is not None and not 0 < until_ms <= at_ms + SOON_MS:
            return ""
        plan = planner.plan(stored.item, at_ms, handlers=handlers_of(stored.record), named=owner, apart=True)
        if owner in plan.recused:
            return ""
        (attempt,) = plan.attempts
        pool, counts_hours = roster.pools.get(attempt.step.pool), attempt.step.counts_hours
        first_ms = roster.availability.first_there(owner, pool, max(at_ms, until_ms or 0), counts_hours=counts_hours)
        return owner if first_ms is not None and first_ms <= at_ms + SOON_MS else ""


def _over(tenant: str, planner: Planner, record: ItemRecord, closed_ms: int, at_ms: int) -> NotPossible | None:
    """Return the planner's word where a work item was closed longer ago than the tenant allows."""
    days = planner.roster.records.settings.reopening_days
    last_ms = closed_ms + days * _DAY_MS
    if at_ms <= last_ms:
        return None
    fault = f"was closed at {written(closed_ms)}, and could be reopened until {written(last_ms)}, {days} days later"
    return NotPossible(f"tenants/{tenant}/workItems/{record.item_id}", fault)


def _sole(tenant: str, request: ReopenRequest, answer: Decision | Refusal) -> Decision:
    name = f"tenants/{tenant}/workItems/{request.item_id}"
    match answer:
        case Decision():
            return answer
        case Refusal.REQUEST_ID_REUSED:
            raise RequestIdReused(request.request_id)
        case Refusal.LOST:
            raise CorruptHistory(name, "the log has not got its decision any more: somebody deleted it")
        case _:
            raise StaleEtag(name, "changed since it was read: read it again")
