"""Bulk reassignments as operations: each work item is moved, stays where nobody else can take it, or is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import uuid4

from google.longrunning.operations_pb2 import Operation

from failures import Failure
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from operations.rpc.messages import checked_message, operation_message
from operations.service import OperationService
from router.assignment.bulk import BulkReassignment, BulkRequest
from router.assignment.commands import ReassignRequest
from router.history.rehearsal import Rehearsal
from router.imports.ports import ItemResult, Pages
from router.model.decision import Decision, Outcome
from serving.paged import begun, fingerprint, refusal

KIND = "reassign"


class ReassignWork:
    """``serving.paged.PagedWork`` of bulk reassignments.

    Parameters
    ----------
    pages
        Where work items wait.
    bulk
        Moves them.
    """

    kind = KIND
    stage = "reassigning"
    gone = "its work items waited too long for a worker and are forgotten: reassign them again"

    def __init__(self, pages: Pages[ReassignRequest, ItemResult], bulk: BulkReassignment) -> None:
        self.pages = pages
        self._bulk = bulk

    async def do(self, tenant: str, page: Mapping[int, ReassignRequest], _: str) -> list[ItemResult]:
        """Move the work items of a page; tell what became of each."""
        results = _results(page, await self._bulk.reassign(tenant, list(page.values())))
        return await _with_owners(self._bulk, tenant, results)

    async def response(
        self, tenant: str, _: str, __: int, results: Sequence[ItemResult]
    ) -> routing.BatchReassignWorkItemsResponse:
        """Say what came of all."""
        return _response(tenant, results)


class ReassignOperations:
    """``router.rpc.bulk.BulkReassigner``.

    Parameters
    ----------
    operations
        Takes operations in.
    pages
        Where work items wait.
    bulk
        Finds and moves them.
    rehearsal
        Says what would become of them.
    """

    def __init__(
        self,
        operations: OperationService,
        pages: Pages[ReassignRequest, ItemResult],
        bulk: BulkReassignment,
        rehearsal: Rehearsal,
    ) -> None:
        self._operations = operations
        self._bulk = bulk
        self._rehearsal = rehearsal
        self._work = ReassignWork(pages, bulk)

    async def begin(self, tenant: str, request: routing.BatchReassignWorkItemsRequest, wish: BulkRequest) -> Operation:
        """Find what is meant and have it moved; see ``router.rpc.bulk.BulkReassigner``.

        A repeated request is answered before anything is looked for: whoever its filter names may be gone by then.
        """
        request_id, intent = fields.request_id(request), uuid4().hex
        task = (fingerprint(request, request_id), wish.actor)
        earlier = None if request.validate_only else await self._operations.begun(KIND, tenant, task[0], request_id)
        if earlier:
            return operation_message(earlier)
        entries = [
            ReassignRequest(item_id, wish.rep, wish.note, version, f"{intent}:{item_id}"[:_LONGEST], wish.actor)
            for item_id, version in await self._bulk.find(tenant, wish)
        ]
        if request.validate_only:
            answers = await self._rehearsal.reassign(tenant, entries)
            operation = checked_message(f"tenants/{tenant}")
            results = await _with_owners(self._bulk, tenant, _results(dict(enumerate(entries)), answers))
            operation.response.Pack(_response(tenant, results))
            return operation
        return await begun(self._operations, self._work, tenant, entries, task, request_id)


_LONGEST = 512
"""Characters of a request id of our own; ids of work items are shorter."""


def _results(page: Mapping[int, ReassignRequest], answers: Sequence[Decision | Failure]) -> list[ItemResult]:
    return [
        ItemResult(place, request.item_id, reason=answer.reason, message=str(answer))
        if isinstance(answer, Failure)
        else ItemResult(
            place,
            request.item_id,
            answer.freed,
            answer.rep,
            answer.number,
            is_offered=answer.outcome is Outcome.OFFERED,
        )
        for (place, request), answer in zip(page.items(), answers, strict=True)
    ]


async def _with_owners(bulk: BulkReassignment, tenant: str, results: Sequence[ItemResult]) -> list[ItemResult]:
    """Say of what was not moved whose it is."""
    kept = [each.item_id for each in results if not (each.before or each.rep or each.is_offered)]
    owners = dict(zip(kept, await bulk.owners(tenant, kept), strict=True)) if kept else {}
    return [each._replace(before=owners.get(each.item_id, each.before)) for each in results]


def _response(tenant: str, results: Sequence[ItemResult]) -> routing.BatchReassignWorkItemsResponse:
    prefix, moved = f"tenants/{tenant}", Counter(each.rep for each in results if each.rep)
    return routing.BatchReassignWorkItemsResponse(
        results=[_result(prefix, each) for each in results],
        shares=[
            routing.ReassignShare(rep=f"{prefix}/reps/{rep}", count=count)
            for rep, count in sorted(moved.items(), key=lambda share: (-share[1], share[0]))
        ],
        reassigned_count=sum(bool(each.rep) and not each.is_offered for each in results),
        offered_count=sum(each.is_offered for each in results),
        stayed_count=sum(not each.rep and not each.reason and not each.is_offered for each in results),
        refused_count=sum(bool(each.reason) for each in results),
    )


def _result(prefix: str, result: ItemResult) -> routing.ReassignResult:
    return routing.ReassignResult(
        work_item=f"{prefix}/workItems/{result.item_id}",
        former_owner=f"{prefix}/reps/{result.before}" if result.before else "",
        rep=f"{prefix}/reps/{result.rep}" if result.rep else "",
        decision=f"{prefix}/decisions/{result.decision}" if result.decision else "",
        error=refusal(result.reason, result.message) if result.reason else None,
        offered=result.is_offered,
    )
