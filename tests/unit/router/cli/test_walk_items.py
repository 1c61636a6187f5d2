"""What a walk calls its work items, and their children."""

from __future__ import annotations

from typing import Any

from fairlead.v1.routing_pb2 import WorkItem
from router.cli.walk_items import WalkItems


class Client:
    """Lists a ticket and what it opened."""

    def list_work_items(self) -> list[WorkItem]:
        opened = (("~1", "pay"), ("~2", "pay"), ("~3", "call"))
        return [
            WorkItem(name="t/T-1"),
            *(WorkItem(name=f"t/{name}", parent="t/T-1", stage=f"done~{entry}") for name, entry in opened),
        ]


def test_a_child_goes_by_its_entry_and_number_and_the_latest_by_its_entry_alone() -> None:
    client: Any = Client()
    items, others = WalkItems(client, has_children=True), WalkItems(client)
    for each in (items, others):
        each.came("T-1", "t/T-1")
        each.look()

    asked = ("T-1", "T-1/pay/1", "T-1/pay/2", "T-1/pay", "T-1/call", "T-2")
    assert [items.name(each) for each in asked] == ["t/T-1", "t/~1", "t/~2", "t/~2", "t/~3", "crm~T-2"]
    assert items.known() == ["T-1", "T-1/pay/1", "T-1/pay/2", "T-1/call/1"]
    assert [items.called(name) for name in ("t/~2", "t/~3", "t/~4")] == ["T-1/pay/2", "T-1/call/1", "t/~4"]
    assert [items.spelt(each) for each in ("T-1", "T-1/pay", "T-1/pay/1")] == ["T-1", "T-1/pay/2", "T-1/pay/1"]
    assert others.known() == ["T-1"]
