"""What a decision is told with says nothing that its reader may not see: by every method that answers with one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from gateway.auth.guard import Authorizer
from gateway.auth.jwks import KeyRing
from gateway.auth.permissions import GRANTS, Grant
from gateway.auth.principals import Role
from gateway.auth.tokens import Tokens
from gateway.settings import Security
from router.adapters.queue import WorkSettings
from tests.api import FULL, Api, connected
from tests.conftest import serving
from tests.identities import AUDIENCE, ISSUER, bearer, write_jwks
from tests.integration.gateway.auth.test_who_may import showing
from tests.methods import METHODS

PHONE, CORRECTED, FORMER = "139-0000-4711", "138-0000-0815", "137-0000-0001"
REGION, NAME, NOTE = "Pudong", "Li Na", "Mrs Zhang asked for her"
SECRETS = (PHONE, CORRECTED, FORMER, REGION, NAME, NOTE)
LANGUAGES = ("en", "zh")
CONDITIONS: Mapping[str, object] = {
    "eq": PHONE,
    "ne": CORRECTED,
    "in": [PHONE, CORRECTED],
    "not_in": ["110"],
    "exists": None,
    "contains": PHONE[3:],
    "starts_with": PHONE,
}
"""Conditions on the phone that hold of the lead, by operator."""


def rules(op: str) -> Mapping[str, Any]:
    """Return rules that look at the phone, and at where reps are."""
    value = CONDITIONS[op]
    condition = {"field": "phone", "op": op} | ({} if value is None else {"value": value})
    return {
        "fields": {"phone": {"type": "string", "personal": True}, "region": {"type": "string"}},
        "rules": [
            {
                "id": "known-number",
                "when": condition,
                "route": {"pool": "everyone", "require": [{"rep": "regions", "op": "covers", "item": "region"}]},
            }
        ],
        "default": {"route": {"pool": "everyone"}},
    }


class ForEverybody(Security):
    """Lets every role call every method: the words are to be right whoever may call tomorrow."""

    def authorizer(self) -> Authorizer:
        keys = KeyRing(self.jwks)
        keys.load()
        grants = {name: Grant(grant.scope, frozenset(Role)) for name, grant in GRANTS.items()}
        return Authorizer([Tokens(keys, self.issuer, self.audience)], grants=grants)


@dataclass(frozen=True)
class Told:
    """A tenant with one lead that was routed, sent again with another phone, and moved; and one that is closed."""

    manager: Api
    item: str
    decision: str
    closed: str
    open: Api


@pytest.fixture(params=[*CONDITIONS])
async def told(request: pytest.FixtureRequest, store: Any, tmp_path: Path, tenant: str) -> AsyncIterator[Told]:
    chosen = ForEverybody(
        jwks=write_jwks(tmp_path / "jwks.json"),
        issuer=ISSUER,
        audience=AUDIENCE,
        personal=frozenset({"display_name", "region", "regions"}),
    )
    async with (
        serving(store.url, security=chosen, work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        manager = showing(api, tenant, bearer("mo", ["manager"], [tenant]))
        for rep_id, name, region in (("li", NAME, REGION), ("bo", "Bo", REGION), ("cy", "Cy", "elsewhere")):
            rep = workforce.Rep(display_name=name, active=True)
            rep.attributes.update({"regions": [region]})
            request_ = workforce.CreateRepRequest(parent=manager.parent, rep_id=rep_id, rep=rep)
            await manager.workforce.CreateRep(request_)
        await manager.pool("everyone", ["li", "bo", "cy"])
        await manager.adopt(rules(request.param))
        routed = await manager.route("L-1", phone=FORMER, region=REGION)
        await manager.update(routed.work_item, "attributes.phone", work_item={"attributes": {"phone": PHONE}})
        if routed.rep != manager.rep_name("li"):
            await manager.reassign(routed.work_item, rep=manager.rep_name("li"), note=NOTE)
        else:
            await manager.reassign(routed.work_item, rep=manager.rep_name("bo"))
            await manager.reassign(routed.work_item, rep=manager.rep_name("li"), note=NOTE)
        decision = (await manager.item(routed.work_item)).decision
        closed = await manager.route("L-2", phone=PHONE, region=REGION)
        if closed.rep != manager.rep_name("li"):
            await manager.reassign(closed.work_item, rep=manager.rep_name("li"), note=NOTE)
        await manager.complete(closed.work_item)
        yield Told(manager, routed.work_item, decision, closed.work_item, api)


async def answers(told: Told, role: str, language: str) -> Mapping[str, Sequence[Message]]:
    """Return what a role is answered by every method that answers with decisions."""
    metadata = bearer("somebody", [role], [told.manager.tenant])
    api = showing(told.open, told.manager.tenant, metadata)
    sent = api.wish("L-1", view=FULL, phone=CORRECTED, region=REGION, validate_only=True)
    sent.language_code = language
    moving = routing.ReassignWorkItemRequest(
        name=told.item, validate_only=True, view=FULL, language_code=language, note=NOTE
    )
    reopening = routing.ReopenWorkItemRequest(
        name=told.closed, validate_only=True, view=FULL, language_code=language, reason=NOTE
    )
    one = decisions.GetDecisionRequest(name=told.decision, view=FULL, language_code=language)
    many = decisions.ListDecisionsRequest(parent=api.parent, view=FULL, language_code=language)
    timeline = routing.GetTimelineRequest(name=told.item, language_code=language)
    batch = routing.BatchRouteWorkItemsRequest(parent=api.parent, requests=[sent])
    watched = told.open.routing.WatchWorkItems(
        routing.WatchWorkItemsRequest(parent=api.parent, resume_token="start"), metadata=metadata
    )
    changes = [await watched.read() for _ in range(3)]
    watched.cancel()
    return {
        "RouteWorkItem": [await api.routing.RouteWorkItem(sent)],
        "BatchRouteWorkItems": [await api.routing.BatchRouteWorkItems(batch)],
        "ReassignWorkItem": [await api.routing.ReassignWorkItem(moving)],
        "ReopenWorkItem": [await api.routing.ReopenWorkItem(reopening)],
        "WatchWorkItems": changes,
        "GetTimeline": [await api.routing.GetTimeline(timeline)],
        "GetDecision": [await api.decisions.GetDecision(one)],
        "ListDecisions": [await api.decisions.ListDecisions(many)],
    }


def written(messages: Sequence[Message]) -> str:
    return "".join(MessageToJson(message, ensure_ascii=False) for message in messages)


def holds_decisions(kind: Descriptor, seen: frozenset[str] = frozenset()) -> bool:
    """Say whether a message is a decision, or has one inside."""
    inner = [field.message_type for field in kind.fields if field.message_type]
    return kind.name == "Decision" or any(
        holds_decisions(part, seen | {kind.full_name}) for part in inner if part.full_name not in seen
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_word_tells_who_may_not_see_it_and_every_word_who_may(told: Told, language: str) -> None:
    hidden = await answers(told, "operator", language)
    shown = await answers(told, "manager", language)

    expected = {name.rpartition("/")[2] for name, method in METHODS.items() if holds_decisions(method.output_type)}
    assert set(hidden) == expected
    for method, messages in hidden.items():
        assert [secret for secret in SECRETS if secret in written(messages)] == [], method
    told_of_known = shown["RouteWorkItem"][0]
    sentences = " ".join(told_of_known.sentences)  # type: ignore[attr-defined]
    assert all(secret in sentences for secret in (PHONE, CORRECTED, NAME, NOTE))
    assert REGION in written(shown["GetDecision"])
    assert NOTE in written(shown["GetTimeline"])
    (timeline,) = shown["GetTimeline"]
    assert any(FORMER in each.words and PHONE in each.words for each in timeline.entries)  # type: ignore[attr-defined]
    assert any(FORMER in written([change]) for change in shown["WatchWorkItems"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_hidden_leaves_the_rest_of_the_sentence_standing(told: Told, language: str) -> None:
    (answer,) = (await answers(told, "operator", language))["RouteWorkItem"]

    decision: Any = answer
    assert "***" in decision.explanation
    assert decision.explanation != "***"
    (difference,) = decision.known_work_item.differences
    assert (difference.field, difference.stored, difference.sent) == ("attributes.phone", "***", "***")
    assert any("phone" in sentence and "***" in sentence for sentence in decision.sentences)
    assert all("***" in reason.text for each in decision.candidates for reason in each.reasons if reason.operator)
