"""What a rep is told of offers, as the store has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from router.assignment.queries import StoredItem
from router.model.decision import Decision
from router.model.dispatch import Answer, DispatchClock, OpenOffer
from router.model.events import Completed, Event, OfferAnswered
from router.model.records import ItemRecord
from router.model.workitem import Kind, State
from router.offers.mine import RepOffers
from router.offers.ports import Offers

LAPSED = OfferAnswered(
    9, "x", Kind.LEAD, Answer.LAPSED, 4, "ann", "p", 1, 1, None, (("ann", 1),), 3, True, False, 0, 4, 5
)
CLOSED = Completed(9, "x", Kind.LEAD, State.CLOSED, "ann", "p", 1, 3, 5)


def item(item_id: str, offer: int | None) -> StoredItem:
    stood = None if offer is None else OpenOffer(offer, "ann", "p", 0, DispatchClock.WALL, 0)
    record = ItemRecord(item_id, State.OFFERED, Kind.LEAD, "", "", 0, 1, 1, 1, 1, 1, offer=stood)
    return StoredItem(record, cast(Any, None), cast(Decision, None), 0)


class Stands:
    """Has offers, work items and one event."""

    def __init__(
        self, offered: Sequence[tuple[int, str]], items: Sequence[StoredItem], lapses: int, event: Event
    ) -> None:
        self._offered, self._items, self._lapses, self._event = offered, items, lapses, event

    async def offered(self, _: str, rep: str, count: int) -> Sequence[tuple[int, str]]:
        assert (rep, count) == ("ann", 100)
        return self._offered

    async def lapses(self, _: str) -> Mapping[str, int]:
        return {"ann": self._lapses, "bo": 2}

    async def stored(self, _: str, item_ids: Sequence[str]) -> list[StoredItem]:
        return [item for item in self._items if item.record.item_id in item_ids]

    async def events(self, _: str, *, after: int, count: int) -> list[Event]:
        return [self._event][:count] if after < self._event.number else []

    async def told(self) -> tuple[list[str], Event | None]:
        store = cast(Any, self)
        mine = await RepOffers(cast(Offers, self), store, store).mine("t", "ann")
        return [each.record.item_id for each in mine.items], mine.away


async def test_offers_are_told_the_oldest_first_but_for_those_answered_meanwhile() -> None:
    items = [item("a", 3), item("b", None), item("c", 8)]

    stands = Stands([(3, "a"), (5, "b"), (7, "c")], items, 1, LAPSED)

    assert await stands.told() == (["a"], None)


@pytest.mark.parametrize(
    ("lapses", "event", "away"),
    [
        (-9, LAPSED, LAPSED),
        (3, LAPSED, None),
        (0, LAPSED, None),
        (-9, replace(LAPSED, set_away=False), None),
        (-8, LAPSED, None),
        (-9, CLOSED, None),
    ],
)
async def test_who_was_set_away_is_told_by_which_lapse(lapses: int, event: Event, away: Event | None) -> None:
    assert await Stands([], [], lapses, event).told() == ([], away)
