"""Approvals through a server that asks who calls: who may decide, and what each is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from router.adapters.queue import WorkSettings
from tests.api import connected, struct
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gateway.auth.test_who_may import showing

SALES = """
process: sales
kinds: [LEAD]
stages:
  - id: new
  - id: quote
    require: [amount]
    approve: {when: {field: discount, op: gt, value: 0.1}, by: manager, within: 4h}
  - {id: won, closes: CONVERTED}
"""
RULES = {
    "fields": {"amount": {"type": "number"}, "discount": {"type": "number"}},
    "default": {"route": {"pool": "east"}},
}
PENDING = deadlines.Approval.STATE_PENDING


async def refusal(call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return raised.value.code()


async def test_walk_1_row_16_zhao_lei_asks_and_chen_jie_approves_what_he_may_not(
    store: Any, tenant: str, tmp_path: Path
) -> None:
    async with (
        serving(store.url, security=security(tmp_path), work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        office = showing(api, tenant, bearer("office", ["manager"], [tenant]))
        zhao, chen, wang = [
            showing(api, tenant, bearer(name, ["rep"], [tenant], rep=rep))
            for name, rep in (("zhao@firm", "zhao-lei"), ("chen@firm", "chen-jie"), ("wang@firm", "wang-fang"))
        ]
        operator = showing(api, tenant, bearer("desk", ["operator"], [tenant]))
        for rep, manager in (("chen-jie", ""), ("wang-fang", "chen-jie"), ("zhao-lei", "chen-jie")):
            hired = workforce.Rep(active=True, manager=manager and api.rep_name(manager))
            await office.workforce.CreateRep(workforce.CreateRepRequest(parent=api.parent, rep_id=rep, rep=hired))
        await office.pool("east", ["zhao-lei"])
        await office.adopt(RULES)
        await office.publish_process(SALES)
        lead = (await office.route("L-1")).work_item

        wish = routing.AdvanceWorkItemRequest(
            name=lead, stage="quote", attributes=struct({"amount": 300_000, "discount": 0.15}), note="吴总要一成半"
        )
        asked = (await zhao.routing.AdvanceWorkItem(wish)).approval

        assert (asked.stage, asked.state, asked.approvers, asked.actor, asked.owner) == (
            "quote", PENDING, [api.rep_name("chen-jie")], "zhao@firm", api.rep_name("zhao-lei"),
        )  # fmt: skip
        assert asked.due_time.seconds - asked.ask_time.seconds == 4 * 3600
        approve = routing.ApproveWorkItemRequest(name=lead, reason="他是老客户")
        for other in (zhao, wang):
            assert await refusal(other.routing.ApproveWorkItem(approve)) is grpc.StatusCode.PERMISSION_DENIED
        as_chen = routing.ApproveWorkItemRequest(name=lead, rep=api.rep_name("chen-jie"))
        assert await refusal(zhao.routing.ApproveWorkItem(as_chen)) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(office.routing.ApproveWorkItem(approve)) is grpc.StatusCode.INVALID_ARGUMENT
        assert await refusal(operator.routing.ApproveWorkItem(as_chen)) is grpc.StatusCode.PERMISSION_DENIED
        assert (await office.item(lead)).approval == asked

        listed = await chen.processes.ListApprovals(processes.ListApprovalsRequest(parent=api.parent))
        sales = f"{api.parent}/processes/sales@1"
        assert [(each.work_item, each.process, dict(each.attributes), each.note) for each in listed.approvals] == [
            (lead, sales, {"discount": 0.15}, "吴总要一成半")
        ]
        of_desk = await operator.processes.ListApprovals(processes.ListApprovalsRequest(parent=api.parent))
        assert [each.note for each in of_desk.approvals] == ["***"]
        of_wang = await wang.processes.ListApprovals(processes.ListApprovalsRequest(parent=api.parent))
        assert not of_wang.approvals
        approved = await chen.routing.ApproveWorkItem(approve)

        assert (approved.stage, approved.HasField("approval")) == ("quote", False)
        timeline = await zhao.routing.GetTimeline(routing.GetTimelineRequest(name=lead, language_code="zh"))
        words = [entry.words for entry in timeline.entries]
        assert "zhao@firm 申请进入阶段 quote（吴总要一成半），待审批。" in words
        assert any(each.startswith("chen-jie 批准进入阶段 quote（他是老客户）。") for each in words)
        hidden = await operator.routing.GetTimeline(routing.GetTimelineRequest(name=lead))
        assert any(
            each.words.startswith("chen-jie approved that it enters stage quote (***)") for each in hidden.entries
        )
