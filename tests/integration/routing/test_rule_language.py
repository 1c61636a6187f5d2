"""Rules by parts of texts, whatever their spelling, by lists with a name and by shares: routed, explained, replayed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import FULL, Api, differences, verdicts
from tests.conftest import ON_EVERY_STORE

pytestmark = ON_EVERY_STORE

RULES: dict[str, Any] = {
    "fields": {"region": {"type": "string", "ignore": ["case", "width", "blanks"]}, "company": {"type": "string"}},
    "lists": {"abroad": ["Paris", "ＲＯＭＥ"]},
    "rules": [
        {"id": "trial", "when": {"percent": 30, "salt": "trial-7"}, "route": {"pool": "everyone"}},
        {"id": "tech", "when": {"field": "company", "op": "contains", "value": "科技"}, "route": {"pool": "everyone"}},
        {
            "id": "abroad",
            "when": {"field": "region", "op": "in", "value": {"list": "abroad"}},
            "route": {"pool": "everyone"},
        },
        {
            "id": "east",
            "when": {"field": "region", "op": "within", "value": "EAST"},
            "route": {"pool": "everyone", "require": [{"rep": "regions", "op": "covers", "item": "region"}]},
        },
    ],
    "default": {"route": {"pool": "everyone"}},
}


@pytest.fixture
async def company(api: Api) -> Api:
    await api.territory("East")
    await api.territory("Shanghai", "East")
    await api.hire("ann", regions=["Ｅast "])
    await api.hire("bob", regions=["West"])
    await api.pool("everyone", ["ann", "bob"])
    await api.adopt(RULES)
    return api


async def test_a_lead_is_matched_whatever_its_spelling_and_explained_as_it_came(company: Api) -> None:
    decision = await company.route("L-2", view=FULL, region="ＳＨＡＮＧＨＡＩ\u200b", company="云")

    assert list(decision.matched_rules) == ["east"]
    (predicate,) = decision.predicates
    assert [predicate.field, predicate.op, predicate.expected, predicate.actual] == [
        *("region", "within", '"east"', '"ＳＨＡＮＧＨＡＩ\u200b"')
    ]
    assert verdicts(decision) == {"ann": "CHOSEN", "bob": "TERRITORY"}


async def test_a_share_holds_the_same_leads_in_every_spelling_of_their_ids(company: Api) -> None:
    inside = await company.route("L-1", view=FULL)
    again = await company.route(" l-1")
    outside = await company.route("L-2")

    assert [list(decision.matched_rules) for decision in (inside, again, outside)] == [["trial"], ["trial"], []]
    (predicate,) = inside.predicates
    assert (predicate.field, predicate.expected, predicate.actual) == ("external_id", '"30 % trial-7"', "29.12")


async def test_what_was_decided_is_decided_again_at_its_revision_and_told_alike_later(
    company: Api, neighbour: Api
) -> None:
    leads = [{"company": "云科技"}, {"region": " rome"}, {"region": "Ｅast"}, {"region": "Oslo"}]
    decisions = [await company.route(f"L-{number}", view=FULL, **lead) for number, lead in enumerate(leads, 10)]
    await company.adopt(
        {**RULES, "fields": {"region": {"type": "string"}}, "lists": {}, "rules": [], "undeclared": "ignore"}
    )

    assert await differences(company.redis_url, company.tenant) == []
    assert [await neighbour.decision(decision.name) for decision in decisions] == decisions
