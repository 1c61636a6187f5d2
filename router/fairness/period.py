"""What a pool's ledger was charged in a period, summed up over its decisions, part by part.

The bound is of the whole ledger. What a rep was entitled to minus what they received in a period is by how much their
distance from a fair share changed in it: the difference of two distances, each within the bound.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from router.assignment.queries import Wanted, WorkItemQueries
from router.model.decision import Decision, Way
from router.model.dispatch import Answer
from router.model.events import OfferAnswered
from router.model.workforce import MICROS

_DECISIONS = 500
"""Decisions of a part, at most."""
_REVISIONS = 16
"""Pairs of revisions of a part, at most: each may have to be read from the store, as many as are kept at hand."""


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """A part of a period, in lead units by rep; ``below`` is the event to go on below, None at the end.

    ``decisions`` counts those that moved a deficit: not those that entered apart. What became of offers counts when it
    did: one that was offered before the period and declined in it is taken off, so that parts may be negative.
    """

    entitled: Mapping[str, float]
    received: Mapping[str, float]
    charged: float
    decisions: int
    overrides: int
    below: int | None


async def period_part(
    queries: WorkItemQueries, tenant: str, pool_id: str, *, from_ms: float, until_ms: float, before: int | None
) -> PeriodPart:
    """Sum up the newest decisions of a period that were charged to a pool.

    Parameters
    ----------
    from_ms, until_ms
        Milliseconds since 1970, the latter not included.
    before
        The event below which to go on; None at the end of the period.

    Raises
    ------
    CorruptHistory
        If a decision does not follow from its stored facts.
    """
    wanted: Wanted[Decision | OfferAnswered] = Wanted(
        lambda event: event.pool == pool_id and _by(event) != 0, from_ms, until_ms
    )
    page, below = await queries.charges(tenant, before=before, count=_DECISIONS, wanted=wanted)
    kept = _of_few_revisions(page)
    entitled, received = Counter[str](), Counter[str]()
    for event in kept:
        by = _by(event)
        shares = event.entitled if isinstance(event, OfferAnswered) else await queries.entitlements(tenant, event)
        for rep, micros in dict(shares).items():
            entitled[rep] += by * micros
        received[event.rep] += by * event.charge
        await asyncio.sleep(0)  # others get their turn
    return PeriodPart(
        entitled={rep: micros / MICROS for rep, micros in entitled.items()},
        received={rep: received[rep] / MICROS for rep in entitled},
        charged=received.total() / MICROS,
        decisions=sum(_by(event) for event in kept if event.way is not Way.APART),
        overrides=sum(_by(event) for event in kept if event.way is Way.OVERRIDE),
        below=below if len(kept) == len(page) else kept[-1].number,
    )


def _by(event: Decision | OfferAnswered) -> int:
    """Say how often an event charges a ledger: 1, or -1 where it undoes an offer, or 0."""
    if isinstance(event, Decision):
        return 1
    if event.answer is Answer.ACCEPTED:
        return int(bool(event.entitled))  # else it was charged when it was offered
    return -1 if event.charge else 0


def _of_few_revisions(page: list[Decision | OfferAnswered]) -> list[Decision | OfferAnswered]:
    """Return the events before the first decision that needs more revisions than a part may."""
    revisions = set[tuple[int, int]]()
    for place, event in enumerate(page):
        if isinstance(event, OfferAnswered):
            continue
        revisions.add((event.head.rule_set_revision, event.head.workforce_revision))
        if len(revisions) > _REVISIONS:
            return page[:place]
    return page
