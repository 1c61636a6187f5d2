"""What is hidden in messages."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from gateway.grpc.masking import HIDDEN, hide


def test_an_external_id_that_is_personal_is_hidden_wherever_a_work_item_shows() -> None:
    listed = routing.ListWorkItemsResponse(work_items=[routing.WorkItem(name="~a1", external_id="139 0000 0000")])

    hide(listed, {"external_id"})

    assert [item.external_id for item in listed.work_items] == [HIDDEN]
