"""What falls due of a work item, how that stands, and when its steps are due. Pure: process, life and clocks in.

A deadline has a *start* for each time that something starts it, and stands once for each. It ends with what it waits
for, with its stage, with the work item, or when what started it is so no more: another owner, a message answered. How
its time runs is said in ``router.process.due.clocks``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from router.model.activities import ActivityEvidence
from router.process.definition.deadlines import Deadline, DueDate, Since, Until
from router.process.definition.processes import Process
from router.process.definition.tasks import is_of_child
from router.process.due.clocks import DeadlineClocks, reached_ms
from router.process.due.due_dates import Moment, dated_ms, half_a_year_before, in_a_year, moments
from router.process.due.step_times import step_times
from router.process.life.lives import Life, Occurrence, Spell, StageEntry
from rules.durations import Duration
from rules.fields import Fact

EVIDENCE: Mapping[Until, ActivityEvidence] = {
    Until.ATTEMPT: ActivityEvidence.ATTEMPT,
    Until.CONTACT: ActivityEvidence.CONTACT,
    Until.CUSTOMER: ActivityEvidence.CUSTOMER,
    Until.ANY: ActivityEvidence.ANY,
}
"""What ends a deadline, where an activity does."""
RENEWED: Mapping[Since, ActivityEvidence] = {
    Since.LAST_OUTBOUND: ActivityEvidence.ATTEMPT,
    Since.LAST_ACTIVITY: ActivityEvidence.ANY,
}
"""What starts a deadline anew, where each such activity does."""
WHOLE = ""
"""Instead of a stage, of a deadline that is of the whole process."""


class DeadlineState(StrEnum):
    """How a deadline stands."""

    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    MET = "MET"
    MISSED = "MISSED"
    ENDED = "ENDED"
    """It ended before it was due, and without what it waited for: another owner, another stage, or closed."""


class End(NamedTuple):
    """The end of a deadline: when, in milliseconds since 1970, by which event, and whether by what it waited for."""

    at_ms: int
    event: int
    is_done: bool


class DeadlineStanding(NamedTuple):
    """How a deadline stands that was started once.

    Parameters
    ----------
    stage
        The one that it is of; ``WHOLE``: the whole process.
    entry
        The event that started it, or, where that was before, by which its stage was entered: of a stage's deadline
        there is one for each.
    start_ms, due_ms
        In milliseconds since 1970; None: beyond what the calendars know.
    steps
        When each time of each step is due, see ``Deadline.times``, likewise; none before its stage was entered.
    owner
        Who had the work item last of all while it ran; empty: nobody.
    within
        How long it has, by its clock; None: until a date.
    first_ms
        When the first of those started that, one after the other, were started anew by another owner, because none had
        done what they wait for; else when it started itself.
    """

    deadline: Deadline
    stage: str
    entry: int
    start_ms: int
    due_ms: int | None
    steps: tuple[int | None, ...]
    owner: str
    within: Duration | None
    first_ms: int
    end: End | None = None

    def runs_at(self, at_ms: int) -> bool:
        """Say whether it has begun by an instant, and has not ended."""
        return self.start_ms <= at_ms and (self.end is None or self.end.at_ms > at_ms)

    def state(self, now_ms: int) -> DeadlineState:
        """Say how it stands at an instant: what is done as it falls due is done in time."""
        is_late = self.due_ms is not None and self.due_ms <= (self.end.at_ms if self.end else now_ms)
        if self.end is None:
            return DeadlineState.OVERDUE if is_late else DeadlineState.OPEN
        if self.end.is_done:
            return DeadlineState.MISSED if is_late and self.due_ms != self.end.at_ms else DeadlineState.MET
        return DeadlineState.MISSED if is_late else DeadlineState.ENDED


class Stay(NamedTuple):
    """A work item in a stage, or in the whole process, until it left; ``over``: until then, or until it was closed."""

    stage: str
    event: int
    since_ms: int
    left: Occurrence | None
    over: Occurrence | None


class _Start(NamedTuple):
    """What started a deadline, and what took that away; ``is_answer``: by what it waited for.

    ``moment`` is the date that it is due by; ``counts_ms`` is from when on evidence ends it, where not from its start.
    """

    event: int
    at_ms: int
    over: Occurrence | None = None
    is_answer: bool = False
    moment: Moment | None = None
    counts_ms: int | None = None


def standings(process: Process, life: Life, fact: Fact, clocks: DeadlineClocks) -> list[DeadlineStanding]:
    """Return how all deadlines of a life stand, those of the whole process first, then stage by stage.

    Parameters
    ----------
    process
        At the revision that the life is pinned to.
    fact
        What the work item is, for durations that depend on it; where there is no saying there is no deadline.
    """
    whole = Stay(WHOLE, *life.begun, None, life.closed)
    is_child = any(is_of_child(entry.stage) for entry in life.entries)  # the process is its parent's
    throughout = () if is_child else process.deadlines
    found = [standing for deadline in throughout for standing in _of(deadline, whole, life, fact, clocks)]
    for stay in stays(process, life):
        stage = process.standing.get(stay.stage)
        for deadline in stage.deadlines if stage else ():
            found += _of(deadline, stay, life, fact, clocks)
    return found


def stays(process: Process, life: Life) -> Iterator[Stay]:
    """Yield the stages of a life: the first is that of the process, unless it came with another."""
    entries = list(life.entries)
    if not entries or entries[0].event != life.begun.event:
        entries.insert(0, StageEntry(process.first.id, *life.begun))
    for entry, following in pairwise([*entries, None]):
        assert entry is not None
        left = Occurrence(following.event, following.at_ms) if following else None
        yield Stay(entry.stage, entry.event, entry.at_ms, left, left or life.closed)


def _of(deadline: Deadline, stay: Stay, life: Life, fact: Fact, clocks: DeadlineClocks) -> Iterator[DeadlineStanding]:
    """Yield how a deadline stands, once for each start in a stay."""
    within, dated = deadline.within.of(fact), deadline.dated
    before = dated.before.of(fact) if dated and dated.before else None
    if (before is None and dated.before) if dated else within is None:
        return
    first_ms, pauses = None, life.pauses if deadline.pausable else ()
    for start in _dated(deadline, dated, stay, life, clocks) if dated else _starts(deadline, stay, life):
        end = _end(deadline, start, stay, life)
        first_ms = start.at_ms if first_ms is None else first_ms
        spells = spells_until(end, start.at_ms, start.event, life.spells, clocks)
        if dated and start.moment is not None:
            due = dated_ms(dated, start.moment, before, deadline.clock, spells, clocks)
        else:
            due = reached_ms(deadline.clock, within, within, start.at_ms, spells, clocks, pauses) if within else None
        times = step_times(deadline, within, start.at_ms, due, spells, clocks, pauses)
        steps = tuple(None if at_ms is None else max(at_ms, stay.since_ms) for at_ms in times)
        _, entry = max((start.at_ms, start.event), (stay.since_ms, stay.event))
        yield DeadlineStanding(
            deadline, stay.stage, entry, start.at_ms, due, steps, spells[-1].rep, within, first_ms, end
        )
        if deadline.since is not Since.ASSIGNED or end is None or end.is_done:
            first_ms = None


def _dated(deadline: Deadline, dated: DueDate, stay: Stay, life: Life, clocks: DeadlineClocks) -> Iterator[_Start]:
    """Yield the dates that a work item has in a stay; one of next year as that before it ended in time or late."""
    left = stay.left.event if stay.left else None
    for each in moments(dated, life, (stay.event, stay.since_ms), left):
        over = Occurrence(*each.until) if each.until else None
        start = _Start(each.event, each.since_ms, over, moment=each.moment)
        if not dated.yearly:
            yield start
            continue
        year, done = 0, True
        while done:
            year, moment = in_a_year(each.moment, start.at_ms, clocks.time_zone, year)
            counts_ms = max(start.at_ms + (start.event != each.event), half_a_year_before(moment, clocks.time_zone))
            start = start._replace(moment=moment, counts_ms=counts_ms)
            yield start
            end = _end(deadline, start, stay, life)
            done = end is not None and end.is_done and (over is None or end.at_ms < over.at_ms)
            if done and end:
                start = start._replace(event=end.event, at_ms=end.at_ms)


def spells_until(
    end: End | None, start_ms: int, started_by: int, spells: Sequence[Spell], clocks: DeadlineClocks
) -> Sequence[Spell]:
    """Return the spells that a deadline, started at an instant by an event, is reckoned with: those before its end.

    The last is as if it lasted, by the workforce that was in force at the end. What ended as it started has those that
    had begun with its start.
    """
    if end is None:
        return spells
    earliest, *others = spells
    before = [earliest]
    for spell in others:
        is_before = spell.since_ms < end.at_ms
        if is_before or (spell.since_ms <= start_ms and spell.event <= started_by):
            before.append(spell)
    return (*before[:-1], before[-1]._replace(until_ms=None, workforce=clocks.in_force(end.at_ms, end.event)))


def _starts(deadline: Deadline, stay: Stay, life: Life) -> list[_Start]:
    """Return what starts a deadline while a work item is in a stay."""
    since = deadline.since
    match since:
        case Since.ARRIVAL:
            return _arrived(deadline, life)
        case Since.ENTERED:
            return [_Start(stay.event, stay.since_ms)]
        case Since.ASSIGNED:
            return [start for each in pairwise([*life.spells, None]) if (start := _assigned(*each, stay))]
        case Since.LAST_INBOUND:
            return [start for start in _unanswered(life) if _is_within(start, stay)]
        case Since.LAST_OUTBOUND | Since.LAST_ACTIVITY:
            return _renewed(RENEWED[since], stay, life)


def _arrived(deadline: Deadline, life: Life) -> list[_Start]:
    """Return the start of a deadline that runs from when a work item came.

    Reopening takes back that it was closed, and nothing else: what was done about it stays done, and what the law says
    is reckoned from when it first came.
    """
    was_done = life.had_notes if deadline.until is Until.NOTE else EVIDENCE.get(deadline.until) in life.proved
    if was_done:
        return []
    return [_Start(*(life.came or life.begun if deadline.statutory else life.begun))]


def _assigned(spell: Spell | None, following: Spell | None, stay: Stay) -> _Start | None:
    """Return the start of a deadline by its owner, from when both they have it and it is in the stage."""
    if spell is None or not spell.rep:
        return None
    at_ms = max(spell.since_ms, stay.since_ms)
    over = Occurrence(following.event, following.since_ms) if following else None
    has_left = stay.left and (stay.left.at_ms, stay.left.event) < (at_ms, spell.event)
    return None if has_left or (over and over.at_ms <= at_ms) else _Start(spell.event, at_ms, over)


def _renewed(evidence: ActivityEvidence, stay: Stay, life: Life) -> list[_Start]:
    """Return the entry into a stay and each activity in it, until the next; of one instant that recorded first."""
    occurred: dict[int, int] = {}
    for done in life.done:
        if evidence in done.evidence and done.occur_ms > stay.since_ms:
            occurred.setdefault(done.occur_ms, done.event)
    places = [Occurrence(stay.event, stay.since_ms), *(Occurrence(occurred[at], at) for at in sorted(occurred))]
    if stay.over:
        places = [place for place in places if place == places[0] or place.at_ms < stay.over.at_ms]
    return [_Start(*place, following) for place, following in pairwise([*places, None]) if place]


def _unanswered(life: Life) -> list[_Start]:
    """Return the messages of the customer's that waited: each the first behind an answer, until the next answer.

    What is from before the life waits in it from its beginning.
    """
    starts, waiting = list[_Start](), None
    for done in sorted(life.done, key=lambda done: done.place):
        here = Occurrence(done.event, done.occur_ms)
        if done.is_answer:
            starts += [_Start(*waiting, here, is_answer=True)] if waiting else []
            waiting = None
        elif done.is_question:
            waiting = waiting or max(here, life.begun, key=lambda place: (place.at_ms, place.event))
    return [*starts, _Start(*waiting)] if waiting else starts


def _is_within(start: _Start, stay: Stay) -> bool:
    """Say whether what started a deadline was so at any time of a stay."""
    is_before = start.over is not None and start.over.at_ms <= stay.since_ms
    return not is_before and not (stay.over and stay.over.at_ms <= start.at_ms)


def _end(deadline: Deadline, start: _Start, stay: Stay, life: Life) -> End | None:
    """Return what ended a deadline first; of what happened at one instant what it waited for."""
    ends = list[End]()
    if start.over:
        ends.append(End(start.over.at_ms, start.over.event, start.is_answer))
    if stay.left:
        ends.append(End(stay.left.at_ms, stay.left.event, deadline.until is Until.STAGE))
    if life.closed:
        is_done = deadline.until in (Until.STAGE, Until.COMPLETION)
        ends.append(End(life.closed.at_ms, life.closed.event, is_done))
    if deadline.since is not Since.LAST_INBOUND:
        ends += _evidence(deadline, start, life)
    return min(ends, key=lambda end: (end.at_ms, not end.is_done, end.event), default=None)


def _evidence(deadline: Deadline, start: _Start, life: Life) -> Iterator[End]:
    """Yield the activities that end a deadline; one that starts deadlines does not end what it starts."""
    first_ms = start.at_ms + (deadline.since in RENEWED) if start.counts_ms is None else start.counts_ms
    evidence = EVIDENCE.get(deadline.until)
    done = [Occurrence(each.event, each.occur_ms) for each in life.done if evidence in each.evidence]
    for each in life.notes if deadline.until is Until.NOTE else done:
        if each.at_ms >= first_ms:
            yield End(each.at_ms, each.event, is_done=True)
