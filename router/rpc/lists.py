"""What lists of decisions and of work items may be filtered by."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from gateway.calls.call import Call
from gateway.filters.fields import Field, Filter, FilterFields, instant, one_of, reference, text, texts
from router.assignment.planner import DEFAULT_RULE
from router.assignment.queries import StoredItem, Wanted
from router.model.decision import Cause, Decision, Outcome
from router.model.identity import normal_external_id, normal_name, normal_source
from router.model.workitem import Kind, State, WorkItem
from router.rpc.fields import milliseconds
from router.rpc.messages import pool_of

Record = TypeVar("Record")
_NS_PER_MS = 1_000_000
_OF_CLIENTS = frozenset({"source", "external_id"})
"""Fields that hold what a client wrote of a person, maybe; all others are names and words of the service's own."""


def applied_rule(decision: Decision) -> str:
    """Return the rule that a decision was made by."""
    return decision.head.matched_rules[0] if decision.head.matched_rules else DEFAULT_RULE


def _parent(item: WorkItem) -> str:
    """Return the work item that opened another; empty: it came from outside."""
    return normal_name(item.opened_by.parent) if item.opened_by else ""


DECISIONS = FilterFields[Decision](
    {
        "decide_time": Field(instant(), lambda decision: decision.at_ms * _NS_PER_MS),
        "rep": Field(reference("reps"), lambda decision: decision.rep),
        "pool": Field(reference("pools"), lambda decision: decision.pool),
        "rule": Field(text(), applied_rule),
        "matched_rules": Field(texts(), lambda decision: decision.head.matched_rules),
        "outcome": Field(one_of(Outcome, "OUTCOME_"), lambda decision: decision.outcome),
        "cause": Field(one_of(Cause, "CAUSE_"), lambda decision: decision.head.cause),
        "kind": Field(one_of(Kind, "KIND_"), lambda decision: decision.kind),
        "source": Field(text(normal_source), lambda decision: normal_source(decision.head.item.source)),
        "work_item": Field(reference("workItems", normal_name), lambda decision: normal_name(decision.item_id)),
        "actor": Field(text(), lambda decision: decision.head.actor),
    }
)
WORK_ITEMS = FilterFields[StoredItem](
    {
        "create_time": Field(instant(), lambda stored: stored.created_ms * _NS_PER_MS),
        "owner": Field(reference("reps"), lambda stored: stored.record.owner),
        "pool": Field(reference("pools"), lambda stored: pool_of(stored.record)),
        "state": Field(one_of(State, "STATE_"), lambda stored: stored.record.state),
        "kind": Field(one_of(Kind, "KIND_"), lambda stored: stored.record.kind),
        "source": Field(text(normal_source), lambda stored: normal_source(stored.item.source)),
        "external_id": Field(text(normal_external_id), lambda stored: normal_external_id(stored.item.external_id)),
        "process": Field(text(), lambda stored: stored.place.process.id if stored.place else ""),
        "stage": Field(text(), lambda stored: stored.place.stage.id if stored.place else ""),
        "parent": Field(reference("workItems", normal_name), lambda stored: _parent(stored.item)),
    }
)


async def read_filter(fields: FilterFields[Record], written: str, tenant: str, call: Call) -> Filter[Record]:
    """Read the filter of a list.

    Raises
    ------
    InvalidInput
        If it cannot be read.
    PermissionDenied
        If it compares what answers hide from the caller.
    """
    read = fields.read(written, tenant)
    await call.check_seen(read.fields & _OF_CLIENTS)
    return read


def wanted(read: Filter[Record], time_field: str, is_seen: Callable[[Record], bool] | None = None) -> Wanted[Record]:
    """Say what a filter keeps of what a caller sees, and of which time; ``is_seen`` None: they see all."""
    start, end = (edge if math.isinf(edge) else milliseconds(int(edge)) for edge in read.span(time_field))
    if is_seen is None:
        return Wanted(read.holds, start, end)
    return Wanted(lambda record: is_seen(record) and read.holds(record), start, end)
