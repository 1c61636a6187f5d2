"""Between messages and values: submissions and their queue."""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import queue_pb2 as queue
from gateway.fields import MAX_LAST_PART, page_place, page_token, timestamp
from router.model.errors import InvalidInput
from router.rpc.messages import DURABILITIES
from router.submission.ports import QueueReport, Receipt, Stage, Submission
from store.durability import Durability

_PLACE = re.compile(rf"-?[0-9]{{1,16}} .{{1,{MAX_LAST_PART}}}", re.DOTALL)
_STAGES = {number: Stage(name.removeprefix("STATE_")) for name, number in queue.Submission.State.items() if number}
_STAGE_NUMBERS: dict[Stage, Any] = {stage: number for number, stage in _STAGES.items()}


def receipt_message(tenant: str, receipt: Receipt, durability: Durability) -> queue.Submission:
    """Write the answer to a submission; without a time where nothing was taken in."""
    message = queue.Submission(
        work_item=f"tenants/{tenant}/workItems/{receipt.item_id}",
        state=_STAGE_NUMBERS[Stage.READY] if receipt.is_new else queue.Submission.STATE_UNSPECIFIED,
        durability=DURABILITIES[durability],
    )
    if receipt.submitted_us:
        message.submit_time.CopyFrom(timestamp(receipt.submitted_us))
    return message


def submission_message(tenant: str, submission: Submission, durability: Durability) -> queue.Submission:
    """Write a submission as it stands."""
    message = queue.Submission(
        work_item=f"tenants/{tenant}/workItems/{submission.item_id}",
        state=_STAGE_NUMBERS[submission.stage],
        submit_time=timestamp(submission.submitted_us),
        durability=DURABILITIES[durability],
        delivery_count=submission.deliveries,
        fault=submission.fault,
    )
    if submission.stage is Stage.DEAD:
        message.death_time.CopyFrom(timestamp(submission.position))
    elif submission.stage is not Stage.READY:
        message.due_time.CopyFrom(timestamp(submission.position))
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
    return page_token(f"{last.position} {last.item_id}") if last else ""


def place_of(token: str) -> tuple[int, str] | None:
    """Read where a page begins; None for the first one.

    Raises
    ------
    InvalidInput
        If this server never wrote it.
    """
    position, _, item_id = page_place(token, _PLACE.fullmatch).partition(" ")
    return (int(position), item_id) if token else None
