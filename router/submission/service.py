"""SubmissionService: work items are taken in at once and routed by workers.

submit           the id is derived, the queue takes it                answered at once
route_submitted  a worker has it: route, by the id of its request     so a second delivery gets the first's decision
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from failures import Failure, StoreUnavailable
from router.assignment.commands import RouteRequest
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.service import Router
from router.model.decision import Decision
from router.model.errors import Conflict, NotFound, NotPossible
from router.model.identity import normal_id
from router.model.workitem import Kind, WorkItem, item_id
from router.submission.ports import Intake, Submission
from store.durability import Durability
from workqueue.jobs import Receipt

_PASSING = (Conflict, StoreUnavailable)
"""What a later try may not meet again."""


@dataclass(frozen=True, slots=True)
class NotRouted:
    """Why a submission was not routed, and whether a later try may succeed."""

    error: Failure
    may_pass: bool


class SubmissionService:
    """The use cases in front of the queue.

    Parameters
    ----------
    intake
        The queue.
    queries
        Work items that are routed.
    hides_external_id
        Whether external ids are personal, and ids are made without them.
    """

    def __init__(self, intake: Intake, queries: WorkItemQueries, *, hides_external_id: bool = False) -> None:
        self._intake = intake
        self._queries = queries
        self._hides_external_id = hides_external_id

    @property
    def durability(self) -> Durability:
        """What a submission survives."""
        return self._intake.durability

    async def submit(self, tenant: str, request: RouteRequest, *, preview: bool = False) -> Receipt:
        """Take in one work item.

        Raises
        ------
        RequestIdReused
            If the request id was used for other content.
        QueueFull
            If the queue holds as much as it may.
        StoreUnavailable
            If the store does not answer.
        """
        (answer,) = await self.submit_many(tenant, [request], preview=preview)
        if isinstance(answer, Failure):
            raise answer
        return answer

    async def submit_many(
        self, tenant: str, requests: Sequence[RouteRequest], *, preview: bool = False
    ) -> list[Receipt | Failure]:
        """Take in each on its own; a preview only says under which id.

        Raises
        ------
        StoreUnavailable
            If the store does not answer; some may have been taken in.
        """
        named = [request if request.request_id else request._replace(request_id=str(uuid4())) for request in requests]
        if preview:
            hides = self._hides_external_id
            ids = [item_id(request.item, request.request_id, hides_external_id=hides) for request in named]
            return [Receipt(name, 0, False) for name in ids]
        return await self._intake.submit(tenant, named)

    def ids_of(self, source: str, external_id: str) -> Sequence[str]:
        """Return the ids that a work item of a natural key may have: as it is spelt, and as all its spellings share."""
        item = WorkItem(Kind.LEAD, source, external_id)
        hides = self._hides_external_id
        spelt, normal = item_id(item, "", hides_external_id=hides), normal_id(item, hides_external_id=hides)
        return list(dict.fromkeys([spelt, normal]))

    async def item(self, tenant: str, item_id: str, *other_ids: str) -> StoredItem | Submission:
        """Return a work item as it stands, routed or still on its way.

        Parameters
        ----------
        item_id, other_ids
            The ids that it may have; the first goes before.

        Raises
        ------
        NotFound
            If there is none.
        """
        for known_id in (item_id, *other_ids):
            try:
                return await self._queries.item(tenant, known_id)
            except NotFound:
                if pending := await self._intake.pending(tenant, known_id):
                    return pending
        # none: routed between two looks, or unknown
        return await self._queries.item(tenant, item_id)


async def route_submitted(router: Router, tenant: str, requests: Sequence[RouteRequest]) -> list[Decision | NotRouted]:
    """Route what a worker has: a decision or a failure each, in order."""
    try:
        answers = await router.route_many(tenant, requests)
    except (NotPossible, *_PASSING) as error:  # none can be routed now: no rules, or no store
        return [NotRouted(error, may_pass=True)] * len(requests)
    return [
        NotRouted(answer, may_pass=isinstance(answer, _PASSING)) if isinstance(answer, Failure) else answer
        for answer in answers
    ]
