"""Between messages and values: activities, next dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import activities_pb2 as activities
from gateway.fields import instant, text, timestamp
from router.activities.agenda import FollowUp
from router.model.activities import Activity, ActivityEvidence, ActivityKind, Direction
from router.model.errors import InvalidInput
from router.model.events import ActivityRecorded

MAX_OUTCOME = 128
MAX_NOTE = 4000
MAX_STEP = 512
MAX_EXTERNAL_ID = 256
MAX_DURATION_MS = 24 * 3600 * 1000
_LINES = str.maketrans("\n\r\t", "   ")

_Value = TypeVar("_Value", ActivityKind, Direction)
_KINDS = {number: ActivityKind(name[5:]) for name, number in activities.Activity.Kind.items() if number}
_DIRECTIONS = {number: Direction(name[10:]) for name, number in activities.Activity.Direction.items() if number}
_EVIDENCE: dict[ActivityEvidence, Any] = {
    each: activities.Activity.Evidence.Value(f"EVIDENCE_{each}") for each in ActivityEvidence
}


def activity_of(message: activities.Activity, rep: str) -> Activity:
    """Read an activity; its output-only fields are ignored. ``rep`` is the id of who acted.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    if not message.ListFields():
        raise InvalidInput.of("activity", "is missing")
    kind = _value(_KINDS, activities.Activity.Kind.keys(), message.kind, "activity.kind")
    is_note = kind is ActivityKind.NOTE and not message.direction
    directions = activities.Activity.Direction.keys()
    direction = (
        Direction.INTERNAL if is_note else _value(_DIRECTIONS, directions, message.direction, "activity.direction")
    )
    occur_ms = _instant_ms(message, "occur_time")
    next_ms = _instant_ms(message, "next_time")
    if message.next_step and not next_ms:
        raise InvalidInput.of("activity.next_step", "only with activity.next_time, which says when")
    if next_ms and next_ms <= occur_ms:
        written = message.next_time.ToJsonString()
        raise InvalidInput.of("activity.next_time", f"{written}: must be later than activity.occur_time")
    text(message.note.translate(_LINES), MAX_NOTE, "activity.note")
    return Activity(
        kind,
        direction,
        rep,
        occur_ms,
        _duration_ms(message.duration),
        text(message.outcome, MAX_OUTCOME, "activity.outcome"),
        message.note,
        next_ms,
        text(message.next_step, MAX_STEP, "activity.next_step"),
        text(message.external_id, MAX_EXTERNAL_ID, "activity.external_id"),
    )


def _value(values: Mapping[int, _Value], names: list[str], number: int, field: str) -> _Value:
    if number not in values:
        raise InvalidInput.of(field, f"{number}: must be one of {', '.join(names[1:])}")
    return values[number]


def _instant_ms(message: activities.Activity, name: str) -> int:
    """Read an instant in milliseconds since 1970; 0 where there is none."""
    if not message.HasField(name):
        return 0
    stamp: Timestamp = getattr(message, name)
    instant(stamp, f"activity.{name}")
    at_ms = stamp.seconds * 1000 + stamp.nanos // 1_000_000
    if at_ms <= 0:
        raise InvalidInput.of(f"activity.{name}", f"{stamp.ToJsonString()}: must be later than 1970-01-01T00:00:00Z")
    return at_ms


def _duration_ms(duration: Duration) -> int:
    length_ms = duration.seconds * 1000 + duration.nanos // 1_000_000
    if not 0 <= length_ms <= MAX_DURATION_MS:
        raise InvalidInput.of("activity.duration", f"{duration.seconds} s: must be 0 to 86400 s")
    return length_ms


def activity_message(tenant: str, recorded: ActivityRecorded) -> activities.Activity:
    """Write an activity."""
    activity, item = recorded.activity, f"tenants/{tenant}/workItems/{recorded.item_id}"
    message = activities.Activity(
        name=f"{item}/activities/{recorded.number}" if recorded.number else "",
        rep=f"tenants/{tenant}/reps/{activity.rep}" if activity.rep else "",
        kind=f"KIND_{activity.kind}",
        direction=f"DIRECTION_{activity.direction}",
        outcome=activity.outcome,
        note=activity.note,
        occur_time=timestamp(activity.occur_ms * 1000),
        next_step=activity.next_step,
        external_id=activity.external_id,
        evidence=[_EVIDENCE[each] for each in recorded.evidence],
        record_time=timestamp(recorded.at_ms * 1000),
        actor=recorded.actor,
        erased=recorded.erased,
    )
    if activity.duration_ms:
        message.duration.FromMilliseconds(activity.duration_ms)
    if activity.next_ms:
        message.next_time.CopyFrom(timestamp(activity.next_ms * 1000))
    return message


def next_date_message(tenant: str, follow_up: FollowUp, now_ms: int) -> activities.NextDate:
    """Write a next date, without words."""
    date, item = follow_up.record.next_date, f"tenants/{tenant}/workItems/{follow_up.record.item_id}"
    assert date is not None
    is_past = date.at_ms < now_ms
    message = activities.NextDate(
        work_item=item,
        activity=f"{item}/activities/{date.event}",
        next_time=timestamp(date.at_ms * 1000),
        next_step=follow_up.next_step,
        status=activities.NextDate.STATUS_OVERDUE if is_past else activities.NextDate.STATUS_DUE,
    )
    if follow_up.reminded:
        message.reminders = follow_up.reminded.step
        message.reminder_time.CopyFrom(timestamp(follow_up.reminded.at_ms * 1000))
    return message
