"""Where the time of deadlines went, looked at piece by piece: held to what the product lists of each lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from router.deadlines.queries import ListedDeadline
from router.model.calendars import Calendar
from tests.simulation.dues import Hours, PlainDue, dues
from tests.simulation.lives import Lives, PlainLife, PlainPause, PlainSpell
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth, calendar_in, is_open

_PIECE_MS = 30 * 60_000
"""All hours of the firm begin and end with a half hour."""
Spent = Counter[tuple[str, str]]


class Spending:
    """Reckons where time went; parameters as for ``Stepping``."""

    def __init__(self, truth: Truth, lives: Lives) -> None:
        self._truth = truth
        self._lives = lives
        self._hours = Hours(truth)
        self._open: dict[tuple[int, int], bool] = {}
        self._kept: list[Calendar] = []

    def check(self, item_id: str, listed: Sequence[ListedDeadline], now_ms: int) -> Iterator[Finding]:
        """Yield whether what is listed of a lead is what its lives say, part by part, and adds up."""
        mine = {
            (due.stage, due.deadline.id, due.entry, due.start_ms): (life, due)
            for life in self._lives.of[item_id]
            for due in dues(life)
        }
        theirs = {(s.stage, s.deadline.id, s.entry, s.start_ms): each for each in listed for s in [each.standing]}
        yield Finding(Promise.SPENT, mine.keys() == theirs.keys(), f"{item_id}: {mine.keys() ^ theirs.keys()}", False)
        for place in mine.keys() & theirs.keys():
            life, due = mine[place]
            yield from self._same(f"{item_id} {place}", theirs[place], life, due, now_ms)

    def _same(
        self, name: str, listed: ListedDeadline, life: PlainLife, due: PlainDue, now_ms: int
    ) -> Iterator[Finding]:
        end_ms = due.end.place.at_ms if due.end else max(now_ms, due.start_ms)
        spent = listed.spent or ()
        total_ms = sum(part.wall_ms for part in spent)
        what = f"{name}: {total_ms} of {end_ms - due.first_ms} ms"
        yield Finding(Promise.SPENT, total_ms == end_ms - due.first_ms, what, len(spent) > 1)
        mine = self._spent(due, life, end_ms)
        told = Counter({(str(p.whose.kind), p.whose.rep or p.whose.pool or p.whose.reason): p.wall_ms for p in spent})
        yield Finding(Promise.SPENT, mine == told, f"{name}: {dict(told)} and not {dict(mine)}", len(mine) > 1)
        due_ms = self._hours.reached(due, life, due.deadline.within_ms)
        state = _state(due, due_ms, now_ms)
        yield Finding(Promise.SPENT, state == listed.state, f"{name}: {listed.state} and not {state}", False)

    def _spent(self, due: PlainDue, life: PlainLife, end_ms: int) -> Spent:
        spells, spent = self._hours.spells_until(due, life), Spent()
        pauses = life.rests() if due.deadline.pauses else []
        owner = spells[-1].rep
        for place, spell in enumerate(spells):
            records = spell.records or self._truth.records
            leaves = [] if not spell.rep else [
                (one.start_ms, one.end_ms) for one in records.absences.values() if one.rep == spell.rep
            ]  # fmt: skip
            since_ms = max(spell.since.at_ms, due.first_ms) if place else due.first_ms
            until_ms = end_ms if spell.until_ms is None else min(spell.until_ms, end_ms)
            rests = [(pause.since_ms, pause.until_ms) for pause in pauses]
            for start_ms, stop_ms in pairwise(sorted(_cuts(since_ms, until_ms, [*rests, *leaves]))):
                on_leave = any(since <= start_ms < until for since, until in leaves)
                whose = self._whose(start_ms, spell, calendar_in(records, spell.rep, spell.pool), pauses, on_leave)
                is_earlier = whose[0] == "OWNER" and spell.rep != owner
                spent["EARLIER_OWNER" if is_earlier else whose[0], whose[1]] += stop_ms - start_ms
        return spent

    def _whose(
        self,
        at_ms: int,
        spell: PlainSpell,
        calendar: Calendar | None,
        pauses: Sequence[PlainPause],
        on_leave: bool,
    ) -> tuple[str, str]:
        """Say what an instant belongs to, were they the last owner: to the first of what is so."""
        for pause in pauses:
            if pause.since_ms <= at_ms < pause.until_ms:
                return "PAUSED", pause.reason
        if on_leave:
            return "ON_LEAVE", spell.rep
        if calendar is not None and not self._is_open(calendar, at_ms):
            return "OUTSIDE_HOURS", spell.rep or spell.pool
        return ("OWNER", spell.rep) if spell.rep else ("WAITING", spell.pool)

    def _is_open(self, calendar: Calendar, at_ms: int) -> bool:
        place = id(calendar), at_ms // _PIECE_MS
        if place not in self._open:
            self._kept.append(calendar)  # so that its id stays its own
            self._open[place] = is_open(calendar, at_ms)
        return self._open[place]


def _cuts(since_ms: int, until_ms: int, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Return all instants of a time at which anything may change, its ends included; none of an empty time."""
    if since_ms >= until_ms:
        return set()
    edges = {edge for span in spans for edge in span}
    edges |= set(range(since_ms - since_ms % _PIECE_MS, until_ms, _PIECE_MS))
    return {since_ms, until_ms, *(edge for edge in edges if since_ms < edge < until_ms)}


def _state(due: PlainDue, due_ms: int, now_ms: int) -> str:
    if due.end is None:
        return "OVERDUE" if due_ms <= now_ms else "OPEN"
    end_ms = due.end.place.at_ms
    if due.end.is_done:
        return "MET" if end_ms <= due_ms else "MISSED"
    return "MISSED" if due_ms <= end_ms else "ENDED"
