"""When what is due by a date of its work item is due. Pure.

A date is a day, or an instant; what is so long before it is counted on the wall. A day is due as its hours begin. Where
it has none, or an instant lies outside all hours, ``OnClosed`` says where it moves to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from router.process.definition.deadlines import ClockOwner, DueDate, OnClosed
from router.process.due.clocks import DeadlineClocks
from router.process.life.lives import Life, Spell
from router.workforce.due import days_later
from router.workforce.open_hours import OpenHours, instant_on
from rules.durations import UNIT_MS, Duration
from rules.values import as_epoch

Moment = date | int
"""A day, or an instant in milliseconds since 1970."""
_DAY_S = 86_400
YEARS, _OF_THE_FIRST = range(1971, 9998), range(1900, 9998)
"""In which years a date may be that something is due by; where it returns each year, as a birthday does, the first."""
_FIRST_S, LAST_S = -62_135_510_400, 253_402_214_400
"""From 0001-01-02 until 9999-12-31, in seconds since 1970, every clock has a day to show."""
_FARTHEST = 366
"""How many days are looked through for one that opens."""
_HALF_A_YEAR = 183
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MomentSince(NamedTuple):
    """A date that a work item has: by which event, since when, and until when, in milliseconds since 1970.

    ``until``: by which event and when it got another, or none; None: it has it still.
    """

    event: int
    since_ms: int
    moment: Moment
    until: tuple[int, int] | None


def moment_of(value: object, years: range = YEARS) -> Moment | None:
    """Read a date of some years as rules do, for which an instant of midnight in UTC is its day; None: it is none.

    Examples
    --------
    >>> moment_of("2026-12-15"), moment_of("2026-12-15T10:00:00+08:00"), moment_of("soon"), moment_of("1066-10-14")
    (datetime.date(2026, 12, 15), 1797300000000, None, None)
    """
    seconds = as_epoch(value)
    if seconds is None or not _FIRST_S <= seconds <= LAST_S or (_EPOCH + timedelta(seconds=seconds)).year not in years:
        return None
    return _moment_at(seconds)


def opening_moment(dated: DueDate, attributes: Mapping[str, Any]) -> Moment | None:
    """Return the date on which something is opened, of any year, in the first field that has one; None: in none.

    What lies behind the last moment that every clock can show is at that.

    Examples
    --------
    >>> opening_moment(DueDate(("end",)), {"end": "1900-01-01"}), opening_moment(DueDate(("end",)), {"end": "soon"})
    (datetime.date(1900, 1, 1), None)
    """
    read = (as_epoch(attributes.get(field)) for field in dated.of)
    seconds = next((each for each in read if each is not None), None)
    return None if seconds is None else _moment_at(min(max(seconds, _FIRST_S), LAST_S))


def moments(dated: DueDate, life: Life, begun: tuple[int, int], left: int | None) -> Iterator[MomentSince]:
    """Yield the dates that a work item had from an event on and until another, one after the other.

    Parameters
    ----------
    begun
        The event, and when it was, in milliseconds since 1970.
    left
        The event by which it ended; None: it lasts.
    """
    earlier = [each for each in life.attributes if each.event <= begun[0]][-1:]
    later = [each for each in life.attributes if each.event > begun[0] and (left is None or each.event < left)]
    known = [(*begun, first_moment(dated, each.attributes)) for each in earlier]
    known += [(each.event, each.at_ms, first_moment(dated, each.attributes)) for each in later]
    changed = [each for place, each in enumerate(known) if place == 0 or each[2] != known[place - 1][2]]
    for (event, since_ms, moment), following in zip(changed, [*changed[1:], None], strict=True):
        until = following[:2] if following else None
        if moment is not None and (until is None or until[1] > since_ms):
            yield MomentSince(event, since_ms, moment, until)


def first_moment(dated: DueDate, attributes: Mapping[str, Any]) -> Moment | None:
    """Return the date that a work item has in the first of the fields that may hold it; None: in none."""
    years = _OF_THE_FIRST if dated.yearly else YEARS
    read = (moment_of(attributes.get(field), years) for field in dated.of)
    return next((moment for moment in read if moment is not None), None)


def in_a_year(moment: Moment, at_ms: int, time_zone: str, behind: int = 0) -> tuple[int, Moment]:
    """Return a moment in the first year in which it lies on the day of an instant or later, with that year.

    What is of 29 February is of the 28th in other years.

    Parameters
    ----------
    behind
        A year that it has to lie behind.

    Examples
    --------
    >>> in_a_year(date(2024, 2, 29), 1797300000000, "Asia/Shanghai")
    (2027, datetime.date(2027, 2, 28))
    """
    zone = ZoneInfo(time_zone)
    today, first = _local(at_ms, zone).date(), _day_of(moment, zone)
    year = max(first.year, today.year, behind + 1)
    year += _on(first, year) < today
    if isinstance(moment, date):
        return year, _on(moment, year)
    return year, _instant(datetime.combine(_on(first, year), _local(moment, zone).time(), zone))


def half_a_year_before(moment: Moment, time_zone: str) -> int:
    """Return from when on what is done counts for a date that returns each year, in milliseconds since 1970."""
    day = _day_of(moment, ZoneInfo(time_zone)) - timedelta(days=_HALF_A_YEAR)
    return instant_on(ZoneInfo(time_zone), day, 0)


def dated_ms(
    dated: DueDate, moment: Moment, before: Duration | None, clock: ClockOwner, spells: Sequence[Spell],
    clocks: DeadlineClocks,
) -> int | None:  # fmt: skip
    """Return when what is due by a date is due; None: nobody works within a year of it.

    Where a work item changes hands it is by the hours of whoever has it then.

    Parameters
    ----------
    spells
        Who had the work item, in the order of time; the last goes on.
    """
    for spell in spells:
        at_ms = _moved(dated.on_closed, moment, before, clocks.hours(clock, spell), clocks.time_zone)
        if spell.until_ms is None or (at_ms is not None and at_ms <= spell.until_ms):
            return at_ms if at_ms is None or spell is spells[0] else max(at_ms, spell.since_ms)
    return None


def _moved(
    on_closed: OnClosed, moment: Moment, before: Duration | None, hours: OpenHours | None, time_zone: str
) -> int | None:
    """Return when something is due so long before a moment, moved to where somebody works."""
    zone = ZoneInfo(hours.calendar.time_zone if hours else time_zone)
    moment = _so_long_before(moment, before, zone) if before else moment
    if hours is None:
        return instant_on(zone, moment, 0) if isinstance(moment, date) else moment
    if isinstance(moment, date):
        return _opening(moment, on_closed, hours, zone)
    if on_closed is OnClosed.AS_IS or hours.is_open(moment) or hours.is_open(moment - 1):
        return moment
    if on_closed is OnClosed.AFTER:
        return hours.next_opening(moment)
    openings = _openings(_day_of(moment, zone), -1, hours)
    return next((at_ms for at_ms in openings if at_ms <= moment), None)


def _opening(day: date, on_closed: OnClosed, hours: OpenHours, zone: ZoneInfo) -> int | None:
    """Return when a day opens, or the next that does in the direction that is allowed."""
    if on_closed is OnClosed.AS_IS:
        at_ms = hours.opening_on(day)
        return instant_on(zone, day, 0) if at_ms is None else at_ms
    return next(_openings(day, -1 if on_closed is OnClosed.BEFORE else 1, hours), None)


def _openings(day: date, step: int, hours: OpenHours) -> Iterator[int]:
    """Yield when days open, from one on, in one direction."""
    for away in range(_FARTHEST):
        at_ms = hours.opening_on(day + timedelta(days=step * away))
        if at_ms is not None:
            yield at_ms


def _so_long_before(moment: Moment, before: Duration, zone: ZoneInfo) -> Moment:
    """Return what is so long before a moment on the wall, where every day is one."""
    if before.unit in UNIT_MS:
        at_ms = instant_on(zone, moment, 0) if isinstance(moment, date) else moment
        return at_ms - before.amount * UNIT_MS[before.unit]
    if isinstance(moment, date):
        return moment - timedelta(days=before.amount)
    return days_later(moment, -before.amount, zone.key)


def _moment_at(seconds: float) -> Moment:
    return round(seconds * 1000) if seconds % _DAY_S else (_EPOCH + timedelta(seconds=seconds)).date()


def _on(day: date, year: int) -> date:
    """Return the same day of another year."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _day_of(moment: Moment, zone: ZoneInfo) -> date:
    return moment if isinstance(moment, date) else _local(moment, zone).date()


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)


def _instant(local: datetime) -> int:
    return (local.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)
