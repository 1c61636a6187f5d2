"""Between messages and values: submissions and their queue."""

from __future__ import annotations

import binascii
from base64 import b64decode, urlsafe_b64encode
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import queue_pb2 as queue
from router.model.errors import InvalidInput
from router.rpc.fields import MAX_LAST_PART, shown
from router.submission.ports import QueueReport, Receipt, Stage, Submission
from store.durability import Durability

_STAGES = {number: Stage(name.removeprefix("STATE_")) for name, number in queue.Submission.State.items() if number}
_STAGE_NUMBERS: dict[Stage, Any] = {stage: number for number, stage in _STAGES.items()}
DURABILITIES: dict[Durability, Any] = {
    durability: decisions.Durability.Value(f"DURABILITY_{durability}") for durability in Durability
}


def receipt_message(tenant: str, receipt: Receipt, durability: Durability) -> queue.Submission:
    """Write the answer to a submission; without a time where nothing was taken in."""
    message = queue.Submission(
        work_item=f"tenants/{tenant}/workItems/{receipt.item_id}",
        state=_STAGE_NUMBERS[Stage.READY] if receipt.is_new else queue.Submission.STATE_UNSPECIFIED,
        durability=DURABILITIES[durability],
    )
    if receipt.submitted_us:
        message.submit_time.CopyFrom(_timestamp(receipt.submitted_us))
    return message


def submission_message(tenant: str, submission: Submission, durability: Durability) -> queue.Submission:
    """Write a submission as it stands."""
    message = queue.Submission(
        work_item=f"tenants/{tenant}/workItems/{submission.item_id}",
        state=_STAGE_NUMBERS[submission.stage],
        submit_time=_timestamp(submission.submitted_us),
        durability=DURABILITIES[durability],
        delivery_count=submission.deliveries,
        fault=submission.fault,
    )
    if submission.stage is Stage.DEAD:
        message.death_time.CopyFrom(_timestamp(submission.position))
    elif submission.stage is not Stage.READY:
        message.due_time.CopyFrom(_timestamp(submission.position))
    return message


def queue_message(tenant: str, report: QueueReport) -> queue.Queue:
    """Write what a queue holds and has done."""
    wait = Duration()
    wait.FromMicroseconds(round(report.next_wait_s * 1e6))
    counts = {f"{stage.lower()}_count": report.counts[stage] for stage in Stage}
    totals = {f"{name}_total": total for name, total in report.totals.items()}
    return queue.Queue(
        name=f"tenants/{tenant}/queue",
        next_wait_duration=wait,
        content_bytes=report.content_bytes,
        **counts,
        **totals,
    )


def stage_of(state: int) -> Stage:
    """Read a state.

    Raises
    ------
    InvalidInput
        If there is no such state.
    """
    stage = _STAGES.get(state)
    if stage is None:
        allowed = ", ".join(queue.Submission.State.keys()[1:])
        raise InvalidInput.of("state", f"{state}: must be one of {allowed}")
    return stage


def place_token(last: Submission | None) -> str:
    """Write where the next page begins: behind a submission; empty for none."""
    return urlsafe_b64encode(f"{last.position} {last.item_id}".encode()).decode() if last else ""


def place_of(token: str) -> tuple[int, str] | None:
    """Read where a page begins; None for the first one.

    Raises
    ------
    InvalidInput
        If this server never wrote it.
    """
    if not token:
        return None
    try:
        position, _, item_id = b64decode(token.encode(), b"-_", validate=True).decode().partition(" ")
    except (binascii.Error, ValueError):
        position, item_id = "", ""
    digits = position.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 16 and 0 < len(item_id) <= MAX_LAST_PART):
        raise InvalidInput.of("page_token", f"{shown(token)}: must be the next_page_token of an earlier page")
    return int(position), item_id


def _timestamp(microseconds: int) -> Timestamp:
    return Timestamp(seconds=microseconds // 1_000_000, nanos=microseconds % 1_000_000 * 1000)
