"""When an offer lapses, by whose hours; and what is told to whoever cannot answer one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from router.assignment.expiry import expires_ms
from router.assignment.queries import StoredItem
from router.assignment.roster import Roster
from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
from router.model.decision import Decision, Outcome
from router.model.dispatch import Answer, DispatchClock, OpenOffer
from router.model.events import OfferAnswered
from router.model.records import ItemRecord
from router.model.workforce import Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, State
from router.offers.service import AwayByLapses, OfferedWork, OfferService, became

HOUR_MS = 3_600_000
THURSDAY_MS = 0  # 1970 began on one
OFFER = OpenOffer(7, "ann", "east", HOUR_MS, DispatchClock.WALL, THURSDAY_MS)


def roster() -> Roster:
    """Return Ann, who works on Thursdays from 9, in a pool from 10; whoever else works from 12, for a minute a week."""
    calendars = [
        Calendar(name, weekly=(WeeklyHours(3, Hours(start * 60, start * 60 + length)),))
        for name, start, length in (("hers", 9, 480), ("theirs", 10, 480), ("all", 12, 1))
    ]
    return Roster(
        WorkforceRecords(
            1,
            {
                "rep": {"ann": Rep("ann", calendar="hers")},
                "pool": {"east": Pool("east", (Member("ann"),), calendar="theirs"), "west": Pool("west")},
                "calendar": {calendar.id: calendar for calendar in calendars},
                "tenant": {"settings": TenantSettings(calendar="all")},
            },
        )
    )


@pytest.mark.parametrize(
    ("offer", "hours"),
    [
        (OFFER, 1),
        (OFFER._replace(clock=DispatchClock.REP), 10),
        (OFFER._replace(clock=DispatchClock.POOL), 11),
        (OFFER._replace(clock=DispatchClock.REP, rep=""), 11),
        (OFFER._replace(timeout_ms=0), 0),
        (OFFER._replace(clock=DispatchClock.POOL, pool="west", timeout_ms=30 * 24 * HOUR_MS), 0),
    ],
)
def test_an_offer_lapses_by_the_clock_of_its_terms_and_never_beyond_what_calendars_tell(
    offer: OpenOffer, hours: int
) -> None:
    assert expires_ms(roster(), offer) == hours * HOUR_MS


RECORD = ItemRecord("crm~1", State.ASSIGNED, Kind.LEAD, "ann", "east", 1, 9, 9, 7, 7, 7)


def answered(answer: Answer, rep: str, *, stays_open: bool = False) -> OfferAnswered:
    return OfferAnswered(
        8, "crm~1", Kind.LEAD, answer, 7, rep, "east", 1, 0, None, (), 0, False, stays_open, 0, 7, 0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("record", "events", "said"),
    [
        (RECORD, [answered(Answer.ACCEPTED, "ann")], "offer 7 is not open to bo: ann accepted it; it is ann's"),
        (
            replace(RECORD, state=State.OFFERED, owner="", offer=OFFER._replace(number=9, rep="cy")),
            [answered(Answer.LAPSED, "ann")],
            "offer 7 is not open to bo: it lapsed; it is offered to cy now, by offer 9",
        ),
        (
            replace(RECORD, state=State.QUEUED, owner=""),
            [answered(Answer.RESCINDED, "ann")],
            "offer 7 is not open to bo: it was rescinded; it is QUEUED",
        ),
        (
            replace(RECORD, state=State.OFFERED, owner="", offer=OFFER),
            [],
            "offer 7 is not open to bo: it is made to ann",
        ),
        (
            replace(RECORD, state=State.OFFERED, owner="", offer=OFFER._replace(rep="")),
            [answered(Answer.DECLINED, "cy", stays_open=True)],
            "offer 7 is not open to bo: it is made to others",
        ),
        (RECORD, [], "there is no offer 7 of it; it is ann's"),
    ],
)
def test_whoever_cannot_answer_is_told_what_became_of_the_offer(
    record: ItemRecord, events: list[OfferAnswered], said: str
) -> None:
    assert became(record, events, "bo", 7) == said


class LongLog:
    """The log of a work item that was offered by event 7, and of which very much became since."""

    pages = 0

    async def events(self, _: str, *, after: int, count: int) -> list[Decision]:
        head: Any = None
        made = Decision(7, "crm~1", Kind.LEAD, Outcome.OFFERED, "ann", "east", 0, 0, (), None, "", 0, 0, head)
        return [made][:count] if after < made.number else []

    async def history(self, _: str, __: str, last: int) -> list[OfferAnswered]:
        self.pages += 1
        other = replace(answered(Answer.LAPSED, "ann"), offer=8)
        return [replace(other, number=number, previous=number - 1) for number in range(last, last - 100, -1)]


@pytest.mark.parametrize(
    ("item_id", "offer", "said", "pages"),
    [
        ("crm~1", 7, "offer 7 is not open to bo: that was long ago; it is ann's", 10),
        ("crm~1", 6, "there is no offer 6 of it; it is ann's", 0),
        ("crm~1", 100_001, "there is no offer 100001 of it; it is ann's", 0),
        ("crm~2", 7, "there is no offer 7 of it; it is ann's", 0),
    ],
)
async def test_a_history_is_not_read_to_its_beginning_for_an_offer_of_long_ago(
    item_id: str, offer: int, said: str, pages: int
) -> None:
    log, nothing = LongLog(), cast("Any", None)
    service, record = OfferService(nothing, cast("Any", log), nothing, nothing), replace(RECORD, event=100_000)

    events, is_made = await service._since("t", replace(record, item_id=item_id), offer)

    assert became(record, events, "bo", offer, is_made=is_made) == said
    assert log.pages == pages


class Lapsed:
    """Offers nothing, and says by which event a rep is away for lapses; of whom no work item is asked for."""

    def __init__(self, event: int) -> None:
        self._event = event

    async def offered(self, *_: object) -> list[tuple[int, str]]:
        return []

    async def lapses_of(self, *_: object) -> int:
        return -self._event

    async def of(self, *_: object) -> list[StoredItem]:
        return []


class LapseLog:
    """A log that begins with event 8, by which Ann is set away."""

    async def events(self, _: str, *, after: int, count: int) -> list[OfferAnswered]:
        return [replace(answered(Answer.LAPSED, "ann"), lapses=3)][:count] if after < 8 else []


@pytest.mark.parametrize(("event", "away"), [(0, None), (7, None), (8, AwayByLapses(3, "crm~1", 0)), (9, None)])
async def test_who_is_away_by_an_event_that_the_log_has_lost_is_told_their_work_all_the_same(
    event: int, away: AwayByLapses | None
) -> None:
    lapsed, nothing = cast("Any", Lapsed(event)), cast("Any", None)

    work = await OfferService(lapsed, cast("Any", LapseLog()), lapsed, nothing).work("t", "ann")

    assert work == OfferedWork([], away)
