"""What falls due of a lead, when it began and ended, and when its steps are due: reckoned span by span on the wall."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from router.model.calendars import Calendar
from tests.simulation.complaint import CALL_STAGES, SOLUTIONS
from tests.simulation.lives import Place, PlainAsk, PlainLife, PlainPause, PlainSpell, PlainStay
from tests.simulation.process import APPROVAL, DEADLINES, WHOLE, PlainDeadline
from tests.simulation.truth import Truth, calendar_in, worked_between, worked_until


class PlainEnd(NamedTuple):
    """What ended a deadline, and whether by what it waited for; ``place`` is when it occurred, and the event."""

    place: Place
    is_done: bool


class PlainDue(NamedTuple):
    """A deadline that was started once.

    Parameters
    ----------
    entry
        The event that names its steps.
    start_ms
        When it began; ``first_ms`` when the first of those did that one owner after the other left undone.
    """

    deadline: PlainDeadline
    stage: str
    entry: int
    start_ms: int
    first_ms: int
    end: PlainEnd | None

    @property
    def names(self) -> tuple[str, str]:
        """What its steps are called: those that tell, and those that give."""
        return tuple(f"{kind}/{self.entry}/{self.stage}/{self.deadline.id}" for kind in ("due", "act"))  # type: ignore[return-value]


class _Start(NamedTuple):
    place: Place
    over: Place | None = None


def dues(life: PlainLife) -> Iterator[PlainDue]:
    """Yield all that fell due in a life, or will."""
    for stay in life.places():
        for deadline in _deadlines(stay, life):
            yield from _of(deadline, stay, life)
    for ask in life.asks:
        yield PlainDue(APPROVAL, ask.stage, ask.since.event, ask.since.at_ms, ask.since.at_ms, _answer(ask))


def _deadlines(stay: PlainStay, life: PlainLife) -> tuple[PlainDeadline, ...]:
    """Return what falls due in a stage, or in the whole process; of a complaint by how severe it is."""
    if life.severities:
        return (SOLUTIONS[life.severity_at(None)],) if stay.stage == WHOLE else ()
    return CALL_STAGES.get(stay.stage) or DEADLINES.get(stay.stage, ())


def _answer(ask: PlainAsk) -> PlainEnd | None:
    ends = [PlainEnd(ask.answered, is_done=True)] if ask.answered else []
    return _earliest([*ends, *([PlainEnd(ask.over, is_done=False)] if ask.over else [])])


def _of(deadline: PlainDeadline, stay: PlainStay, life: PlainLife) -> Iterator[PlainDue]:
    first_ms = None
    for place, over in _starts(deadline, stay, life):
        end = _end(deadline, place, over, stay, life)
        first_ms = place.at_ms if first_ms is None else first_ms
        entry = max(place, stay.since).event
        if life.severities and end:
            deadline = SOLUTIONS[life.severity_at(end.place.event)]
        yield PlainDue(deadline, stay.stage, entry, place.at_ms, first_ms, end)
        if deadline.since != "assigned" or end is None or end.is_done:
            first_ms = None


def _starts(deadline: PlainDeadline, stay: PlainStay, life: PlainLife) -> Iterator[_Start]:
    match deadline.since:
        case "arrival":
            yield _Start(life.came if deadline.by_law else life.begun)
        case "assigned":
            ends = [*(spell.since for spell in life.spells[1:]), None]
            for spell, over in zip(life.spells, ends, strict=True):
                at_ms = max(spell.since.at_ms, stay.since.at_ms)
                has_left = stay.left and stay.left < (at_ms, spell.since.event)
                if spell.rep and not has_left and not (over and over.at_ms <= at_ms):
                    yield _Start(Place(at_ms, spell.since.event), over)
        case _:
            occurred = dict[int, int]()
            for at_ms, event in _in(life, life.attempts):
                if at_ms > stay.since.at_ms:
                    occurred.setdefault(at_ms, event)
            left = stay.left or life.closed
            places = [Place(at_ms, occurred[at_ms]) for at_ms in sorted(occurred) if not left or at_ms < left.at_ms]
            yield from map(_Start, [stay.since, *places], [*places, None])


def _in(life: PlainLife, places: list[Place]) -> list[Place]:
    return [place for place in places if place.at_ms < life.next_ms]


def _end(
    deadline: PlainDeadline, start: Place, over: Place | None, stay: PlainStay, life: PlainLife
) -> PlainEnd | None:
    ends = [PlainEnd(place, is_done=False) for place in (over, stay.left) if place]
    if life.closed:
        ends.append(PlainEnd(life.closed, is_done=deadline.until == "completion"))
    if deadline.until == "attempt":
        first_ms = start.at_ms + (deadline.since == "last_outbound")
        ends += [PlainEnd(place, is_done=True) for place in _in(life, life.attempts) if place.at_ms >= first_ms]
    return _earliest(ends)


def _earliest(ends: list[PlainEnd]) -> PlainEnd | None:
    return min(ends, key=lambda end: (end.place.at_ms, not end.is_done, end.place.event), default=None)


class Hours:
    """By whose hours time runs.

    Parameters
    ----------
    truth
        Says how the workforce is, and was.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def calendar(self, clock: str, spell: PlainSpell) -> Calendar | None:
        """Return whose hours count in a spell; None: nobody's."""
        if clock == "wall":
            return None
        return calendar_in(spell.records or self._truth.records, spell.rep if clock == "owner" else "", spell.pool)

    def reached(self, due: PlainDue, life: PlainLife, length_ms: int, *, rests: bool = True) -> int:
        """Return when so much of a deadline's time has passed; ``rests``: but for pauses.

        What has ended is reckoned with those who had it before its end alone, the last as the workforce was then.
        """
        if due.deadline is APPROVAL and not length_ms:
            return due.start_ms
        pauses = life.rests() if due.deadline.pauses and rests else []
        for spell, since_ms, until_ms in _running(self.spells_until(due, life), pauses, due.start_ms):
            calendar = self.calendar(due.deadline.clock, spell)
            at_ms = worked_until(calendar, since_ms, length_ms)
            if until_ms is None or at_ms <= until_ms:
                return at_ms
            length_ms -= worked_between(calendar, since_ms, until_ms)
        raise LookupError(f"time of {life.item_id} ends")

    def spells_until(self, due: PlainDue, life: PlainLife) -> list[PlainSpell]:
        """Return who had it while a deadline ran; the last as if it lasted, by the workforce as it was at the end."""
        if due.end is None:
            return life.spells
        first, *others = life.spells
        end, started = due.end.place, (due.start_ms, due.entry)
        spells = [first, *(each for each in others if each.since.at_ms < end.at_ms or each.since <= started)]
        before = [place for place in life.events if place <= end] or life.events[:1]
        records = self._truth.at(before[-1].event)
        return [*spells[:-1], spells[-1]._replace(until_ms=None, records=records)]

    def steps(self, due: PlainDue, life: PlainLife, *, rests: bool = True) -> list[int]:
        """Return when each step of a deadline is due: none before its life began."""
        reached = (self.reached(due, life, length_ms, rests=rests) for _, length_ms in due.deadline.steps)
        return [max(at_ms, life.begun.at_ms) for at_ms in reached]


def _running(
    spells: list[PlainSpell], pauses: list[PlainPause], start_ms: int
) -> Iterator[tuple[PlainSpell, int, int | None]]:
    """Yield, spell by spell, from when until when time runs."""
    for place, spell in enumerate(spells):
        since_ms = max(start_ms, spell.since.at_ms) if place else start_ms
        for pause in pauses:
            if pause.until_ms <= since_ms or (spell.until_ms is not None and spell.until_ms <= pause.since_ms):
                continue
            if pause.since_ms > since_ms:
                yield spell, since_ms, pause.since_ms
            since_ms = pause.until_ms
        if spell.until_ms is None or spell.until_ms > since_ms:
            yield spell, since_ms, spell.until_ms
