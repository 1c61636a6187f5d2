"""Spans of a day or a week that overlap: whoever writes them meant one of the two. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from router.model.calendars import MIDNIGHT, Hours, WeeklyHours

_WEEK = 7 * MIDNIGHT


def overlap_of_week(weekly: Sequence[WeeklyHours]) -> tuple[int, int] | None:
    """Return the places of two spans of a week that overlap, the later of the two in time last; None: none do.

    A span over midnight reaches into the next day, and that of Sunday into Monday.

    Examples
    --------
    >>> night, morning = WeeklyHours(6, Hours(22 * 60, 6 * 60)), WeeklyHours(0, Hours(5 * 60, 12 * 60))
    >>> overlap_of_week([night, morning])
    (0, 1)
    """
    starts = [each.day * MIDNIGHT + each.hours.start for each in weekly]
    return _overlap([(start, start + _length(each.hours)) for start, each in zip(starts, weekly, strict=True)], _WEEK)


def overlap_of_day(hours: Sequence[Hours]) -> tuple[int, int] | None:
    """Return the places of two spans of a day that overlap, as ``overlap_of_week``; the day after is not looked at."""
    return _overlap([(each.start, each.start + _length(each)) for each in hours], 0)


def _length(hours: Hours) -> int:
    return hours.end - hours.start + MIDNIGHT * hours.is_overnight


def _overlap(spans: Sequence[tuple[int, int]], period: int) -> tuple[int, int] | None:
    order = sorted(range(len(spans)), key=spans.__getitem__)
    for place, following in pairwise(order):
        if spans[following][0] < spans[place][1]:
            return place, following
    if period and len(order) > 1:  # of which only the last may reach the first of the next week: none lasts above a day
        first, last = order[0], order[-1]
        if spans[first][0] + period < spans[last][1]:
            return last, first
    return None
