"""An offer lapses: what falls due of it. Pure."""

from __future__ import annotations

from router.assignment.expiry import expires_ms
from router.model.decision import Decision
from router.model.events import LAPSE
from router.model.records import ItemRecord
from router.model.workitem import State
from router.timers.ports import Present
from router.timers.timer import STATES, Timer


class Lapses:
    """``router.timers.ports.Schedule`` of offers."""

    @property
    def state(self) -> State:
        """What is offered."""
        return STATES[LAPSE]

    def concerns(self, record: ItemRecord, _: Present) -> bool:
        """Say whether its offer ever lapses."""
        return record.offer is not None and record.offer.timeout_ms > 0

    def may_fall_due(self, present: Present) -> bool:
        """Say whether any pool lets offers lapse."""
        policies = [pool.dispatch for pool in present.planner.roster.pools.values()]
        return any(policy is not None and policy.timeout_ms > 0 for policy in policies)

    def due(self, present: Present, record: ItemRecord, _: Decision) -> Timer | None:
        """Return when the offer lapses; None: never."""
        assert record.offer is not None
        at_ms = expires_ms(present.planner.roster, record.offer)
        return Timer(record.item_id, LAPSE, record.offer.number, 1, at_ms) if at_ms else None
