"""What a work item lacks and is known of its customer is filled in; nothing else is, and nobody is asked in vain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from router.assignment.enrichment import with_customers
from router.model.records import CustomerScore
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.route import RoutingRules

FIELDS = "fields: {customer: {type: string}, risk: {type: number}, tier: {type: string}}"
DEFAULT = "default: {route: {pool: p}}"


class Known:
    """Knows two customers, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []

    async def last_scores(self, _: str, customers: Collection[str]) -> Mapping[str, CustomerScore]:
        self.asked.append(set(customers))
        scores = {"C-1": CustomerScore(0.81, "gold"), "C-2": CustomerScore(0.1)}
        return {customer: scores[customer] for customer in customers if customer in scores}


def rules(known_customer: str = "known_customer: {id: customer, churn_risk: risk, value_tier: tier}") -> RoutingRules:
    rule_set = check("\n".join([FIELDS, known_customer, DEFAULT])).rule_set
    assert rule_set is not None
    return rule_set


def item(**attributes: Any) -> WorkItem:
    return WorkItem(Kind.RESCUE, attributes=attributes)


async def test_what_is_known_is_filled_in_with_one_question_for_all() -> None:
    source = Known()

    items = await with_customers(
        source, "t", rules(), [item(customer="C-1"), item(customer="C-2"), item(customer="C-1")]
    )

    everything = {"customer": "C-1", "risk": 0.81, "tier": "gold"}
    assert [one.attributes for one in items] == [everything, {"customer": "C-2", "risk": 0.1}, everything]
    assert source.asked == [{"C-1", "C-2"}]


async def test_an_unknown_customer_leaves_the_fields_missing() -> None:
    sent = item(customer="C-9")

    assert await with_customers(Known(), "t", rules(), [sent]) == [sent]


async def test_what_was_sent_stays() -> None:
    (filled_item,) = await with_customers(Known(), "t", rules(), [item(customer="C-1", risk=0.2, tier=None)])

    assert filled_item.attributes == {"customer": "C-1", "risk": 0.2, "tier": "gold"}


async def test_nobody_is_asked_where_nothing_is_lacking_or_no_customer_is_named() -> None:
    source, complete = Known(), item(customer="C-1", risk=0.2, tier="silver")
    sent = [complete, item(), item(customer=7)]

    assert await with_customers(source, "t", rules(), sent) == sent
    assert source.asked == []


async def test_rules_that_ask_for_nothing_get_the_very_same_work_items() -> None:
    source, sent = Known(), [item(customer="C-1")]

    assert await with_customers(source, "t", rules(known_customer=""), sent) is sent
    (same,) = await with_customers(source, "t", rules(known_customer="known_customer: {id: customer}"), sent)
    assert same is sent[0]
    assert source.asked == []


async def test_a_word_for_missing_is_filled_in_and_is_nobody_s_id() -> None:
    source = Known()

    lacking, nobody = await with_customers(source, "t", rules(), [item(customer="C-1", tier="N/A"), item(customer="-")])

    assert lacking.attributes == {"customer": "C-1", "risk": 0.81, "tier": "gold"}
    assert nobody.attributes == {"customer": "-"}
    assert source.asked == [{"C-1"}]
