"""Between messages and values: submissions and their queue."""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import queue_pb2 as queue
from gateway.fields import MAX_LAST_PART, page_place, page_token, timestamp
from router.model.errors import InvalidInput
from router.rpc.messages import DURABILITIES
from router.submission.ports import Submission
from store.durability import Durability
from workqueue.jobs import JobState, Receipt, Stats

_PLACE = re.compile(rf"-?[0-9]{{1,16}} .{{1,{MAX_LAST_PART}}}", re.DOTALL)
_STATES = {number: JobState(name.removeprefix("STATE_")) for name, number in queue.Submission.State.items() if number}
_NUMBERS: dict[JobState, Any] = {state: number for number, state in _STATES.items()}


def receipt_message(tenant: str, receipt: Receipt, durability: Durability) -> queue.Submission:
    """Write the answer to a submission; without a time where nothing was taken in."""
    message = queue.Submission(
        work_item=f"tenants/{tenant}/workItems/{receipt.id}",
        state=_NUMBERS[JobState.READY] if receipt.is_new else queue.Submission.STATE_UNSPECIFIED,
        durability=DURABILITIES[durability],
    )
    if receipt.arrived_us:
        message.submit_time.CopyFrom(timestamp(receipt.arrived_us))
    return message


def submission_message(tenant: str, submission: Submission, durability: Durability) -> queue.Submission:
    """Write a submission as it stands."""
    message = queue.Submission(
        work_item=f"tenants/{tenant}/workItems/{submission.item_id}",
        state=_NUMBERS[submission.state],
        submit_time=timestamp(submission.submitted_us),
        durability=DURABILITIES[durability],
        delivery_count=submission.deliveries,
        fault=submission.fault,
    )
    if submission.state is JobState.DEAD:
        message.death_time.CopyFrom(timestamp(submission.position))
    elif submission.state is not JobState.READY:
        message.due_time.CopyFrom(timestamp(submission.position))
    return message


def queue_message(tenant: str, stats: Stats) -> queue.Queue:
    """Write what a queue holds and has done."""
    wait = Duration()
    wait.FromMicroseconds(round(stats.next_wait_s * 1e6))
    counts = {f"{state.lower()}_count": stats.counts[state] for state in _NUMBERS}
    totals = {f"{name}_total": total for name, total in stats.totals.items()}
    return queue.Queue(
        name=f"tenants/{tenant}/queue",
        next_wait_duration=wait,
        content_bytes=stats.bytes,
        **counts,
        **totals,
    )


def state_of(number: int) -> JobState:
    """Read a state.

    Raises
    ------
    InvalidInput
        If there is no such state.
    """
    state = _STATES.get(number)
    if state is None:
        allowed = ", ".join(queue.Submission.State.keys()[1:])
        raise InvalidInput.of("state", f"{number}: must be one of {allowed}")
    return state


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
