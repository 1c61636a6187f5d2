"""Rules and reps change while two servers decide: what counts, from when on."""

from __future__ import annotations

import grpc
import pytest

from fairlead.v1 import rules_pb2
from tests.api import ASSIGNED, EVERYONE, FULL, Api, last, violated_fields
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode


async def test_published_rules_count_from_the_next_call_on_another_server(api: Api, neighbour: Api) -> None:
    await everyone(api, "ann", "bob")
    await api.pool("second", ["bob"])
    before = await neighbour.route("L-1")
    await api.publish({"fields": {}, "default": {"route": {"pool": "second"}}})

    after = await neighbour.route("L-2")

    assert (last(before.pool), before.rule_set_revision) == ("everyone", 1)
    assert (last(after.pool), after.rule_set_revision) == ("second", 2)


async def test_a_changed_rep_counts_from_the_next_call_on_another_server(api: Api, neighbour: Api) -> None:
    await everyone(api, "ann", "bob")
    await neighbour.route("L-0")
    await api.switch("ann", active=False)

    owners = {last((await neighbour.route(f"L-{n}")).rep) for n in range(1, 4)}

    assert owners == {"bob"}


async def test_a_new_field_is_known_at_once_on_another_server(api: Api, neighbour: Api) -> None:
    await everyone(api, "ann")
    await neighbour.route("L-0")
    await api.adopt({"fields": {"region": {"type": "string"}}, "default": {"route": {"pool": "everyone"}}})

    decision = await neighbour.route("L-1", region="east")

    assert (decision.outcome, decision.rule_set_revision) == (ASSIGNED, 2)


async def test_a_new_rep_can_be_named_at_once_on_another_server(api: Api, neighbour: Api) -> None:
    await everyone(api, "ann")
    decision = await neighbour.route("L-1")
    await api.hire("new")

    moved = await neighbour.reassign(decision.work_item, rep=api.rep_name("new"))

    assert last(moved.rep) == "new"


async def test_a_roll_back_makes_the_revision_before_hold_again(api: Api) -> None:
    await everyone(api, "ann", "bob")
    await api.pool("second", ["bob"])
    await api.publish({"fields": {}, "default": {"route": {"pool": "second"}}})
    rolled_back = await api.rules.RollbackRuleSet(rules_pb2.RollbackRuleSetRequest(parent=api.parent))

    decision = await api.route("L-1")

    assert (rolled_back.revision, rolled_back.rollback_of, rolled_back.active) == (3, 1, True)
    assert (last(decision.pool), decision.rule_set_revision) == ("everyone", 3)


async def test_rules_whose_tests_fail_are_not_published(api: Api) -> None:
    await everyone(api, "ann")
    test = {"name": "goes to the second pool", "item": {}, "expect": {"pool": "second"}}

    error = await refused(api.publish({**EVERYONE, "tests": [test]}))

    assert (error.code(), violated_fields(error)) == (Code.INVALID_ARGUMENT, ["source"])
    active = await api.rules.GetRuleSet(rules_pb2.GetRuleSetRequest(name=f"{api.parent}/ruleSets/active"))
    assert active.revision == 1


async def test_revision_0_of_the_rules_is_none_and_not_the_active_one(api: Api) -> None:
    await api.adopt(EVERYONE)

    error = await refused(api.rules.GetRuleSet(rules_pb2.GetRuleSetRequest(name=f"{api.parent}/ruleSets/0")))

    assert error.code() == Code.NOT_FOUND


@pytest.mark.long
async def test_etag_0_publishes_the_first_rules_and_no_others(api: Api) -> None:
    assert (await api.publish(EVERYONE, etag="0")).revision == 1

    error = await refused(api.publish(EVERYONE, etag="0"))

    assert error.code() == Code.ABORTED


@pytest.mark.long
async def test_a_stale_etag_publishes_nothing(api: Api) -> None:
    await everyone(api, "ann")
    await api.publish(EVERYONE)

    error = await refused(api.publish(EVERYONE, etag="1"))

    assert error.code() == Code.ABORTED


async def test_revisions_are_listed_newest_first(api: Api) -> None:
    for note in ("one", "two"):
        await api.publish(EVERYONE, note=note)

    first = await api.rules.ListRuleSetRevisions(rules_pb2.ListRuleSetRevisionsRequest(parent=api.parent, page_size=1))
    second = await api.rules.ListRuleSetRevisions(
        rules_pb2.ListRuleSetRevisionsRequest(parent=api.parent, page_size=1, page_token=first.next_page_token)
    )

    listed = [(rule_set.note, rule_set.active) for rule_set in (*first.rule_sets, *second.rule_sets)]
    assert listed == [("two", True), ("one", False)]


async def test_the_first_matching_rule_applies_and_shows_its_predicates(api: Api) -> None:
    await api.hire("ann")
    await api.pool("big", ["ann"])
    await api.pool("everyone", ["ann"])
    when = {"all": [{"field": "潜力", "op": "gte", "value": 60}]}
    rules = [
        {"id": "大客户", "when": when, "route": {"pool": "big", "sla": "gold"}},
        {"id": "all", "route": {"pool": "everyone"}},
    ]
    await api.adopt(
        {"fields": {"潜力": {"type": "number"}}, "rules": rules, "default": {"route": {"pool": "everyone"}}}
    )

    decision = await api.route("L-1", view=FULL, 潜力=75)

    assert (list(decision.matched_rules), last(decision.pool), decision.sla) == (["大客户", "all"], "big", "gold")
    (predicate,) = decision.predicates
    assert (predicate.field, predicate.op, predicate.expected, predicate.actual, predicate.holds) == (
        "潜力",
        "gte",
        "60",
        "75",
        True,
    )
