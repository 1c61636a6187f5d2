"""What is printed of an operation."""

from __future__ import annotations

from datetime import UTC, datetime

from google.longrunning.operations_pb2 import Operation
from google.protobuf.message import Message

from fairlead.v1 import models_pb2
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1.operations_pb2 import OperationMetadata
from operations.telling import facts_told, summary

ASKED = datetime(2031, 4, 28, 1, tzinfo=UTC)


def operation(response: Message | None = None, **about: object) -> Operation:
    metadata = OperationMetadata(target="tenants/t", create_time=ASKED, **about)  # type: ignore[arg-type]
    made = Operation(name="tenants/t/operations/reassign-1", done=response is not None)
    made.metadata.Pack(metadata)
    if response is not None:
        made.response.Pack(response)
    return made


def test_what_an_operation_made_is_told_in_a_line() -> None:
    moved = routing.BatchReassignWorkItemsResponse(reassigned_count=1200, stayed_count=2, refused_count=3)
    offered = routing.BatchReassignWorkItemsResponse(reassigned_count=5, offered_count=4)

    assert summary(operation(moved)) == "1,200 reassigned, 2 stay, 3 refused"
    assert summary(operation(offered)) == "5 reassigned, 4 offered, 0 stay, 0 refused"
    assert summary(operation(models_pb2.Model(name="models/m/versions/v"))) == "made models/m/versions/v"
    assert summary(operation(stage="import", done_count=64, total_count=50_000)) == "import 64 of 50,000"


def test_one_is_shown_with_its_counts_and_times_in_words() -> None:
    running = operation(
        state=OperationMetadata.STATE_RUNNING, stage="import", done_count=64, total_count=50_000, delivery_count=1,
        actor="mo",
    )  # fmt: skip
    ended = operation(
        routing.ImportWorkItemsResponse(imported_count=3), state=OperationMetadata.STATE_ENDED, end_time=ASKED,
        delivery_count=2,
    )  # fmt: skip

    assert facts_told(running) == [
        "running: import 64 of 50,000",
        "  about  tenants/t",
        "  asked  2031-04-28 01:00:00 UTC by mo",
        "  done   64 of 50,000",
        "  tries  1",
    ]
    assert facts_told(ended) == [
        "ended: 3 imported, 0 refused",
        "  about  tenants/t",
        "  asked  2031-04-28 01:00:00 UTC",
        "  tries  2",
        "  ended  2031-04-28 01:00:00 UTC",
    ]
