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
from router.model.workforce import MICROS

_DECISIONS = 500
"""Decisions of a part, at most."""
_REVISIONS = 16
"""Pairs of revisions of a part, at most: each may have to be read from the store, as many as are kept at hand."""


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """A part of a period, in lead units by rep; ``below`` is the event to go on below, None at the end.

    ``decisions`` counts those that moved a deficit: not those that entered apart.
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
    wanted: Wanted[Decision] = Wanted(lambda decision: decision.pool == pool_id, from_ms, until_ms)
    page, below = await queries.decisions(tenant, before=before, count=_DECISIONS, wanted=wanted)
    kept = _of_few_revisions(page)
    entitled, received = Counter[str](), Counter[str]()
    for decision in kept:
        entitled.update(await queries.entitlements(tenant, decision))
        received[decision.rep] += decision.charge
        await asyncio.sleep(0)  # others get their turn
    return PeriodPart(
        entitled={rep: micros / MICROS for rep, micros in entitled.items()},
        received={rep: received[rep] / MICROS for rep in entitled},
        charged=received.total() / MICROS,
        decisions=sum(decision.way is not Way.APART for decision in kept),
        overrides=sum(decision.way is Way.OVERRIDE for decision in kept),
        below=below if len(kept) == len(page) else kept[-1].number,
    )


def _of_few_revisions(page: list[Decision]) -> list[Decision]:
    """Return the decisions before the first one that needs more revisions than a part may."""
    revisions = set[tuple[int, int]]()
    for place, decision in enumerate(page):
        revisions.add((decision.head.rule_set_revision, decision.head.workforce_revision))
        if len(revisions) > _REVISIONS:
            return page[:place]
    return page
