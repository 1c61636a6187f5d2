"""A complaint never reaches who it is about: what clients are told of it, in words, in fields and as a refusal."""

from __future__ import annotations

from typing import Any

from grpc import StatusCode as Code

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from tests.api import FULL, Api
from tests.integration.routing.arranging import everyone, refused

RULES: dict[str, Any] = {
    "fields": {"about": {"type": "string"}},
    "default": {"route": {"pool": "everyone", "exclude": ["about", "handlers"]}},
}


async def told(api: Api, decision: decisions.Decision, language: str) -> decisions.Decision:
    request = decisions.GetDecisionRequest(name=decision.name, view=FULL, language_code=language)
    answer: decisions.Decision = await api.decisions.GetDecision(request)
    return answer


async def test_the_reason_is_told_in_both_languages_with_what_means_them(api: Api) -> None:
    await everyone(api, "ann", "bo")
    await api.adopt(RULES)

    decision = await api.route("T-1", about="ANN")

    english, chinese = [await told(api, decision, language) for language in ("en", "zh")]
    reasons = [next(c for c in each.candidates if c.rep.endswith("/ann")).reasons for each in (english, chinese)]
    assert decision.rep.endswith("/bo")
    assert [(r.code, r.field, r.item_field, r.actual, r.required) for r in reasons[0]] == [
        ("CONFLICT", "about", "about", "ann", "ANN")
    ]
    assert [r.text for each in reasons for r in each] == ["recused: about is ANN", "需回避：about 为 ANN"]
    assert "1 of 2 eligible: 1 recused." in english.sentences
    assert "2 人中 1 人合格：1 人需回避。" in chinese.sentences


async def test_a_person_who_names_them_is_refused_with_the_reason(api: Api) -> None:
    await everyone(api, "ann", "bo")
    await api.adopt(RULES)
    item = (await api.route("T-1", about="ann")).work_item

    move = routing.ReassignWorkItemRequest(name=item, rep=api.rep_name("ann"))
    error = await refused(api.routing.ReassignWorkItem(move))

    assert (error.code(), error.details()) == (
        Code.FAILED_PRECONDITION,
        f"{api.rep_name('ann')}: CONFLICT: recused by about",
    )
