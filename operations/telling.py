"""How an operation stands, in words: what the commands print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from google.longrunning.operations_pb2 import Operation
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.operations import metadata_of
from fairlead.v1 import models_pb2, routing_pb2, scoring_pb2
from fairlead.v1.operations_pb2 import OperationMetadata
from fairlead.wording import counted


def state_told(about: OperationMetadata) -> str:
    """Say where an operation is, e.g. ``given up``."""
    return OperationMetadata.State.Name(about.state).removeprefix("STATE_").lower().replace("_", " ")


def summary(operation: Operation) -> str:
    """Say how far an operation is, what it made, or why it failed."""
    about = metadata_of(operation)
    if operation.WhichOneof("result") == "error":
        return str(operation.error.message)
    for kind, told in _ANSWERS.items():
        answer = kind()
        if operation.response.Unpack(answer):
            return told(answer)
    return f"{about.stage} {_counts(about)}" if about.stage else about.fault


def facts_told(operation: Operation) -> list[str]:
    """Say all that is known of an operation, a line for each."""
    about = metadata_of(operation)
    by = f" by {about.actor}" if about.actor else ""
    facts = {
        "about": about.target,
        "asked": f"{_instant(about.create_time)}{by}",
        "done": _counts(about) if about.total_count else "",
        "tries": str(about.delivery_count),
        "fault": about.fault,
        "again": _instant(about.retry_time) if about.HasField("retry_time") else "",
        "ended": _instant(about.end_time) if about.HasField("end_time") else "",
    }
    first = ": ".join(filter(None, (state_told(about), summary(operation))))
    return [first, *(f"  {name:<6} {fact}" for name, fact in facts.items() if fact)]


def asked_time(about: OperationMetadata) -> str:
    """Say when an operation was asked for, in UTC."""
    return str(about.create_time.ToDatetime().isoformat(" ", "seconds"))


def _counts(about: OperationMetadata) -> str:
    return f"{about.done_count:,} of {about.total_count:,}"


def _instant(instant: Timestamp) -> str:
    return f"{instant.ToDatetime().isoformat(' ', 'seconds')} UTC"


def _reassigned(answer: routing_pb2.BatchReassignWorkItemsResponse) -> str:
    offered = f"{answer.offered_count:,} offered, " if answer.offered_count else ""
    moved, stay, refused = answer.reassigned_count, answer.stayed_count, answer.refused_count
    return f"{moved:,} reassigned, {offered}{stay:,} stay, {refused:,} refused"


def _rescored(answer: scoring_pb2.RescoreCustomersResponse) -> str:
    where = f"{counted(answer.file_count, 'file')} in {answer.out_path}, by {answer.model_version}"
    at_risk = f"; {answer.at_risk_count:,} at risk, from {answer.at_risk_threshold:.1%} on"
    return f"{counted(answer.customer_count, 'customer')} in {where}{at_risk if answer.at_risk_threshold else ''}"


_ANSWERS: Mapping[type[Any], Callable[[Any], str]] = {
    routing_pb2.ImportWorkItemsResponse: (
        lambda answer: f"{answer.imported_count:,} imported, {len(answer.refused):,} refused"
    ),
    routing_pb2.BatchReassignWorkItemsResponse: _reassigned,
    models_pb2.Model: lambda answer: f"made {answer.name}",
    scoring_pb2.RescoreCustomersResponse: _rescored,
}
