"""Erasing a person: what is personal leaves the queue, then the store, then the store's files; the log says so.

What the log's events hold of it are commitments, which say nothing any more: so the chain stays whole, decisions stay
explained, and replaying them uses the outcomes that they kept.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import found
from router.erasure.finding import UNSEEN, InLog, Search
from router.erasure.plain import in_plain
from router.erasure.ports import Compacted, Counts, Erasure, Pending, PersonalValues, Submitted
from router.model.errors import NotFound, NotPossible
from router.model.workitem import fingerprint_of

_REWRITE = "stop the service, then `fairlead log rewrite`"
_TOGETHER = 500
"""Work items of one script call: others wait for it for some milliseconds."""
_NAMED = 5
"""What cannot be read is named up to so many times."""


class Subject(NamedTuple):
    """Who is erased: a work item, or all that there is of a customer; one of the two is empty."""

    item_id: str = ""
    customer: str = ""


class ErasureResult(NamedTuple):
    """What was erased, and from when on no file of the store holds it."""

    counts: Counts
    compacted: Compacted


class Eraser:
    """The use case: erase a subject.

    Parameters
    ----------
    store
        Work items as they stand.
    values, submitted
        Where personal values lie: of work items that were routed, and of those that were not yet.
    planners
        Rules, which say where a work item names its customer.
    """

    def __init__(
        self, store: Assignments, values: PersonalValues, submitted: Submitted, planners: PlannerCache
    ) -> None:
        self._store = store
        self._values = values
        self._submitted = submitted
        self._planners = planners
        self._search = Search(values, planners)

    async def erase(
        self, tenant: str, subject: Subject, *, request_id: str = "", actor: str = "", preview: bool = False
    ) -> ErasureResult:
        """Erase a subject, or count what would be.

        A customer of whom there is nothing is erased already; so is a work item that was erased before. What cannot be
        read, or erased, stops nothing: it is told, and then nobody says that all is erased.

        Raises
        ------
        NotFound
            If there is no such work item.
        Conflict
            If a worker has something of the subject at this moment.
        NotPossible
            If the log was begun by a version of Fairlead that did not seal, or holds something of the subject from
            before it was declared personal.
        RequestIdReused
            If the request id was used for other content.
        """
        if not await self._values.is_sealed(tenant):
            raise NotPossible(
                f"tenants/{tenant}", f"its older events may hold personal values as they came: {_REWRITE}"
            )
        seen = await self._in_log(tenant, subject)
        for_good = await self._for_good(tenant, subject, seen)
        fingerprint = fingerprint_of(request_id, "erase", *subject)
        counts = None
        if request_id and not preview:
            counts = await self._values.erased_before(tenant, request_id, fingerprint)
        pending = await self._pending(tenant, subject, may_be_gone=counts is not None)
        if counts is None:
            removed = len(pending.item_ids)
            if not preview:
                removed = await self._submitted.remove(tenant, pending.item_ids)
                seen = await self._in_log(tenant, subject, seen)  # what was routed meanwhile
            wish = Erasure((), subject.customer, removed, request_id=request_id, fingerprint=fingerprint, actor=actor)
            counts = await self._page_by_page(tenant, subject, seen, wish, preview)
            for_good = await self._for_good(tenant, subject, seen)
        compacted = Compacted() if preview else await self._values.compact()
        return ErasureResult(counts, compacted.in_spite_of(_left(seen, pending, for_good)))

    async def _in_log(self, tenant: str, subject: Subject, seen: InLog = UNSEEN) -> InLog:
        return await self._search.in_log(tenant, subject.customer, seen) if subject.customer else UNSEEN

    async def _for_good(self, tenant: str, subject: Subject, seen: InLog) -> frozenset[str]:
        """Return what of a subject stays in events; see that nothing else stands in one as it came."""
        pages = await self._pages(tenant, subject, seen)
        plain = await in_plain(self._values, self._planners, tenant, pages)
        if plain.sealable:
            fields = ", ".join(sorted(plain.sealable))
            fault = f"{fields}: in events from before it was declared personal, as it came: {_REWRITE}"
            raise NotPossible(f"tenants/{tenant}", fault)
        return plain.for_good

    async def _page_by_page(self, tenant: str, subject: Subject, seen: InLog, wish: Erasure, preview: bool) -> Counts:
        """Erase what was routed; the last page carries the request out."""
        pages = await self._pages(tenant, subject, seen)
        for page in pages:
            request_id = wish.request_id if page is pages[-1] else ""
            counts = await self._values.erase(
                tenant, replace(wish, item_ids=page, request_id=request_id), preview=preview
            )
            wish = replace(wish, before=counts, submissions=0)
        return counts

    async def _pending(self, tenant: str, subject: Subject, *, may_be_gone: bool) -> Pending:
        """Return the subject's work items that are not routed yet, if there are any."""
        if subject.customer:
            fields = await self._search.customer_fields(tenant)
            return await self._submitted.of_customer(tenant, fields, subject.customer)
        if await self._submitted.waiting(tenant, [subject.item_id]):
            return Pending([subject.item_id], [])
        if not may_be_gone and await found(self._store, tenant, subject.item_id) is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{subject.item_id}")
        return Pending([], [])

    async def _pages(self, tenant: str, subject: Subject, seen: InLog) -> list[list[str]]:
        """Return the work items that were routed, page by page; one page at least."""
        if not subject.customer:
            record = await found(self._store, tenant, subject.item_id)
            return [[record.item_id if record else subject.item_id]]
        item_ids = sorted({*seen.item_ids, *await self._values.items_of(tenant, subject.customer)})
        return [item_ids[start : start + _TOGETHER] for start in range(0, len(item_ids), _TOGETHER)] or [[]]


def _left(seen: InLog, pending: Pending, for_good: AbstractSet[str]) -> str:
    """Say what nobody could look into, or erase, and what to do about it; nothing where all is erased."""
    parts = []
    if for_good:
        parts.append(
            f"{', '.join(sorted(for_good))}: stands in events whose rules compared reps with it, or charged it, and "
            "which could not be replayed without: nobody can erase it there; publish rules that do without"
        )
    if pending.unreadable:
        parts.append(
            f"{_number(pending.unreadable, 'submission')} cannot be read and may be the subject's: "
            f"{_some(pending.unreadable)}: purge them, then erase again"
        )
    if seen.unreadable:
        parts.append(
            f"{_number(seen.unreadable, 'event')} of the log cannot be read and may be of the subject's work items: "
            f"{_some(seen.unreadable)}: see `fairlead log verify`"
        )
    return "; ".join(parts)


def _number(names: Sized, noun: str) -> str:
    return f"{len(names)} {noun}{'s' * (len(names) != 1)}"


def _some(things: Sequence[object]) -> str:
    more = f" and {len(things) - _NAMED} more" if len(things) > _NAMED else ""
    return ", ".join(map(str, things[:_NAMED])) + more
