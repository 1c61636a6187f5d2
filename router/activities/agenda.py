"""What a rep is to do: all that they have open, and what they are to follow up on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.activities.ports import Activities
from router.assignment.caps import CapSpan, span
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.roster import Roster
from router.model.caps import CapWindow
from router.model.errors import InvalidInput, NotFound
from router.model.events import NEXT
from router.model.records import FiredStep, ItemRecord
from router.model.workitem import State

_PAGE = 1000
_NOON = 12


class FollowUp(NamedTuple):
    """A work item with a next date.

    Parameters
    ----------
    next_step
        What is to be done then.
    reminded
        The last reminder that fell due; None: none did.
    """

    record: ItemRecord
    next_step: str
    reminded: FiredStep | None

    @property
    def at_ms(self) -> int:
        """When it is, in milliseconds since 1970."""
        assert self.record.next_date is not None
        return self.record.next_date.at_ms


class Clocks(NamedTuple):
    """By whose clocks a rep is told times, and what they show: milliseconds since 1970."""

    time_zone: str
    now_ms: int


class Day(NamedTuple):
    """What a rep is to follow up on a day, by time."""

    date: str
    clocks: Clocks
    follow_ups: list[FollowUp]


class Work(NamedTuple):
    """A page of what a rep has open; ``after`` is where the next begins, None: there is none."""

    items: list[tuple[StoredItem, FollowUp | None]]
    after: int | None
    clocks: Clocks


class Agenda:
    """The use cases: a rep's work, and a rep's day.

    Parameters
    ----------
    store, activities
        Work items and what was done about them.
    queries
        Work items as they stand.
    planners
        Reps, and by which clocks they work.
    """

    def __init__(
        self, store: Assignments, activities: Activities, queries: WorkItemQueries, planners: PlannerCache
    ) -> None:
        self._store = store
        self._activities = activities
        self._queries = queries
        self._planners = planners

    async def work(self, tenant: str, rep: str, *, after: int, count: int) -> Work:
        """Return up to ``count`` work items that a rep has open, the oldest first.

        Raises
        ------
        NotFound
            If there is no such rep.
        """
        clocks = await self._clocks(tenant, rep)
        items, place = await self._queries.items(tenant, after=after, count=count, owner=rep, state=State.ASSIGNED)
        dated = await self._follow_ups(tenant, [item.record for item in items if item.record.next_date])
        by_id = {follow_up.record.item_id: follow_up for follow_up in dated}
        return Work([(item, by_id.get(item.record.item_id)) for item in items], place, clocks)

    async def day(self, tenant: str, rep: str, written: str, *, start: int, count: int) -> tuple[Day, bool]:
        """Return up to ``count`` of what is overdue or falls due on a date, from a place on, and whether there is more.

        Parameters
        ----------
        written
            The date; empty: today.

        Raises
        ------
        NotFound
            If there is no such rep.
        InvalidInput
            If it is no date.
        """
        clocks = await self._clocks(tenant, rep)
        day = _day(written, clocks)
        records = [record for record in await self._dated(tenant, rep) if _is_of(record, day, clocks.now_ms)]
        some = sorted(records, key=_turn)[start : start + count]
        follow_ups = await self._follow_ups(tenant, some)
        return Day(day.name.partition("@")[0], clocks, follow_ups), len(records) > start + count

    async def _clocks(self, tenant: str, rep: str) -> Clocks:
        roster = (await self._planners.newest(tenant)).roster
        if rep not in roster.reps:
            raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
        return Clocks(zone_of(roster, rep), await self._store.now_us(tenant) // 1000)

    async def _dated(self, tenant: str, rep: str) -> list[ItemRecord]:
        """Return what a rep has open with a next date: all that they own is looked at, page by page."""
        dated, after = list[ItemRecord](), 0
        while places := await self._store.owned(tenant, rep, is_open=True, after=after, count=_PAGE):
            after = places[-1][0]
            records = await self._store.items(tenant, [item_id for _, item_id in places])
            dated += [record for record in records if record and record.next_date and record.owner == rep]
        return dated

    async def _follow_ups(self, tenant: str, records: Sequence[ItemRecord]) -> list[FollowUp]:
        dates = [record.next_date for record in records if record.next_date]
        recorded = await self._activities.recorded(tenant, [date.event for date in dates])
        return [
            FollowUp(record, event.activity.next_step, record.fired_step(NEXT, event.number))
            for record, event in zip(records, recorded, strict=True)
        ]


def zone_of(roster: Roster, rep: str) -> str:
    """Return the zone of the clocks that a rep works by."""
    hours = roster.availability.hours_of(rep, None) if rep in roster.reps else None
    return hours.calendar.time_zone if hours else roster.records.settings.time_zone


def _day(written: str, clocks: Clocks) -> CapSpan:
    """Return the span of a date by a rep's clocks."""
    if not written:
        return span(CapWindow.DAY, clocks.time_zone, clocks.now_ms)
    try:
        day = date.fromisoformat(written)
        noon = datetime(day.year, day.month, day.day, _NOON, tzinfo=ZoneInfo(clocks.time_zone))
        found = span(CapWindow.DAY, clocks.time_zone, int(noon.timestamp()) * 1000)
    except (ValueError, OverflowError):
        found = None
    if found is None or not found.name.startswith(f"{written}@"):
        raise InvalidInput.of("date", f"{written[:40]!r}: must be a date such as 2026-11-28, or absent for today")
    return found


def _is_of(record: ItemRecord, day: CapSpan, now_ms: int) -> bool:
    """Say whether a next date falls into a day, or lies before it and is past."""
    assert record.next_date is not None
    at_ms = record.next_date.at_ms
    return at_ms < day.end_ms and (at_ms >= day.start_ms or at_ms < now_ms)


def _turn(record: ItemRecord) -> tuple[int, str]:
    assert record.next_date is not None
    return record.next_date.at_ms, record.item_id
