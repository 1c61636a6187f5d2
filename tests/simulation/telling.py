"""Whom steps of deadlines, lists and changes of owner tell, held to who is there by the clocks on the wall.

What is followed again tells again; as in a service, what was told is told no more by the number of its event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from router.deadlines.notices import Notice
from router.model.decision import Cause, Decision, Outcome
from router.model.events import Digested, Event, Fired, OfferAnswered
from tests.simulation.lives import Lives
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth

OWNER, MANAGER, POOL = "owner", "manager", "pool managers"
STEPS = {
    "resolution": (OWNER, MANAGER), "legal": (POOL,), "first-response": (OWNER, MANAGER), "update": (OWNER,) * 3,
    "done": (OWNER, MANAGER), "solution": (OWNER, MANAGER),
}  # fmt: skip
"""By deadline: whom each step tells that gives the work item to nobody."""
_GIVEN = frozenset({Cause.REASSIGNED, Cause.OVERRIDE, Cause.UPDATED, Cause.COVERED, Cause.COVER_ENDED, Cause.ESCALATED})


class Heard:
    """``router.deadlines.telling.Telling``: keeps what was told until somebody takes it."""

    def __init__(self) -> None:
        self._last = 0
        self._notices: list[Notice] = []

    async def tell(self, _: str, notice: Notice) -> None:
        """Take down what is told, unless that or what comes behind it was told before."""
        if notice.event > self._last:
            self._last = notice.event
            self._notices.append(notice)

    def take(self) -> list[Notice]:
        """Return what was told since the last time."""
        notices, self._notices = self._notices, []
        return notices


class Telling:
    """Follows the log beside the code that tells people.

    Parameters
    ----------
    truth
        Says who is on leave, and who is above whom.
    lives
        What happened; they are to take in an event behind this.
    """

    def __init__(self, truth: Truth, lives: Lives) -> None:
        self._truth = truth
        self._lives = lives
        self._expected: dict[int, frozenset[str]] = {}

    def before(self, event: Event) -> None:
        """Reckon whom an event tells, as things stood before it."""
        told = self._told(event)
        if told is not None:
            self._expected[event.number] = frozenset(told)

    def heard(self, notices: Iterable[Notice]) -> Iterator[Finding]:
        """Yield of what was told whether those heard of it who were to, and nobody else."""
        for notice in notices:
            expected = self._expected.pop(notice.event, None)
            if expected is not None:
                told = notice.recipients.told
                holds = len(told) == len(expected) and expected == set(told)
                what = f"event {notice.event} told {told}, and was for {sorted(expected)}"
                yield Finding(Promise.TOLD, holds, what, decided=bool(expected))

    def untold(self) -> Iterator[Finding]:
        """Yield what nobody was told of by now, where the log is followed."""
        for event, expected in self._expected.items():
            if expected:
                yield Finding(Promise.TOLD, False, f"event {event} was for {sorted(expected)}, and told nobody")
        self._expected.clear()

    def _told(self, event: Event) -> set[str] | None:
        """Return whom an event tells; None: that is not reckoned here."""
        match event:
            case Fired(name=name) if name.startswith("due/"):
                return self._of_step(event, name.split("/")[-1])
            case Digested(made=made) if made.total:
                return self._there([made.rep], "", event.at_ms)
            case Decision():
                return self._of_gift(event)
            case OfferAnswered(set_away=True):
                return {event.rep}
        return None

    def _of_step(self, fired: Fired, deadline: str) -> set[str] | None:
        life, steps = self._lives.open(fired.item_id), STEPS.get(deadline)
        if life is None or steps is None or fired.step > len(steps):
            return None
        owner, pool = life.owner, life.spells[-1].pool
        leads = self._leads(pool)
        if steps[fired.step - 1] == POOL:
            return self._there(leads, pool, fired.at_ms)
        named = [owner] if owner and steps[fired.step - 1] == OWNER else self._above(owner) or leads
        return self._there(named or leads, pool, fired.at_ms)

    def _of_gift(self, decision: Decision) -> set[str] | None:
        given_to = decision.rep if decision.outcome is Outcome.ASSIGNED else ""
        before, cause, pool, at_ms = decision.freed, decision.head.cause, decision.pool, decision.at_ms
        if cause not in _GIVEN or before == given_to:
            return None
        told = self._there([given_to], pool, at_ms)
        told |= {before} if self._is_there(before, at_ms) else set()
        if cause is Cause.ESCALATED:
            told |= self._there(self._above(before) or self._leads(pool), pool, at_ms)
        return told

    def _above(self, rep: str) -> list[str]:
        reps = self._truth.records.reps
        return [reps[rep].manager] if rep in reps and reps[rep].manager else []

    def _leads(self, pool: str) -> list[str]:
        pools = self._truth.records.pools
        return list(pools[pool].managers) if pool in pools else []

    def _there(self, named: Iterable[str], pool: str, at_ms: int) -> set[str]:
        """Return for each who is named the first of their line who is there, or else who is on leave."""
        told, reps = set[str](), self._truth.records.reps
        for rep in named:
            line = self._line(rep, pool) if rep in reps else []
            active = [each for each in line if reps[each].active]
            told.update(([each for each in active if self._is_there(each, at_ms)] or active)[:1])
        return told

    def _line(self, rep: str, pool: str) -> list[str]:
        """Return a rep, all above them, and each who leads the pool with all above those, nobody twice."""
        line, reps = list[str](), self._truth.records.reps
        for first in [rep, *self._leads(pool)]:
            each = first
            while each in reps and each not in line:
                line.append(each)
                each = reps[each].manager
        return line

    def _is_there(self, rep: str, at_ms: int) -> bool:
        record = self._truth.records.reps.get(rep)
        return record is not None and record.active and not self._truth.is_on_leave(rep, at_ms)
