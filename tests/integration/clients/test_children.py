"""Children of a work item against a real service: opened by its timers, told with their parent, and in its way."""

from __future__ import annotations

import grpc
import pytest

from fairlead.errors import FairleadError
from fairlead.v1.routing_pb2 import WorkItem
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable
from tests.patience import until

RULES = "fields: {instalments: {type: list}}\nrules: []\ndefault: {route: {pool: east, hours: ignore}}\n"
PROCESS = """
process: sales
kinds: [LEAD]
stages:
  - id: new
  - id: contract
    open:
      - {id: review, pool: legal, title: {en: Review, zh: 审合同}, within: 1d, blocks: true}
      - {id: instalment, kind: RENEWAL, pool: legal, each: instalments}
  - {id: won, closes: CONVERTED}
"""


@pytest.mark.long
def test_children_are_opened_listed_told_and_in_the_way(shared: Restartable) -> None:
    with shared.client("children") as client:
        client.upsert_reps([Rep(name="ann"), Rep(name="li", display_name="李法")])
        client.upsert_pool("east", {"ann": 1.0})
        client.upsert_pool("legal", {"li": 1.0})
        client.publish_rules(RULES)
        client.publish_process(PROCESS)
        client.route({}, source="crm", external_id="L-1")
        dates = ["2036-11-10 100000", "2036-12-10 200000"]

        entered = client.advance("crm~L-1", "contract", {"instalments": dates})
        until(lambda: all(child.owner for child in client.get_work_item("crm~L-1").children))
        children = client.get_work_item("crm~L-1").children
        review, first, second = (client.get_work_item(child.work_item.rpartition("/")[2]) for child in children)
        with pytest.raises(FairleadError) as refused:
            client.advance("crm~L-1", "won")
        client.complete(review.name.rpartition("/")[2])
        closed = client.advance("crm~L-1", "won")
        *_, told = client.timeline(review.name.rpartition("/")[2], language="zh")
        in_parent = [entry.words for entry in client.timeline("crm~L-1", language="zh") if entry.HasField("child")]
        of_parent = list(client.list_work_items(filter="parent = 'crm~L-1'"))

    assert [child.stage for child in entered.children] == ["contract~review", *2 * ["contract~instalment"]]
    assert (review.kind, review.source, review.stage) == (WorkItem.KIND_TASK, "fairlead", "contract~review")
    assert {each.parent for each in (review, first, second)} == {"tenants/children/workItems/crm~L-1"}
    assert [first.value, second.value] == [100_000, 200_000]
    assert (refused.value.code, review.name.rpartition("/")[2] in refused.value.message) == (
        grpc.StatusCode.FAILED_PRECONDITION, True,
    )  # fmt: skip
    states = [WorkItem.STATE_CLOSED, *2 * [WorkItem.STATE_ASSIGNED]]
    assert [child.state for child in closed.children] == states
    assert "crm~L-1 的子任务" in told.words
    assert in_parent[0] == "子任务“审合同”已关闭。"
    assert in_parent[1:] == 2 * ["创建子任务“instalment”，归属李法。"] + ["创建子任务“审合同”，归属李法。"]
    assert [each.name for each in of_parent] == [child.work_item for child in children]
