"""The contract over a real socket: scores, streams, actions, promotions, and errors with their details."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from fairlead.v1 import models_pb2, models_pb2_grpc, scoring_pb2, scoring_pb2_grpc
from gateway.calls.pipeline import Pipeline
from gateway.grpc.server import GrpcServer
from scoring.customers import CustomerScorer
from scoring.health.profile import read_profiles
from scoring.memory import LastScore
from scoring.model.loaded import LoadedModel
from scoring.model.schema import FeatureSchema
from scoring.model.tables import ScoreTables
from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.champions import POLL_SECONDS, Champions
from scoring.registry.registry import Registry
from scoring.rpc import add_to
from scoring.rpc.scoring import ScoringServicer
from scoring.services import registries
from tests.scoring_models import CUSTOMER, NOON, ScoreBook, small_tables, triple_tables, write_model

PROFILES = """
version: 1
profiles:
  - name: default
    dimensions:
      - name: usage
        weight: 1
        wording_en: usage
        wording_zh: 使用
        signals: [{feature: logins_30d, bad: 0, warn: 10, good: 20}]
lifecycle: {first: first, last: days_since_order, new_days: 30, active_days: 90, churned_days: 365}
"""


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    write_model(tmp_path, "v1")
    write_model(tmp_path, "v2", tables=shifted())
    write_model(tmp_path, "bad", failed_gates=("leaks",))
    Registry(LocalStorage(tmp_path), lambda: NOON).promote("churn", "v1", actor="test")
    return tmp_path


def shifted() -> ScoreTables:
    tables = small_tables()
    return ScoreTables(tables.bias + 1, tables.bins, tables.main, tables.pairs)


@pytest.fixture
def memory() -> ScoreBook:
    return ScoreBook()


@pytest.fixture
async def channel(storage: Path, memory: ScoreBook) -> AsyncIterator[grpc.aio.Channel]:
    stand = registries(str(storage))
    champions = Champions(stand, "churn")
    champions.start()
    profiles = read_profiles(PROFILES)
    server = grpc.aio.server()
    add_to(GrpcServer(server, Pipeline()), champions, CustomerScorer(lambda: profiles), memory, stand)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    await server.stop(None)
    champions.stop()


def request(**features: Any) -> scoring_pb2.ScoreCustomerRequest:
    message = scoring_pb2.ScoreCustomerRequest(parent="tenants/default", customer={"id": "c1"})
    message.customer.features.update({**CUSTOMER, **features})
    message.customer.as_of_time.FromDatetime(NOON)
    return message


def stub(channel: grpc.aio.Channel) -> Any:
    return scoring_pb2_grpc.ScoringServiceStub(channel)


def model_stub(channel: grpc.aio.Channel) -> Any:
    return models_pb2_grpc.ModelServiceStub(channel)


async def test_a_customer_is_scored_whole(channel: grpc.aio.Channel, storage: Path) -> None:
    message = request(logins_30d=12)
    message.explain_top_k = 4
    message.locale = "zh-CN"

    score = await stub(channel).ScoreCustomer(message)

    model = LoadedModel(Registry(LocalStorage(storage), lambda: NOON).load("churn", "v1"))
    expected = model.score({**CUSTOMER, "logins_30d": 12}, NOON)
    assert score.churn.probability == expected.probability
    contributions = model.kernel.contributions(expected.terms)
    assert [reason.contribution for reason in score.reasons] == sorted(contributions, key=abs, reverse=True)
    total = score.churn.base_log_odds + sum(reason.contribution for reason in score.reasons)
    assert total == pytest.approx(score.churn.log_odds, abs=1e-12)
    assert (score.churn.at_risk_threshold, score.churn.at_risk) == (0.3, expected.probability >= 0.3)
    assert (score.health, score.band, [(p.name, p.points, p.title) for p in score.parts]) == (
        60,
        scoring_pb2.HEALTH_BAND_AMBER,
        [("usage", 60, "使用")],
    )
    assert "流失概率为 " in score.reasons[0].text
    assert score.valid_until_time.ToDatetime(UTC) == expected.valid_until
    assert (score.model_version, score.profile) == ("models/churn/versions/v1", "default")
    assert score.lifecycle_stage == scoring_pb2.LIFECYCLE_STAGE_ACTIVE


async def test_odd_values_are_flagged_and_not_errors(channel: grpc.aio.Channel) -> None:
    score = await stub(channel).ScoreCustomer(request(contract=["nested"], logins_30d=None, days_since_order=1e9))

    assert [(flag.feature, scoring_pb2.ScoreFlag.Kind.Name(flag.kind)) for flag in score.flags] == [
        ("logins_30d", "KIND_MISSING"),
        ("contract", "KIND_UNKNOWN_CATEGORY"),
    ]
    assert not score.HasField("health")
    assert score.band == scoring_pb2.HEALTH_BAND_UNKNOWN


async def test_a_misspelt_feature_is_flagged_with_its_name(channel: grpc.aio.Channel) -> None:
    message = request()
    del message.customer.features.fields["contract"]
    message.customer.features["contarct"] = "One year"

    (flag,) = (await stub(channel).ScoreCustomer(message)).flags

    assert (flag.feature, flag.kind, flag.value) == ("contract", scoring_pb2.ScoreFlag.KIND_MISSPELT, "contarct")


async def test_a_stream_keeps_its_order_and_fails_one_by_one(channel: grpc.aio.Channel) -> None:
    odd = request()
    odd.customer.id = ""
    later = request(logins_30d=30)
    later.parent = ""
    sent = [request(), odd, later]

    call = stub(channel).BatchScoreCustomers(scoring_pb2.BatchScoreCustomersRequest(request=r) for r in sent)
    answers = [answer async for answer in call]

    assert [(answer.index, answer.WhichOneof("result")) for answer in answers] == [
        (0, "score"),
        (1, "error"),
        (2, "score"),
    ]
    assert answers[1].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert answers[2].score == await stub(channel).ScoreCustomer(request(logins_30d=30))


async def test_several_are_scored_as_each_alone_and_fail_one_by_one(channel: grpc.aio.Channel) -> None:
    singles = [request(logins_30d=place) for place in range(70)]
    elsewhere = request()
    elsewhere.parent = "tenants/another"
    odd = request()
    odd.customer.id = ""
    sent = scoring_pb2.ScoreCustomersRequest(parent="tenants/default", requests=[*singles, elsewhere, odd])
    sent.requests[1].parent = ""

    results = (await stub(channel).ScoreCustomers(sent)).results

    assert [result.score for result in results[:70]] == [await stub(channel).ScoreCustomer(each) for each in singles]
    assert [result.WhichOneof("result") for result in results[70:]] == ["error", "error"]
    assert ["parent" in results[70].error.message, "customer.id" in results[71].error.message] == [True, True]
    assert {result.error.code for result in results[70:]} == {grpc.StatusCode.INVALID_ARGUMENT.value[0]}


@pytest.mark.parametrize("count", [0, 1_001])
async def test_none_and_too_many_are_refused_whole(channel: grpc.aio.Channel, count: int) -> None:
    sent = scoring_pb2.ScoreCustomersRequest(parent="tenants/default", requests=[request()] * count)

    with pytest.raises(grpc.aio.AioRpcError, match=r"must be 1 to 1,000") as failure:
        await stub(channel).ScoreCustomers(sent)

    assert details(failure.value, BadRequest).field_violations[0].field == "requests"


async def test_what_is_promoted_while_several_are_scored_takes_effect_behind_them(storage: Path) -> None:
    champions = Champions(registries(str(storage)), "churn")
    champions.look()

    class Promoting(ScoreBook):
        def note(self, tenant: str, score: LastScore) -> None:
            super().note(tenant, score)
            Registry(LocalStorage(storage), lambda: NOON).promote("churn", "v2", actor="ann")
            champions.look()

    servicer = ScoringServicer(champions, CustomerScorer(lambda: None), Promoting())
    sent = scoring_pb2.ScoreCustomersRequest(parent="tenants/default", requests=[request()] * 2)
    call: Any = None

    first, second = [(await servicer.ScoreCustomers(sent, call)).results for _ in range(2)]

    assert {result.score.model_version for result in first} == {"models/churn/versions/v1"}
    assert {result.score.model_version for result in second} == {"models/churn/versions/v2"}


async def test_the_best_action_is_in_words(channel: grpc.aio.Channel) -> None:
    message = scoring_pb2.FindBestActionRequest(parent="tenants/default", customer=request().customer, threshold=0.2)

    action = await stub(channel).FindBestAction(message)

    assert action.reached
    assert action.changed_probability < 0.2 <= action.probability
    assert action.changes[0].text == "3 logins in 30 days → 16"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parent": "default"}, "parent"),
        ({"locale": "fr"}, "locale"),
        ({"explain_top_k": 51}, "explain_top_k"),
        ({"customer": {"id": "x" * 257}}, "customer.id"),
        ({"customer": {"id": "x", "health_evaluations": [{"health": 101}]}}, "customer.health_evaluations[0].health"),
    ],
)
async def test_a_request_that_cannot_be_read_names_the_field(
    channel: grpc.aio.Channel, change: dict[str, Any], field: str
) -> None:
    fields: dict[str, Any] = {"parent": "tenants/default", "customer": {"id": "x"}, **change}
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await stub(channel).ScoreCustomer(scoring_pb2.ScoreCustomerRequest(**fields))

    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert details(failure.value, BadRequest).field_violations[0].field == field
    assert details(failure.value, ErrorInfo).reason == "INVALID_INPUT"


async def test_bytes_that_are_no_message_are_an_invalid_argument(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await channel.unary_unary("/fairlead.v1.ScoringService/ScoreCustomer", None, None)(b"\xff\xff\xff")

    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_promotion_is_served_within_a_second(channel: grpc.aio.Channel) -> None:
    before = await stub(channel).ScoreCustomer(request())
    promoted = await model_stub(channel).PromoteModel(
        models_pb2.PromoteModelRequest(name="models/churn/versions/v2", actor="ann", reason="better")
    )
    after = before
    while after.model_version == before.model_version:
        after = await stub(channel).ScoreCustomer(request())

    rolled = await model_stub(channel).RollbackModel(models_pb2.RollbackModelRequest(name="models/churn", actor="ann"))

    assert POLL_SECONDS <= 0.5  # within a second, as the contract says
    assert list(promoted.aliases) == ["champion"]
    assert (before.model_version, after.model_version) == ("models/churn/versions/v1", "models/churn/versions/v2")
    assert after.churn.log_odds == pytest.approx(before.churn.log_odds + 1)
    assert rolled.name == "models/churn/versions/v1"


async def test_a_model_of_triples_takes_over_and_its_reasons_add_up(channel: grpc.aio.Channel, storage: Path) -> None:
    model = LoadedModel(write_model(storage, "triples", tables=triple_tables()))
    Registry(LocalStorage(storage), lambda: NOON).promote("churn", "triples", actor="ann")
    message = request()
    message.explain_top_k = 4

    score = await stub(channel).ScoreCustomer(message)
    while score.model_version == "models/churn/versions/v1":
        score = await stub(channel).ScoreCustomer(message)

    assert score.model_version == "models/churn/versions/triples"
    assert score.churn.log_odds == model.score(CUSTOMER, NOON).log_odds
    total = score.churn.base_log_odds + sum(reason.contribution for reason in score.reasons)
    assert total == pytest.approx(score.churn.log_odds, abs=1e-12)


async def test_models_are_listed_in_pages(channel: grpc.aio.Channel) -> None:
    names, token = [], ""
    while True:
        page = await model_stub(channel).ListModels(models_pb2.ListModelsRequest(page_size=2, page_token=token))
        names += [(model.name.rsplit("/", 1)[-1], list(model.aliases)) for model in page.models]
        token = page.next_page_token
        if not token:
            break

    assert names == [("bad", []), ("v1", ["champion"]), ("v2", [])]


async def test_a_model_shows_its_gates_and_two_stand_side_by_side(channel: grpc.aio.Channel) -> None:
    model = await model_stub(channel).GetModel(models_pb2.GetModelRequest(name="models/churn/versions/bad"))
    both = await model_stub(channel).CompareModels(
        models_pb2.CompareModelsRequest(first="models/churn/versions/champion", second="models/churn/versions/v2")
    )

    assert [(gate.name, gate.passed) for gate in model.gates] == [("leaks", False), ("log_loss", True)]
    assert FeatureSchema.model_fields
    assert (both.first.name, both.second.name) == ("models/churn/versions/v1", "models/churn/versions/v2")


@pytest.mark.parametrize(
    ("method", "message", "code"),
    [
        ("PromoteModel", {"name": "models/churn/versions/bad", "actor": "ann"}, "FAILED_PRECONDITION"),
        ("PromoteModel", {"name": "models/churn/versions/v2"}, "INVALID_ARGUMENT"),
        ("PromoteModel", {"name": "models/churn/versions/v2", "actor": "a", "etag": "7-x"}, "ABORTED"),
        ("PromoteModel", {"name": "models/churn/versions/v9", "actor": "a"}, "NOT_FOUND"),
        ("PromoteModel", {"name": "models/../versions/v9", "actor": "a"}, "INVALID_ARGUMENT"),
        ("PromoteModel", {"name": "models/churn/versions/v2", "actor": "a", "request_id": "a\nb"}, "INVALID_ARGUMENT"),
        ("PromoteModel", {"name": "models/churn/versions/v2", "actor": "a\nb"}, "INVALID_ARGUMENT"),
        ("RollbackModel", {"name": "models/churn", "actor": "a"}, "FAILED_PRECONDITION"),
        ("GetModel", {"name": "churn"}, "INVALID_ARGUMENT"),
        ("ListModels", {"page_token": "%"}, "INVALID_ARGUMENT"),
        ("ListModels", {"page_size": -1}, "INVALID_ARGUMENT"),
        ("TrainModel", {"parent": "models/churn"}, "FAILED_PRECONDITION"),
    ],
)
async def test_a_refusal_has_its_code(
    channel: grpc.aio.Channel, method: str, message: dict[str, Any], code: str
) -> None:
    request_class = getattr(models_pb2, f"{method}Request")

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await getattr(model_stub(channel), method)(request_class(**message))

    assert failure.value.code().name == code


async def test_an_override_is_kept_with_its_reason(channel: grpc.aio.Channel, storage: Path) -> None:
    await model_stub(channel).PromoteModel(
        models_pb2.PromoteModelRequest(name="models/churn/versions/bad", actor="ann", override_reason="known leak")
    )

    entry = Registry(LocalStorage(storage), lambda: NOON).history("churn")[0]
    assert (entry.actor, entry.reason, entry.overridden) == ("ann", "known leak", ("leaks: measured",))


def details(failure: grpc.aio.AioRpcError, kind: Any) -> Any:
    status = rpc_status.from_call(failure)  # type: ignore[arg-type]
    assert status is not None
    detail_of_kind = next(detail for detail in status.details if detail.Is(kind.DESCRIPTOR))
    message = kind()
    detail_of_kind.Unpack(message)
    return message


async def test_a_score_is_remembered_unless_it_is_a_supposition(channel: grpc.aio.Channel, memory: ScoreBook) -> None:
    score = await stub(channel).ScoreCustomer(request())
    supposed = request(logins_30d=60)
    supposed.what_if = True

    await stub(channel).ScoreCustomer(supposed)

    as_of_ms = int(NOON.timestamp() * 1000)
    assert memory.scores == {("default", "c1"): ("c1", score.churn.probability, score.value_tier, as_of_ms)}


async def test_scores_made_elsewhere_are_remembered_all_or_none(channel: grpc.aio.Channel, memory: ScoreBook) -> None:
    whole = scoring_pb2.RememberScoresRequest(parent="tenants/default")
    for place, risk in enumerate((0.25, 0.75)):
        whole.scores.add(customer=f"c{place}", churn_probability=risk, value_tier="gold").as_of_time.FromDatetime(NOON)
    broken = scoring_pb2.RememberScoresRequest(parent="tenants/default", scores=[*whole.scores, {"customer": "c9"}])
    broken.scores[0].churn_probability = 1.5

    await stub(channel).RememberScores(whole)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub(channel).RememberScores(broken)

    assert [score[1:3] for score in memory.scores.values()] == [(0.25, "gold"), (0.75, "gold")]
    violations = details(refused.value, BadRequest).field_violations
    assert [violation.field for violation in violations] == ["scores[0].churn_probability", "scores[2].as_of_time"]
