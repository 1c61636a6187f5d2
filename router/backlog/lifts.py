"""When somebody could take what waits who cannot now: whoever comes on duty, or is back. Pure.

Whose hours: a rep's own calendar, else that of the pool, else the tenant's, else none: always there. Leave beats hours.
It counts too who is there now and goes before they come again, for what waits may find them full until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from router.assignment.roster import Candidates, Roster
from router.model.errors import InvalidInput
from router.model.workitem import WorkItem
from router.timers.ports import Present
from router.workforce.open_hours import OpenHours, Span, open_hours


def lifts(present: Present, item: WorkItem, at_ms: int) -> int | None:
    r"""Return the first instant behind another at which somebody comes who could have a work item; None: nobody does.

    Examples
    --------
    >>> from rules.index import IndexEngine
    >>> from router.assignment.planner import Planner
    >>> from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
    >>> from router.model.workforce import Member, Pool, Rep, WorkforceRecords
    >>> from router.rules.check import check
    >>> rules = check("fields: {}\nrules: []\ndefault: {route: {pool: east, fallback: [wait]}}").rule_set
    >>> day = Calendar("day", weekly=(WeeklyHours(3, Hours(9 * 60, 18 * 60)),))
    >>> records = {
    ...     "rep": {"bo": Rep("bo")}, "pool": {"east": Pool("east", (Member("bo"),))},
    ...     "calendar": {"day": day}, "tenant": {"settings": TenantSettings(calendar="day")},
    ... }
    >>> planner = Planner(1, rules, IndexEngine(rules), Roster(WorkforceRecords(1, records)))
    >>> lifts(Present(planner, {}), WorkItem("LEAD"), 0) == 9 * 3_600_000  # 1970 began on a Thursday
    True
    """
    returns = _returns(present.planner.roster)
    if returns.is_everybody_always_there and not present.away:
        return None
    try:
        attempts = present.planner.plan(item).attempts
    except InvalidInput:
        return None
    comings = [returns.first_behind(at_ms, attempt.candidates) for attempt in attempts]
    comings += [present.away.get(rep) for attempt in attempts for rep in attempt.candidates.reps if present.away]
    return min((instant for instant in comings if instant is not None and instant > at_ms), default=None)


class _Returns:
    """When the reps of one roster come on duty or back."""

    def __init__(self, roster: Roster) -> None:
        self._records = roster.records
        self._leave: dict[str, list[Span]] = {}
        for absence in sorted(self._records.absences.values(), key=lambda absence: absence.start_ms):
            self._leave.setdefault(absence.rep, []).append((absence.start_ms, absence.end_ms))
        self._known: dict[str, Span] = {}
        self.is_everybody_always_there = not self._records.calendars and not self._leave

    def first_behind(self, at_ms: int, candidates: Candidates) -> int | None:
        """Return the first instant behind another at which any of some candidates comes."""
        since_ms, until_ms = self._known.get(candidates.digest, (0, 0))
        if since_ms <= at_ms < until_ms:
            return until_ms
        comings = (self._coming(rep, candidates.pool, at_ms) for rep in candidates.reps)
        first = min((coming for coming in comings if coming is not None), default=None)
        if first is not None:  # until then the answer is the same: what waits mostly came at about the same time
            self._known[candidates.digest] = at_ms, first
        return first

    def _coming(self, rep_id: str, pool_id: str, at_ms: int) -> int | None:
        hours, leave = self._hours(rep_id, pool_id), self._leave_of(rep_id, pool_id)
        gone_ms = _gone(hours, leave, at_ms)
        return None if gone_ms is None else _there(hours, leave, gone_ms)

    def _hours(self, rep_id: str, pool_id: str) -> OpenHours | None:
        rep, pool = self._records.reps[rep_id], self._records.pools.get(pool_id)
        name = rep.calendar or (pool.calendar if pool else "") or self._records.settings.calendar
        calendar = self._records.calendars.get(name)
        return open_hours(calendar) if calendar else None

    def _leave_of(self, rep_id: str, pool_id: str) -> Sequence[Span]:
        pool = self._records.pools.get(pool_id)
        buffer_ms = pool.leave_buffer_ms if pool else 0
        return [(start_ms - buffer_ms, end_ms) for start_ms, end_ms in self._leave.get(rep_id, ())]


_known_returns: WeakKeyDictionary[Roster, _Returns] = WeakKeyDictionary()


def _returns(roster: Roster) -> _Returns:
    if roster not in _known_returns:
        _known_returns[roster] = _Returns(roster)
    return _known_returns[roster]


def _gone(hours: OpenHours | None, leave: Sequence[Span], at_ms: int) -> int | None:
    """Return the first instant, from one on, at which somebody is not there; None: they are always there."""
    if _end_of_leave(leave, at_ms) or (hours and not hours.is_open(at_ms)):
        return at_ms
    closing = hours.around(at_ms)[1] if hours else None
    is_end = hours is not None and closing is not None and not hours.is_open(closing)  # else it is the horizon's
    leaving = next((start_ms for start_ms, _ in leave if start_ms > at_ms), None)
    return min((instant for instant in (closing if is_end else None, leaving) if instant is not None), default=None)


def _there(hours: OpenHours | None, leave: Sequence[Span], at_ms: int) -> int | None:
    """Return the first instant, from one on, at which somebody is there; None: not within the horizon."""
    while True:
        at_ms = _end_of_leave(leave, at_ms) or at_ms
        opening = hours.next_opening(at_ms) if hours else at_ms
        if opening is None or not _end_of_leave(leave, opening):
            return opening
        at_ms = opening


def _end_of_leave(leave: Sequence[Span], at_ms: int) -> int | None:
    """Return when the leave ends that somebody is on; None: they are on none."""
    return max((end_ms for start_ms, end_ms in leave if start_ms <= at_ms < end_ms), default=None)
