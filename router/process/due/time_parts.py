"""Where the time of a deadline went: its wall time from start to end, or until now, in parts that add up to it. Pure.

Five tracks say of every instant what was so then: who had the work item, whether it was paused, whether whoever had it
was on leave, whether they were outside their hours, and whether the deadline's clock ran. Each track covers the time
by intervals of its own, what is so by such as much as what is not. A part is where one interval of each track meet: no
part is what the others leave, and where any interval is lacking the parts lack its time.

Where several things are so at an instant it belongs to the first of these: paused (of a deadline that does pause), on
leave, outside hours, with nobody, with an earlier owner, with the last. Hours are those of whoever has the work item,
and while nobody has it of its pool, else of the tenant, whatever clock the deadline runs by: *counted* says whether
that clock ran. An earlier owner who got it again is its owner for that time too.

A deadline that each owner starts anew (``from: assigned``) tells of the time since the first of them got the work item,
if none of them did what it waits for; what was before its own start is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from router.process.definition.deadlines import ClockOwner
from router.process.due.clocks import DeadlineClocks
from router.process.due.standings import DeadlineStanding
from router.process.life.lives import Life, Spell
from router.workforce.open_hours import OpenHours, Span

Leaves = Callable[[int, str], Sequence[Span]]
"""When a rep is on leave, in the order of time, none overlapping another, as a revision of the workforce says; 0: as it
is.
"""
_CALENDAR_DAYS = "cd"


class PartKind(StrEnum):
    """Where time goes: an instant belongs to the first of what is so then."""

    PAUSED = "PAUSED"
    """It was paused."""
    ON_LEAVE = "ON_LEAVE"
    """Its owner was on leave."""
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    """Its owner, or while nobody had it its pool, was outside their hours."""
    WAITING = "WAITING"
    """Nobody had it."""
    EARLIER_OWNER = "EARLIER_OWNER"
    """Somebody had it who was not the last."""
    OWNER = "OWNER"
    """Its last owner had it."""


class Stretch(NamedTuple):
    """An interval of a track, in milliseconds since 1970, the end not included.

    Parameters
    ----------
    is_so
        Whether what the track is about was so in it.
    what
        Of a tenure the rep, or the pool where nobody had it; of a pause its reason.
    """

    start_ms: int
    end_ms: int
    is_so: bool
    what: str = ""


class Tracks(NamedTuple):
    """What was so when, each track covering the whole time.

    Parameters
    ----------
    tenures
        Whether somebody had it, and who.
    paused
        Whether it was paused, and why.
    on_leave, outside_hours
        Whether whoever had it was.
    counted
        Whether the deadline's clock ran, but for pauses.
    """

    tenures: Sequence[Stretch]
    paused: Sequence[Stretch]
    on_leave: Sequence[Stretch]
    outside_hours: Sequence[Stretch]
    counted: Sequence[Stretch]


class Whose(NamedTuple):
    """What a part is of: its kind; the rep, or the pool where it was nobody's; of a pause neither, but its reason."""

    kind: PartKind
    rep: str = ""
    pool: str = ""
    reason: str = ""


class TimePart(NamedTuple):
    """An interval of a deadline's time, in milliseconds since 1970.

    Parameters
    ----------
    is_counted
        Whether the deadline's clock ran in it.
    is_within_hours
        Whether it is within the hours of whoever had it, or of its pool.
    """

    whose: Whose
    start_ms: int
    end_ms: int
    is_counted: bool
    is_within_hours: bool


class TimeSpent(NamedTuple):
    """All parts that are alike, in milliseconds: their time on the wall, how much of it the deadline counted, and how
    much of that is within hours.
    """

    whose: Whose
    wall_ms: int
    counted_ms: int
    worked_ms: int = 0


def time_parts(
    standing: DeadlineStanding, life: Life, clocks: DeadlineClocks, leaves: Leaves, now_ms: int
) -> list[TimePart]:
    """Return where the time of a deadline went, in order, from ``standing.first_ms`` until it ended.

    Parameters
    ----------
    life
        In which the deadline is.
    clocks, leaves
        By whose hours the standing was reckoned, and who was on leave when.
    now_ms
        Until when, in milliseconds since 1970, where it has not ended.
    """
    return parts_of(tracks(standing, life, clocks, leaves, now_ms), standing.owner)


def tracks(standing: DeadlineStanding, life: Life, clocks: DeadlineClocks, leaves: Leaves, now_ms: int) -> Tracks:
    """Return what was so in the time of a deadline; the parameters are those of ``time_parts``."""
    end_ms = standing.end.at_ms if standing.end else max(now_ms, standing.start_ms)
    held = list(_held(standing, life, clocks, end_ms))
    pauses = life.pauses if standing.deadline.pausable else ()
    paused = ((pause.since_ms, pause.until_ms, pause.reason) for pause in pauses)
    return Tracks(
        tenures=[Stretch(*span, bool(spell.rep), spell.rep or spell.pool) for spell, span in held],
        paused=list(_covering(paused, (standing.first_ms, end_ms))),
        on_leave=[
            stretch
            for spell, span in held
            for stretch in _covering(((*leave, "") for leave in leaves(clocks.revision(spell), spell.rep)), span)
        ],
        outside_hours=[
            stretch._replace(is_so=not stretch.is_so)
            for spell, span in held
            for stretch in _open(clocks.hours(ClockOwner.OWNER, spell), span)
        ],
        counted=[stretch for spell, span in held for stretch in _counted(standing, spell, span, clocks)],
    )


def parts_of(tracks: Tracks, owner: str) -> list[TimePart]:
    """Return the parts that tracks make: where one interval of each meet.

    Parameters
    ----------
    owner
        The last one; empty: nobody.
    """
    return [
        TimePart(
            _whose(tenure, paused, on_leave, outside_hours, owner),
            start_ms,
            end_ms,
            counted.is_so and not paused.is_so,
            not outside_hours.is_so,
        )
        for start_ms, end_ms, (tenure, paused, on_leave, outside_hours, counted) in _meeting(tracks)
    ]


def spent(parts: Iterable[TimePart]) -> list[TimeSpent]:
    """Return how much time went where; parts that are alike are one. By kind, of one kind in the order of time."""
    found = dict[Whose, TimeSpent]()
    for part in parts:
        _, wall_ms, counted_ms, worked_ms = found.get(part.whose, (part.whose, 0, 0, 0))
        length_ms = part.end_ms - part.start_ms
        counted = length_ms * part.is_counted
        worked = counted * part.is_within_hours
        found[part.whose] = TimeSpent(part.whose, wall_ms + length_ms, counted_ms + counted, worked_ms + worked)
    return sorted(found.values(), key=lambda each: _place(each.whose))


def cause_of_breach(times: Sequence[TimeSpent], *, is_dated: bool = False) -> PartKind:
    """Return for what a deadline was missed: what took most of the time that it counted; ``OWNER``: its owner was idle.

    Of two that took as much the one that is not its owner's.

    Parameters
    ----------
    is_dated
        Whether it is due by a date. No night or weekend stops the clock of that, and of weeks more lie outside hours
        than within: so only what is within hours is looked at, wherever anything is.

    Examples
    --------
    >>> night, owner = Whose(PartKind.OUTSIDE_HOURS, "ann"), Whose(PartKind.OWNER, "ann")
    >>> str(cause_of_breach([TimeSpent(night, 140_400_000, 0), TimeSpent(owner, 7_200_000, 7_200_000)]))
    'OWNER'
    """
    took_ms, is_worked = defaultdict[PartKind, int](int), is_dated and any(each.worked_ms for each in times)
    for each in times:
        took_ms[each.whose.kind] += each.worked_ms if is_worked else each.counted_ms
    return max(took_ms, key=lambda kind: (took_ms[kind], kind is not PartKind.OWNER), default=PartKind.OWNER)


def _place(whose: Whose) -> int:
    return list(PartKind).index(whose.kind)


def _held(standing: DeadlineStanding, life: Life, clocks: DeadlineClocks, end_ms: int) -> Iterator[tuple[Spell, Span]]:
    """Yield who had the work item from when until when: the first as if from ever, the last by the end's workforce."""
    for spell in life.spells:
        start_ms = standing.first_ms if spell is life.spells[0] else max(spell.since_ms, standing.first_ms)
        until_ms = end_ms if spell.until_ms is None else min(spell.until_ms, end_ms)
        if start_ms < until_ms:
            ended = standing.end if until_ms == end_ms else None
            in_force = spell._replace(until_ms=None, workforce=clocks.in_force(end_ms, ended.event)) if ended else spell
            yield in_force, (start_ms, until_ms)


def _covering(marked: Iterable[tuple[int, int, str]], span: Span) -> Iterator[Stretch]:
    """Yield what is marked in a span, and between that what is not; marks are in order, and none overlaps another."""
    at_ms, end_ms = span
    for since_ms, until_ms, what in marked:
        first_ms, last_ms = max(since_ms, at_ms), min(until_ms, end_ms)
        if first_ms < last_ms:
            if at_ms < first_ms:
                yield Stretch(at_ms, first_ms, is_so=False)
            yield Stretch(first_ms, last_ms, is_so=True, what=what)
            at_ms = last_ms
    if at_ms < end_ms:
        yield Stretch(at_ms, end_ms, is_so=False)


def _open(hours: OpenHours | None, span: Span) -> Iterator[Stretch]:
    """Yield when it is open in a span, and when it is not; None: always."""
    if hours is None:
        yield Stretch(*span, is_so=True)
    else:
        for opening, closing, is_open in hours.stretches(*span):
            yield Stretch(opening, closing, is_open)


def _counted(standing: DeadlineStanding, spell: Spell, span: Span, clocks: DeadlineClocks) -> Iterator[Stretch]:
    """Yield when a deadline's clock ran: behind its start, and by its hours.

    Calendar days run at any time, and so does what is due by a date.
    """
    before, behind = (span[0], min(span[1], standing.start_ms)), (max(span[0], standing.start_ms), span[1])
    if before[0] < before[1]:
        yield Stretch(*before, is_so=False)
    if behind[0] < behind[1]:
        is_by_hours = standing.within is not None and standing.within.unit != _CALENDAR_DAYS
        yield from _open(clocks.hours(standing.deadline.clock, spell) if is_by_hours else None, behind)


def _meeting(tracks: Tracks) -> Iterator[tuple[int, int, list[Stretch]]]:
    """Yield from when until when one interval of each track meet, and those, in order."""
    places = [0] * len(tracks)
    while all(place < len(track) for place, track in zip(places, tracks, strict=True)):
        here = [track[place] for place, track in zip(places, tracks, strict=True)]
        start_ms, end_ms = max(each.start_ms for each in here), min(each.end_ms for each in here)
        if start_ms < end_ms:
            yield start_ms, end_ms, here
        places = [place + (each.end_ms <= end_ms) for place, each in zip(places, here, strict=True)]


def _whose(tenure: Stretch, paused: Stretch, on_leave: Stretch, outside_hours: Stretch, owner: str) -> Whose:
    """Say what an instant belongs to: to the first of what is so."""
    if paused.is_so:
        return Whose(PartKind.PAUSED, reason=paused.what)
    if not tenure.is_so:
        return Whose(PartKind.OUTSIDE_HOURS if outside_hours.is_so else PartKind.WAITING, pool=tenure.what)
    if on_leave.is_so:
        return Whose(PartKind.ON_LEAVE, tenure.what)
    if outside_hours.is_so:
        return Whose(PartKind.OUTSIDE_HOURS, tenure.what)
    return Whose(PartKind.OWNER if tenure.what == owner else PartKind.EARLIER_OWNER, tenure.what)
