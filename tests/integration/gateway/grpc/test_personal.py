"""Personal fields and secrets: who sees them, and that no log line does."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from fairlead.client import Access, FairleadError
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import scoring_pb2 as scoring
from fairlead.v1 import scoring_pb2_grpc as scoring_grpc
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.dispatch_pb2 import DISPATCH_OFFER
from router.adapters.queue import WorkSettings
from router.rules.check import check
from scoring.services import registries
from serving.settings import Settings
from tests.api import FULL, Api, connected, last
from tests.conftest import serving
from tests.identities import AUDIENCE, ISSUER, bearer, security, token, write_jwks
from tests.integration.gateway.auth.test_who_may import showing
from tests.integration.routing.arranging import offering, refused
from tests.patience import patient_client
from tests.scoring_models import SCHEMA, write_model
from tests.served import Served

PHONE = "139-0000-4711"
RULES: dict[str, Any] = {
    "fields": {"phone": {"type": "string", "personal": True}, "region": {"type": "string"}},
    "rules": [
        {
            "id": "known-number",
            "when": {"field": "phone", "op": "eq", "value": PHONE},
            "route": {"pool": "everyone", "require": [{"rep": "regions", "op": "covers", "item": "region"}]},
        }
    ],
    "default": {"route": {"pool": "everyone"}},
}


@pytest.fixture
async def mine(store: Any, tmp_path: Path, tenant: str) -> AsyncIterator[Api]:
    """Yield a manager's view of a tenant with one routed lead whose phone number is known."""
    chosen = security(tmp_path, personal=frozenset({"display_name", "mobile"}))
    async with (
        serving(store.url, security=chosen, work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        manager = showing(api, tenant, bearer("mo", ["manager"], [tenant]))
        rep = workforce.Rep(display_name="Li Na", active=True)
        rep.attributes.update({"mobile": PHONE, "regions": ["east"]})
        request = workforce.CreateRepRequest(parent=manager.parent, rep_id="li", rep=rep)
        await manager.workforce.CreateRep(request)
        await manager.pool("everyone", ["li"])
        await manager.adopt(RULES)
        await manager.route("L-1", phone=PHONE, region="east")
        yield manager


async def seen(mine: Api, role: str) -> list[Message]:
    """Return what a role is shown of the lead and its rep, by every method that shows them."""
    as_role = showing(mine, mine.tenant, bearer("somebody", [role], [mine.tenant]))
    items = await as_role.routing.ListWorkItems(routing.ListWorkItemsRequest(parent=mine.parent))
    (item,) = items.work_items
    return [
        items,
        await as_role.routing.GetWorkItem(routing.GetWorkItemRequest(name=item.name)),
        await as_role.decisions.GetDecision(decisions.GetDecisionRequest(name=item.decision, view=FULL)),
        await as_role.decisions.ListDecisions(decisions.ListDecisionsRequest(parent=mine.parent, view=FULL)),
        await as_role.workforce.GetRep(workforce.GetRepRequest(name=mine.rep_name("li"))),
        await as_role.workforce.ListReps(workforce.ListRepsRequest(parent=mine.parent)),
    ]


async def test_who_talks_to_customers_sees_their_numbers(mine: Api) -> None:
    assert [PHONE in str(answer) for answer in await seen(mine, "manager")] == [True] * 6


async def test_who_has_no_need_of_them_does_not(mine: Api) -> None:
    answers = await seen(mine, "operator")

    assert [PHONE in str(answer) for answer in answers] == [False] * 6
    assert "Li Na" not in "".join(map(str, answers))
    assert all("***" in str(answer) for answer in answers)
    assert "east" in str(answers[0])


async def test_a_note_is_hidden_where_nothing_is_declared(store: Any, tenant: str, tmp_path: Path) -> None:
    async with (
        serving(store.url, security=security(tmp_path), work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        manager, operator = [showing(api, tenant, bearer("mo", [role], [tenant])) for role in ("manager", "operator")]
        for rep in ("ann", "bo"):
            await manager.hire(rep)
        await manager.pool("everyone", ["ann"])
        await manager.adopt({"fields": {}, "default": {"route": {"pool": "everyone"}}})
        routed = await manager.route("L-1")
        moved = await manager.routing.ReassignWorkItem(
            routing.ReassignWorkItemRequest(name=routed.work_item, rep=api.rep_name("bo"), note="Mr Wang asks for bo")
        )

        shown = await operator.decisions.GetDecision(decisions.GetDecisionRequest(name=moved.name))

    assert (moved.note, shown.note) == ("Mr Wang asks for bo", "***")


async def test_why_an_offer_was_declined_is_hidden_from_who_has_no_need_of_it(
    store: Any, tenant: str, tmp_path: Path
) -> None:
    async with (
        serving(store.url, security=security(tmp_path), work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        manager, operator = [showing(api, tenant, bearer("mo", [role], [tenant])) for role in ("manager", "operator")]
        await manager.hire("ann")
        await manager.pool("everyone", ["ann"])
        await offering(manager, "everyone", DISPATCH_OFFER)
        await manager.adopt({"fields": {}, "default": {"route": {"pool": "everyone"}}})
        offer = await manager.route("L-1")
        decline = routing.DeclineWorkItemRequest(
            name=offer.work_item, rep="ann", offer=int(last(offer.name)), reason="Mr Wang shouts"
        )
        await manager.routing.DeclineWorkItem(decline)
        told = [
            await view.routing.GetTimeline(routing.GetTimelineRequest(name=offer.work_item, language_code="zh"))
            for view in (manager, operator)
        ]

    seen, hidden = [
        next(entry for entry in page.entries if entry.WhichOneof("event") == "offer_answer") for page in told
    ]
    assert (seen.words, seen.offer_answer.reason) == ("ann 拒单（Mr Wang shouts）。", "Mr Wang shouts")
    assert (hidden.words, hidden.offer_answer.reason) == ("ann 拒单（***）。", "***")


async def test_nobody_finds_out_by_a_filter_what_answers_hide(store: Any, tenant: str, tmp_path: Path) -> None:
    chosen = security(tmp_path, personal=frozenset({"external_id"}))
    async with (
        serving(store.url, security=chosen, work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        manager, operator = [showing(api, tenant, bearer("mo", [role], [tenant])) for role in ("manager", "operator")]
        await manager.hire("li")
        await manager.pool("everyone", ["li"])
        await manager.adopt({"fields": {}, "default": {"route": {"pool": "everyone"}}})
        await manager.route(PHONE)
        right, wrong = [
            routing.ListWorkItemsRequest(parent=api.parent, filter=f'owner = li AND NOT (-external_id = "{phone}")')
            for phone in (PHONE, "110")
        ]
        harmless = routing.ListWorkItemsRequest(parent=api.parent, filter="owner = li AND source = crm")

        seen_by_manager = [await manager.routing.ListWorkItems(request) for request in (right, wrong)]
        refusals = [await refused(operator.routing.ListWorkItems(request)) for request in (right, wrong)]
        (shown,) = (await operator.routing.ListWorkItems(harmless)).work_items

    assert [len(page.work_items) for page in seen_by_manager] == [1, 0]
    assert [error.code() for error in refusals] == [grpc.StatusCode.PERMISSION_DENIED] * 2
    assert {error.details() for error in refusals} == {
        "external_id: personal, and hidden from your roles; leave it out"
    }
    assert shown.external_id == "***"


async def test_a_submission_in_the_queue_hides_them_too(mine: Api) -> None:
    await mine.submit("L-2", phone=PHONE)
    operator = showing(mine, mine.tenant, bearer("op", ["operator"], [mine.tenant]))

    name = f"{mine.parent}/workItems/crm~L-2"
    shown = await operator.routing.GetWorkItem(routing.GetWorkItemRequest(name=name))
    whole = await mine.routing.GetWorkItem(routing.GetWorkItemRequest(name=name))

    assert shown.state == routing.WorkItem.STATE_RECEIVED
    assert PHONE not in str(shown)
    assert PHONE in str(whole)


async def test_a_server_that_did_not_publish_the_rules_hides_what_they_declare_from_then_on(
    store: Any, mine: Api, tmp_path: Path
) -> None:
    chosen = security(tmp_path, personal=frozenset())
    async with (
        serving(store.url, security=chosen, work=WorkSettings(workers=0)) as address,
        connected(address, mine.tenant, store.url) as other,
    ):
        operator = showing(other, mine.tenant, bearer("op", ["operator"], [mine.tenant]))
        name = f"{mine.parent}/workItems/crm~L-1"
        before = await operator.routing.GetWorkItem(routing.GetWorkItemRequest(name=name))
        also_regions = {**RULES["fields"], "region": {"type": "string", "personal": True}}
        await mine.adopt({"fields": also_regions, "default": {"route": {"pool": "everyone"}}})

        after = await operator.routing.GetWorkItem(routing.GetWorkItemRequest(name=name))

    assert dict(before.attributes) == {"phone": "***", "region": "east"}
    assert dict(after.attributes) == {"phone": "***", "region": "***"}


def test_a_personal_field_chooses_no_rep() -> None:
    requirement = "{rep: mobile, op: eq, item: phone}"
    source = (
        "fields: {phone: {type: string, personal: true}}\n"
        f"default: {{route: {{pool: p, require: [{requirement}]}}}}"
    )

    (problem,) = check(source).problems

    assert problem.is_error
    assert "phone is personal" in problem.message


def test_no_log_line_holds_a_secret_or_a_number(data_folder: Path, tmp_path: Path) -> None:
    jwks = write_jwks(tmp_path / "jwks.json")
    environ = {"FAIRLEAD_JWKS": jwks, "FAIRLEAD_TOKEN_ISSUER": ISSUER, "FAIRLEAD_TOKEN_AUDIENCE": AUDIENCE}
    shown, expired = token("mo", ["manager"], ["default"]), token("mo", ["manager"], ["default"], exp=1)
    process = Served(data_folder, environ)
    address = process.ready()
    for secret in (shown, expired, "nonsense"):
        with patient_client(address, access=Access(token=secret)) as client:
            with contextlib.suppress(FairleadError):
                client.publish_rules(f"fields: {{phone: {PHONE}}}")
            with contextlib.suppress(FairleadError):
                client.route({"phone": PHONE}, source="crm", external_id="L-1")
    process.terminate()

    text = "".join(process.log)
    assert "PERMISSION_DENIED" in text or "UNAUTHENTICATED" in text
    for secret in (shown, expired, shown.rpartition(".")[2], "nonsense", PHONE):
        assert secret not in text


@pytest.mark.long
def test_no_start_up_line_holds_the_password_of_the_store(data_folder: Path) -> None:
    process = Served(data_folder, {"FAIRLEAD_REDIS_URL": "redis://me:hunter2secret@127.0.0.1:1/0"})

    process.ended()

    assert "FAIRLEAD_REDIS_URL is redis://127.0.0.1:1:" in "".join(process.log)
    assert "hunter2secret" not in "".join(process.log)


@pytest.mark.parametrize("url", ["http://:hunter2secret@x", "redis+cluster://:hunter2secret@", ":hunter2secret@x"])
def test_a_setting_that_is_refused_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"allowed|must") as refusal:
        Settings.read({"FAIRLEAD_REDIS_URL": url}, listen="127.0.0.1:0", data=Path("unused"))

    assert "hunter2secret" not in str(refusal.value)


@pytest.fixture
async def scored(store: Any, tmp_path: Path, tenant: str) -> AsyncIterator[Api]:
    """Yield a tenant whose model's schema calls contracts personal, and whose operator logins."""
    folder = tmp_path / "models"
    contract = SCHEMA.features[1].model_copy(update={"personal": True})
    schema = SCHEMA.model_copy(update={"features": (SCHEMA.features[0], contract, *SCHEMA.features[2:])})
    write_model(folder, "v1", schema=schema)
    registries(str(folder))("").promote("churn", "v1", actor="test")
    chosen = security(tmp_path, personal=frozenset({"logins_30d"}))
    async with (
        serving(store.url, security=chosen, models=str(folder)) as address,
        connected(address, tenant, store.url) as api,
    ):
        yield api


async def told_of_a_customer(scored: Api, role: str) -> list[Message]:
    """Return what a role is told, by every method of ScoringService that tells it."""
    stub: Any = scoring_grpc.ScoringServiceStub(scored.channel)
    shown = bearer("somebody", [role], [scored.tenant])
    request = scoring.ScoreCustomerRequest(parent=scored.parent, customer={"id": "c"}, explain_top_k=4)
    request.customer.features.update({"logins_30d": 471, "contract": "One year", "paperless": "Yes"})
    action = scoring.FindBestActionRequest(parent=scored.parent, customer=request.customer, threshold=0.01)
    stream = stub.BatchScoreCustomers(iter([scoring.BatchScoreCustomersRequest(request=request)]), metadata=shown)
    return [
        await stub.ScoreCustomer(request, metadata=shown),
        await stream.read(),
        await stub.ScoreCustomers(
            scoring.ScoreCustomersRequest(parent=scored.parent, requests=[request]), metadata=shown
        ),
        await stub.FindBestAction(action, metadata=shown),
    ]


async def test_what_a_schema_or_an_operator_calls_personal_is_hidden_in_scores(scored: Api) -> None:
    whole, hidden = [await told_of_a_customer(scored, role) for role in ("service", "data-scientist")]

    secrets = ("471", "One year")
    assert [[secret in str(answer) for secret in secrets] for answer in whole[:3]] == [[True, True]] * 3
    assert any(secret in str(whole[3]) for secret in secrets)
    assert not any(secret in str(answer) for secret in secrets for answer in hidden)
    assert all("***" in str(answer) for answer in hidden)
    assert "paperless billing" in str(hidden[0])
