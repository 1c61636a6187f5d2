"""Deadlines met and missed of a table of rows, by a few lines. Imports nothing of the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_MS = timedelta(milliseconds=1)
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
NINE, SIX = time(9), time(18)
DAY_MS = 24 * 3_600_000


class Office(NamedTuple):
    """Nine to six from Monday to Friday in a zone, but for days off and make-up days 调休."""

    zone: ZoneInfo
    off: frozenset[date]
    made_up: frozenset[date]

    def works(self, day: date) -> bool:
        return day in self.made_up or (day.weekday() < 5 and day not in self.off)

    def due(self, start_ms: int, open_ms: int) -> int:
        """Return when so much working time has passed."""
        day = (_1970 + start_ms * _MS).astimezone(self.zone).date()
        while True:
            if self.works(day):
                opening, closing = ((datetime.combine(day, at, self.zone) - _1970) // _MS for at in (NINE, SIX))
                from_ms = max(opening, start_ms)
                if from_ms < closing and open_ms <= closing - from_ms:
                    return from_ms + open_ms
                open_ms -= max(closing - from_ms, 0)
            day += timedelta(days=1)

    def worked(self, start_ms: int, end_ms: int) -> int:
        """Return how much working time lies between two instants."""
        day, sum_ms = (_1970 + start_ms * _MS).astimezone(self.zone).date(), 0
        while (opening := (datetime.combine(day, NINE, self.zone) - _1970) // _MS) < end_ms:
            if self.works(day):
                closing = (datetime.combine(day, SIX, self.zone) - _1970) // _MS
                sum_ms += max(min(closing, end_ms) - max(opening, start_ms), 0)
            day += timedelta(days=1)
        return sum_ms


class Case(NamedTuple):
    """What a log says of one case: when it came and was closed, when what was done, and from when to when it waited for
    the customer.
    """

    begun_ms: int
    done: Sequence[tuple[int, str]]
    closed_ms: int | None
    waited: Sequence[tuple[int, int]] = ()


class Wanted(NamedTuple):
    """What is to be done within so many hours and by what; ``again``: from each on anew; ``rests``: not while the
    customer is waited for.
    """

    hours: float
    by: str
    again: bool = False
    rests: bool = False


def due_of(start_ms: int, open_ms: int, waited: Sequence[tuple[int, int]], office: Office | None) -> int:
    """Return when so much time has passed, the waiting left out."""
    for since_ms, until_ms in waited:
        if until_ms <= start_ms:
            continue
        before_ms = max(since_ms, start_ms)
        passed_ms = office.worked(start_ms, before_ms) if office else before_ms - start_ms
        if passed_ms >= open_ms:
            break
        start_ms, open_ms = until_ms, open_ms - passed_ms
    return office.due(start_ms, open_ms) if office else start_ms + open_ms


class Ran(NamedTuple):
    """A deadline from when it began until what it waits for was done, or the case was closed, whichever came first."""

    name: str
    start_ms: int
    done_ms: int | None
    closed_ms: int | None

    @property
    def end_ms(self) -> int | None:
        return min((at_ms for at_ms in (self.done_ms, self.closed_ms) if at_ms is not None), default=None)


def ran(case: Case, wanted: Mapping[str, Wanted]) -> Iterator[Ran]:
    """Yield each deadline that began."""
    for name, (_, by, again, _) in wanted.items():
        times = sorted({at_ms for at_ms, what in case.done if what == by})
        ends = [at_ms for at_ms in times if at_ms >= case.begun_ms + again]
        starts = [at_ms for at_ms in ends if case.closed_ms is None or at_ms < case.closed_ms]
        for start_ms in [case.begun_ms, *starts] if again else [case.begun_ms]:
            done_ms = next((at_ms for at_ms in ends if at_ms >= start_ms + again), None)
            if by == "closed" and case.closed_ms is not None:
                done_ms = case.closed_ms
            yield Ran(name, start_ms, done_ms, case.closed_ms)


def outcomes(case: Case, wanted: Mapping[str, Wanted], office: Office | None) -> Iterator[tuple[str, int, str]]:
    """Yield of each deadline: which, when it began, and MET, MISSED, or ENDED: closed in time without it.

    What never was done, and never closed, is missed.
    """
    for name, start_ms, done_ms, closed_ms in ran(case, wanted):
        hours, _, _, rests = wanted[name]
        due_ms = due_of(start_ms, int(hours * 3_600_000), case.waited if rests else (), office)
        if closed_ms is not None and (done_ms is None or done_ms > closed_ms):
            yield name, start_ms, "MISSED" if closed_ms >= due_ms else "ENDED"
        else:
            yield name, start_ms, "MET" if done_ms is not None and done_ms <= due_ms else "MISSED"


def tellings(
    case: Case, wanted: Mapping[str, Wanted], office: Office | None, shares: Sequence[float]
) -> Iterator[tuple[str, int, list[int]]]:
    """Yield of each deadline: which, when it began, and when somebody is told while it runs: once such shares of its
    time have passed.
    """
    for each in ran(case, wanted):
        hours, _, _, rests = wanted[each.name]
        waited, whole_ms = case.waited if rests else (), int(hours * 3_600_000)
        times = [due_of(each.start_ms, int(whole_ms * share), waited, office) for share in shares]
        end_ms = each.end_ms
        yield each.name, each.start_ms, [at_ms for at_ms in times if end_ms is None or at_ms <= end_ms]
