"""What a cap's window is at an instant, and how much of its limit may be used by then. Pure.

Lua knows no zones, so a calendar window is *named* here, ``2026-11@Asia/Shanghai``, and the store counts under that
name for as long as [from, until) holds. A rolling window needs no name: the store counts it in slots, a 48th of its
length each. What was given at x is counted in slot k = x // s, and as long as the running slot is at most k + 48: all
that is younger than the length is counted, and something up to one slot older. So the limit is never exceeded, and
what leaves leaves up to a 48th of the length late.

An even pace lets nobody have more than one work item ahead of ``ceil(limit * elapsed share)``. It grows with the
window's working hours, at instants that are known beforehand: boundaries of the plan, as the window's ends are.

A rolling count echoes for ever: after a week without work, everybody is free at once, all are reached together, and a
window later all leave together. A calendar window with an even pace does not, for it forgets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from router.model.caps import CALENDAR_WINDOWS, Cap, CapMeasure, CapPace, CapWindow
from router.model.workforce import MICROS
from router.model.workitem import Kind, WorkItem

SLOTS = 48
"""Of a rolling window; with the one under way there is one more."""
FINEST = 240
"""Steps in which an even pace grows, at most: each is a boundary of plans. A larger limit grows by more than 1 at once,
and later rather than sooner."""
_HOUR_MS = 3_600_000
_DATED = {CapWindow.WEEK: "%G-W%V", CapWindow.MONTH: "%Y-%m"}


class Amounts(NamedTuple):
    """What a work item counts: units, and micro-units of value."""

    units: int = 1
    value: int = 0

    def of(self, measure: CapMeasure) -> int:
        """Return what it counts by a measure."""
        match measure:
            case CapMeasure.UNITS:
                return self.units
            case CapMeasure.VALUE:
                return self.value
        return 1


ONE = Amounts()


def in_units(measure: CapMeasure, amount: int) -> str:
    """Write an amount in what people count in.

    Examples
    --------
    >>> in_units(CapMeasure.COUNT, 20), in_units(CapMeasure.VALUE, 2_500_000)
    ('20', '2.5')
    """
    return f"{amount / MICROS:.15g}" if measure is CapMeasure.VALUE else str(amount)


def amounts_of(item: WorkItem) -> Amounts:
    """Return what a work item counts; its value at least 0."""
    return Amounts(1, max(round(item.value * MICROS), 0)) if item.value else ONE


class OpenTime(Protocol):
    """Counts working hours, see ``router.workforce.open_hours``."""

    def add(self, start_ms: int, open_ms: int) -> int:
        """Return the earliest instant with so much open time behind a start."""

    def elapsed(self, start_ms: int, end_ms: int) -> int:
        """Return the open time between two instants."""


class _Always:
    """Open day and night."""

    def add(self, start_ms: int, open_ms: int) -> int:
        return start_ms + open_ms

    def elapsed(self, start_ms: int, end_ms: int) -> int:
        return end_ms - start_ms


ALWAYS: OpenTime = _Always()


class CapClock(NamedTuple):
    """By which clock windows begin, and in which hours a pace grows."""

    zone: str = "UTC"
    hours: OpenTime = ALWAYS


class CapSpan(NamedTuple):
    """A calendar window: its name, and the instants at which it begins and ends, the end not included."""

    name: str
    start_ms: int
    end_ms: int


def span(window: CapWindow, zone: str, at_ms: int) -> CapSpan:
    """Return the calendar window that an instant lies in.

    Examples
    --------
    >>> span(CapWindow.MONTH, "Asia/Shanghai", 1_793_500_000_000)
    CapSpan(name='2026-11@Asia/Shanghai', start_ms=1793462400000, end_ms=1796054400000)
    """
    clock = _zone(zone)
    if window is CapWindow.HOUR:
        start_ms, end_ms = _hour(clock, at_ms)
        return CapSpan(f"{_local(clock, at_ms):%Y-%m-%dT%H%z}@{zone}", start_ms, end_ms)
    day = _first(window, _local(clock, at_ms).date())
    while _midnight(clock, day) > at_ms:  # a date that begins late, behind a gap
        day = _first(window, day - timedelta(days=1))
    while _midnight(clock, _next(window, day)) <= at_ms:
        day = _next(window, day)
    return CapSpan(f"{_named(window, day)}@{zone}", _midnight(clock, day), _midnight(clock, _next(window, day)))


@lru_cache(1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _local(clock: ZoneInfo, at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, clock)


def _midnight(clock: ZoneInfo, day: date) -> int:
    """Return the instant of a date's 00:00: the first of two; where there is none, that of the gap's end."""
    return int(datetime(day.year, day.month, day.day, tzinfo=clock).astimezone(UTC).timestamp()) * 1000


def _first(window: CapWindow, day: date) -> date:
    match window:
        case CapWindow.WEEK:
            return day - timedelta(days=day.weekday())
        case CapWindow.MONTH:
            return day.replace(day=1)
    return day


def _next(window: CapWindow, day: date) -> date:
    match window:
        case CapWindow.WEEK:
            return day + timedelta(days=7)
        case CapWindow.MONTH:
            return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=1)


def _named(window: CapWindow, day: date) -> str:
    return day.strftime(_DATED.get(window, "%Y-%m-%d"))


def _hour(clock: ZoneInfo, at_ms: int) -> tuple[int, int]:
    """Return the ends of a full hour by the clock; one that is put forward or back cuts it."""
    offset_ms = _offset(clock, at_ms)
    start_ms = at_ms - (at_ms + offset_ms) % _HOUR_MS
    end_ms = start_ms + _HOUR_MS
    if _offset(clock, start_ms) != offset_ms:
        start_ms = _change(clock, start_ms, at_ms)
    if _offset(clock, end_ms - 1) != offset_ms:
        end_ms = _change(clock, at_ms, end_ms)
    return start_ms, end_ms


def _offset(clock: ZoneInfo, at_ms: int) -> int:
    offset = _local(clock, at_ms).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * 1000


def _change(clock: ZoneInfo, before_ms: int, behind_ms: int) -> int:
    """Return the instant between two at which the clock is put forward or back."""
    offset_ms = _offset(clock, before_ms)
    while behind_ms - before_ms > 1:
        middle_ms = (before_ms + behind_ms) // 2
        if _offset(clock, middle_ms) == offset_ms:
            before_ms = middle_ms
        else:
            behind_ms = middle_ms
    return behind_ms


class Pace(NamedTuple):
    """How much may be used before the last work item, and the interval in which that is so."""

    most: int
    from_ms: int
    until_ms: int


class _Course(NamedTuple):
    """An even pace through one window, in steps: open time in all, and the steps in which it grows."""

    limit: int
    start_ms: int
    end_ms: int
    hours: OpenTime
    open_ms: int

    @property
    def steps(self) -> int:
        return min(max(self.limit, 1), FINEST)

    @property
    def is_exact(self) -> bool:
        """Whether each step is 1: it may then be rounded up, as ``ceil`` says, and else is rounded down."""
        return self.limit <= FINEST

    def step_at(self, at_ms: int) -> int:
        passed = self.hours.elapsed(self.start_ms, at_ms) * self.steps
        return -(-passed // self.open_ms) if self.is_exact else passed // self.open_ms

    def begins_ms(self, step: int) -> int:
        """Return the first instant of a step; that of the window for the first, and its end behind the last."""
        if step <= 0:
            return self.start_ms
        passed = (step - 1) * self.open_ms // self.steps + 1 if self.is_exact else -(-step * self.open_ms // self.steps)
        return self.end_ms if passed > self.open_ms else min(self.hours.add(self.start_ms, passed), self.end_ms)

    def most_at(self, step: int) -> int:
        return -(-self.limit * step // self.steps)


def _course(cap: Cap, clock: CapClock, window: CapSpan) -> _Course:
    open_ms = clock.hours.elapsed(window.start_ms, window.end_ms)
    if not open_ms:  # nobody works in it: whoever does gets their share of the whole time
        return _Course(cap.limit, window.start_ms, window.end_ms, ALWAYS, window.end_ms - window.start_ms)
    return _Course(cap.limit, window.start_ms, window.end_ms, clock.hours, open_ms)


def pace(cap: Cap, clock: CapClock, window: CapSpan, at_ms: int) -> Pace:
    """Return how much of an evenly paced cap may be used at an instant, before one work item more.

    Examples
    --------
    >>> cap = Cap("monthly", CapMeasure.COUNT, 14, window=CapWindow.MONTH, pace=CapPace.EVEN)
    >>> november = span(CapWindow.MONTH, "UTC", 1_793_500_000_000)
    >>> [pace(cap, CapClock(), november, november.start_ms + day * 86_400_000).most for day in (0, 1, 15, 29)]
    [0, 1, 7, 14]
    """
    course = _course(cap, clock, window)
    step = course.step_at(at_ms)
    return Pace(course.most_at(step), course.begins_ms(step), course.begins_ms(step + 1))


def _paced_again_ms(cap: Cap, clock: CapClock, window: CapSpan, counted: int) -> int:
    """Return when an even pace has grown to what was counted."""
    course = _course(cap, clock, window)
    if counted > cap.limit:
        return window.end_ms
    return course.begins_ms((counted - 1) * course.steps // max(course.limit, 1) + 1)


_FIRST_KINDS = (Kind.LEAD, Kind.CUSTOMER, Kind.TICKET, Kind.RESCUE)
"""Those that there were as caps were first written down: what stands for all of them in digests, for good."""


class AppliedCap(NamedTuple):
    """A cap among a candidate set's, as it stands in [from, until).

    Parameters
    ----------
    pool
        Whose it is; empty: each rep's own.
    positions
        Of the candidates who have it; none: it is everybody's.
    window
        A calendar window's name; empty for others.
    paced
        What may be used before one work item more; -1: all.
    """

    cap: Cap
    clock: CapClock
    pool: str
    positions: tuple[int, ...]
    window: str = ""
    paced: int = -1
    from_ms: int = 0
    until_ms: int = 0

    @property
    def place(self) -> str:
        """What stands in front of a rep where what they have of the pool is counted; nothing for all that they have."""
        return f"{self.pool}/" if self.pool else ""

    @property
    def name(self) -> str:
        """What the store counts under: another measure is another count, and so is another length of a rolling window,
        whose slots mean other times.
        """
        length = f":{self.cap.rolling_ms}" if self.cap.rolling_ms else ""
        return f"{self.place}{self.cap.id}:{self.cap.measure}{length}"

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of work that count."""
        return self.cap.kinds or tuple(Kind)

    @property
    def slot_ms(self) -> int:
        """How long a slot of a rolling window is; 0 for any other."""
        return self.cap.rolling_ms // SLOTS

    def is_of(self, position: int) -> bool:
        """Say whether a candidate has it."""
        return not self.positions or position in self.positions

    def field(self, rep: str) -> str:
        """Return the field of the store's counts that a rep's use of it stands in; ``{cap}|`` for a pool as a whole."""
        return f"{self.name}|{'' if self.is_whole else rep}"

    @property
    def is_whole(self) -> bool:
        """Whether it counts all that goes through the pool."""
        return self.cap.scope == "POOL"

    def counts_already(self, pool: str, *, worked: bool = False) -> bool:
        """Say whether something that is open in a pool counts under it whoever of the pool it is moved to."""
        counts = self.cap.measure is CapMeasure.OPEN or (self.cap.measure is CapMeasure.UNWORKED and not worked)
        return counts and self.is_whole and self.pool == pool

    def reached(self, counted: int, amount: int) -> bool:
        """Say whether somebody for whom so much is counted may not have so much more."""
        return counted + amount > self.cap.limit or (self.paced >= 0 and counted > self.paced)

    def packed(self) -> list[object]:
        """Return it as the store's script takes it, see ``scripts/caps.lua``."""
        return self._with_kinds(self.kinds)

    def identified(self) -> list[object]:
        """Return the same as digests are over: a cap of all kinds as it was when there were four."""
        return self._with_kinds(self.cap.kinds or _FIRST_KINDS)

    def _with_kinds(self, kinds: Sequence[Kind]) -> list[object]:
        return [
            self.name, self.place, int(self.is_whole), self.cap.measure, self.cap.limit, self.paced, self.window,
            self.slot_ms, self.positions, kinds,
        ]  # fmt: skip

    def lifts_ms(self, at_ms: int, counted: int, amount: int) -> int:
        """Return when time alone would let somebody have so much more again; 0: never, or, as for a rolling window,
        this is not enough to tell.
        """
        if self.cap.window not in CALENDAR_WINDOWS or amount > self.cap.limit:
            return 0
        window = span(self.cap.window, self.clock.zone, at_ms)
        if counted + amount > self.cap.limit:
            return window.end_ms
        return _paced_again_ms(self.cap, self.clock, window, counted)


def applied(cap: Cap, clock: CapClock, pool: str, positions: tuple[int, ...], at_ms: int) -> AppliedCap:
    """Return how a cap stands at an instant."""
    if cap.window not in CALENDAR_WINDOWS:
        return AppliedCap(cap, clock, pool, positions)
    window = span(cap.window, clock.zone, at_ms)
    if cap.pace is not CapPace.EVEN or not cap.limit:
        return AppliedCap(cap, clock, pool, positions, window.name, -1, window.start_ms, window.end_ms)
    paced = pace(cap, clock, window, at_ms)
    return AppliedCap(cap, clock, pool, positions, window.name, paced.most, paced.from_ms, paced.until_ms)


def boundaries(caps: Iterable[AppliedCap]) -> tuple[int, int] | None:
    """Return the interval in which all caps stand as they do; None: always, for no window begins or ends by a clock."""
    timed = [cap for cap in caps if cap.until_ms]
    return (max(cap.from_ms for cap in timed), min(cap.until_ms for cap in timed)) if timed else None


def next_lift_ms(caps: Iterable[AppliedCap], at_ms: int, reached: Mapping[str, int] | None = None) -> int | None:
    """Return the first instant behind another at which time alone may lift a cap; None: it lifts none of them.

    Parameters
    ----------
    reached
        The caps, by name, that kept somebody from a work item, and when time was to lift each if nobody got more: until
        then it is not looked at, and from then on whenever it may be less. Of any other cap the window's end is. None:
        it is not known, and any may be one of them.
    """
    lifts = (_lift_ms(cap, at_ms, _AT_ONCE if reached is None else reached.get(cap.name, 0)) for cap in caps)
    return min((lift_ms for lift_ms in lifts if lift_ms > at_ms), default=None)


_AT_ONCE = 1


def _lift_ms(cap: AppliedCap, at_ms: int, lifts_ms: int) -> int:
    if lifts_ms > at_ms:
        return lifts_ms
    if cap.slot_ms:
        length_ms = cap.slot_ms if lifts_ms else cap.cap.rolling_ms
        return (at_ms // length_ms + 1) * length_ms
    if not cap.until_ms or lifts_ms:
        return cap.until_ms
    return span(cap.cap.window, cap.clock.zone, at_ms).end_ms


def rolled(slots: Mapping[int, int], slot_ms: int, at_ms: int) -> dict[int, int]:
    """Return what of a rolling window still counts at an instant, by slot."""
    return {slot: amount for slot, amount in slots.items() if slot >= at_ms // slot_ms - SLOTS}


def rolling_lifts_ms(slots: Mapping[int, int], slot_ms: int, limit: int, amount: int) -> int:
    """Return when enough has left a rolling window for so much more; 0: never, for it alone is too much.

    Examples
    --------
    >>> rolling_lifts_ms({100: 3, 110: 2}, 1000, 5, 1)
    149000
    """
    if amount > limit:
        return 0
    counted, last = sum(slots.values()), 0
    for slot in sorted(slots):
        if counted + amount <= limit:
            break
        counted, last = counted - slots[slot], slot
    return (last + SLOTS + 1) * slot_ms
