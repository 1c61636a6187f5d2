"""Leads as others send them, by forms and JSON: in the queue, junk, or kept until the source is mended."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf.json_format import MessageToDict

from fairlead.v1 import intake_pb2 as intake
from fairlead.v1 import intake_pb2_grpc, routing_pb2
from gateway.auth.principals import Role
from router.cli.lead_sources import declared
from tests.api import Api, connected
from tests.identities import bearer, security
from tests.integration.notifications.test_secrecy import whole_store
from tests.web import Addresses, Reply, ask, web_serving

EXAMPLES = Path(__file__).parents[3] / "examples" / "sources"
SENT = {path.stem: path for path in sorted((EXAMPLES / "payloads").iterdir())}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MANAGER = bearer("mei", ["manager"], ["mine"])


class Firm(NamedTuple):
    """A tenant with somebody for every lead, by both doors."""

    addresses: Addresses
    api: Api

    @property
    def stub(self) -> Any:
        return intake_pb2_grpc.IntakeServiceStub(self.api.channel)

    async def declare(self, source_id: str, **changed: Any) -> str:
        """Declare a source as its example does; return its token."""
        source = declared(EXAMPLES / f"{source_id}.yaml")
        source.MergeFrom(intake.LeadSource(**changed))
        made = await self.stub.CreateSource(
            intake.CreateSourceRequest(parent=self.api.parent, source_id=source_id, source=source), metadata=MANAGER
        )
        assert made.token
        return str(made.token)

    def name(self, source_id: str) -> str:
        return f"{self.api.parent}/sources/{source_id}"

    async def send(self, source_id: str, body: bytes, token: str = "", kind: str = JSON) -> Reply:
        shown = [("Authorization", f"Bearer {token}")] if token else []
        path = f"/v1/{self.name(source_id)}:intake"
        return await ask(self.addresses.http, "POST", path, [("Content-Type", kind), *shown], body)

    async def source(self, source_id: str) -> intake.LeadSource:
        request = intake.GetSourceRequest(name=self.name(source_id))
        found: intake.LeadSource = await self.stub.GetSource(request, metadata=MANAGER)
        return found

    async def failures(self, source_id: str) -> list[intake.IntakeFailure]:
        request = intake.ListIntakeFailuresRequest(parent=self.name(source_id))
        return list((await self.stub.ListIntakeFailures(request, metadata=MANAGER)).failures)

    async def item(self, source_id: str, external_id: str) -> routing_pb2.WorkItem:
        request = routing_pb2.GetWorkItemRequest(name=f"{self.api.parent}/workItems/{source_id}~{external_id}")
        found: routing_pb2.WorkItem = await self.api.routing.GetWorkItem(request, metadata=MANAGER)
        return found


@pytest.fixture
async def firm(store: Any, tmp_path: Path) -> AsyncIterator[Firm]:
    async with (
        web_serving(store.url, security=security(tmp_path)) as addresses,
        connected(addresses.grpc, "mine", store.url) as api,
    ):
        yield Firm(addresses, api)


def results(reply: Reply) -> list[dict[str, Any]]:
    assert reply.status == 200, reply.body
    return list(json.loads(reply.body)["results"])


def body_of(source_id: str, token: str = "") -> tuple[bytes, str]:
    path = SENT[source_id]
    return path.read_bytes().replace(b"TOKEN", token.encode()), FORM if path.suffix == ".form" else JSON


BECOMES: dict[str, dict[str, dict[str, Any]]] = {
    "website": {
        "f-20261201-0001": {
            "name": "张伟",
            "phone": "138 0013 8000",
            "region": "上海",
            "industry": "汽车",
            "potential": 1200.0,
            "skills_needed": ["ERP", "MES"],
        }
    },
    "ocean_engine": {
        "7311234567890123456": {
            "name": "李娜",
            "phone": "13900139000",
            "region": "上海",
            "industry": "汽车",
            "potential": 80.0,
            "campaign": "1790000000000002",
        }
    },
    "baidu": {
        "e6f1a2b3c4d5": {
            "name": "王芳",
            "phone": "13700137000",
            "region": "上海",
            "industry": "制造业",
            "keyword": "erp 报价",
        }
    },
    "facebook": {
        "1234567890123456": {
            "name": "Zhang Wei",
            "phone": "+8613800138000",
            "email": "zhang.wei@example.com",
            "region": "上海",
            "campaign": "120210000000000001",
        }
    },
    "spreadsheet": {
        "1": {
            "name": "陈杰",
            "phone": "13600136000",
            "region": "上海",
            "industry": "汽车",
            "potential": 60.0,
            "met_in_person": True,
        },
        "2": {
            "name": "赵敏",
            "phone": "13500135000",
            "region": "北京",
            "industry": "制造业",
            "potential": 1200.0,
            "met_in_person": False,
        },
    },
}


def test_every_example_has_a_payload_and_is_tried() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == set(SENT) == set(BECOMES)


@pytest.mark.parametrize("source_id", sorted(SENT))
async def test_what_each_source_sends_becomes_work_items(firm: Firm, source_id: str) -> None:
    token = await firm.declare(source_id)
    body, kind = body_of(source_id, token)
    shown = "" if source_id == "spreadsheet" else token

    first, again = [results(await firm.send(source_id, body, shown, kind)) for _ in range(2)]

    items = BECOMES[source_id]
    assert first == again == [{"workItem": f"{firm.api.parent}/workItems/{source_id}~{each}"} for each in items]
    for external_id, attributes in items.items():
        item = await firm.item(source_id, external_id)
        assert (item.source, item.external_id) == (source_id, external_id)
        assert MessageToDict(item.attributes) == attributes
    counted = await firm.source(source_id)
    assert (counted.taken_count, counted.junk_count, counted.failed_count) == (2 * len(items), 0, 0)


@pytest.mark.parametrize("shown", ["", "another", "Bearer"])
async def test_another_token_takes_nothing_in(firm: Firm, shown: str) -> None:
    await firm.declare("baidu")
    body, kind = body_of("baidu")

    refused = await firm.send("baidu", body, shown, kind)
    unknown = await firm.send("nowhere", body, shown, kind)

    assert (refused.status, json.loads(refused.body)) == (unknown.status, json.loads(unknown.body))
    assert refused.status == 401
    assert (await firm.source("baidu")).taken_count == 0


async def test_a_token_is_good_for_its_own_source_until_there_is_another(firm: Firm) -> None:
    token, other = await firm.declare("baidu"), await firm.declare("facebook")
    body, kind = body_of("baidu")
    wish = intake.UpdateSourceRequest(source=intake.LeadSource(name=firm.name("baidu")))
    wish.update_mask.paths.append("token")

    before = await firm.send("baidu", body, token, kind)
    renewed = (await firm.stub.UpdateSource(wish, metadata=MANAGER)).token
    statuses = [(await firm.send("baidu", body, each, kind)).status for each in (token, other, renewed)]

    assert before.status == 200
    assert statuses == [401, 401, 200]
    assert not (await firm.source("baidu")).token


async def test_junk_is_counted_and_dropped(firm: Firm) -> None:
    token = await firm.declare("website")

    hidden = results(await firm.send("website", b"tel=1&website=http%3A%2F%2Fx", token, FORM))
    named = [
        results(await firm.send("website", each.encode(), token, FORM)) for each in ("name=A+TEST", "name=系统测试")
    ]

    assert (hidden, named) == ([{"junk": "website"}], [[{"junk": "name"}]] * 2)
    counted = await firm.source("website")
    assert (counted.taken_count, counted.junk_count) == (0, 3)


async def test_what_cannot_be_mapped_is_kept_once_and_taken_in_once_the_source_is_mended(firm: Firm) -> None:
    token = await firm.declare("website")
    body = b"form_id=f-1&telephone=13800138000&budget=plenty"

    first, again = [results(await firm.send("website", body, token, FORM)) for _ in range(2)]
    (kept,) = await firm.failures("website")

    assert first == again
    assert first[0]["failure"]["faults"] == [
        "phone: what was sent has no 'tel', and it is required",
        "potential: 'budget' is 'plenty': must be a number, as 1200, 1,200.5 or 8.5e3",
    ]
    assert MessageToDict(kept.fields) == {"form_id": "f-1", "telephone": "13800138000", "budget": "plenty"}
    source = await firm.source("website")
    assert (source.failed_count, source.waiting_count) == (1, 1)

    redrive = intake.RedriveIntakeFailuresRequest(parent=firm.name("website"))
    unmended = await firm.stub.RedriveIntakeFailures(redrive, metadata=MANAGER)
    for each in source.attributes:
        if each.attribute == "phone":
            each.field = "telephone"
        if each.attribute == "potential":
            each.type = intake.MappedAttribute.TYPE_TEXT
    await firm.stub.UpdateSource(intake.UpdateSourceRequest(source=source), metadata=MANAGER)
    mended = await firm.stub.RedriveIntakeFailures(redrive, metadata=MANAGER)
    repeated = await firm.stub.RedriveIntakeFailures(redrive, metadata=MANAGER)

    assert [(each.taken_count, each.failed_count) for each in (unmended, mended, repeated)] == [(0, 1), (1, 0), (0, 0)]
    assert (await firm.item("website", "f-1")).attributes["phone"] == "13800138000"
    assert (await firm.source("website")).waiting_count == 0


async def test_what_cannot_be_read_is_shown_as_it_came_and_can_be_purged(firm: Firm) -> None:
    token = await firm.declare("baidu")

    (told,) = results(await firm.send("baidu", b'{"clueId": "x", ' + token.encode(), token))
    (kept,) = await firm.failures("baidu")
    purge = intake.PurgeIntakeFailuresRequest(parent=firm.name("baidu"), failures=[kept.name])
    purged = await firm.stub.PurgeIntakeFailures(purge, metadata=MANAGER)

    assert "no JSON" in told["failure"]["faults"][0]
    assert kept.unreadable == '{"clueId": "x", ***'
    assert (purged.purged_count, await firm.failures("baidu")) == (1, [])


async def test_a_lead_without_an_id_is_the_same_lead_as_long_as_it_says_the_same(firm: Firm) -> None:
    token = await firm.declare("facebook", external_id_field="nothing")
    body, kind = body_of("facebook")
    other = body.replace(b"Zhang", b"Wang")

    taken = [results(await firm.send("facebook", each, token, kind)) for each in (body, body, other)]

    assert taken[0] == taken[1] != taken[2]


async def test_a_payload_is_tried_without_a_token_and_changes_nothing(firm: Firm) -> None:
    await firm.declare("baidu")
    body, kind = body_of("baidu")
    request = intake.TestSourceRequest(name=firm.name("baidu"))
    request.payload.content_type, request.payload.data = kind, body

    tried = await firm.stub.TestSource(request, metadata=MANAGER)

    assert MessageToDict(tried.results[0].attributes) == BECOMES["baidu"]["e6f1a2b3c4d5"]
    assert tried.results[0].work_item.endswith("/workItems/baidu~e6f1a2b3c4d5")
    assert list(tried.unused_fields) == ["solutionTypeName", "commitTime", "consultUrl"]
    assert (await firm.source("baidu")).taken_count == 0
    with pytest.raises(grpc.aio.AioRpcError, match="no work item"):
        await firm.item("baidu", "e6f1a2b3c4d5")


async def test_over_grpc_the_token_comes_in_the_metadata(firm: Firm) -> None:
    token = await firm.declare("baidu")
    request = intake.IntakeLeadsRequest(name=firm.name("baidu"))
    request.payload.data, request.payload.content_type = body_of("baidu")

    taken = await firm.stub.IntakeLeads(request, metadata=(("authorization", f"Bearer {token}"),))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await firm.stub.IntakeLeads(request, metadata=MANAGER)

    assert taken.results[0].work_item == f"{firm.api.parent}/workItems/baidu~e6f1a2b3c4d5"
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_token_stands_nowhere_but_in_the_answer_that_made_it(
    firm: Firm, store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token, in_leads = await firm.declare("website"), await firm.declare("spreadsheet")
    body, _ = body_of("spreadsheet", in_leads)

    await firm.send("website", b"no=tel", token, FORM)
    await firm.send("website", token.encode() + b"&%ff", token, FORM)
    await firm.send("spreadsheet", body.replace(b"\xe6\x89\x8b\xe6\x9c\xba", b"tel"))  # without what it must have
    shown = [await firm.source(each) for each in ("website", "spreadsheet")]
    kept = [each for source_id in ("website", "spreadsheet") for each in await firm.failures(source_id)]

    told = whole_store(store) + str([*shown, *kept]).encode() + caplog.text.encode()
    assert len(kept) == 4
    assert [each.encode() in told for each in (token, in_leads)] == [False, False]


async def test_who_sees_no_personal_values_sees_no_leads_that_could_not_be_mapped(firm: Firm) -> None:
    await firm.declare("website")
    request = intake.ListIntakeFailuresRequest(parent=firm.name("website"))
    codes = {}
    for role in Role:
        try:
            await firm.stub.ListIntakeFailures(request, metadata=bearer("x", [role], ["mine"], rep="ann"))
        except grpc.aio.AioRpcError as error:
            codes[role] = error.code()

    refused = {Role.OPERATOR, Role.DATA_SCIENTIST, Role.REP}
    assert codes == dict.fromkeys(refused, grpc.StatusCode.PERMISSION_DENIED)


async def test_strangers_do_not_use_up_what_a_tenant_may_call(store: Any, tmp_path: Path) -> None:
    chosen = security(tmp_path, tenant_calls_per_s=1)
    async with (
        web_serving(store.url, security=chosen) as addresses,
        connected(addresses.grpc, "mine", store.url) as api,
    ):
        firm = Firm(addresses, api)
        statuses = {(await firm.send("nowhere", b"a=1", "x", FORM)).status for _ in range(20)}

        await firm.declare("website")

    assert statuses == {401}
