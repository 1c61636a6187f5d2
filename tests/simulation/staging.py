"""Which stages leads enter: such as may follow, with what they require, approved by somebody else where that is asked
for; and what they open with that, each once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from router.model.decision import Cause, Decision
from router.model.events import Completed, Event, Note, Noted, Updated
from router.model.workforce import Pool
from tests.simulation.lives import Lives, PlainAsk, PlainLife
from tests.simulation.process import ASKS, FOLLOWS, LEAST_APPROVED, OPENED, OPENER, OPERATOR, ORDER, REQUIRED
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth


class Staging:
    """Follows the log beside the code that has leads enter stages.

    Parameters
    ----------
    truth
        Says who is above whom.
    lives
        What happened; they are to take in an event behind this.
    """

    def __init__(self, truth: Truth, lives: Lives) -> None:
        self._truth = truth
        self._lives = lives
        self._opened: dict[tuple[str, int], list[str]] = {}
        """By parent and event that entered the stage: its children."""
        self._unopened: set[tuple[str, int]] = set()

    def before(self, event: Event) -> Iterator[Finding]:
        """Yield what an event shows, as things stood before it."""
        match event:
            case Updated(entered=entered) if entered and (life := self._lives.open(event.item_id)):
                yield from self._entered(event, entered.stage, life)
            case Noted(note=Note.APPROVED | Note.REJECTED) if life := self._lives.open(event.item_id):
                yield from self._answered(event, life)
            case Decision() if event.head.cause is Cause.OPENED:
                yield from self._child(event)
            case Completed():
                self._unopened -= {place for place in self._unopened if place[0] == event.item_id}

    def missing(self) -> Iterator[Finding]:
        """Yield what was to be opened and is not there."""
        for parent, number in self._unopened:
            yield Finding(Promise.CHILD, False, f"{parent}: nothing was opened by event {number}")

    def is_blocked(self, life: PlainLife) -> bool:
        """Say whether a child is open that its parent waits for."""
        children = self._opened.get((life.item_id, life.stage.since.event), [])
        return life.stage.stage == OPENER and any(self._lives.open(child) for child in children)

    def _entered(self, event: Updated, stage: str, life: PlainLife) -> Iterator[Finding]:
        what, before = f"event {event.number}: {event.item_id} enters {stage}", life.stage.stage
        yield Finding(Promise.STAGE, stage in FOLLOWS.get(before, ()), f"{what} behind {before}")
        attributes = event.head.item.attributes
        lacking = [name for name in REQUIRED.get(stage, ()) if attributes.get(name) is None]
        yield Finding(Promise.STAGE, not lacking, f"{what} without {lacking}", decided=stage in REQUIRED)
        goes_on = before == OPENER and ORDER.index(stage) > ORDER.index(OPENER)
        yield Finding(Promise.CHILD, not (goes_on and self.is_blocked(life)), f"{what}: its child is open", goes_on)
        if stage == OPENER:
            self._unopened.add((event.item_id, event.number))
        if wants_approval(stage, attributes):
            ask = life.asks[-1] if life.asks and life.asks[-1].over is None else None
            approved = ask is not None and ask.stage == stage and ask.is_approved
            yield Finding(Promise.APPROVED, approved, f"{what}: nobody approved that")

    def _answered(self, event: Noted, life: PlainLife) -> Iterator[Finding]:
        ask, what = (life.asks[-1] if life.asks else None), f"event {event.number}: {event.subject} answers"
        fits = ask is not None and ask.since.event == event.value and ask.answered is None and ask.over is None
        yield Finding(Promise.APPROVED, fits, f"{what} {event.value}, which is not asked, or was answered")
        if ask:
            may = self._may(event.subject, ask, life)
            yield Finding(Promise.APPROVED, may, f"{what} what is not theirs: {ask}, of {life.owner}")
            own = event.note is Note.APPROVED and event.actor == ask.actor != OPERATOR
            yield Finding(Promise.APPROVED, not own, f"{what} what {ask.actor} asked", decided=False)

    def _may(self, rep: str, ask: PlainAsk, life: PlainLife) -> bool:
        """Say whether a rep is above the owner, or leads the pool, and it is not their own."""
        reps, pool = self._truth.records.reps, self._truth.records.pools.get(life.spells[-1].pool)
        above, each = set[str](), life.owner
        leaders = set(pool.managers) if isinstance(pool, Pool) else set[str]()
        for first in {each, *leaders}:
            each = first
            while each in reps and each not in above:
                above |= {each}
                each = reps[each].manager
        return rep in above and rep not in (life.owner, ask.rep) and reps[rep].active

    def _child(self, decision: Decision) -> Iterator[Finding]:
        opened_by = decision.head.item.opened_by
        if opened_by is None:
            yield Finding(Promise.CHILD, False, f"decision {decision.number}: {decision.item_id} is opened by nothing")
            return
        if opened_by.entry != OPENED:
            return  # an answer of a customer does
        place = opened_by.parent, opened_by.event
        children = self._opened.setdefault(place, [])
        what = f"decision {decision.number}: {decision.item_id} of {place}"
        yield Finding(Promise.CHILD, place in self._unopened and not children, what)
        children.append(decision.item_id)
        self._unopened.discard(place)


def wants_approval(stage: str, attributes: Any) -> bool:
    """Say whether somebody is to approve that a lead enters a stage."""
    return stage == ASKS and (attributes.get("discount") or 0) > LEAST_APPROVED
