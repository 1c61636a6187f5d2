"""``router.activities.ports.Activities`` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from router.activities.ports import ActivityCommand, InFuture, KnownActivity, NotAhead, TooFar
from router.assignment.commands import Refusal
from router.model.activities import NextChange
from router.model.errors import NotFound
from router.model.events import ActivityRecorded
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES
from tests.twins.tenants import Tenant, Tenants, opened_in


class MemoryActivities(Tenants):
    """Activities, with what follows from them."""

    async def record(
        self, tenant: str, command: ActivityCommand, *, preview: bool = False
    ) -> ActivityRecorded | KnownActivity | InFuture | NotAhead | TooFar | Refusal:
        """Record an activity; see ``router.activities.ports.Activities``."""
        state = self._tenants[tenant]
        repeated = state.requests.get(command.request_id) if command.request_id else None
        if repeated is not None:
            return _repeated(state, command, repeated)
        record = state.projection.items.get(command.item_id)
        if record is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{command.item_id}")
        known = state.activities.get((command.item_id, command.key)) if command.key else None
        if known is not None:
            event = state.events[known - 1]
            assert isinstance(event, ActivityRecorded)
            return KnownActivity(opened_in(state, event))
        if record.version != command.expected:
            return Refusal.CONFLICT
        if command.is_named and ("rep", command.activity.rep) not in state.records:
            raise NotFound("rep", f"tenants/{tenant}/reps/{command.activity.rep}")
        if command.activity.next_ms and record.state in CLOSED_STATES:
            return Refusal.CLOSED
        now_ms = self._time_of(state)
        if command.activity.occur_ms > now_ms:
            return InFuture(now_ms)
        if 0 < command.activity.next_ms <= now_ms:
            return NotAhead(now_ms)
        if command.activity.next_ms > now_ms + command.ahead_ms:
            return TooFar(now_ms)
        recorded = _recorded(state, record, command, now_ms)
        if preview:
            return opened_in(state, replace(recorded, number=0), command.openings)
        return _entered(state, command, recorded)

    async def recorded(self, tenant: str, numbers: Sequence[int]) -> list[ActivityRecorded]:
        """Return the activities of these events."""
        state = self._tenants[tenant]
        found = [opened_in(state, state.events[number - 1]) for number in numbers]
        return [event for event in found if isinstance(event, ActivityRecorded)]


def _repeated(state: Tenant, command: ActivityCommand, repeated: tuple[str, object]) -> ActivityRecorded | Refusal:
    fingerprint, event = repeated
    if fingerprint != command.fingerprint or not isinstance(event, ActivityRecorded):
        return Refusal.REQUEST_ID_REUSED
    return opened_in(state, event)


def _recorded(state: Tenant, record: ItemRecord, command: ActivityCommand, now_ms: int) -> ActivityRecorded:
    recorded = ActivityRecorded(
        number=len(state.events) + 1,
        item_id=record.item_id,
        kind=record.kind,
        rep=record.owner,
        pool=record.pool,
        previous=record.event,
        activity=command.activity._replace(occur_ms=command.activity.occur_ms or now_ms),
        evidence=command.evidence,
        is_first_attempt=False,
        next_change=NextChange.NONE,
        at_ms=now_ms,
        actor=command.actor,
    )
    return replace(
        recorded,
        is_first_attempt=state.projection.is_first_attempt(recorded),
        next_change=state.projection.next_change(recorded, ends=command.ends),
    )


def _entered(state: Tenant, command: ActivityCommand, recorded: ActivityRecorded) -> ActivityRecorded:
    state.events.append(recorded)
    state.openings[recorded.item_id].update(command.openings)
    if command.openings and command.customer:
        state.projection.customers.keep_sealed(command.customer, recorded.item_id)
    state.projection.enter_activity(recorded)
    if command.key:
        state.activities[recorded.item_id, command.key] = recorded.number
    if command.request_id:
        state.requests[command.request_id] = (command.fingerprint, recorded)
    return opened_in(state, recorded)
