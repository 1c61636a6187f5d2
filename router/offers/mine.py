"""What is offered to a rep, and whether they are away for letting offers lapse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries
from router.model.events import OfferAnswered
from router.offers.ports import Offers

MOST = 100
"""Offers that a rep is told of at once."""


class Mine(NamedTuple):
    """What a rep is told of offers.

    Parameters
    ----------
    items
        What they may accept, the oldest offer first.
    away
        The lapse that set them away; None: they are there, or away for another reason.
    """

    items: Sequence[StoredItem]
    away: OfferAnswered | None


class RepOffers:
    """The use case: tell a rep.

    Parameters
    ----------
    offers
        What is offered, and who let offers lapse.
    store
        The log.
    queries
        Work items as they stand.
    """

    def __init__(self, offers: Offers, store: Assignments, queries: WorkItemQueries) -> None:
        self._offers = offers
        self._store = store
        self._queries = queries

    async def mine(self, tenant: str, rep: str) -> Mine:
        """Return what a rep is told; what was answered meanwhile is left out."""
        offered = await self._offers.offered(tenant, rep, MOST)
        numbers = {item_id: number for number, item_id in offered}
        stored = await self._queries.stored(tenant, [*numbers])
        items = [
            item
            for item in stored
            if item.record.offer is not None and item.record.offer.number == numbers.get(item.record.item_id)
        ]
        return Mine(items, await self._away(tenant, rep))

    async def _away(self, tenant: str, rep: str) -> OfferAnswered | None:
        number = -(await self._offers.lapses(tenant)).get(rep, 0)
        events = await self._store.events(tenant, after=number - 1, count=1) if number > 0 else []
        told = events[0] if events else None
        return told if isinstance(told, OfferAnswered) and told.number == number and told.set_away else None
