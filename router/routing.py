"""Routing: the way of a request, straight down.

    item   = owned, or asked before?                   answered at once, by the store
    plan   = book.plan(item)                           pure: rule, steps, candidates
    answer = store.bind(item, plan)                    ONE atomic script: verify, pick by the ledger, write all

If the rules or the workforce changed in between, the store refuses, and the request goes through once more by the
new book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.books import Books
from router.decision import Cause, Decision, Head, Outcome
from router.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPossible,
    RequestIdReused,
    RouterError,
    StaleEtag,
    StaleRevision,
)
from router.explanation import Explanation, explain, rotation_of
from router.items import CLOSED_STATES, State, WorkItem, fingerprint, item_id
from router.plan import Book, Plan
from router.ports import Assignments, Completion, ItemRecord, Job, Mode, Refusal

_TRIES = 8
"""Rounds before a request gives up because rules or workforce change faster than it can be decided."""


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """A wish for an owner."""

    item: WorkItem
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ReassignRequest:
    """A wish for another owner; ``rep`` names one, ``expected`` is the event number of the etag (0: not checked)."""

    item_id: str
    rep: str = ""
    note: str = ""
    expected: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A work item as it stands: its record, its content at the latest decision, and when it first came."""

    record: ItemRecord
    decision: Decision
    created_ms: int


class Router:
    """The use cases on work items.

    Parameters
    ----------
    store
        Owners, loads, ledgers.
    books
        Rules and workforce.
    """

    def __init__(self, store: Assignments, books: Books) -> None:
        self._store = store
        self._books = books

    async def route(self, tenant: str, request: RouteRequest, *, preview: bool = False) -> Decision:
        """Find a work item's owner, or make one, or say why there is none.

        Raises
        ------
        InvalidInput
            If an attribute is not what the rules declare.
        RequestIdReused
            If the request id was used for other content.
        NotPossible
            If no rule set is published.
        StaleRevision
            If rules and workforce change faster than one can decide.
        StoreUnavailable
            If the store does not answer.
        """
        (answer,) = await self.route_many(tenant, [request], preview=preview)
        if isinstance(answer, RouterError):
            raise answer
        return answer

    async def route_many(
        self, tenant: str, requests: Sequence[RouteRequest], *, preview: bool = False
    ) -> list[Decision | RouterError]:
        """Route each on its own, in order; an answer or an error each.

        Raises
        ------
        NotPossible, StaleRevision, StoreUnavailable
            As ``route``, for all at once.
        """
        book = await self._books.current(tenant)
        for _ in range(_TRIES):
            jobs = [_job(book, request) for request in requests]
            try:
                bound = await self._store.bind(
                    tenant, book.revisions, [job for job in jobs if isinstance(job, Job)], preview=preview
                )
            except StaleRevision:
                book = await self._books.renewed(tenant, book.revisions)
                continue
            answers = iter(bound)
            return [
                _answer(request.request_id, next(answers))
                if isinstance(job, Job)
                else await self._unreadable(tenant, request, job)
                for request, job in zip(requests, jobs, strict=True)
            ]
        raise StaleRevision(f"tenants/{tenant}", "rules or workforce change faster than one can decide: try again")

    async def _unreadable(self, tenant: str, request: RouteRequest, error: RouterError) -> Decision | RouterError:
        """Answer a request that today's rules cannot read: as before, if it was answered before."""
        if request.request_id:
            known = await self._store.repeated(tenant, request.request_id, _fingerprint(request))
            if isinstance(known, Decision):
                return known
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
        mark = fingerprint("reassign", request.item_id, request.rep, request.note)
        if request.request_id:
            known = await self._store.repeated(tenant, request.request_id, mark)
            if known is not None:
                return _sole(_answer(request.request_id, known))
        book = await self._books.current(tenant)
        for _ in range(_TRIES):
            stored = await self.item(tenant, request.item_id)
            job = _reassign_job(tenant, book, request, stored, mark)
            try:
                (answer,) = await self._store.bind(tenant, book.revisions, [job], preview=preview)
            except StaleRevision:
                book = await self._books.renewed(tenant, book.revisions)
                continue
            if answer is Refusal.FULL:
                raise NotPossible(f"tenants/{tenant}/reps/{request.rep}", "is at capacity")
            if answer is Refusal.CONFLICT and not request.expected:
                continue
            return _sole(_answer(request.request_id, answer))
        raise Conflict(f"tenants/{tenant}/workItems/{request.item_id}", "changes faster than one can decide: try again")

    async def complete(
        self,
        tenant: str,
        item_id: str,
        state: State,
        *,
        expected: int = 0,
        request_id: str = "",
        preview: bool = False,
    ) -> StoredItem:
        """Close a work item and free its owner's capacity.

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
        for _ in range(_TRIES):
            stored = await self.item(tenant, item_id)
            event = expected or stored.record.event
            mark = fingerprint("complete", item_id, state)
            completion = Completion(item_id, state, event, request_id, mark)
            answer = await self._store.complete(tenant, completion, preview=preview)
            if isinstance(answer, ItemRecord):
                return StoredItem(answer, stored.decision, stored.created_ms)
            if answer is Refusal.REQUEST_ID_REUSED:
                raise RequestIdReused(request_id)
            if stored.record.state in CLOSED_STATES:
                raise NotPossible(name, f"is {stored.record.state} already")
            if expected:
                raise StaleEtag(name, "changed since it was read: read it again")
        raise Conflict(name, "changes faster than it can be closed: try again")

    async def item(self, tenant: str, item_id: str) -> StoredItem:
        """Return a work item as it stands.

        Raises
        ------
        NotFound
            If there is none.
        """
        record = await self._store.item(tenant, item_id)
        if record is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{item_id}")
        decision = await self.decision(tenant, record.decision)
        first = decision if record.first == record.decision else await self.decision(tenant, record.first)
        return StoredItem(record, decision, first.decided_ms)

    async def items(
        self, tenant: str, *, after: int, count: int, owner: str = "", state: State | None = None
    ) -> tuple[list[StoredItem], int]:
        """Return up to ``count`` work items that first came after an event, oldest first, and the event to go
        on after (0: no more).
        """
        found: list[StoredItem] = []
        looked_at = 0
        while len(found) < count and looked_at < 20 * count:
            events = await self._store.events(tenant, after=after, count=count)
            if not events:
                return found, 0
            for event in events:
                after, looked_at = event.number, looked_at + 1
                if isinstance(event, Decision) and not event.previous:
                    stored = await self.item(tenant, event.item_id)
                    if (not owner or stored.record.owner == owner) and (not state or stored.record.state is state):
                        found.append(stored)
                if len(found) == count:
                    break
        return found, after

    async def decision(self, tenant: str, number: int) -> Decision:
        """Return one decision.

        Raises
        ------
        NotFound
            If there is none of that number.
        """
        events = await self._store.events(tenant, after=number - 1, count=1) if number > 0 else []
        if not events or events[0].number != number or not isinstance(events[0], Decision):
            raise NotFound("decision", f"tenants/{tenant}/decisions/{number}")
        return events[0]

    async def decisions(self, tenant: str, *, before: int, count: int, item_id: str = "") -> tuple[list[Decision], int]:
        """Return decisions below an event number (0: all), newest first, and the number to go on below (0: no more)."""
        if item_id:
            return await self._decisions_about(tenant, item_id, before, count)
        found: list[Decision] = []
        while len(found) < count:
            events = await self._store.events(tenant, before=before, count=count, newest_first=True)
            if not events:
                return found, 0
            for event in events:
                before = event.number
                if isinstance(event, Decision):
                    found.append(event)
                if len(found) == count:
                    break
        return found, before if before > 1 else 0

    async def _decisions_about(self, tenant: str, item_id: str, before: int, count: int) -> tuple[list[Decision], int]:
        """Follow a work item's events backwards."""
        record = await self._store.item(tenant, item_id)
        number = record.event if record else 0
        found: list[Decision] = []
        while number and len(found) < count:
            (event,) = await self._store.events(tenant, after=number - 1, count=1)
            assert not hasattr(event, "leavers")
            if isinstance(event, Decision) and not 0 < before <= number:
                found.append(event)
            number = getattr(event, "previous", 0)
        return found, found[-1].number if number and found else 0

    async def explanation(self, tenant: str, decision: Decision) -> Explanation:
        """Recompute a decision's full trace.

        Raises
        ------
        CorruptHistory
            If it does not follow from the stored facts.
        """
        head = decision.head
        return explain(decision, await self._books.at(tenant, head.rule_set_revision, head.workforce_revision))


def _job(book: Book, request: RouteRequest) -> Job | RouterError:
    try:
        plan = book.plan(request.item)
    except InvalidInput as error:
        return error
    content = request.item.pack()
    identity = item_id(request.item, request.request_id)
    head = _head(book, plan, request.item, Cause.ROUTED)
    mark = _fingerprint(request, content) if request.request_id else ""
    return Job(
        item_id=identity,
        kind=request.item.kind,
        mode=Mode.ROUTE,
        attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
        otherwise=_otherwise(plan),
        rotation=rotation_of(identity),
        head=head,
        content=content,
        request_id=request.request_id,
        fingerprint=mark,
    )


def _reassign_job(tenant: str, book: Book, request: ReassignRequest, stored: StoredItem, mark: str) -> Job:
    record, item = stored.record, stored.decision.head.item
    if record.state in CLOSED_STATES:
        raise NotPossible(f"tenants/{tenant}/workItems/{record.item_id}", f"is {record.state}")
    if request.rep:
        _check_named(tenant, book, request.rep, record)
    tried = () if request.rep else tuple(dict.fromkeys(filter(None, (*record.tried, record.owner))))
    plan = book.plan(item, tried=frozenset(tried), named=request.rep)
    cause = Cause.OVERRIDE if request.rep else Cause.REASSIGNED
    head = _head(book, plan, item, cause, tried=tried, named=request.rep, note=request.note)
    return Job(
        item_id=record.item_id,
        kind=record.kind,
        mode=Mode.REASSIGN,
        attempts=tuple([(attempt.candidates, attempt.charge) for attempt in plan.attempts]),
        otherwise=_otherwise(plan),
        rotation=rotation_of(record.item_id),
        head=head,
        content=item.pack(),
        request_id=request.request_id,
        fingerprint=mark,
        expected=request.expected or record.event,
        named=request.rep,
    )


def _check_named(tenant: str, book: Book, rep_id: str, record: ItemRecord) -> None:
    name = f"tenants/{tenant}/reps/{rep_id}"
    rep = book.roster.reps.get(rep_id)
    if rep is None:
        raise NotFound("rep", name)
    if not rep.active:
        raise NotPossible(name, "is inactive")
    if rep_id == record.owner:
        raise NotPossible(name, f"owns {record.item_id} already")


def _head(
    book: Book,
    plan: Plan,
    item: WorkItem,
    cause: Cause,
    *,
    tried: tuple[str, ...] = (),
    named: str = "",
    note: str = "",
) -> Head:
    return Head(
        item=item,
        cause=cause,
        rule_set_revision=book.rule_set_revision,
        workforce_revision=book.roster.revision,
        matched_rules=plan.matched,
        steps=tuple([attempt.step.label for attempt in plan.attempts]),
        tried=tried,
        named=named,
        priority=item.priority or plan.route.priority,
        sla=plan.route.sla,
        note=note,
    )


def _otherwise(plan: Plan) -> Outcome:
    return Outcome.WAITING if plan.waits else Outcome.UNROUTED


def _fingerprint(request: RouteRequest, content: bytes = b"") -> str:
    return fingerprint("route", content or request.item.pack())


def _answer(request_id: str, answer: Decision | Refusal) -> Decision | RouterError:
    match answer:
        case Refusal.REQUEST_ID_REUSED:
            return RequestIdReused(request_id)
        case Refusal():
            return StaleEtag("work item", "changed since it was read: read it again")
        case _:
            return answer


def _sole(answer: Decision | RouterError) -> Decision:
    if isinstance(answer, RouterError):
        raise answer
    return answer
