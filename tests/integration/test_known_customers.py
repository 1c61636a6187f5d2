"""Rules that look at what was scored last of a customer: end to end, and exact when the log is made again."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from fairlead.v1 import scoring_pb2, scoring_pb2_grpc
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.repositories import Stores
from router.model.records import CustomerScore
from store.embedded.server import EmbeddedServer
from tests.api import Api, differences

RULES: dict[str, Any] = {
    "fields": {"customer": {"type": "string"}, "risk": {"type": "number"}, "tier": {"type": "string"}},
    "known_customer": {"id": "customer", "churn_risk": "risk", "value_tier": "tier"},
    "rules": [{"id": "rescue", "when": {"field": "risk", "op": "gte", "value": 0.5}, "route": {"pool": "rescue"}}],
    "default": {"route": {"pool": "everyone"}},
}


@pytest.fixture
async def company(api: Api) -> Api:
    await api.hire("anna")
    await api.pool("rescue", ["anna"])
    await api.pool("everyone", ["anna"])
    await api.adopt(RULES)
    return api


async def remember(api: Api, customer: str, risk: float, tier: str = "", as_of: int = 1) -> None:
    scoring: Any = scoring_pb2_grpc.ScoringServiceStub(api.channel)
    score = scoring_pb2.RememberedScore(customer=customer, churn_probability=risk, value_tier=tier)
    score.as_of_time.FromSeconds(as_of)
    await scoring.RememberScores(scoring_pb2.RememberScoresRequest(parent=api.parent, scores=[score]))


async def test_a_known_customer_is_routed_by_what_was_scored_last(company: Api) -> None:
    await remember(company, "客户 1", 0.81, "gold")

    decision = await company.route("L-1", customer="客户 1")
    unknown = await company.route("L-2", customer="客户 2")

    assert [decision.matched_rules, unknown.matched_rules] == [["rescue"], []]
    stored = await company.item(decision.work_item)
    assert MessageToDict(stored.attributes) == {"customer": "客户 1", "risk": 0.81, "tier": "gold"}


async def test_the_log_is_made_again_without_asking_anybody(company: Api) -> None:
    await remember(company, "C-1", 0.81)
    await company.route("L-1", customer="C-1")

    await remember(company, "C-1", 0.02, as_of=2)

    assert await differences(company.redis_url, company.tenant) == []


async def test_a_repeated_request_is_answered_as_before_whatever_is_known_by_now(company: Api) -> None:
    first = await company.route("L-1", request_id="r-1", customer="C-1")
    await remember(company, "C-1", 0.81)

    again = await company.route("L-1", request_id="r-1", customer="C-1")

    assert again == first


async def test_what_is_noted_counts_at_once_and_is_written_soon(store: EmbeddedServer, tenant: str) -> None:
    stores = Stores.connect(store.url)
    await stores.customer_scores.keep(tenant, [("C-1", 0.5, "gold", 5)])

    stores.customer_scores.note(tenant, ("C-1", 0.6, "", 6))
    stores.customer_scores.note(tenant, ("C-2", 0.7, "", 6))
    at_once = await stores.customer_scores.last_scores(tenant, ["C-1", "C-2", "C-3"])
    await stores.customer_scores.close()

    assert at_once == {"C-1": CustomerScore(0.6, "gold"), "C-2": CustomerScore(0.7)}
    assert await RedisCustomerScores(stores.redis).last_scores(tenant, ["C-1", "C-2"]) == at_once
    await stores.close()


async def test_notes_that_cannot_be_written_are_dropped_rather_than_piled_up(
    own_store: EmbeddedServer, tenant: str, caplog: pytest.LogCaptureFixture
) -> None:
    stores = Stores.connect(own_store.url)
    own_store.stop()

    stores.customer_scores.note(tenant, ("C-1", 0.5, "", 1))
    await stores.customer_scores.close()

    assert "the scores of 1 customers are not kept" in caplog.text
    assert stores.customer_scores._noted == {}
    await stores.close()
