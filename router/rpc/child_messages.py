"""Entries of a timeline about the children of its work item."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from router.assignment.children import ChildStanding
from router.model.decision import Decision, Outcome
from router.model.events import Completed
from router.model.workitem import State
from router.rpc.messages import STATES

_OPENED = {
    Outcome.ASSIGNED: State.ASSIGNED,
    Outcome.OFFERED: State.OFFERED,
    Outcome.WAITING: State.QUEUED,
    Outcome.UNROUTED: State.UNROUTED,
}
"""Where a child stands by the decision that opened it."""


def child_entry(tenant: str, event: Decision | Completed, child: ChildStanding) -> routing.TimelineEntry:
    """Write that a child was opened, or closed; ``child`` is where it stands now."""
    stage = child.record.stage if child.record else None
    state = event.state if isinstance(event, Completed) else _OPENED[event.outcome]
    rep = event.rep if state is not State.OFFERED else ""
    entry = routing.TimelineEntry(id=str(event.number), time=fields.timestamp(event.at_ms * 1000))
    entry.child.work_item = f"tenants/{tenant}/workItems/{event.item_id}"
    entry.child.stage = stage.stage if stage else ""
    entry.child.entry = child.planned.task.id
    entry.child.state = STATES[state]
    entry.child.owner = f"tenants/{tenant}/reps/{rep}" if rep else ""
    if isinstance(event, Completed):
        entry.actor, entry.withdrawn = event.actor, event.withdrawn is not None
    return entry
