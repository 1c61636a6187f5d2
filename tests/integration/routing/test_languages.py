"""A decision explains itself in the language that is asked for, in every request that gives one."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from tests.api import BASIC, FULL, Api, last, violated_fields
from tests.integration.routing.arranging import by_region, refused


async def arranged(api: Api) -> None:
    """Arrange two reps of whom one is named, and rules by which a lead of the north goes to nobody."""
    for rep_id, name, region in (("ann", "安娜", "east"), ("bo", "", "west")):
        rep = workforce.Rep(display_name=name, active=True)
        rep.attributes.update({"regions": [region]})
        await api.workforce.CreateRep(workforce.CreateRepRequest(parent=api.parent, rep_id=rep_id, rep=rep))
    pool = workforce.Pool(display_name="全体", members=[workforce.PoolMember(rep=rep) for rep in ("ann", "bo")])
    await api.workforce.CreatePool(workforce.CreatePoolRequest(parent=api.parent, pool_id="everyone", pool=pool))
    await api.adopt(by_region())


async def routed(api: Api, language: str, view: decisions.DecisionView = FULL, region: str = "east") -> Any:
    wish = api.wish("L-1", view=view, region=region)
    wish.language_code = language
    return await api.routing.RouteWorkItem(wish)


async def test_in_full_a_decision_explains_itself_in_english_without_a_word(api: Api) -> None:
    await arranged(api)

    answer = await routed(api, "")

    assert (answer.rep_display_name, answer.pool_display_name) == ("安娜", "全体")
    assert answer.explanation == "Rule default, pool everyone: 安娜."
    assert answer.sentences == [
        answer.explanation,
        "1 of 2 eligible: 1 outside the territory.",
        "Nobody else was eligible.",
    ]
    assert [each.rep_display_name for each in answer.candidates] == ["安娜", ""]
    assert answer.candidates[1].reasons[0].text == "regions west: must cover east"


async def test_in_full_it_does_so_in_chinese_where_that_is_asked_for(api: Api) -> None:
    await arranged(api)

    answer = await routed(api, "zh-CN")

    assert answer.sentences == [
        "规则 default，分配池 everyone：安娜。",
        "2 人中 1 人合格：1 人不负责该区域。",
        "没有其他合格人选。",
    ]
    assert answer.refusal_summary == "1/2 人合格：1 人不负责该区域"
    assert answer.candidates[1].reasons[0].text == "regions 为 west，须覆盖 east"


async def test_a_basic_answer_has_words_only_where_a_language_is_asked_for(api: Api) -> None:
    await arranged(api)

    silent, told = await routed(api, "", BASIC), await routed(api, "zh", BASIC)

    assert (silent.explanation, silent.rep_display_name) == ("", "")
    known = f"该工作项已有归属人（决策 {last(told.name)}）。"
    assert (told.explanation, told.rep_display_name) == (f"{known}规则 default，分配池 everyone：安娜。", "安娜")
    assert not told.sentences


async def test_where_nobody_was_found_a_basic_answer_sums_up_in_the_language(api: Api) -> None:
    await arranged(api)

    answer = await routed(api, "zh", BASIC, "north")

    assert answer.refusal_summary == "0/2 人合格：2 人不负责该区域"
    assert answer.explanation == "规则 default：无人可接，也没有其他安排。"


async def test_people_are_called_as_they_were_when_it_was_decided(api: Api) -> None:
    await arranged(api)
    answer = await routed(api, "en")
    rep = workforce.Rep(name=answer.rep, display_name="Anna the Second")
    await api.workforce.UpdateRep(workforce.UpdateRepRequest(rep=rep))

    assert (await api.decision(answer.name)).rep_display_name == "安娜"


async def test_every_request_that_gives_decisions_takes_a_language_and_refuses_one_it_cannot_speak(api: Api) -> None:
    await arranged(api)
    answer = await routed(api, "en")
    wish = api.wish("L-1", region="east")
    requests: dict[Any, Any] = {
        api.routing.RouteWorkItem: wish,
        api.routing.ReassignWorkItem: routing.ReassignWorkItemRequest(name=answer.work_item, validate_only=True),
        api.decisions.GetDecision: decisions.GetDecisionRequest(name=answer.name),
        api.decisions.ListDecisions: decisions.ListDecisionsRequest(parent=api.parent),
    }

    for method, request in requests.items():
        request.language_code = "de"
        refusal = await refused(method(request))
        assert violated_fields(refusal) == ["language_code"]
        assert "'de': must be one of en, zh" in (refusal.details() or "")
        request.language_code = "zh"
        told = await method(request)
        decision = told.decisions[0] if isinstance(told, decisions.ListDecisionsResponse) else told
        assert "规则 default" in decision.explanation


async def test_in_a_batch_each_is_answered_in_its_own_language_and_refused_alone(api: Api) -> None:
    await arranged(api)
    wishes = [api.wish(f"L-{number}", region="east") for number in range(3)]
    for wish, language in zip(wishes, ("en", "zh", "de"), strict=True):
        wish.language_code = language

    english, chinese, refusal = await api.route_batch(wishes)

    assert english.decision.explanation.startswith("Rule default")
    assert chinese.decision.explanation.startswith("规则 default")
    assert "language_code" in refusal.error.message


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_steps_of_a_route_are_told_one_by_one(api: Api, language: str) -> None:
    await arranged(api)
    await api.adopt(by_region({"drop": ["regions"]}))

    answer = await routed(api, language, region="north")

    expected = {
        "en": ["pool everyone", "pool everyone, without regions"],
        "zh": ["分配池 everyone", "分配池 everyone，不限 regions"],
    }
    assert answer.step_texts == expected[language]
    refused = {"en": "0/2 reps: 2 outside the territory", "zh": "0/2 人合格：2 人不负责该区域"}
    assert answer.step_summaries[0].text == refused[language]
    assert answer.step_summaries[1].text == answer.refusal_summary
