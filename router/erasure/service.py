"""Erasing a person: what is personal leaves the queue, then the store, then the store's files; the log says so.

What the log's events hold of it are commitments, which say nothing any more: so the chain stays whole, decisions stay
explained, and replaying them uses the outcomes that they kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.erasure.ports import Compacted, Counts, Erasure, PersonalValues, Submitted
from router.model.errors import NotFound, NotPossible
from router.model.sealing import plain_fields
from router.model.workitem import fingerprint_of
from router.rules.route import KnownCustomer

_REWRITE = "stop the service, then `fairlead log rewrite`"
_TOGETHER = 500
"""Work items of one script call: others wait for it for some milliseconds."""


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

    async def erase(
        self, tenant: str, subject: Subject, *, request_id: str = "", actor: str = "", preview: bool = False
    ) -> ErasureResult:
        """Erase a subject, or count what would be.

        A customer of whom there is nothing is erased already; so is a work item that was erased before.

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
        await self._check_sealed(tenant, subject)
        fingerprint = fingerprint_of("erase", *subject)
        if request_id and not preview:
            earlier = await self._values.erased_before(tenant, request_id, fingerprint)
            if earlier is not None:
                return ErasureResult(earlier, await self._values.compact())
        pending = await self._pending(tenant, subject)
        removed = len(pending) if preview else await self._submitted.remove(tenant, pending)
        wish = Erasure((), subject.customer, removed, request_id=request_id, fingerprint=fingerprint, actor=actor)
        counts = await self._page_by_page(tenant, subject, wish, preview)
        return ErasureResult(counts, Compacted() if preview else await self._values.compact())

    async def _check_sealed(self, tenant: str, subject: Subject) -> None:
        """See that nothing of a subject stands in an event as it came, which nobody could erase."""
        try:
            personal = (await self._planners.current(tenant)).personal
        except NotPossible:  # no rules yet, so no events of work items
            return
        for page in await self._pages(tenant, subject):
            plain = [plain_fields(inputs, personal) for inputs in await self._values.stored_inputs(tenant, page)]
            if fields := sorted(frozenset().union(*plain)):
                fault = f"{', '.join(fields)}: in events from before it was declared personal, as it came: {_REWRITE}"
                raise NotPossible(f"tenants/{tenant}", fault)

    async def _page_by_page(self, tenant: str, subject: Subject, wish: Erasure, preview: bool) -> Counts:
        """Erase what was routed; the last page carries the request out."""
        pages = await self._pages(tenant, subject)
        for page in pages:
            request_id = wish.request_id if page is pages[-1] else ""
            counts = await self._values.erase(
                tenant, replace(wish, item_ids=page, request_id=request_id), preview=preview
            )
            wish = replace(wish, before=counts, submissions=0, customer="" if preview else subject.customer)
        return counts

    async def _pending(self, tenant: str, subject: Subject) -> list[str]:
        """Return the subject's work items that are not routed yet, if there are any."""
        if subject.customer:
            return await self._submitted.of_customer(tenant, await self._known_customer(tenant), subject.customer)
        if await self._submitted.waiting(tenant, [subject.item_id]):
            return [subject.item_id]
        if await self._store.item(tenant, subject.item_id) is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{subject.item_id}")
        return []

    async def _known_customer(self, tenant: str) -> KnownCustomer | None:
        try:
            return (await self._planners.current(tenant)).rule_set.known_customer
        except NotPossible:  # no rules yet
            return None

    async def _pages(self, tenant: str, subject: Subject) -> list[list[str]]:
        """Return the work items that were routed, page by page; one page at least."""
        if not subject.customer:
            return [[subject.item_id]]
        pages: list[list[str]] = []
        after = ""
        while page := await self._values.items_of(tenant, subject.customer, after=after, count=_TOGETHER):
            pages.append(page)
            after = page[-1]
        return pages or [[]]
