"""What is so, worked out another way than by the code that is tried: on the clocks of the wall, span by span."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from router.model.calendars import MIDNIGHT, Absence, Calendar, Hours
from router.model.workforce import Pool, Rep, WorkforceRecords


class Truth:
    """Who works, and who is there, by the records as they are and the presences as they were told."""

    def __init__(self) -> None:
        self.records = WorkforceRecords()
        self.edited: list[Absence] = []
        """The absences that the last revision made, or changed."""
        self.away: dict[str, int] = {}
        """Reps who are away, and until when; 0: until they are back."""
        self._leave: Mapping[str, list[Absence]] = {}
        self._edited: dict[str, int] = {}
        self._revision = 0
        self._past = list[tuple[int, WorkforceRecords]]()
        self._at_ms, self._open = -1, dict[str, bool]()
        self._calendars: dict[tuple[str, str], Calendar | None] = {}

    def learn(self, records: WorkforceRecords, event: int) -> None:
        """Take in a revision of the workforce that an event made."""
        self._past.append((event, records))
        self._revision += 1
        before = self.records.absences
        self.edited = [one for one in records.absences.values() if before.get(one.id) != one]
        self._edited |= dict.fromkeys((one.id for one in self.edited), self._revision)
        self.records, self._at_ms, self._calendars = records, -1, {}
        leave: dict[str, list[Absence]] = {}
        for absence in records.absences.values():
            leave.setdefault(absence.rep, []).append(absence)
        self._leave = leave

    def at(self, event: int) -> WorkforceRecords:
        """Return how the workforce was at an event."""
        place = bisect_right(self._past, event, key=lambda each: each[0])
        return self._past[max(place - 1, 0)][1]

    @property
    def hours(self) -> object:
        """All that working hours follow from."""
        records = self.records
        of_reps = {rep.id: rep.calendar for rep in records.reps.values()}
        return (
            records.settings,
            records.calendars,
            of_reps,
            [(pool.id, pool.calendar) for pool in records.pools.values()],
        )

    def works(self, rep: str, pool: str, at_ms: int) -> bool:
        """Say whether a rep's hours cover an instant."""
        calendar = self.calendar(rep, pool)
        if calendar is None:
            return True
        if at_ms != self._at_ms:
            self._at_ms, self._open = at_ms, {}
        if calendar.id not in self._open:  # everybody is asked about at each instant, and few calendars are theirs
            self._open[calendar.id] = is_open(calendar, at_ms)
        return self._open[calendar.id]

    def calendar(self, rep: str, pool: str) -> Calendar | None:
        """Return whose hours count for a rep in a pool; None: nobody's."""
        if (rep, pool) not in self._calendars:
            self._calendars[rep, pool] = self._calendar(rep, pool)
        return self._calendars[rep, pool]

    def _calendar(self, rep: str, pool: str) -> Calendar | None:
        return calendar_in(self.records, rep, pool)

    def qualifies(self, rep_id: str, pool: str, skill: str, at_ms: int) -> bool:
        """Say whether a rep is active, there by hours and leave, and has a skill; empty: none is asked for."""
        rep = self.records.reps.get(rep_id)
        if rep is None or not rep.active or not self.works(rep_id, pool, at_ms) or self.is_on_leave(rep_id, at_ms):
            return False
        return not skill or skill in rep.attributes.get("skills", ())  # type: ignore[operator]

    def is_on_leave(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep is on leave at an instant."""
        return any(absence.start_ms <= at_ms < absence.end_ms for absence in self._leave.get(rep, ()))

    def begin_of_leave(self, rep: str, end_ms: int) -> int:
        """Return when a leave began that ends at an instant: absences that overlap or touch are one."""
        begin_ms = end_ms
        while there := [
            absence for absence in self._leave.get(rep, ()) if absence.start_ms < begin_ms <= absence.end_ms
        ]:
            begin_ms = min(absence.start_ms for absence in there)
        return begin_ms

    def absences_at(self, rep: str, at_ms: int) -> dict[str, int]:
        """Return by id the absences in which a rep is at an instant, each with the revision in which it became so."""
        absences = (one for one in self._leave.get(rep, ()) if one.start_ms <= at_ms < one.end_ms)
        return {one.id: self._edited[one.id] for one in absences}

    def edges_of_leave(self, since_ms: int, until_ms: int) -> Iterator[int]:
        """Yield when an absence begins or ends, behind an instant and up to another."""
        for absences in self._leave.values():
            for one in absences:
                yield from (at_ms for at_ms in (one.start_ms, one.end_ms) if since_ms < at_ms <= until_ms)

    def named_by(self, rep: str, at_ms: int) -> str:
        """Return whom the leave names on which a rep is at an instant: of its absences so far the last that lasts, or
        where none that names somebody does, that which ended last; empty for nobody.
        """
        if not self.is_on_leave(rep, at_ms):
            return ""
        of_it = [one for one in self._leave[rep] if one.start_ms <= at_ms and one.substitute]
        begin_ms = self.begin_of_leave(rep, at_ms + 1) if of_it else 0
        of_it = sorted((one for one in of_it if one.start_ms >= begin_ms), key=lambda one: one.id)
        lasting = [one for one in of_it if one.end_ms > at_ms]
        last = max(lasting, key=lambda one: (one.start_ms, one.id), default=None) or max(
            of_it, key=lambda one: (one.end_ms, one.id), default=None
        )
        return last.substitute if last else ""

    def who_has(self, rep: str, at_ms: int) -> str:
        """Return who is to have at an instant what is a rep's; empty: nobody can, so that it stays where it is."""
        holder, asked = rep, {rep}
        while name := self.named_by(holder, at_ms):
            if name in asked or not self._is_active(name):
                return ""
            holder, asked = name, {*asked, name}
        is_there = holder == rep or not self.is_on_leave(holder, at_ms)
        return holder if is_there and self._is_active(holder) else ""

    def circle_of(self, absence: Absence) -> list[str]:
        """Return who stand in for one another at an instant of an absence; empty where nobody does."""
        for at_ms in {absence.start_ms, *self.edges_of_leave(absence.start_ms, absence.end_ms - 1)}:
            path = [absence.rep]
            while (name := self.named_by(path[-1], at_ms)) and name not in path:
                path.append(name)
            if name:
                return [*path, name]
        return []

    def _is_active(self, rep: str) -> bool:
        return rep in self.records.reps and self.records.reps[rep].active

    def last_end_of_leave(self, rep: str, now_ms: int) -> int:
        """Return when a rep was back the last time; 0: they never were on leave."""
        ends = [absence.end_ms for absence in self._leave.get(rep, ()) if absence.end_ms <= now_ms]
        return max((end_ms for end_ms in ends if not self.is_on_leave(rep, end_ms)), default=0)

    def is_away(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep has said to be away."""
        until_ms = self.away.get(rep)
        return until_ms is not None and (until_ms == 0 or at_ms < until_ms)


def calendar_in(records: WorkforceRecords, rep: str, pool: str) -> Calendar | None:
    """Return whose hours count, by some records, for a rep in a pool, or where the rep is empty of the pool."""
    of_rep: Rep | None = records.reps.get(rep)
    of_pool: Pool | None = records.pools.get(pool)
    name = (of_rep.calendar if of_rep else "") or (of_pool.calendar if of_pool else "")
    return records.calendars.get(name or records.settings.calendar)


def worked_until(calendar: Calendar | None, since_ms: int, length_ms: int) -> int:
    """Return the earliest instant with so much of a calendar's time behind another, day by day on the wall; without a
    calendar all time counts.
    """
    if calendar is None:
        return since_ms + length_ms
    for start_ms, end_ms in _spans_since(calendar, since_ms):
        worked_ms = max(0, end_ms - max(start_ms, since_ms))
        if worked_ms >= length_ms:
            return max(start_ms, since_ms) + length_ms
        length_ms -= worked_ms
    raise LookupError(f"{calendar.id} is closed for a year")


def worked_between(calendar: Calendar | None, since_ms: int, until_ms: int) -> int:
    """Return how much of a calendar's time lies between two instants; without a calendar all of it."""
    if calendar is None:
        return until_ms - since_ms
    worked_ms = 0
    for start_ms, end_ms in _spans_since(calendar, since_ms):
        if start_ms >= until_ms:
            break
        worked_ms += max(0, min(end_ms, until_ms) - max(start_ms, since_ms))
    return worked_ms


def _spans_since(calendar: Calendar, since_ms: int) -> Iterator[tuple[int, int]]:
    """Yield from when until when a calendar is open, from the day before an instant on, for a year."""
    days = _days_of(calendar)
    day = days.wall(since_ms).date()
    for after in range(-1, 400):
        yield from days.spans(day + timedelta(days=after))


def spans_on(calendar: Calendar, day: datetime) -> Sequence[tuple[int, int]]:
    """Return from when until when a calendar is open by the hours that begin on a day, given by its midnight."""
    return _days_of(calendar).spans(day.date())


def instant(calendar: Calendar, day: datetime, minute: int) -> int:
    """Return when the clocks of a calendar's zone show a minute of a day, given by its midnight."""
    return _days_of(calendar).instant(day, minute)


def is_open(calendar: Calendar, at_ms: int) -> bool:
    """Say whether a calendar is open, by the clock on the wall: today's spans, and yesterday's that end today."""
    days = _days_of(calendar)
    there = days.wall(at_ms)
    minute = there.hour * 60 + there.minute
    today, yesterday = (days.hours((there - timedelta(days=back)).date()) for back in (0, 1))
    return any(hours.start <= minute < (MIDNIGHT if hours.is_overnight else hours.end) for hours in today) or any(
        hours.is_overnight and minute < hours.end for hours in yesterday
    )


class _Days:
    """The days of a calendar, each looked up once."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._zone = ZoneInfo(calendar.time_zone)
        self._spans: dict[date, Sequence[tuple[int, int]]] = {}

    def wall(self, at_ms: int) -> datetime:
        """Return what the clocks on the wall show at an instant."""
        return datetime.fromtimestamp(at_ms // 1000, self._zone)

    def instant(self, day: datetime, minute: int) -> int:
        """Return when the clocks show a minute of a day, given by its midnight."""
        return round((day + timedelta(minutes=minute)).replace(tzinfo=self._zone).timestamp() * 1000)

    def hours(self, day: date) -> Sequence[Hours]:
        """Return the hours that begin on a day."""
        for exception in self._calendar.exceptions:
            if exception.date == day.isoformat():
                return exception.hours
        return [weekly.hours for weekly in self._calendar.weekly if weekly.day == day.weekday()]

    def spans(self, day: date) -> Sequence[tuple[int, int]]:
        """Return from when until when it is open by these."""
        if day not in self._spans:
            midnight = datetime(day.year, day.month, day.day)
            found = sorted(self.hours(day), key=lambda hours: hours.start)
            ends = (hours.end + (MIDNIGHT if hours.is_overnight else 0) for hours in found)
            self._spans[day] = tuple(
                (self.instant(midnight, hours.start), self.instant(midnight, end))
                for hours, end in zip(found, ends, strict=True)
            )
        return self._spans[day]


_DAYS: dict[Calendar, _Days] = {}
_KNOWN: dict[int, tuple[Calendar, _Days]] = {}
"""By identity, for a calendar is long to compare; each is kept, so that its identity stays its own."""


def _days_of(calendar: Calendar) -> _Days:
    if id(calendar) not in _KNOWN:
        _KNOWN[id(calendar)] = calendar, _DAYS.setdefault(calendar, _Days(calendar))
    return _KNOWN[id(calendar)][1]
