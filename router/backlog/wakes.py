"""What waits is woken by time: at the first instant from which somebody could take it who cannot now. Pure.

A wake gives a work item a chance and no more: if nobody took it, the next one is at the next such instant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from router.model.decision import Decision
from router.model.events import WAKE
from router.model.records import ItemRecord
from router.model.workitem import State
from router.timers.ports import Present
from router.timers.timer import STATES, Timer

Lifts = Callable[[Present, Decision, int, Sequence[str]], int | None]
"""Says from when on somebody could take what waits by a decision who cannot at an instant, both in milliseconds since
1970, and after some refused an offer of it; None: nobody comes on duty, no cap lifts, and no round begins by time.
"""
EverLifts = Callable[[Present], bool]
"""Says whether there is such an instant for anything at all."""


class Wakes:
    """``router.timers.ports.Schedule`` of what waits.

    Parameters
    ----------
    lifts
        Says when a work item could be taken.
    ever_lifts
        Says whether any ever could.
    """

    def __init__(self, lifts: Lifts, ever_lifts: EverLifts) -> None:
        self._lifts = lifts
        self.may_fall_due = ever_lifts

    @property
    def state(self) -> State:
        """What waits."""
        return STATES[WAKE]

    def concerns(self, record: ItemRecord, _: Present) -> bool:
        """Say whether it waits."""
        return record.state is self.state

    def due(self, present: Present, record: ItemRecord, decision: Decision) -> Timer | None:
        """Return the next wake: behind the last one that fired, or else behind the decision that it waits."""
        fired = record.fired_step(WAKE, record.decision)
        step, since_ms = (fired.step, fired.at_ms) if fired else (0, decision.at_ms)
        due_ms = self._lifts(present, decision, since_ms, record.refused)
        return None if due_ms is None else Timer(record.item_id, WAKE, record.decision, step + 1, due_ms)
