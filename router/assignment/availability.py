"""Who of a workforce is there at an instant, and for how long that stays so. Pure.

Whose hours: a rep's own calendar, else that of the pool they compete in, else the tenant's, else none: always there.
Leave beats hours, and begins a pool's buffer before it does. Weights follow their ramps.

Everything between two boundaries (an opening, a closing, a leave, a step of a ramp) is constant, so each answer comes
with the interval in which it holds *for those asked about*: of a thousand reps somebody comes or goes every few
seconds. Who shares a calendar is asked about at once, by bitmaps as in ``router.assignment.roster``. Instants are
milliseconds since 1970; an interval does not contain its end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from router.model.workforce import Member, Pool, WorkforceRecords
from router.workforce.open_hours import OpenHours, Span, open_hours

_EVER: Span = (0, 253_402_300_800_000)
"""From 1970 to the end of 9999: no clock shows more."""


class OffDuty(StrEnum):
    """Why somebody is not there, in the order of the filter."""

    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    ON_LEAVE = "ON_LEAVE"


class Attendance(NamedTuple):
    """Who is there, as bitmaps; ``interval`` None: whenever it is."""

    there: int
    outside_hours: int = 0
    on_leave: int = 0
    interval: Span | None = None


class Availability:
    """When the reps of one revision are there.

    Parameters
    ----------
    records
        Of that revision.
    positions
        The bit of each rep in bitmaps.
    """

    def __init__(self, records: WorkforceRecords, positions: Mapping[str, int]) -> None:
        self._positions = positions
        self._hours = {calendar.id: open_hours(calendar) for calendar in records.calendars.values()}
        self._usual = records.settings.calendar
        self._calendar_of = {rep.id: rep.calendar for rep in records.reps.values() if rep.calendar}
        self._own: dict[str, int] = {}
        for rep_id, calendar in self._calendar_of.items():
            self._own[calendar] = self._own.get(calendar, 0) | 1 << positions[rep_id]
        self._absent: dict[int, list[Span]] = {}
        for absence in records.absences.values():
            if absence.rep in positions:
                self._absent.setdefault(positions[absence.rep], []).append((absence.start_ms, absence.end_ms))
        self._ever_absent = _mask(self._absent)
        self._leaves: dict[int, dict[int, list[int]]] = {}
        self._ramped = {pool.id: self._ramps_of(pool) for pool in records.pools.values()}
        self.has_hours = bool(self._hours or self._absent)
        """Whether there are calendars or leaves at all."""

    def at(self, pool: Pool | None, mask: int, at_ms: int, *, counts_hours: bool = True) -> Attendance:
        """Say who of some reps is there.

        Parameters
        ----------
        pool
            In which they compete; None: outside of any.
        counts_hours
            Whether hours count; leave does in any case.
        """
        on_leave, interval = self._on_leave(pool, mask, at_ms)
        outside = 0
        for hours, group in self._groups(pool, mask) if counts_hours else ():
            interval = overlap(interval, hours.around(at_ms))
            outside |= 0 if hours.is_open(at_ms) else group
        return Attendance(mask & ~on_leave & ~outside, outside & ~on_leave, on_leave, interval)

    def _groups(self, pool: Pool | None, mask: int) -> Iterator[tuple[OpenHours, int]]:
        """Yield the reps by whose hours they work; who always works is left out."""
        others = mask
        for calendar, owners in self._own.items():
            if group := mask & owners:
                others &= ~group
                if calendar in self._hours:
                    yield self._hours[calendar], group
        shared = self._shared(pool)
        if others and shared:
            yield shared, others

    def shared_hours(self, pool: Pool | None) -> OpenHours | None:
        """Return by whose hours a pool's members work who have none of their own; None: always."""
        return self._shared(pool)

    def _shared(self, pool: Pool | None) -> OpenHours | None:
        return self._hours.get((pool.calendar if pool else "") or self._usual)

    def _on_leave(self, pool: Pool | None, mask: int, at_ms: int) -> tuple[int, Span | None]:
        gone, interval = 0, None
        for position in bits(mask & self._ever_absent):
            boundaries = self._leave(pool.leave_buffer_ms if pool else 0)[position]
            place = bisect_right(boundaries, at_ms)
            gone |= (place % 2) << position
            interval = overlap(interval, _around(boundaries, place))
        return gone, interval

    def _leave(self, buffer_ms: int) -> Mapping[int, list[int]]:
        """Return by position when leaves begin, a buffer earlier, and end, in turn."""
        if buffer_ms not in self._leaves:
            self._leaves[buffer_ms] = {
                position: _boundaries((start_ms - buffer_ms, end_ms) for start_ms, end_ms in spans)
                for position, spans in self._absent.items()
            }
        return self._leaves[buffer_ms]

    def leaves(self, rep: str) -> list[Span]:
        """Return when a rep is on leave, in the order of time; absences that overlap or touch are one."""
        boundaries = self._leave(0).get(self._positions.get(rep, -1), [])
        return list(zip(boundaries[::2], boundaries[1::2], strict=True))

    def weights(self, pool: Pool, mask: int, at_ms: int) -> tuple[Mapping[str, int], Span | None]:
        """Return what those of some members weigh whose weight changes as time passes, and the interval of that."""
        weights: dict[str, int] = {}
        interval: Span | None = None
        for position, member in self._ramped[pool.id].items():
            if mask >> position & 1:
                instants = [step.from_ms for step in member.ramp]
                place = bisect_right(instants, at_ms)
                weights[member.rep] = member.ramp[place - 1].weight if place else member.weight
                interval = overlap(interval, _around(instants, place))
        return weights, interval

    def _ramps_of(self, pool: Pool) -> Mapping[int, Member]:
        return {
            self._positions[member.rep]: member
            for member in pool.members
            if member.ramp and member.rep in self._positions
        }

    def off_duty(self, rep: str, pool: Pool | None, at_ms: int, *, counts_hours: bool = True) -> OffDuty | None:
        """Say why a rep is not there; None: they are."""
        attendance = self.at(pool, 1 << self._positions[rep], at_ms, counts_hours=counts_hours)
        if attendance.on_leave:
            return OffDuty.ON_LEAVE
        return OffDuty.OUTSIDE_HOURS if attendance.outside_hours else None

    def hours_of(self, rep: str, pool: Pool | None) -> OpenHours | None:
        """Return by whose hours a rep works; None: always."""
        own = self._calendar_of.get(rep)
        return self._hours.get(own) if own else self._shared(pool)

    def official_until(self, rep: str, pool: Pool | None, at_ms: int) -> str:
        """Return the last official date of the calendar by whose hours a rep works, where an instant lies behind it;
        empty: nobody need say its days, or they are official then.
        """
        hours = self.hours_of(rep, pool)
        return hours.calendar.official_until if hours and not hours.official(at_ms) else ""

    def first_there(
        self, rep: str, pool: Pool | None, at_ms: int, *, counts_hours: bool = True, buffer_ms: int = 0
    ) -> int | None:
        """Return the first instant, from one on, at which a rep is there; None: not as far as a calendar looks.

        Parameters
        ----------
        buffer_ms
            How long before a leave they are not there any more.
        """
        hours = self.hours_of(rep, pool) if counts_hours else None
        boundaries = self._leave(buffer_ms).get(self._positions[rep], [])
        while True:
            opening = hours.next_opening(at_ms) if hours else at_ms
            if opening is None:
                return None
            place = bisect_right(boundaries, opening)
            if place % 2 == 0:
                return opening
            at_ms = boundaries[place]

    def first_gone(self, rep: str, pool: Pool | None, at_ms: int, *, counts_hours: bool = True) -> int | None:
        """Return the first instant, from one on, at which a rep is not there; None: not as far as a calendar looks."""
        presence = self.at(pool, 1 << self._positions[rep], at_ms, counts_hours=counts_hours)
        if not presence.there:
            return at_ms
        if presence.interval is None:
            return None
        until_ms = presence.interval[1]
        return until_ms if self.off_duty(rep, pool, until_ms, counts_hours=counts_hours) else None


def overlap(one: Span | None, other: Span | None) -> Span | None:
    """Return what two intervals have in common that both contain some instant; None is all time."""
    if one is None or other is None:
        return one or other
    return max(one[0], other[0]), min(one[1], other[1])


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first."""
    for position, bit in enumerate(reversed(f"{mask:b}")):
        if bit == "1":
            yield position


def _mask(positions: Iterable[int]) -> int:
    return sum(1 << position for position in positions)


def _around(boundaries: Sequence[int], place: int) -> Span:
    """Return the interval between two neighbours; ``place`` is that of the later one."""
    return (
        boundaries[place - 1] if place else _EVER[0],
        boundaries[place] if place < len(boundaries) else _EVER[1],
    )


def _boundaries(spans: Iterable[Span]) -> list[int]:
    """Return a beginning, its end, the next beginning and so on of what spans cover together."""
    boundaries: list[int] = []
    for start_ms, end_ms in sorted(spans):
        if boundaries and start_ms <= boundaries[-1]:
            boundaries[-1] = max(boundaries[-1], end_ms)
        else:
            boundaries += [start_ms, end_ms]
    return boundaries
