"""Routing: the way of a request, straight down.

    item   = the request's, with its known customer    only where the rules ask for it, and for when it came, or its
                                                       process says from what follows how severe it is
    plan   = planner.plan(item, expected time)            pure: rule, steps, candidates
    answer = store.bind(item, plan)                    ONE atomic script: owned or asked before? verify, pick by the
                                                       ledger, write all

If the rules or the workforce changed in between, the store refuses, and the request goes through once more by the
new planner. What is planned for another time than the store's comes back with that, and is planned once more for it.

A single request takes these steps at once. Where it is known by another name, was planned by what does not hold any
more, or needs to ask something first, it goes on the way of many, for nothing was decided.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate

from failures import Failure
from router.assignment.arrivals import ArrivalStamps
from router.assignment.commands import (
    BindCommand,
    Completion,
    KnownAs,
    Moved,
    Outdated,
    ReassignRequest,
    Refusal,
    RouteRequest,
    in_calls,
    request_fingerprint,
)
from router.assignment.enrichment import filled, with_severity
from router.assignment.jobs import reassign_command, route_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments, CustomerScores
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.repeats import RepeatedItems
from router.assignment.replanning import MOST_ROUNDS, Again, until_it_holds
from router.model.decision import Decision
from router.model.errors import (
    Conflict,
    CorruptHistory,
    InvalidInput,
    NotFound,
    NotPossible,
    RequestIdReused,
    StaleEtag,
    StaleRevision,
)
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State, fingerprint_of

_PARTS_UNDER_WAY = 3
"""Parts of a batch that are with the store at a time: it need not wait, and others have a turn."""


class _PartTurn:
    """The turn of a part of a batch to be sent: once those before it are, with the last of its calls at the latest."""

    def __init__(self, before: _PartTurn | None) -> None:
        self._before = before
        self._is_over = asyncio.Event()

    async def come(self) -> None:
        """Wait for those before."""
        if self._before is not None:
            await self._before._is_over.wait()
            self._before = None

    def end(self) -> None:
        """Let those behind come."""
        self._is_over.set()


class Router:
    """The use cases that change work items.

    Parameters
    ----------
    store
        Owners, loads, ledgers.
    planners
        Rules and workforce.
    queries
        Work items as they stand.
    customer_scores
        What is known of customers.
    """

    def __init__(
        self, store: Assignments, planners: PlannerCache, queries: WorkItemQueries, customer_scores: CustomerScores
    ) -> None:
        self._store = store
        self._customer_scores = customer_scores
        self._planners = planners
        self._queries = queries
        self._stamps = ArrivalStamps(store, queries)
        self._repeated = RepeatedItems(store)

    async def route(self, tenant: str, request: RouteRequest, *, preview: bool = False) -> Decision:
        """Find a work item's owner, or make one, or say why there is none.

        Raises
        ------
        InvalidInput
            If an attribute is not what the rules declare.
        RequestIdReused
            If the request id was used for other content.
        NotPossible
            If no rule set is published, or the work item was closed without ever having an owner.
        StaleRevision
            If rules, workforce or time change faster than one can decide.
        StoreUnavailable
            If the store does not answer.
        """
        answer = None if preview else await self._at_once(tenant, request)
        if isinstance(answer, KnownAs):
            request, answer = request._replace(known_as=answer.item_id), None
        if answer is None:
            (answer,) = await self.route_many(tenant, [request], preview=preview)
        if isinstance(answer, Failure):
            raise answer
        return answer

    async def _at_once(self, tenant: str, request: RouteRequest) -> Decision | Failure | KnownAs | None:
        """Route a request straight; None where it has to go the way of many."""
        planner = await self._planners.current(tenant)
        rule_set = planner.rule_set
        if rule_set.known_customer or rule_set.arrival or rule_set.excludes_handlers:
            return None
        item = with_severity(planner, request.item) if planner.severities else request.item
        job = route_command(planner, request, item, self._store.expected_ms(tenant))
        if not isinstance(job, BindCommand):
            return None
        try:
            (answer,) = await self._store.bind(tenant, planner.revisions, [job])
        except StaleRevision:
            await self._planners.renewed(tenant, planner.revisions)
            return None
        routed = _routed(tenant, job.item_id, request.request_id, answer)
        return None if isinstance(routed, Moved | Outdated) else routed

    async def route_many(
        self, tenant: str, requests: Sequence[RouteRequest], *, preview: bool = False
    ) -> list[Decision | Failure]:
        """Route each on its own; an answer or an error each, in their order.

        They are decided in it too, but for those that were planned by what, or for an instant that, holds no more:
        these come behind the others.

        Raises
        ------
        NotPossible, StaleRevision, StoreUnavailable
            As ``route``, for all at once.
        """
        answers = await self._answered(tenant, requests, preview)
        elsewhere = {place: answer for place, answer in enumerate(answers) if isinstance(answer, KnownAs)}
        if elsewhere:
            again = [requests[place]._replace(known_as=known.item_id) for place, known in elsewhere.items()]
            for place, answer in zip(elsewhere, await self.route_many(tenant, again, preview=preview), strict=True):
                answers[place] = answer
        return [answer for answer in answers if not isinstance(answer, KnownAs)]

    async def _answered(
        self, tenant: str, requests: Sequence[RouteRequest], preview: bool
    ) -> list[Decision | Failure | KnownAs]:
        """Answer requests, of many some parts at a time: while the store does one, the next is planned."""
        if len(requests) <= MAX_JOBS:
            return _unless_given_up(await self._part(tenant, requests, preview))
        room = asyncio.Semaphore(_PARTS_UNDER_WAY)

        async def answered(part: Sequence[RouteRequest], turn: _PartTurn) -> list[Decision | Failure | KnownAs]:
            async with room:
                try:
                    return await self._part(tenant, part, preview, turn)
                finally:
                    turn.end()

        parts = [requests[start : start + MAX_JOBS] for start in range(0, len(requests), MAX_JOBS)]
        turns = accumulate(parts, lambda before, _: _PartTurn(before), initial=_PartTurn(None))
        done = await asyncio.gather(*map(answered, parts, turns), return_exceptions=True)
        return _unless_given_up([answer for part in done for answer in _answers_of(part)])

    async def _part(
        self, tenant: str, requests: Sequence[RouteRequest], preview: bool, turn: _PartTurn | None = None
    ) -> list[Decision | Failure | KnownAs]:
        """Answer up to ``MAX_JOBS`` requests, again what was planned by what does not hold any more."""
        planner, told_ms = await self._planners.current(tenant), 0
        answers: dict[int, Decision | Failure | KnownAs] = {}
        again = list(range(len(requests)))
        for tries in range(MOST_ROUNDS):
            at_ms = told_ms or self._store.expected_ms(tenant)
            bound = await self._bound(tenant, planner, at_ms, [requests[place] for place in again], preview, turn)
            done = dict(zip(again, bound, strict=True))
            answers |= {place: answer for place, answer in done.items() if not isinstance(answer, Moved | Outdated)}
            again = [place for place in again if place not in answers]
            if not again:
                break
            told_ms = max((answer.now_ms for answer in bound if isinstance(answer, Moved)), default=0)
            if any(isinstance(answer, Outdated) for answer in bound) and tries + 1 < MOST_ROUNDS:
                planner = await self._planners.renewed(tenant, planner.revisions)
        given_up = StaleRevision(
            f"tenants/{tenant}", "rules, workforce or time change faster than one can decide: try again"
        )
        return [answers.get(place, given_up) for place in range(len(requests))]

    async def _bound(
        self,
        tenant: str,
        planner: Planner,
        at_ms: int,
        requests: Sequence[RouteRequest],
        preview: bool,
        turn: _PartTurn | None,
    ) -> list[Decision | Failure | KnownAs | Moved | Outdated]:
        """Answer requests by one planner, at one instant."""
        items = await filled(self._customer_scores, tenant, planner, [request.item for request in requests])
        items = await self._repeated.linked(tenant, planner, requests, items)
        stamps = await self._stamps.of(tenant, planner.rule_set, requests)
        jobs = [
            route_command(planner, request, stamp.on(item), at_ms, expected=stamp.expected, handlers=stamp.handlers)
            for request, item, stamp in zip(requests, items, stamps, strict=True)
        ]
        readable = [job for job in jobs if isinstance(job, BindCommand)]
        if len(readable) < len(jobs) and not await self._planners.holds(tenant, planner):
            return [Outdated()] * len(jobs)  # other rules may read what these cannot
        bound = iter(await self._bind(tenant, planner, readable, preview, turn))
        return [
            _routed(tenant, job.item_id, request.request_id, next(bound))
            if isinstance(job, BindCommand)
            else await self._unreadable(tenant, request, job)
            for request, job in zip(requests, jobs, strict=True)
        ]

    async def _bind(
        self, tenant: str, planner: Planner, jobs: Sequence[BindCommand], preview: bool, turn: _PartTurn | None
    ) -> list[Decision | Refusal | KnownAs | Moved | Outdated]:
        answers: list[Decision | Refusal | KnownAs | Moved | Outdated] = []
        if turn is not None:
            await turn.come()
        calls = list(in_calls(jobs))
        for call in calls:
            if turn is not None and call is calls[-1]:
                turn.end()
            try:
                answers += await self._store.bind(tenant, planner.revisions, call, preview=preview)
            except StaleRevision:
                answers += [Outdated()] * len(call)
        return answers

    async def _unreadable(self, tenant: str, request: RouteRequest, error: Failure) -> Decision | Failure:
        """Answer a request that today's rules cannot read: as before, if it was answered before."""
        if request.request_id:
            earlier = await self._store.repeated(tenant, request.request_id, request_fingerprint(request))
            if isinstance(earlier, Decision):
                return earlier
        return error

    async def reassign(self, tenant: str, request: ReassignRequest, *, preview: bool = False) -> Decision:
        """Move a work item to a named rep, or to whom rules and ledger choose among those who have not had it.

        Raises
        ------
        NotFound
            If there is no such work item, or rep.
        StaleEtag, Conflict
            If it changed since it was read.
        NotPossible
            If it is closed, or the named rep is inactive, full, or the owner already.
        RequestIdReused, StaleRevision, StoreUnavailable
            As ``route``.
        """
        fingerprint = fingerprint_of(request.request_id, "reassign", request.item_id, request.rep, request.note)
        once = partial(self._reassign_once, tenant, request, fingerprint, preview)
        decision = await until_it_holds(self._planners, self._store.expected_ms(tenant), tenant, once)
        if decision is None:
            name = f"tenants/{tenant}/workItems/{request.item_id}"
            raise Conflict(name, "changes faster than one can decide: try again")
        return decision

    async def _reassign_once(
        self, tenant: str, request: ReassignRequest, fingerprint: str, preview: bool, planner: Planner, at_ms: int
    ) -> Decision | Failure | Again:
        stored = await self._queries.item(tenant, request.item_id)
        if request.request_id:  # behind the reading: what this very request did by then is nobody else's change
            earlier = await self._store.repeated(tenant, request.request_id, fingerprint)
            if earlier is not None:
                return _sole(_answer(tenant, request.item_id, request.request_id, earlier))
        had = None if request.rep else await self._queries.tried(tenant, stored.record)
        try:
            job = reassign_command(
                tenant, planner, request, stored.record, stored.item, fingerprint, at_ms, stored.routed_to, had
            )
        except (InvalidInput, NotFound, NotPossible) as error:
            return error
        (answer,) = await self._store.bind(tenant, planner.revisions, [job], preview=preview)
        if isinstance(answer, Moved):
            return Again(answer.now_ms)
        if answer is Refusal.FULL:
            raise NotPossible(f"tenants/{tenant}/reps/{request.rep}", "is at capacity")
        if answer is Refusal.CONFLICT and request.expected is None:
            return Again()
        return _sole(_answer(tenant, job.item_id, request.request_id, answer))

    async def complete(
        self,
        tenant: str,
        item_id: str,
        state: State,
        *,
        expected: int | None = None,
        request_id: str = "",
        actor: str = "",
        preview: bool = False,
        check: Callable[[StoredItem], Awaitable[None]] | None = None,
    ) -> StoredItem:
        """Close a work item and free its owner's capacity.

        Parameters
        ----------
        check
            Refuses what may not be closed as it stands, by raising; None: all that is open may be.

        Raises
        ------
        NotFound
            If there is none.
        StaleEtag
            If it changed since it was read.
        NotPossible
            If it is closed already.
        RequestIdReused, StoreUnavailable
            As ``route``.
        """
        name = f"tenants/{tenant}/workItems/{item_id}"
        for _ in range(MOST_ROUNDS):
            stored = await self._queries.item(tenant, item_id)
            event = stored.record.version if expected is None else expected
            if check and event == stored.record.version and stored.record.state not in CLOSED_STATES:
                await check(stored)
            fingerprint = fingerprint_of(request_id, "complete", item_id, state)
            completion = Completion(stored.record.item_id, state, event, request_id, fingerprint, actor)
            answer = await self._store.complete(tenant, completion, preview=preview)
            if isinstance(answer, ItemRecord):
                return replace(stored, record=answer)
            if answer is Refusal.REQUEST_ID_REUSED:
                raise RequestIdReused(request_id)
            if stored.record.state in CLOSED_STATES:
                raise NotPossible(name, f"is {stored.record.state} already")
            if expected is not None:
                raise StaleEtag(name, "changed since it was read: read it again")
        raise Conflict(name, "changes faster than it can be closed: try again")


def _unless_given_up(answers: list[Decision | Failure | KnownAs]) -> list[Decision | Failure | KnownAs]:
    """Return answers; what was done must not look undone where others were given up.

    Raises
    ------
    StaleRevision
        If all were given up.
    """
    if answers and all(isinstance(answer, StaleRevision) for answer in answers):
        raise answers[0]  # type: ignore[misc]  # all are
    return answers


def _answers_of(part: list[Decision | Failure | KnownAs] | BaseException) -> list[Decision | Failure | KnownAs]:
    if isinstance(part, BaseException):
        raise part
    return part


def _routed(
    tenant: str, item_id: str, request_id: str, answer: Decision | Refusal | KnownAs | Moved | Outdated
) -> Decision | Failure | KnownAs | Moved | Outdated:
    if isinstance(answer, Moved | Outdated):
        return answer
    if answer is Refusal.CONFLICT:  # somebody was there first
        return KnownAs(item_id)
    return _answer(tenant, item_id, request_id, answer)


def _answer(
    tenant: str, item_id: str, request_id: str, answer: Decision | Refusal | KnownAs
) -> Decision | Failure | KnownAs:
    if isinstance(answer, Decision | KnownAs):
        return answer
    name = f"tenants/{tenant}/workItems/{item_id}"
    match answer:
        case Refusal.REQUEST_ID_REUSED:
            return RequestIdReused(request_id)
        case Refusal.CLOSED:
            return NotPossible(name, "was closed without ever having an owner; reopen it instead")
        case Refusal.LOST:
            return CorruptHistory(name, "the log has not got its decision any more: somebody deleted it")
        case _:
            return StaleEtag(name, "changed since it was read: read it again")


def _sole(answer: Decision | Failure | KnownAs) -> Decision:
    assert not isinstance(answer, KnownAs)  # it was found by its id
    if isinstance(answer, Failure):
        raise answer
    return answer
