"""A calendar as instants: when it is open, when that changes, and how much open time lies between two instants.

Hours are written on the clock on the wall, and those clocks jump. A wall time means the first instant at which the
clock of its zone shows it, or shows more: one that a jump in spring leaves out moves forward to the end of the gap, one
that comes twice in autumn is the first of the two, and a date that a zone never had (Samoa's 30 December 2011) has no
open time. Each date brings its spans, those of its exception instead of those of its weekday where it has one; a span
over midnight belongs wholly to the date that it starts on, so that it runs into a holiday which begins while it lasts.
Open is what any span covers: spans that overlap or meet are one.

Instants are worked out a page of four weeks at a time, when they are first asked for. Where a page begins depends on
nothing but the years since 1970, so that an answer is a function of the calendar and of the instants asked about, never
of what was asked before. From there everything is a bisection in sorted boundaries with the open time before each. How
far one may look from an instant is bounded, see ``HORIZON_MS``; where the dates of Python end, nothing is open.

Everything is in whole milliseconds, instants since 1970. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from router.model.calendars import MIDNIGHT, Calendar, Hours
from router.model.errors import BeyondHorizon
from router.model.instants import written

MINUTE_MS = 60_000
PAGE_MS = 28 * MIDNIGHT * MINUTE_MS
HORIZON_MS = (3 * 365 + 1) * MIDNIGHT * MINUTE_MS
"""How far one may look from an instant: three years, one of them a leap year."""

_EPOCH = datetime(1970, 1, 1)
_MS = timedelta(milliseconds=1)
_FIRST, _LAST = datetime(1, 1, 2) - _EPOCH, datetime(9999, 12, 31) - _EPOCH
_DAYS_BEFORE = 2
"""Dates before a page's first that may reach into it: spans end with the next date, by clocks up to a day behind."""
_PAGES_KEPT = 128  # three times what one question can touch
_SPANS_KEPT = 128  # of an instant a whole pool is asked about, one by one

Span = tuple[int, int]
"""Two instants, the second not included."""


@dataclass(frozen=True, slots=True)
class _Page:
    """Four weeks of a calendar.

    Parameters
    ----------
    start, end
        Its first instant and that behind it.
    boundaries
        An opening, its closing, the next opening, and so on, ascending, all within the page: it may start or end open.
    open_before
        Open time of the page before each boundary.
    """

    start: int
    end: int
    boundaries: tuple[int, ...]
    open_before: tuple[int, ...]

    @property
    def open_ms(self) -> int:
        """Open time of the whole page."""
        return self.open_before[-1] if self.open_before else 0

    def is_open(self, at_ms: int) -> bool:
        return bisect_right(self.boundaries, at_ms) % 2 == 1

    def around(self, at_ms: int) -> Span:
        """Return the part of the page around an instant in which nothing opens or closes."""
        place, last = bisect_right(self.boundaries, at_ms), len(self.boundaries)
        return (
            self.boundaries[place - 1] if place else self.start,
            self.boundaries[place] if place < last else self.end,
        )

    def elapsed(self, at_ms: int) -> int:
        """Return the open time of the page before an instant."""
        place = bisect_right(self.boundaries, at_ms)
        if place == 0:
            return 0
        return self.open_before[place - 1] + (at_ms - self.boundaries[place - 1] if place % 2 else 0)

    def instant(self, open_ms: int) -> int:
        """Return the first instant before which there is so much open time, at least 1 and at most the page's."""
        closing = bisect_left(self.open_before, open_ms)
        return self.boundaries[closing] - (self.open_before[closing] - open_ms)


class OpenHours:
    """When a calendar is open.

    Parameters
    ----------
    calendar
        Its zone must be known; of two exceptions of one date, the later holds.

    Examples
    --------
    >>> from router.model.calendars import WeeklyHours
    >>> nine_to_six = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
    >>> hours = OpenHours(Calendar("shanghai", "Asia/Shanghai", nine_to_six))
    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> friday_17 = int(datetime(2026, 11, 27, 17, tzinfo=shanghai).timestamp()) * 1000
    >>> for hours_later in 1, 2:
    ...     print(datetime.fromtimestamp(hours.add(friday_17, hours_later * 3_600_000) / 1000, shanghai))
    2026-11-27 18:00:00+08:00
    2026-11-30 10:00:00+08:00
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.time_zone)
        self._weekly = [tuple(weekly.hours for weekly in calendar.weekly if weekly.day == day) for day in range(7)]
        self._exceptions = {exception.date: exception.hours for exception in calendar.exceptions}
        self._page = lru_cache(_PAGES_KEPT)(self._compiled)
        self._span = lru_cache(_SPANS_KEPT)(self._looked_up)

    def is_open(self, at_ms: int) -> bool:
        """Say whether it is open at an instant: from an opening on, until its closing."""
        return self._page(at_ms // PAGE_MS).is_open(at_ms)

    def around(self, at_ms: int) -> Span:
        """Return the longest span around an instant in which nothing opens or closes, as far as the horizon."""
        return self._span(at_ms)

    def stretches(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, int, bool]]:
        """Yield from when until when nothing opens or closes between two instants, and whether it is open, in order.

        Some that follow one another may be alike.
        """
        while start_ms < end_ms:
            page = self._page(start_ms // PAGE_MS)
            _, until_ms = page.around(start_ms)
            yield start_ms, min(until_ms, end_ms), page.is_open(start_ms)
            start_ms = until_ms

    def next_opening(self, at_ms: int) -> int | None:
        """Return the first instant from this one on at which it is open; None: not within the horizon."""
        if self.is_open(at_ms):
            return at_ms
        _, until = self._span(at_ms)
        return until if until < at_ms + HORIZON_MS else None

    def opening_on(self, day: date) -> int | None:
        """Return the first instant at which the hours of a date begin, wherever they end; None: it has none."""
        return min((opening for opening, _ in self._spans_of(day)), default=None)

    def closing_on(self, day: date) -> int | None:
        """Return the instant at which the last hours of a date end, be it on the next; None: it has none."""
        return max((closing for _, closing in self._spans_of(day)), default=None)

    def date_at(self, at_ms: int) -> date:
        """Return the date that its zone has at an instant."""
        return _local(self._zone, at_ms).date()

    def wall_time(self, day: date, minute: int) -> int:
        """Return the first instant at which clocks of its zone show a minute of a date, or more; see ``instant_on``."""
        return instant_on(self._zone, day, minute)

    def add(self, start_ms: int, open_ms: int) -> int:
        """Return the first instant, from a start on, with so much open time between the two.

        What ends with a span ends at its closing, not at the opening that follows; no open time ends at the start.

        Raises
        ------
        BeyondHorizon
            If there is less open time within the horizon.
        """
        if open_ms <= 0:
            return start_ms
        index = start_ms // PAGE_MS
        page = self._page(index)
        left_ms = open_ms + page.elapsed(start_ms)
        while page.open_ms < left_ms and page.end < start_ms + HORIZON_MS:
            left_ms -= page.open_ms
            index += 1
            page = self._page(index)
        if page.open_ms < left_ms or page.instant(left_ms) > start_ms + HORIZON_MS:
            raise BeyondHorizon(self.calendar.id, f"{open_ms} ms of open time from {_shown(start_ms)} on")
        return page.instant(left_ms)

    def elapsed(self, start_ms: int, end_ms: int) -> int:
        """Return the open time between two instants; 0 where the end is before the start.

        Raises
        ------
        BeyondHorizon
            If the end is beyond the horizon of the start.
        """
        if end_ms <= start_ms:
            return 0
        if end_ms > start_ms + HORIZON_MS:
            raise BeyondHorizon(self.calendar.id, f"the open time from {_shown(start_ms)} to {_shown(end_ms)}")
        pages = range(start_ms // PAGE_MS, end_ms // PAGE_MS)
        whole_ms = sum(self._page(index).open_ms for index in pages)
        return whole_ms + self._page(end_ms // PAGE_MS).elapsed(end_ms) - self._page(pages.start).elapsed(start_ms)

    def workday_ms(self, at_ms: int) -> int:
        """Return the open time of a working day: of the weekday of an instant, or of the next that has weekly hours.

        As clocks on the wall count it, and as every week has it: neither a jump of the clocks nor a short day before
        a holiday makes two days of a deadline shorter. A calendar without weekly hours has the longest of the days
        that have hours of their own; 0: it has none.
        """
        workdays = self._workdays
        return workdays[0] if len(workdays) == 1 else workdays[_local(self._zone, at_ms).weekday()]

    @property
    def workdays_are_alike(self) -> bool:
        """Whether a working day has the same open time on whatever weekday it begins."""
        return len(self._workdays) == 1

    @cached_property
    def _workdays(self) -> tuple[int, ...]:
        """The open time of a working day, by weekday; one, where they are all alike."""
        found = list[int]()
        for today in range(7):
            hours = next(filter(None, (self._weekly[(today + day) % 7] for day in range(7))), None)
            days = [hours] if hours else self._exceptions.values()
            found.append(max((_length(day) * MINUTE_MS for day in days), default=0))
        return tuple(found) if len({*found}) > 1 else (found[0],)

    def official(self, at_ms: int) -> bool:
        """Say whether the calendar's days are official at an instant, by the date that its zone has then."""
        until = self.calendar.official_until
        return not until or self.date_at(at_ms).isoformat() <= until

    def _looked_up(self, at_ms: int) -> Span:
        return self._since(at_ms), self._until(at_ms)

    def _since(self, at_ms: int) -> int:
        earliest, opened = at_ms - HORIZON_MS, self.is_open(at_ms)
        since, _ = self._page(at_ms // PAGE_MS).around(at_ms)
        while since > earliest and self.is_open(since - 1) == opened:
            since, _ = self._page((since - 1) // PAGE_MS).around(since - 1)
        return max(since, earliest)

    def _until(self, at_ms: int) -> int:
        latest, opened = at_ms + HORIZON_MS, self.is_open(at_ms)
        _, until = self._page(at_ms // PAGE_MS).around(at_ms)
        while until < latest and self.is_open(until) == opened:
            _, until = self._page(until // PAGE_MS).around(until)
        return min(until, latest)

    def _compiled(self, index: int) -> _Page:
        start, end = index * PAGE_MS, (index + 1) * PAGE_MS
        spans = ((max(opening, start), min(closing, end)) for opening, closing in self._spans(start, end))
        merged = list(_merged(spans))
        lengths = (length for opening, closing in merged for length in (0, closing - opening))
        return _Page(start, end, tuple(instant for span in merged for instant in span), tuple(accumulate(lengths)))

    def _spans(self, start: int, end: int) -> Iterator[Span]:
        """Yield the spans of all dates of which one may reach between two instants."""
        return (self._span_on(day, hours) for day in _dates(start, end) for hours in self._hours(day))

    def _span_on(self, day: date, hours: Hours) -> Span:
        closing = hours.end + MIDNIGHT * hours.is_overnight
        return instant_on(self._zone, day, hours.start), instant_on(self._zone, day, closing)

    def _spans_of(self, day: date) -> list[Span]:
        spans = [self._span_on(day, hours) for hours in self._hours(day)]
        return [(opening, closing) for opening, closing in spans if opening < closing]

    def _hours(self, day: date) -> tuple[Hours, ...]:
        own = self._exceptions.get(day.isoformat())
        return self._weekly[day.weekday()] if own is None else own


@lru_cache(maxsize=4096)
def open_hours(calendar: Calendar) -> OpenHours:
    """Compile a calendar; one that stays the same from revision to revision is compiled once."""
    return OpenHours(calendar)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield what spans cover, in order; those that meet or overlap are one, and empty ones none."""
    covered: Span | None = None
    for opening, closing in sorted(span for span in spans if span[0] < span[1]):
        if covered is None or opening > covered[1]:
            if covered:
                yield covered
            covered = opening, closing
        else:
            covered = covered[0], max(covered[1], closing)
    if covered:
        yield covered


def _dates(start: int, end: int) -> Iterator[date]:
    """Yield the dates of which a span may reach between two instants."""
    epoch, day_ms = _EPOCH.toordinal(), MIDNIGHT * MINUTE_MS
    first = max(start // day_ms + epoch - _DAYS_BEFORE, date.min.toordinal() + 1)
    last = min(end // day_ms + epoch, date.max.toordinal() - 2)
    return map(date.fromordinal, range(first, last + 1))


def instant_on(zone: ZoneInfo, day: date, minute: int) -> int:
    """Return the first instant at which clocks show a minute of a day or more; past 24:00 it is one of the next day."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    wall_ms = (wall.replace(tzinfo=None) - _EPOCH) // _MS
    before, after = _offset(wall), _offset(wall.replace(fold=1))
    if after <= before:
        return wall_ms - before
    gap = range(wall_ms - after, wall_ms - before + 1, 1000)  # it ends within these seconds
    return gap[bisect_left(gap, after, key=lambda at_ms: _offset(_local(zone, at_ms)))]


def _offset(local: datetime) -> int:
    return (local.utcoffset() or timedelta()) // _MS


def _local(zone: ZoneInfo, at_ms: int) -> datetime:
    """Return what clocks show; for an instant where their dates end, what they show at the last, or first, midnight."""
    since_1970 = min(max(timedelta(milliseconds=at_ms), _FIRST), _LAST)
    return (_EPOCH.replace(tzinfo=UTC) + since_1970).astimezone(zone)


def _length(day: Sequence[Hours]) -> int:
    """Return the minutes that spans of a day cover on clocks that do not jump."""
    spans = _merged((hours.start, hours.end + MIDNIGHT * hours.is_overnight) for hours in day)
    return sum(closing - opening for opening, closing in spans)


def _shown(at_ms: int) -> str:
    return written(min(max(timedelta(milliseconds=at_ms), _FIRST), _LAST) // timedelta(milliseconds=1))
