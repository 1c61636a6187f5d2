"""Steps of deadlines, held to what falls due by the log and the clocks on the wall: each once, in order, none early,
none left out, none behind what stopped it; and whom a lead goes to that nobody saw to.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf

from router.model.decision import Decision, Outcome
from router.model.events import Event, Fired, WorkforceChanged
from tests.simulation.dues import Hours, PlainDue, dues
from tests.simulation.lives import Lives, PlainLife, is_of_deadline, tells
from tests.simulation.process import GIVE, MOST_MOVED, REST_MS, TELL
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth


class Stepping:
    """Follows the log beside the code that keeps deadlines.

    Parameters
    ----------
    truth
        Says by whose hours time runs.
    lives
        What happened; they are to take in an event behind this.
    """

    def __init__(self, truth: Truth, lives: Lives) -> None:
        self._truth = truth
        self._lives = lives
        self._hours = Hours(truth)
        self._due: list[tuple[int, str]] = []
        self._next: dict[str, int] = {}
        self._seen: object = None
        self.is_stalled = False
        self._is_late = False
        """Whether hours were edited while nobody followed the log: what is due stands as before."""

    def before(self, event: Event) -> Iterator[Finding]:
        """Yield what an event shows, as things stood before it."""
        life = self._lives.open(getattr(event, "item_id", ""))
        if isinstance(event, Fired) and is_of_deadline(event.name):
            yield from self._fired(event, event.name, event.step, life)
        elif isinstance(event, Decision) and (step := event.head.escalates):
            yield from self._fired(event, step.name, step.step, life)
            if life:
                yield from _escalated(event, life, self._truth)

    def behind(self, event: Event, life: PlainLife | None) -> Iterator[Finding]:
        """Yield what an event stopped, and look anew at when what is left is due."""
        if isinstance(event, WorkforceChanged) and self._seen != self._truth.hours:
            self._seen, self._is_late = self._truth.hours, self.is_stalled
            for lives in self._lives.of.values():
                self._look(lives[-1])
        if life:
            yield from self._stopped(event, life)
            self._look(life)

    def overdue(self, now_ms: int) -> Iterator[Finding]:
        """Yield of each step that was due by now whether it was done, or superseded."""
        self._is_late = False
        while self._due and self._due[0][0] <= now_ms:
            due_ms, item_id = heappop(self._due)
            life = self._lives.open(item_id)
            if life is None or self._next.get(item_id) != due_ms:
                continue
            left = [due for due in dues(life) if self._next_of(due, life) == due_ms]
            was_paused = any(pause.since_ms < now_ms for pause in life.pauses)
            never_rests = was_paused and not any(due.deadline.pauses for due in left)
            names = [due.names[0] for due in left]
            what = f"{item_id}: {names} were due at {due_ms}, it is {now_ms}"
            yield Finding(Promise.PAUSED if never_rests else Promise.STEPS, False, what)

    def _look(self, life: PlainLife) -> None:
        """Reckon when the next step of an open life is due."""
        if life.closed:
            return
        due_ms = min((self._next_of(due, life) for due in dues(life)), default=inf)
        if due_ms < inf:
            self._next[life.item_id] = int(due_ms)
            heappush(self._due, (int(due_ms), life.item_id))
        else:
            self._next.pop(life.item_id, None)

    def _next_of(self, due: PlainDue, life: PlainLife) -> float:
        """Return when the next step of a deadline is to be done; it is over, or there is none: never."""
        if due.end:
            return inf
        tell, give = (life.steps.get(name, []) for name in due.names)
        told, given = (max((step for step, _ in done), default=0) for done in (tell, give))
        kinds, times, number = [kind for kind, _ in due.deadline.steps], self._hours.steps(due, life), 0
        for place, at_ms in enumerate(times):
            number = kinds[: place + 1].count(kinds[place])
            if kinds[place] == TELL and number > told:
                return at_ms
            if kinds[place] == GIVE and number == given + 1 and life.owner:
                return max(at_ms, _rested_ms(due, life))
        return inf

    def _fired(self, event: Event, name: str, step: int, life: PlainLife | None) -> Iterator[Finding]:
        what = f"event {event.number}: {name} {step}"
        due = next((due for due in dues(life) if name in due.names), None) if life else None
        if life is None or due is None:
            yield Finding(Promise.STEPS, False, f"{what} of what is closed, or nothing")
            return
        stopped = due.end is not None
        yield Finding(Promise.STOPPED, not stopped, f"{what} behind {due.end}", decided=False)
        done = max((step for step, _ in life.steps.get(name, [])), default=0)
        kind = TELL if tells(name) else GIVE
        own = [place for place, (each, _) in enumerate(due.deadline.steps) if each == kind]
        in_order = done < step <= len(own)
        yield Finding(Promise.STEPS, in_order, f"{what} behind {done}", decided=step > 1)
        if not stopped and in_order and not self._is_late:
            yield from self._in_time(event, due, life, own[step - 1], what)

    def _in_time(self, event: Event, due: PlainDue, life: PlainLife, place: int, what: str) -> Iterator[Finding]:
        """Yield whether a step came when it was due, or later, where the one behind it was not due by then."""
        at_ms, times = event.at_ms, self._hours.steps(due, life)
        if due.deadline.steps[place][0] == GIVE:
            rested_ms = _rested_ms(due, life)
            yield Finding(
                Promise.STEPS, rested_ms <= at_ms, f"{what}: it rests until {rested_ms}, it is {at_ms}", False
            )
        without_rest = self._hours.steps(due, life, rests=False)[place]
        promise = Promise.PAUSED if without_rest <= at_ms < times[place] else Promise.STEPS
        yield Finding(promise, times[place] <= at_ms, f"{what} was due at {times[place]}, it is {at_ms}")
        paused = any(pause.since_ms < at_ms for pause in life.pauses)
        yield Finding(Promise.PAUSED, not (paused and promise is Promise.PAUSED), what, decided=paused)
        kinds = [kind for kind, _ in due.deadline.steps]
        following = times[place + 1] if kinds[place : place + 2] == [TELL, TELL] else inf
        yield Finding(Promise.STEPS, following > at_ms, f"{what}: the one behind was due at {following}", False)

    def _stopped(self, event: Event, life: PlainLife) -> Iterator[Finding]:
        """Yield what an event ended of which steps were to come."""
        for due in dues(life):
            done = sum(len(life.steps.get(name, [])) for name in due.names)
            if due.end and due.end.place.event == event.number and done < len(due.deadline.steps):
                yield Finding(Promise.STOPPED, True, due.names[0])


def _rested_ms(due: PlainDue, life: PlainLife) -> int:
    """Return until when nobody takes a lead from who has just heard of it, or did something about it."""
    told = [at_ms for _, at_ms in life.steps.get(due.names[0], [])]
    done = [at_ms for at_ms, _ in (*life.attempts, *life.heard)]
    return max(told[-1:] + done, default=0) + REST_MS


def _escalated(decision: Decision, life: PlainLife, truth: Truth) -> Iterator[Finding]:
    """Yield whether a deadline gives a lead to somebody who has not had it in its stage, twice, and then to who is
    above, and has them keep it.
    """
    what = f"decision {decision.number} of {life.item_id}"
    entered_ms = life.stage.since.at_ms
    had = {spell.rep for spell in life.spells if spell.until_ms is None or spell.until_ms > entered_ms}
    fresh = decision.outcome is not Outcome.ASSIGNED or decision.rep not in had
    yield Finding(Promise.ESCALATED, fresh, f"{what}: {decision.rep} had it", decided=len(had) > 1)
    times = sum(place.event > life.stage.since.event for place in life.moved) + 1
    is_above = decision.head.named in _above(life, truth)
    holds = times == MOST_MOVED + 1 and is_above if decision.head.named else times <= MOST_MOVED
    yield Finding(Promise.ESCALATED, holds, f"{what}: {times} times in {life.stage.stage}, to {decision.rep}")


def _above(life: PlainLife, truth: Truth) -> set[str]:
    """Return who is above the owner of a lead, and above them, and who leads its pool."""
    reps, spell = truth.records.reps, life.spells[-1]
    pool = truth.records.pools.get(spell.pool)
    above, ahead = set[str](), [reps[spell.rep].manager if spell.rep in reps else "", *(pool.managers if pool else ())]
    while ahead:
        rep = ahead.pop()
        if rep in reps and rep not in above:
            above.add(rep)
            ahead.append(reps[rep].manager)
    return above
