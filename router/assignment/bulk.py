"""Moving many work items at once: found by a filter, then moved page by page, each for itself and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from failures import Failure
from router.assignment.commands import BindCommand, KnownAs, Moved, Outdated, ReassignRequest, Refusal, in_calls
from router.assignment.jobs import reassign_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import ALL, StoredItem, Wanted, WorkItemQueries
from router.assignment.replanning import OUTDATED, Again, until_it_holds
from router.model.decision import Decision
from router.model.errors import (
    Conflict,
    CorruptHistory,
    InvalidInput,
    NotFound,
    NotPossible,
    RequestIdReused,
    StaleRevision,
)
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State, WorkItem, fingerprint_of

MAX_ITEMS = 10_000
"""Work items of one call."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A wish to move all open work items that a filter holds for.

    Parameters
    ----------
    wanted
        Which.
    owner
        Whose alone; empty: anybody's, or nobody's.
    pool
        Of which pool alone; empty: of any, or none. ``wanted`` holds for no other's.
    rep
        Who gets them; empty: whom rules and ledger choose, each for itself.
    """

    wanted: Wanted[StoredItem] = ALL
    owner: str = ""
    pool: str = ""
    rep: str = ""
    note: str = ""
    actor: str = ""


class FoundItem(NamedTuple):
    """A work item that is meant, and the number of the event that last changed it, as it was found."""

    item_id: str
    version: int


class ItemAsItIs(NamedTuple):
    """A work item as it stands: its record and its content; ``pool`` and ``had`` as for ``reassign_command``."""

    record: ItemRecord
    item: WorkItem
    pool: str = ""
    had: tuple[str, ...] | None = None


class BulkReassignment:
    """The use cases: find work items, and move those of a page.

    Parameters
    ----------
    store
        Owners, loads, ledgers.
    planners
        Rules and workforce.
    queries
        Work items as they stand.
    """

    def __init__(self, store: Assignments, planners: PlannerCache, queries: WorkItemQueries) -> None:
        self._store = store
        self._planners = planners
        self._queries = queries

    async def find(self, tenant: str, wish: BulkRequest) -> list[FoundItem]:
        """Return the open work items that are meant, the oldest first; those of the rep are not.

        Raises
        ------
        NotFound, NotPossible
            If there is no such rep, or they are inactive; or if no rule set is published.
        InvalidInput
            If there are more than one call moves, or none because there is no such owner or pool. Somebody who is gone
            may own some still, and those are found.
        """
        await self._check_rep(tenant, wish.rep)

        def is_meant(stored: StoredItem) -> bool:
            record = stored.record
            is_open = record.state not in CLOSED_STATES
            return is_open and (not wish.rep or record.owner != wish.rep) and wish.wanted.holds(stored)

        found, after, state = list[FoundItem](), 0, State.ASSIGNED if wish.owner else None
        while True:
            page, place = await self._queries.items(
                tenant,
                after=after,
                count=_PAGE,
                owner=wish.owner or None,
                state=state,
                wanted=replace(wish.wanted, holds=is_meant),
            )
            found += [FoundItem(stored.record.item_id, stored.record.version) for stored in page]
            if len(found) > MAX_ITEMS:
                fault = f"it holds for more than {MAX_ITEMS:,} open work items: narrow it, e.g. by create_time"
                raise InvalidInput.of("filter", fault)
            if place is None:
                break
            after = place
        if not found:
            await self._check_named(tenant, wish)
        return found

    async def _check_named(self, tenant: str, wish: BulkRequest) -> None:
        """Refuse a filter for an owner or a pool that is not there."""
        roster = (await self._planners.newest(tenant)).roster
        for field, given, present in (("owner", wish.owner, roster.reps), ("pool", wish.pool, roster.pools)):
            if given and given not in present:
                what = "rep" if field == "owner" else field
                raise InvalidInput.of("filter", f"{field} = {given}: there is no such {what}, and no open work item")

    async def _check_rep(self, tenant: str, rep_id: str) -> None:
        planner = await self._planners.newest(tenant)
        rep, name = planner.roster.reps.get(rep_id), f"tenants/{tenant}/reps/{rep_id}"
        if rep_id and rep is None:
            raise NotFound("rep", name)
        if rep and not rep.active:
            raise NotPossible(name, "is inactive")

    async def standing(self, tenant: str, item_ids: Sequence[str]) -> list[ItemAsItIs | None]:
        """Return work items as they stand, in two round trips, and one more of each that was somebody else's before it
        entered its stage; None: it is gone.
        """
        stored = {each.record.item_id: each for each in await self._queries.of(tenant, item_ids)}
        return [await self._as_it_is(tenant, stored[item_id]) if item_id in stored else None for item_id in item_ids]

    async def _as_it_is(self, tenant: str, stored: StoredItem) -> ItemAsItIs:
        had = await self._queries.tried(tenant, stored.record)
        return ItemAsItIs(stored.record, stored.item, stored.routed_to, had)

    async def owners(self, tenant: str, item_ids: Sequence[str]) -> list[str]:
        """Return who owns work items, in a round trip; empty: nobody, or it is gone."""
        return [record.owner if record else "" for record in await self._store.items(tenant, item_ids)]

    async def reassign(self, tenant: str, requests: Sequence[ReassignRequest]) -> list[Decision | Failure]:
        """Move up to ``MAX_JOBS`` work items, in order; an answer or an error each. What was moved by the same request
        before is answered as it was; what changed since the version that a request expects is left.

        Raises
        ------
        NotPossible, StoreUnavailable
            As ``Router.route``, for all at once.
        """
        answers: dict[int, Decision | Failure] = {}
        now_ms = await self._store.now_us(tenant) // 1000  # what is planned for another time goes behind the others
        await until_it_holds(self._planners, now_ms, tenant, partial(self._once, tenant, requests, answers))
        return [answers.get(place) or _given_up(tenant, request) for place, request in enumerate(requests)]

    async def _once(
        self,
        tenant: str,
        requests: Sequence[ReassignRequest],
        answers: dict[int, Decision | Failure],
        planner: Planner,
        at_ms: int,
    ) -> dict[int, Decision | Failure] | Again:
        """Go round once with what has no answer yet, and add what is answered."""
        left, told_ms = [place for place in range(len(requests)) if place not in answers], 0
        wishes = [requests[place] for place in left]
        jobs = commands(tenant, planner, wishes, await self.standing(tenant, _ids(wishes)), at_ms)
        if any(isinstance(job, Failure) for job in jobs) and not await self._planners.holds(tenant, planner):
            return OUTDATED
        bound = iter(await self._bound(tenant, planner, [job for job in jobs if isinstance(job, BindCommand)]))
        for place, job in zip(left, jobs, strict=True):
            answer = await self._failed(tenant, requests[place], job) if isinstance(job, Failure) else next(bound)
            if isinstance(answer, Moved):
                told_ms = answer.now_ms  # ours may be ahead
            elif answer is not Refusal.CONFLICT and not isinstance(answer, Outdated):
                answers[place] = _answer(tenant, requests[place], answer)
        if len(answers) == len(requests):
            return answers
        return Again(told_ms, is_outdated=not await self._planners.holds(tenant, planner))

    async def _bound(
        self, tenant: str, planner: Planner, jobs: Sequence[BindCommand]
    ) -> list[Decision | Refusal | KnownAs | Moved | Outdated]:
        answers: list[Decision | Refusal | KnownAs | Moved | Outdated] = []
        for call in in_calls(jobs):
            try:
                answers += await self._store.bind(tenant, planner.revisions, call)
            except StaleRevision:
                answers += [Outdated()] * len(call)
        return answers

    async def _failed(self, tenant: str, request: ReassignRequest, error: Failure) -> Decision | Failure:
        """Answer what cannot be done now: as before, if this very request did it."""
        earlier = await self._store.repeated(tenant, request.request_id, fingerprint(request))
        return earlier if isinstance(earlier, Decision) else error


def _ids(requests: Sequence[ReassignRequest]) -> list[str]:
    return [request.item_id for request in requests]


def fingerprint(request: ReassignRequest) -> str:
    """Return what tells a repeated request from a reused id, as for a single reassignment."""
    return fingerprint_of(request.request_id, "reassign", request.item_id, request.rep, request.note)


def commands(
    tenant: str,
    planner: Planner,
    requests: Sequence[ReassignRequest],
    standing: Sequence[ItemAsItIs | None],
    at_ms: int,
) -> list[BindCommand | Failure]:
    """Make the job of each request, or say why it cannot be done."""
    return [_command(tenant, planner, request, each, at_ms) for request, each in zip(requests, standing, strict=True)]


def _command(
    tenant: str, planner: Planner, request: ReassignRequest, standing: ItemAsItIs | None, at_ms: int
) -> BindCommand | Failure:
    if standing is None:
        return NotFound("work item", f"tenants/{tenant}/workItems/{request.item_id}")
    record, item, pool, had = standing
    if request.expected not in (None, record.version) and record.state not in CLOSED_STATES:
        return _changed(tenant, record)
    try:
        return reassign_command(tenant, planner, request, record, item, fingerprint(request), at_ms, pool, had)
    except (InvalidInput, NotFound, NotPossible) as error:
        return error


def _answer(
    tenant: str, request: ReassignRequest, answer: Decision | Failure | Refusal | KnownAs
) -> Decision | Failure:
    if isinstance(answer, Decision | Failure):
        return answer
    if answer is Refusal.FULL:
        return full(tenant, request)
    if answer is Refusal.REQUEST_ID_REUSED:
        return RequestIdReused(request.request_id)
    name = f"tenants/{tenant}/workItems/{request.item_id}"
    return CorruptHistory(name, "the log has not got its decision any more: somebody deleted it")


def full(tenant: str, request: ReassignRequest) -> NotPossible:
    """Say that whoever was named has no room."""
    return NotPossible(f"tenants/{tenant}/reps/{request.rep}", "is at capacity")


def _given_up(tenant: str, request: ReassignRequest) -> Conflict:
    name = f"tenants/{tenant}/workItems/{request.item_id}"
    return Conflict(name, "changes faster than one can decide: try again")


def _changed(tenant: str, record: ItemRecord) -> Conflict:
    """Say that somebody changed it meanwhile: nobody knows whether it is meant still."""
    name = f"tenants/{tenant}/workItems/{record.item_id}"
    return Conflict(name, f"changed since it was found, and is left as it is: it is {record.owner or 'nobody'}'s now")
