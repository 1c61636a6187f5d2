"""What a rep is to do: all that they have open, and what falls due on a day, by its next date or by its process."""

from __future__ import annotations

import math
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
from router.deadlines.queries import DeadlineQueries, ListedDeadline
from router.model.caps import CapWindow
from router.model.errors import InvalidInput, NotFound
from router.model.events import NEXT
from router.model.records import FiredStep, ItemRecord
from router.model.workitem import State
from router.process.due.standings import DeadlineState

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


class AgendaPlace(NamedTuple):
    """Where on an agenda something stands: when it is due, of what, and of a deadline which, of which stage and entry.

    It stays the same whatever else is done meanwhile.
    """

    at_ms: int
    item_id: str
    stage: str = ""
    deadline: str = ""
    entry: int = 0


class Day(NamedTuple):
    """A page of what a rep is to follow up on a day, and of the deadlines of theirs that fall due; each by time.

    ``more_behind`` is behind what the next page begins; None: there is none.
    """

    date: str
    clocks: Clocks
    follow_ups: list[FollowUp]
    deadlines: list[ListedDeadline]
    more_behind: AgendaPlace | None


class OpenItem(NamedTuple):
    """A work item that a rep has open, when they are to follow it up, and the deadlines that run of it."""

    item: StoredItem
    follow_up: FollowUp | None
    deadlines: Sequence[ListedDeadline]


class Work(NamedTuple):
    """A page of what a rep has open; ``after`` is where the next begins, None: there is none."""

    items: list[OpenItem]
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
    deadlines
        What runs of work items by their processes.
    """

    def __init__(
        self,
        store: Assignments,
        activities: Activities,
        queries: WorkItemQueries,
        planners: PlannerCache,
        deadlines: DeadlineQueries,
    ) -> None:
        self._deadlines = deadlines
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
        running = await self._running(tenant, [item.record for item in items])
        ids = [item.record.item_id for item in items]
        return Work(
            [OpenItem(item, by_id.get(id_), running.get(id_, ())) for item, id_ in zip(items, ids, strict=True)],
            place,
            clocks,
        )

    async def day(self, tenant: str, rep: str, written: str, *, behind: AgendaPlace | None, count: int) -> Day:
        """Return up to ``count`` of what is overdue or falls due on a date.

        Parameters
        ----------
        written
            The date; empty: today.
        behind
            Where the page before ended; None: there is none.

        Raises
        ------
        NotFound
            If there is no such rep.
        InvalidInput
            If it is no date.
        """
        clocks = await self._clocks(tenant, rep)
        day = _day(written, clocks)
        records = await self._open(tenant, rep)
        running = await self._running(tenant, records)
        dated: list[ItemRecord | ListedDeadline] = [*records, *(each for listed in running.values() for each in listed)]
        due = sorted((each for each in dated if _is_of(each, day, clocks.now_ms)), key=_place)
        left = [each for each in due if behind is None or _place(each) > behind]
        some = left[:count]
        follow_ups = await self._follow_ups(tenant, [each for each in some if isinstance(each, ItemRecord)])
        deadlines = [each for each in some if isinstance(each, ListedDeadline)]
        more_behind = _place(some[-1]) if len(left) > count else None
        return Day(day.name.partition("@")[0], clocks, follow_ups, deadlines, more_behind)

    async def _clocks(self, tenant: str, rep: str) -> Clocks:
        roster = (await self._planners.newest(tenant)).roster
        if rep not in roster.reps:
            raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
        return Clocks(zone_of(roster, rep), await self._store.now_us(tenant) // 1000)

    async def _open(self, tenant: str, rep: str) -> list[ItemRecord]:
        """Return what a rep has open: all that they own is looked at, page by page."""
        found, after = list[ItemRecord](), 0
        while places := await self._store.owned(tenant, rep, is_open=True, after=after, count=_PAGE):
            after = places[-1][0]
            records = await self._store.items(tenant, [item_id for _, item_id in places])
            found += [record for record in records if record and record.owner == rep]
        return found

    async def _running(self, tenant: str, records: Sequence[ItemRecord]) -> dict[str, list[ListedDeadline]]:
        """Return what runs of work items, by id, the earliest due first; not what waits for who approves."""
        running = await self._deadlines.running_of(tenant, records)
        return {
            item_id: sorted(
                (each for each in listed if not each.is_approval), key=lambda each: _date_ms(each) or math.inf
            )
            for item_id, listed in running.items()
        }

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


def _date_ms(due: ItemRecord | ListedDeadline) -> int | None:
    """Return the next date of a work item, or when a deadline is due; None: there is none, or nobody knows."""
    if isinstance(due, ListedDeadline):
        return due.standing.due_ms
    return due.next_date.at_ms if due.next_date else None


def _is_of(due: ItemRecord | ListedDeadline, day: CapSpan, now_ms: int) -> bool:
    """Say whether something falls due on a day, or did before it and is overdue."""
    at_ms = _date_ms(due)
    if at_ms is None or at_ms >= day.end_ms:
        return False
    is_overdue = due.state is DeadlineState.OVERDUE if isinstance(due, ListedDeadline) else at_ms < now_ms
    return is_overdue or at_ms >= day.start_ms


def _place(due: ItemRecord | ListedDeadline) -> AgendaPlace:
    at_ms = _date_ms(due) or 0
    if isinstance(due, ListedDeadline):
        return AgendaPlace(at_ms, due.item_id, due.standing.stage, due.standing.deadline.id, due.standing.entry)
    return AgendaPlace(at_ms, due.item_id)
