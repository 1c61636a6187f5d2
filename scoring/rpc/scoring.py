"""ScoringService: customers in, scores out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Protocol

from google.longrunning.operations_pb2 import Operation

from failures import Failure
from fairlead.v1 import scoring_pb2 as pb
from gateway.calls.call import Call, Unreadable
from gateway.calls.status import status_of
from gateway.errors import UnreadableRequest
from resource_names import tenant_of
from scoring.clock import Now, wall_clock
from scoring.customers import DEFAULT_REASONS, CustomerScorer
from scoring.errors import InvalidInput, NotPossible
from scoring.memory import ScoreMemory
from scoring.registry.champions import Champions
from scoring.rpc.memory import last_score_of, remembered_scores_of
from scoring.rpc.messages import action_message, customer_of, locale_of, score_message

if TYPE_CHECKING:
    from scoring.model.loaded import LoadedModel

MAX_CUSTOMERS = 1_000
_AT_ONCE = 32
"""Customers that are scored before others get their turn: some milliseconds."""


class Rescorer(Protocol):
    """Scores whole tables, aside."""

    async def rescore(self, request: pb.RescoreCustomersRequest, actor: str) -> Operation:
        """Have customers rescored and return the operation."""


class ScoringServicer:
    """Answers ScoringService; errors are raised and become statuses in ``gateway.calls.pipeline``."""

    def __init__(
        self,
        champions: Champions,
        scorer: CustomerScorer,
        memory: ScoreMemory,
        rescorer: Rescorer | None = None,
        now: Now = wall_clock,
    ) -> None:
        self._champions = champions
        self._scorer = scorer
        self._memory = memory
        self._rescorer = rescorer
        self._now = now

    async def ScoreCustomer(self, request: pb.ScoreCustomerRequest, _: Call) -> pb.Score:
        """Score one customer; some tens of microseconds, so it runs where it stands."""
        return await self._score(tenant_of(request.parent, "parent"), request)

    async def ScoreCustomers(self, request: pb.ScoreCustomersRequest, _: Call) -> pb.ScoreCustomersResponse:
        """Score customers by the model that serves as the call begins, whatever is promoted meanwhile."""
        tenant = tenant_of(request.parent, "parent")
        if not 0 < len(request.requests) <= MAX_CUSTOMERS:
            raise InvalidInput.of("requests", f"{len(request.requests)} requests: must be 1 to {MAX_CUSTOMERS:,}")
        model = await self._champions.of(tenant)
        response = pb.ScoreCustomersResponse()
        for place, single in enumerate(request.requests):
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)  # others get their turn
            result = response.results.add()
            try:
                if single.parent not in ("", request.parent):
                    raise InvalidInput.of("parent", f"{single.parent!r} differs from the whole request's")
                result.score.CopyFrom(await self._score(tenant, single, model))
            except Failure as error:
                result.error.CopyFrom(status_of(error))
        return response

    async def BatchScoreCustomers(
        self, requests: AsyncIterator[pb.BatchScoreCustomersRequest | Unreadable], _: Call
    ) -> AsyncIterator[pb.BatchScoreCustomersResponse]:
        index, parent = 0, ""
        async for request in requests:
            response = pb.BatchScoreCustomersResponse(index=index)
            try:
                if isinstance(request, Unreadable):
                    raise UnreadableRequest(request.message_name)
                parent = parent or request.request.parent
                tenant = tenant_of(request.request.parent or parent, "parent")
                response.score.CopyFrom(await self._score(tenant, request.request))
            except Failure as error:
                response.error.CopyFrom(status_of(error))
            yield response
            index += 1

    async def FindBestAction(self, request: pb.FindBestActionRequest, _: Call) -> pb.BestAction:
        """Find what would keep a customer; some milliseconds of table scanning, so it runs aside."""
        tenant = tenant_of(request.parent, "parent")
        locale, customer = locale_of(request.locale), await customer_of(request.customer, self._now)
        wanted = request.threshold if request.HasField("threshold") else None
        model = await self._champions.of(tenant)
        action, _churn = await asyncio.to_thread(self._scorer.best_action, model, customer, wanted)
        threshold = model.artefact.thresholds.at_risk if wanted is None else wanted
        return action_message(customer, action, model, threshold, locale)

    async def RememberScores(self, request: pb.RememberScoresRequest, _: Call) -> pb.RememberScoresResponse:
        tenant = tenant_of(request.parent, "parent")
        await self._memory.keep(tenant, remembered_scores_of(request.scores))
        return pb.RememberScoresResponse()

    async def RescoreCustomers(self, request: pb.RescoreCustomersRequest, call: Call) -> Operation:
        if self._rescorer is None:
            raise NotPossible(
                "ScoringService.RescoreCustomers", "this server does not rescore: it has no folders for it"
            )
        return await self._rescorer.rescore(request, call.actor)

    async def _score(self, tenant: str, request: pb.ScoreCustomerRequest, model: LoadedModel | None = None) -> pb.Score:
        """Score one customer, by the tenant's champion where no model is given."""
        locale = locale_of(request.locale)
        customer = await customer_of(request.customer, self._now)
        top = request.explain_top_k if request.HasField("explain_top_k") else DEFAULT_REASONS
        score = self._scorer.score(model or await self._champions.of(tenant), customer, top=top, locale=locale)
        if not request.what_if:
            self._memory.note(tenant, last_score_of(score))
        return score_message(score, locale)
