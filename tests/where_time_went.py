"""Where the time of a deadline went, looked at once a minute. Imports nothing of the product.

Slow, and plain enough to be believed: one look at the beginning of each minute, and one question after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.minute_by_minute import PlainCalendar

Calendars = Mapping[str, PlainCalendar | None]


class PlainPause(NamedTuple):
    """From a minute until another it was paused."""

    since: int
    until: int
    reason: str


class PlainLeave(NamedTuple):
    """From a minute until another a rep was on leave."""

    rep: str
    since: int
    until: int


class PlainHistory(NamedTuple):
    """What happened to a work item.

    Parameters
    ----------
    holders
        From which minute who had it; empty: nobody.
    calendars
        By which each rep works, and nobody, that is the pool; None: always.
    """

    holders: Sequence[tuple[int, str]]
    calendars: Calendars
    pauses: Sequence[PlainPause] = ()
    leaves: Sequence[PlainLeave] = ()


def where(history: PlainHistory, since: int, start: int, end: int) -> Counter[tuple[str, str]]:
    """Count the minutes of each thing that can be said of one, and of whom, or why.

    They are counted since a minute; the deadline itself started in another, from when on its last owner is looked for.
    """
    owner = holder(history, max(end - 1, start))
    return Counter(of_minute(history, owner, minute) for minute in range(since, end))


def holder(history: PlainHistory, minute: int) -> str:
    """Return who had it in a minute: the last who had got it; the first before."""
    rep = history.holders[0][1]
    for since, each in history.holders:
        if since <= minute:
            rep = each
    return rep


def of_minute(history: PlainHistory, owner: str, minute: int) -> tuple[str, str]:
    """Say what a minute belongs to."""
    for pause in history.pauses:
        if pause.since <= minute < pause.until:
            return "paused", pause.reason
    rep = holder(history, minute)
    for leave in history.leaves:
        if leave.rep == rep and leave.since <= minute < leave.until:
            return "on leave", rep
    calendar = history.calendars[rep]
    if calendar is not None and not calendar.is_open(minute):
        return "outside hours", rep
    if not rep:
        return "waiting", ""
    return ("owner" if rep == owner else "earlier owner"), rep
