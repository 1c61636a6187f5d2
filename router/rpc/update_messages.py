"""Writing what an update changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.struct_pb2 import Value

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import workforce_pb2 as workforce
from router.assignment.content import ATTRIBUTES, PRIORITY, STAGE, VALUE
from router.model.events import Updated
from router.model.workitem import WorkItem
from router.rpc.fields import struct


def update_message(updated: Updated) -> decisions.WorkItemUpdate:
    """Write what an update changed."""
    return decisions.WorkItemUpdate(
        fields=_changes(updated),
        erased=updated.erased,
        decided=updated.is_decided,
        actor=updated.actor,
        stage=updated.entered.stage if updated.entered else "",
        note=updated.head.note,
        deadline=updated.head.escalates.name.rpartition("/")[2] if updated.head.escalates else "",
    )


def _changes(updated: Updated) -> Iterator[workforce.FieldChange]:
    before, after = _values(updated.before), _values(updated.head.item)
    for field in updated.changed:
        if field == STAGE:
            continue  # it is told apart
        yield workforce.FieldChange(field=field, before=before.get(field), after=after.get(field))


def _values(item: WorkItem) -> Mapping[str, Value]:
    values: dict[str, Any] = {f"{ATTRIBUTES}.{name}": value for name, value in item.attributes.items()}
    values |= {VALUE: item.value, PRIORITY: item.priority}
    return dict(struct(values).fields)
