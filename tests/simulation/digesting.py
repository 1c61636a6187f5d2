"""Lists of what falls due, held to the clocks on the wall and to what falls due by the log: each is made once, in its
time, for whoever it is for, and holds exactly what falls into it of theirs, and of their people's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.model.calendars import Calendar
from router.model.events import Digested, Event, ProcessPublished, WorkforceChanged
from router.model.workforce import Pool
from tests.simulation.dues import Hours, dues
from tests.simulation.lives import Lives, PlainLife
from tests.simulation.process import APPROVAL, HOUR_MS
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth, instant, spans_on

DAY, HOLIDAYS, TOMORROW = "day", "holidays", "tomorrow"
_LONG_MS = 72 * HOUR_MS
_AHEAD_DAYS = 400
_ONE_DAY = timedelta(days=1)


class PlainList(NamedTuple):
    """When a list is made, and what falls into it: what is due from a start on, before an end; or is late by then."""

    due_ms: int
    start_ms: int
    end_ms: int
    with_late: bool = True

    def holds(self, due_ms: int) -> bool:
        """Say whether something falls into it."""
        return self.start_ms <= due_ms < self.end_ms or (self.with_late and due_ms <= self.due_ms)


class Digesting:
    """Follows the log beside the code that makes lists.

    Parameters
    ----------
    truth
        Says who works when, and who is above whom.
    lives
        What happened; they are to take in an event behind this.
    """

    def __init__(self, truth: Truth, lives: Lives) -> None:
        self._truth = truth
        self._lives = lives
        self._hours = Hours(truth)
        self._since_ms = 0
        self._made: dict[tuple[str, str], int] = {}
        self._next: dict[tuple[str, str], float] = {}
        self._reckoned: dict[tuple[str, str, int], PlainList | None] = {}
        """By calendar, kind and instant, of this revision of the workforce: the next list."""

    def before(self, event: Event) -> Iterator[Finding]:
        """Yield what a list shows, as things stood before it, and look anew at when the next are made."""
        match event:
            case Digested():
                yield from self._listed(event)
                self._made[event.made.rep, event.made.kind] = event.made.due_ms
                self._look(event.made.rep)
            case ProcessPublished():
                self._since_ms = self._since_ms or event.at_ms
                self._look_at_all()
            case WorkforceChanged():
                self._look_at_all()

    def overdue(self, now_ms: int) -> Iterator[Finding]:
        """Yield which lists were to be made by now and were not."""
        for (rep, kind), due_ms in self._next.items():
            if due_ms <= now_ms:
                what = f"the list {kind} of {rep} was due at {due_ms}, it is {now_ms}"
                yield Finding(Promise.LISTS, False, what)

    def _look_at_all(self) -> None:
        self._next, self._reckoned = {}, {}
        for rep in self._truth.records.reps if self._since_ms else ():
            self._look(rep)

    def _look(self, rep: str) -> None:
        """Reckon when the next lists of a rep are made."""
        calendar = self._calendar(rep)
        for kind in self._kinds(rep) if calendar else ():
            assert calendar
            following = self._following(kind, calendar, self._made.get((rep, kind), self._since_ms))
            self._next[rep, kind] = following.due_ms if following else inf

    def _following(self, kind: str, calendar: Calendar, after_ms: int) -> PlainList | None:
        place = calendar.id, kind, after_ms
        if place not in self._reckoned:
            self._reckoned[place] = next_list(kind, calendar, after_ms)
        return self._reckoned[place]

    def _kinds(self, rep: str) -> Iterator[str]:
        """Yield which lists are made for a rep."""
        records = self._truth.records
        if rep in records.reps and records.reps[rep].active:
            yield from (DAY, HOLIDAYS)
            led = any(rep in pool.managers for pool in records.pools.values())
            if led or any(each.manager == rep for each in records.reps.values()):
                yield TOMORROW

    def _calendar(self, rep: str) -> Calendar | None:
        """Return by whose hours a rep's days are: their own, else of a pool of theirs, else the firm's."""
        pools = sorted(self._truth.records.pools.values(), key=lambda pool: pool.id)
        theirs = (pool.id for pool in pools if pool.calendar and rep in (*_members(pool), *pool.managers))
        return self._truth.calendar(rep, next(theirs, ""))

    def _listed(self, event: Digested) -> Iterator[Finding]:
        made, calendar = event.made, self._calendar(event.made.rep)
        what = f"event {event.number}: list {made.kind} of {made.rep}, due at {made.due_ms}"
        is_theirs = calendar is not None and made.kind in self._kinds(made.rep)
        yield Finding(Promise.LISTS, is_theirs, f"{what}: it is not for them", False)
        again = made.due_ms <= self._made.get((made.rep, made.kind), self._since_ms)
        yield Finding(Promise.LISTS, not again, f"{what}: it was made before", False)
        if calendar is None:
            return
        due, following = (self._following(made.kind, calendar, after_ms) for after_ms in (made.due_ms - 1, made.due_ms))
        in_time = due is not None and due.due_ms == made.due_ms <= event.at_ms
        is_last = following is None or following.due_ms > event.at_ms
        yield Finding(Promise.LISTS, in_time and is_last, f"{what} and not {due}, made at {event.at_ms}", False)
        if due:
            mine = sorted(self._entries(made.rep, made.kind, due), key=lambda entry: (entry[-1], entry))
            holds = due.end_ms <= event.at_ms or mine == [tuple(entry) for entry in made.entries]
            lacking, others = set(mine) - set(made.entries), {tuple(entry) for entry in made.entries} - set(mine)
            told = f"{what}: lacks {sorted(lacking)[:3]}, holds {sorted(others)[:3]}"
            yield Finding(Promise.LISTS, holds and made.total == len(made.entries), told, bool(mine))

    def _entries(self, rep: str, kind: str, plain: PlainList) -> Iterator[tuple[str, str, str, int]]:
        """Yield what falls into a list: work item, stage, deadline and when that is due."""
        for life in self._about(rep, kind):
            is_own = life.owner == rep and kind != TOMORROW
            for due in dues(life):
                if due.end or (is_own and due.deadline is APPROVAL):
                    continue
                due_ms = self._hours.reached(due, life, due.deadline.within_ms)
                if plain.holds(due_ms):
                    yield life.item_id, due.stage, due.deadline.id, due_ms

    def _about(self, rep: str, kind: str) -> Iterator[PlainLife]:
        """Yield what a list is about: of one's own, and of one's people and pools."""
        records = self._truth.records
        people = {each.id for each in records.reps.values() if each.manager == rep}
        pools = {pool.id for pool in records.pools.values() if rep in pool.managers}
        members = {each for pool in pools for each in _members(records.pools[pool])} | {""}
        for life in (lives[-1] for lives in self._lives.of.values()):
            is_own = life.owner == rep and kind != TOMORROW
            in_pool = life.owner in members and not pools.isdisjoint(life.pools)
            if not life.closed and (is_own or (kind != DAY and (life.owner in people or in_pool))):
                yield life


def next_list(kind: str, calendar: Calendar, after_ms: int) -> PlainList | None:
    """Return the first list of a kind that is made behind an instant, by somebody's hours; None: not for a year."""
    found = (_ON_DAY[kind](calendar, day) for day in _working_days(calendar, after_ms))
    return next((each for each in found if each and each.due_ms > after_ms), None)


def _working_days(calendar: Calendar, since_ms: int) -> Iterator[datetime]:
    """Yield the midnights of days on which hours begin, from the day before an instant on."""
    there = datetime.fromtimestamp(since_ms // 1000, ZoneInfo(calendar.time_zone))
    day = there.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) - _ONE_DAY
    days = (day + timedelta(days=after) for after in range(_AHEAD_DAYS))
    return (each for each in days if spans_on(calendar, each))


def _of_day(calendar: Calendar, day: datetime) -> PlainList:
    spans, midnight_ms = spans_on(calendar, day), instant(calendar, day + _ONE_DAY, 0)
    opening_ms = spans[0][0]
    return PlainList(opening_ms, opening_ms, max(spans[-1][1], midnight_ms))


def _before_holidays(calendar: Calendar, day: datetime) -> PlainList | None:
    closing_ms = spans_on(calendar, day)[-1][1]
    later = (spans_on(calendar, each)[0][0] for each in _working_days(calendar, instant(calendar, day, 0)))
    opening_ms = next((each for each in later if each >= closing_ms), None)
    if opening_ms is None or opening_ms - closing_ms <= _LONG_MS:
        return None
    return PlainList(instant(calendar, day, 14 * 60), closing_ms, opening_ms)


def _of_tomorrow(calendar: Calendar, day: datetime) -> PlainList | None:
    following = next((each for each in _working_days(calendar, instant(calendar, day, 0)) if each > day), None)
    due_ms = instant(calendar, day, 16 * 60)
    if following is None:
        return None
    return PlainList(due_ms, due_ms + 1, spans_on(calendar, following)[-1][1] + 1, with_late=False)


_ON_DAY = {DAY: _of_day, HOLIDAYS: _before_holidays, TOMORROW: _of_tomorrow}
"""What a working day brings, if it brings any."""


def _members(pool: Pool) -> list[str]:
    return [member.rep for member in pool.members]
