"""What would become of work items if they were moved now, one after the other: nothing is written.

Previews of the store do not know of each other, so all would name the same rep. Here ledgers, loads, presences and
counts are read once, and each decision is entered before the next is made, by the code that replays the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from failures import Failure
from router.assignment.bulk import BulkReassignment, commands, full
from router.assignment.choice import Choice, choose, trace_hash
from router.assignment.commands import BindCommand, ReassignRequest
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.history.pool_ledger import Ledger
from router.history.projection import StateProjection
from router.model.decision import Decision, ObservedState, Outcome
from router.model.dispatch import Answer, StandingOffer
from router.model.records import ItemRecord
from router.model.workitem import TRANSITIONS
from router.workforce.ports import Presences


class Rehearsal:
    """The use case.

    Parameters
    ----------
    store, presences
        As they stand.
    planners
        Rules and workforce.
    bulk
        Reads work items.
    """

    def __init__(
        self, store: Assignments, presences: Presences, planners: PlannerCache, bulk: BulkReassignment
    ) -> None:
        self._store = store
        self._presences = presences
        self._planners = planners
        self._bulk = bulk

    async def reassign(self, tenant: str, requests: Sequence[ReassignRequest]) -> list[Decision | Failure]:
        """Say what would become of each, in order; numbers of decisions are 0."""
        planner = await self._planners.newest(tenant)
        offers, at_ms = await self._store.standing_offers(tenant), await self._store.now_us(tenant) // 1000
        projection = await self._projection(tenant, planner, offers)
        answers: list[Decision | Failure] = []
        for start in range(0, len(requests), MAX_JOBS):
            page = requests[start : start + MAX_JOBS]
            standing = await self._bulk.standing(tenant, [request.item_id for request in page])
            jobs = commands(tenant, planner, page, standing, at_ms)
            for request, each, job in zip(page, standing, jobs, strict=True):
                if each is not None:
                    _stand(projection, each.record, offers.get(each.record.item_id))
                answers.append(job if isinstance(job, Failure) else _made(tenant, projection, request, job, at_ms))
        return answers

    async def _projection(
        self, tenant: str, planner: Planner, offers: Mapping[str, StandingOffer | None]
    ) -> StateProjection:
        """Return the counters as they stand, without work items."""
        projection = StateProjection()
        projection.loads.update(await self._store.loads(tenant))
        projection.worked.update(await self._store.worked(tenant))
        projection.presences.update(await self._presences.presences(tenant))
        projection.counts.by_field.update(await self._store.counts(tenant))
        for pool in planner.roster.pools:
            projection.ledgers[pool] = Ledger.of(await self._store.ledger(tenant, pool))
        projection.offers.held.update(Counter(offer.rep for offer in offers.values() if offer and offer.rep))
        return projection


def _stand(projection: StateProjection, record: ItemRecord, offer: StandingOffer | None) -> None:
    """Have a work item stand as it does; an offer that was answered meanwhile, or cannot be read, it is without."""
    if record.offer and offer and offer.number == record.offer.number:
        projection.offers.standing[record.item_id] = offer
    elif record.offer:
        record = replace(record, state=TRANSITIONS[record.state][Answer.RESCINDED], offer=None)
    projection.items[record.item_id] = record


def _made(
    tenant: str, projection: StateProjection, request: ReassignRequest, job: BindCommand, at_ms: int
) -> Decision | Failure:
    """Decide, and enter what was decided; an open offer is withdrawn for it, unless nobody is found."""
    item_id, way = job.item_id, job.head.way
    with projection.without_offer(item_id):
        record = projection.standing(item_id, job.head.cause)
        seen = projection.see(job.attempts, job.kind, at_ms, job.named, job.amounts, record, way)
    decision, choice = decided(job, 0, at_ms, record, seen)
    if job.named and decision.rep != job.named:
        return full(tenant, request)
    if choice.found and item_id in projection.offers.standing:
        offer = projection.offers.standing[item_id]
        projection.enter_answered(projection.answered(item_id, Answer.RESCINDED, offer.rep, 0, at_ms))
    projection.enter_decision(decision, job.attempts, choice)
    return decision


def decided(
    job: BindCommand, number: int, at_ms: int, record: ItemRecord | None, seen: tuple[ObservedState, ...]
) -> tuple[Decision, Choice]:
    """Make the decision of a job from what is seen, as the store does; and how it came about."""
    choice = choose(job.attempts, seen, job.rotation, job.named, job.head.way)
    outcome = choice.outcome(job.outcome_if_none)
    epoch = (record.epoch if record else 0) + (outcome is Outcome.ASSIGNED)
    decision = Decision(
        number=number,
        item_id=job.item_id,
        kind=job.kind,
        outcome=outcome,
        rep=choice.rep,
        pool=choice.pool,
        epoch=epoch,
        charge=choice.charge,
        seen=seen,
        stand=choice.stand,
        trace_hash=trace_hash([candidates for candidates, _ in job.attempts], seen, outcome, choice, epoch),
        previous=record.event if record else 0,
        at_ms=at_ms,
        head=job.head,
        freed=record.owner if choice.found and record else "",
    )
    return decision, choice
