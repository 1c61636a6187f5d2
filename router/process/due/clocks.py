"""By whose working hours the time of a deadline runs, and when so much of it has passed. Pure.

Where a work item changes hands, what was used under earlier owners, by their hours as they then were, stays used; the
rest runs by the new owner's. Used is a share of the whole, so that half a working day of one is half a working day of
another. In a pause no time passes. While nobody owns it time runs by the hours of its pool, else by the tenant's. What
has ended stays as it was: whoever got the work item behind the end of a deadline has no part in its time, and no
calendar or leave entered behind it. What is open moves with every such edit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, inf
from typing import NamedTuple

from router.process.definition.deadlines import ClockOwner
from router.process.life.lives import Pause, Spell
from router.workforce.due import due_ms, elapsed_ms, later_ms, open_time_ms
from router.workforce.open_hours import OpenHours
from rules.durations import Duration

_WHOLE = Fraction(1)
Hours = Callable[[str, str], OpenHours | None]
"""By whose hours a rep of a pool works, None: at any time; where the rep is empty, or is not there, by those of the
pool, else of the tenant.
"""


class RevisionInForce(NamedTuple):
    """A revision of the workforce, and since when it was in force, in milliseconds since 1970, and by which event."""

    since_ms: int
    revision: int
    event: int = 0


class DeadlineClocks(NamedTuple):
    """By whose hours deadlines run.

    Parameters
    ----------
    present
        As the workforce is.
    time_zone
        On whose wall calendar days are, where there is no calendar.
    past
        As the workforce was, by revision: those at which somebody's spell or a deadline ended. Where one is missing
        the present stands for it.
    changes
        All of the workforce, in the order of time; without them the present stands for what no event tells.
    """

    present: Hours
    time_zone: str
    past: Mapping[int, Hours] = {}
    changes: Sequence[RevisionInForce] = ()

    def in_force(self, at_ms: int, event: float = inf) -> int:
        """Return the workforce's revision that was in force at an instant, or then at an event; before the first that;
        0: not known.
        """
        place = bisect_right(self.changes, (at_ms, event), key=lambda each: (each.since_ms, each.event))
        return self.changes[max(place - 1, 0)].revision if self.changes else 0

    def hours(self, clock: ClockOwner, spell: Spell) -> OpenHours | None:
        """Return by whose hours a clock runs in a spell; None: at any time."""
        if clock is ClockOwner.WALL:
            return None
        hours = self.past.get(self.revision(spell), self.present)
        return hours(spell.rep if clock is ClockOwner.OWNER else "", spell.pool)

    def revision(self, spell: Spell) -> int:
        """Return the workforce's revision by which a spell is reckoned; 0: as the workforce is."""
        if not spell.workforce and spell.until_ms is not None:
            return self.in_force(spell.until_ms)
        return spell.workforce


def reached_ms(
    clock: ClockOwner,
    at: Fraction | Duration,
    within: Duration,
    start_ms: int,
    spells: Sequence[Spell],
    clocks: DeadlineClocks,
    pauses: Sequence[Pause] = (),
) -> int | None:
    """Return when so much of a deadline's time has passed; None: beyond what the calendars know.

    Parameters
    ----------
    spells
        Who had the work item, in the order of time; the last goes on.
    pauses
        While no time passes, in the order of time; none overlaps another.
    """
    length, share = (at, _WHOLE) if isinstance(at, Duration) else (within, at)
    if length.unit == "cd":
        return _on_the_wall(length, share, start_ms, clocks.hours(clock, spells[-1]), clocks, pauses)
    if len(spells) == 1 and not pauses:  # the usual case, in whole numbers
        hours = clocks.hours(clock, spells[0])
        open_ms = -(-share.numerator * open_time_ms(length, start_ms, hours) // share.denominator)
        return later_ms(start_ms, open_ms, hours) if open_ms else None
    used = Fraction(0)
    for spell, since_ms, until_ms in _running(spells, pauses, start_ms):
        hours = clocks.hours(clock, spell)
        whole = share * open_time_ms(length, start_ms, hours)
        at_ms = later_ms(since_ms, ceil(whole * (1 - used)), hours) if whole else None
        if until_ms is None or (at_ms is not None and at_ms <= until_ms):
            return at_ms
        passed_ms = elapsed_ms(since_ms, until_ms, hours)
        if passed_ms is None:
            return None
        used += passed_ms / whole if whole else 0
    return None


def _running(
    spells: Sequence[Spell], pauses: Sequence[Pause], start_ms: int
) -> Iterator[tuple[Spell, int, int | None]]:
    """Yield from when until when time runs in each spell, from a start on; None: for ever."""
    for spell in spells:
        since_ms = start_ms if spell is spells[0] else max(start_ms, spell.since_ms)
        for pause in pauses:
            if pause.until_ms <= since_ms or (spell.until_ms is not None and spell.until_ms <= pause.since_ms):
                continue
            if pause.since_ms > since_ms:
                yield spell, since_ms, pause.since_ms
            since_ms = pause.until_ms
        if spell.until_ms is None or spell.until_ms > since_ms:
            yield spell, since_ms, spell.until_ms


def _on_the_wall(
    duration: Duration,
    share: Fraction,
    start_ms: int,
    hours: OpenHours | None,
    clocks: DeadlineClocks,
    pauses: Sequence[Pause],
) -> int | None:
    """Return when a share of some calendar days has passed, by the zone of a clock: later by what it was paused."""
    end_ms = due_ms(duration, start_ms, hours, clocks.time_zone)
    if end_ms is None:
        return None
    at_ms = start_ms + ceil(share * (end_ms - start_ms))
    for pause in pauses:
        if pause.until_ms > start_ms and pause.since_ms < at_ms:
            at_ms += pause.until_ms - max(pause.since_ms, start_ms)
    return at_ms
