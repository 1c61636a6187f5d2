"""Routing as a client sees it: every method, on every store, one idea at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import grpc
import pytest

from fairlead.v1 import decisions_pb2, routing_pb2, rules_pb2, workforce_pb2
from tests.api import (
    ASSIGNED,
    EVERYONE,
    EXISTING_OWNER,
    FULL,
    UNROUTED,
    WAITING,
    Api,
    differences,
    last,
    verdicts,
    violated_fields,
)
from tests.conftest import ON_EVERY_STORE

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode
State = routing_pb2.WorkItem


async def refused(call: Any) -> grpc.aio.AioRpcError:
    """Return the error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    return failed.value


async def everyone(api: Api, *reps: str, **pool: Any) -> None:
    """Arrange the smallest tenant: some reps, one pool, one route."""
    for rep in reps:
        await api.hire(rep)
    await api.pool("everyone", reps, **pool)
    await api.adopt(EVERYONE)


def by_region(*fallback: Any, prefer: Sequence[Any] = ()) -> dict[str, Any]:
    """Return rules that ask for a rep of the lead's region."""
    require = [{"rep": "regions", "op": "covers", "item": "region"}]
    route = {"pool": "everyone", "require": require, "prefer": list(prefer), "fallback": list(fallback)}
    return {"fields": {"region": {"type": "string"}}, "default": {"route": route}}


# -------------------------------------------------------------------------------------------------------------- routing


async def test_a_lead_gets_an_owner(api: Api) -> None:
    await everyone(api, "ann")

    decision = await api.route("L-1")

    assert decision.outcome == ASSIGNED
    assert (last(decision.rep), last(decision.pool), decision.epoch) == ("ann", "everyone", 1)


async def test_without_published_rules_nothing_can_be_routed(api: Api) -> None:
    await api.hire("ann")

    error = await refused(api.route("L-1"))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_equal_reps_take_turns(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")

    owners = [last((await api.route(f"L-{n}")).rep) for n in range(9)]

    assert Counter(owners) == {"ann": 3, "bob": 3, "eve": 3}


async def test_22_a_lead_sent_twice_keeps_its_owner(api: Api) -> None:
    await everyone(api, "ann", "bob")
    first = await api.route("L-1")

    second = await api.route("L-1")

    assert second.outcome == EXISTING_OWNER
    assert (second.name, second.rep) == (first.name, first.rep)


async def test_a_request_id_repeats_its_answer(api: Api) -> None:
    await everyone(api, "ann", "bob")
    first = await api.route(request_id="r-1")

    again = await api.route(request_id="r-1")

    assert again == first


async def test_a_request_id_with_other_content_is_refused(api: Api) -> None:
    await everyone(api, "ann")
    await api.route("L-1", request_id="r-1")

    error = await refused(api.route("L-2", request_id="r-1"))

    assert error.code() == Code.ALREADY_EXISTS


async def test_a_request_id_repeats_its_answer_after_the_rules_forbid_its_content(api: Api) -> None:
    await api.hire("ann", regions=["east"])
    await api.pool("everyone", ["ann"])
    await api.adopt(by_region())
    first = await api.route(request_id="r-1", region="east")
    await api.adopt(EVERYONE)

    again = await api.route(request_id="r-1", region="east")

    assert again == first


async def test_leads_without_a_key_are_different_leads(api: Api) -> None:
    await everyone(api, "ann")

    first, second = await api.route(), await api.route()

    assert first.work_item != second.work_item


async def test_validate_only_decides_and_writes_nothing(api: Api) -> None:
    await everyone(api, "ann")

    decision = await api.route("L-1", validate_only=True)

    assert (decision.outcome, decision.name, last(decision.rep)) == (ASSIGNED, "", "ann")
    assert (await refused(api.item(decision.work_item))).code() == Code.NOT_FOUND


async def test_the_basic_view_shows_the_chosen_rep_only(api: Api) -> None:
    await everyone(api, "ann", "bob")

    decision = await api.route("L-1")

    assert verdicts(decision) == {last(decision.rep): "CHOSEN"}


async def test_the_full_view_shows_every_rep_of_the_tenant(api: Api) -> None:
    await api.hire("ann", regions=["east"])
    await api.hire("bob", regions=["west"])
    await api.hire("eve", active=False, regions=["east"])
    await api.hire("kim", regions=["east"])
    await api.pool("everyone", ["ann", "bob", "eve"])
    await api.adopt(by_region())

    decision = await api.route("L-1", view=FULL, region="east")

    assert verdicts(decision) == {"ann": "CHOSEN", "bob": "TERRITORY", "eve": "INACTIVE", "kim": "NOT_A_MEMBER"}
    assert decision.refusal_summary == "1/3 reps: 1 outside the territory, 1 inactive"


# -------------------------------------------------------------------------------------------------------------- batches


async def test_a_batch_answers_in_order_and_one_may_fail_alone(api: Api) -> None:
    await everyone(api, "ann", "bob")

    first, second, third = await api.route_batch([api.wish("L-1"), api.wish("L-2", colour="red"), api.wish("L-3")])

    assert first.decision.work_item.endswith("crm~L-1")
    assert second.error.code == Code.INVALID_ARGUMENT.value[0]
    assert third.decision.work_item.endswith("crm~L-3")


async def test_a_batch_of_the_largest_size_is_spread_and_verified(api: Api, store: Any) -> None:
    await everyone(api, "ann", "bob", "eve", "kim")

    results = await api.route_batch([api.wish(f"L-{n}") for n in range(1000)])

    assert Counter(last(result.decision.rep) for result in results) == dict.fromkeys(("ann", "bob", "eve", "kim"), 250)
    assert await differences(store.url, api.tenant) == []


async def test_the_same_lead_twice_in_a_batch_has_one_owner(api: Api) -> None:
    await everyone(api, "ann", "bob")

    results = await api.route_batch([api.wish("L-1"), api.wish("L-1")])

    assert [result.decision.outcome for result in results] == [ASSIGNED, EXISTING_OWNER]
    assert len({result.decision.rep for result in results}) == 1


# ---------------------------------------------------------------------------------------------------------- eligibility


async def test_a_rep_of_a_parent_region_serves_its_children(api: Api) -> None:
    await api.territory("中国")
    await api.territory("华东", "中国")
    await api.territory("上海", "华东")
    await api.hire("ann", regions=["中国"])
    await api.hire("bob", regions=["华北"])
    await api.pool("everyone", ["ann", "bob"])
    await api.adopt(by_region())

    decision = await api.route("L-1", view=FULL, region="上海")

    assert verdicts(decision) == {"ann": "CHOSEN", "bob": "TERRITORY"}


async def test_a_rep_of_a_child_region_does_not_serve_its_parent(api: Api) -> None:
    await api.territory("华东")
    await api.territory("上海", "华东")
    await api.hire("ann", regions=["上海"])
    await api.pool("everyone", ["ann"])
    await api.adopt(by_region())

    decision = await api.route("L-1", region="华东")

    assert (decision.outcome, decision.refusal_summary) == (UNROUTED, "0/1 reps: 1 outside the territory")


async def test_an_inactive_rep_never_receives(api: Api) -> None:
    await everyone(api, "ann", "bob")
    await api.switch("ann", active=False)

    owners = {last((await api.route(f"L-{n}")).rep) for n in range(5)}

    assert owners == {"bob"}


async def test_a_returner_is_not_flooded(api: Api) -> None:
    await everyone(api, "ann", "bob")
    await api.switch("ann", active=False)
    for n in range(10):
        await api.route(f"L-{n}")
    await api.switch("ann", active=True)

    owners = Counter([last((await api.route(f"M-{n}")).rep) for n in range(6)])

    assert owners == {"ann": 3, "bob": 3}


async def test_a_full_rep_is_passed_over_until_something_is_completed(api: Api) -> None:
    await api.hire("ann", capacity={"LEAD": 1})
    await api.pool("everyone", ["ann"])
    await api.adopt(EVERYONE)
    first = await api.route("L-1")

    refusal = await api.route("L-2", view=FULL)
    await api.complete(first.work_item)
    second = await api.route("L-2")

    assert (refusal.outcome, verdicts(refusal)) == (UNROUTED, {"ann": "AT_CAPACITY"})
    assert (second.outcome, last(second.rep)) == (ASSIGNED, "ann")


async def test_capacity_counts_each_kind_apart(api: Api) -> None:
    await api.hire("ann", capacity={"LEAD": 1})
    await api.pool("everyone", ["ann"])
    await api.adopt(EVERYONE)
    await api.route("L-1")

    ticket = await api.route("T-1", kind=routing_pb2.WorkItem.KIND_TICKET)

    assert ticket.outcome == ASSIGNED


# ----------------------------------------------------------------------------------------------- fallbacks, preferences


async def test_a_dropped_requirement_lets_others_in(api: Api) -> None:
    await api.hire("ann", regions=["west"])
    await api.pool("everyone", ["ann"])
    await api.adopt(by_region({"drop": ["regions"]}))

    decision = await api.route("L-1", region="east")

    assert last(decision.rep) == "ann"
    assert list(decision.steps) == ["pool everyone", "pool everyone, without regions"]


async def test_a_widened_territory_lets_the_neighbours_in(api: Api) -> None:
    await api.territory("华东")
    await api.territory("上海", "华东")
    await api.territory("杭州", "华东")
    await api.hire("ann", regions=["杭州"])
    await api.pool("everyone", ["ann"])
    await api.adopt(by_region({"widen": "region"}))

    decision = await api.route("L-1", region="上海")

    assert last(decision.rep) == "ann"


async def test_another_pool_is_tried_next_and_its_ledger_charged(api: Api) -> None:
    await api.hire("ann", regions=["west"])
    await api.pool("everyone", ["ann"])
    await api.pool("second", ["ann"])
    await api.adopt(by_region("second"))

    decision = await api.route("L-1", region="east")

    assert last(decision.pool) == "second"
    assert (await api.report("second")).decisions == 1
    assert (await api.report("everyone")).decisions == 0


async def test_a_fallback_rep_takes_it_without_a_ledger(api: Api) -> None:
    await api.hire("ann", regions=["west"])
    await api.hire("boss")
    await api.pool("everyone", ["ann"])
    await api.adopt(by_region({"rep": "boss"}))

    decision = await api.route("L-1", region="east")

    assert (last(decision.rep), decision.pool) == ("boss", "")


async def test_what_waits_is_assigned_once_somebody_returns(api: Api) -> None:
    await api.hire("ann", active=False, regions=["east"])
    await api.pool("everyone", ["ann"])
    await api.adopt(by_region("wait"))
    waiting = await api.route("L-1", region="east")
    await api.switch("ann", active=True)

    decision = await api.route("L-1", region="east")

    assert (waiting.outcome, (await api.item(waiting.work_item)).state) == (WAITING, State.STATE_ASSIGNED)
    assert (decision.outcome, decision.epoch) == (ASSIGNED, 1)


async def test_a_preference_chooses_within_the_band(api: Api) -> None:
    await api.hire("ann")
    await api.hire("bob", languages=["de"])
    await api.pool("everyone", ["ann", "bob"], band=2)
    prefer = [{"rep": "languages", "op": "has", "value": "de", "score": 5}]
    await api.adopt({"fields": {}, "default": {"route": {"pool": "everyone", "prefer": prefer}}})

    owners = [last((await api.route(f"L-{n}")).rep) for n in range(20)]

    assert owners[:2] == ["bob", "bob"]
    assert abs(Counter(owners)["bob"] - 10) <= (1 + 2) / 2


async def test_at_band_0_a_preference_only_breaks_ties(api: Api) -> None:
    await api.hire("ann")
    await api.hire("bob", languages=["de"])
    await api.pool("everyone", ["ann", "bob"])
    prefer = [{"rep": "languages", "op": "has", "value": "de", "score": 5}]
    await api.adopt({"fields": {}, "default": {"route": {"pool": "everyone", "prefer": prefer}}})

    owners = [last((await api.route(f"L-{n}")).rep) for n in range(4)]

    assert owners == ["bob", "ann", "bob", "ann"]


async def test_weights_share_the_leads(api: Api) -> None:
    await api.hire("ann")
    await api.hire("bob")
    await api.pool("everyone", {"ann": 3, "bob": 1})
    await api.adopt(EVERYONE)

    owners = Counter([last((await api.route(f"L-{n}")).rep) for n in range(20)])

    assert owners == {"ann": 15, "bob": 5}


async def test_a_value_weighted_pool_shares_value_rather_than_leads(api: Api) -> None:
    await everyone(api, "ann", "bob", value_weighted=True)

    big = last((await api.route("L-0", value=100)).rep)
    small = [last((await api.route(f"L-{n}", value=10)).rep) for n in range(1, 11)]

    assert big not in small
    assert (await api.report("everyone")).observed.worst == 0


# ------------------------------------------------------------------------------------------------------- items, by name


async def test_a_work_item_tells_where_it_stands(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1", value=7)

    item = await api.item(decision.work_item)

    assert (item.state, last(item.owner), last(item.pool), item.epoch) == (State.STATE_ASSIGNED, "ann", "everyone", 1)
    assert (item.source, item.external_id, item.value, item.decision) == ("crm", "L-1", 7, decision.name)
    assert item.create_time == decision.decide_time


async def test_pages_list_every_work_item_once_and_oldest_first(api: Api) -> None:
    await everyone(api, "ann", "bob")
    made = [(await api.route(f"L-{n}")).work_item for n in range(7)]

    found: list[str] = []
    token = ""
    while not found or token:
        request = routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=3, page_token=token)
        page = await api.routing.ListWorkItems(request)
        found += [item.name for item in page.work_items]
        token = page.next_page_token

    assert found == made


async def test_a_list_keeps_one_owner_and_one_state(api: Api) -> None:
    await everyone(api, "ann", "bob")
    decisions = [await api.route(f"L-{n}") for n in range(4)]
    anns = [decision.work_item for decision in decisions if last(decision.rep) == "ann"]
    await api.complete(anns[0])

    request = routing_pb2.ListWorkItemsRequest(parent=api.parent, owner=api.rep_name("ann"), state=State.STATE_ASSIGNED)
    page = await api.routing.ListWorkItems(request)

    assert [item.name for item in page.work_items] == anns[1:]


async def test_completing_closes_and_frees_the_owner(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1")

    item = await api.complete(decision.work_item, resolution=routing_pb2.CompleteWorkItemRequest.RESOLUTION_CONVERTED)

    assert (item.state, last(item.owner)) == (State.STATE_CONVERTED, "ann")
    assert (await refused(api.complete(decision.work_item))).code() == Code.FAILED_PRECONDITION


async def test_a_stale_etag_closes_nothing(api: Api) -> None:
    await everyone(api, "ann", "bob")
    decision = await api.route("L-1")
    etag = (await api.item(decision.work_item)).etag
    await api.reassign(decision.work_item)

    error = await refused(api.complete(decision.work_item, etag=etag))

    assert error.code() == Code.ABORTED
    assert (await api.item(decision.work_item)).state == State.STATE_ASSIGNED


async def test_completing_may_be_repeated_by_its_request_id(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1")
    first = await api.complete(decision.work_item, request_id="c-1")

    again = await api.complete(decision.work_item, request_id="c-1")

    assert again == first


async def test_a_closed_work_item_is_not_reassigned(api: Api) -> None:
    await everyone(api, "ann", "bob")
    decision = await api.route("L-1")
    await api.complete(decision.work_item)

    error = await refused(api.reassign(decision.work_item))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_a_reassigned_lead_goes_to_those_who_have_not_had_it(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")

    moved = [last((await api.reassign(decision.work_item)).rep) for _ in range(2)]
    nobody = await api.reassign(decision.work_item)

    assert {last(decision.rep), *moved} == {"ann", "bob", "eve"}
    assert nobody.outcome == UNROUTED
    assert last((await api.item(decision.work_item)).owner) == moved[-1]


async def test_a_named_rep_gets_it_and_the_report_counts_the_override_apart(api: Api, store: Any) -> None:
    await api.hire("ann", regions=["east"])
    await api.hire("bob", regions=["west"])
    await api.pool("everyone", ["ann", "bob"])
    await api.adopt(by_region())
    decision = await api.route("L-1", region="east")

    moved = await api.reassign(decision.work_item, rep=api.rep_name("bob"), note="knows them", view=FULL)

    assert (last(moved.rep), moved.epoch, moved.note) == ("bob", 2, "knows them")
    assert moved.cause == decisions_pb2.Decision.CAUSE_OVERRIDE
    report = await api.report("everyone")
    assert (report.decisions, report.overrides) == (2, 1)
    assert await differences(store.url, api.tenant) == []


async def test_a_named_rep_at_capacity_is_refused(api: Api) -> None:
    await api.hire("ann")
    await api.hire("bob", capacity={"LEAD": 0})
    await api.pool("everyone", ["ann", "bob"])
    await api.adopt(EVERYONE)
    decision = await api.route("L-1")

    error = await refused(api.reassign(decision.work_item, rep=api.rep_name("bob")))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_reassigning_may_be_repeated_by_its_request_id(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")
    first = await api.reassign(decision.work_item, request_id="m-1")

    again = await api.reassign(decision.work_item, request_id="m-1")

    assert again == first


async def test_the_decisions_about_a_work_item_are_listed_newest_first(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")
    await api.route("L-2")
    second = await api.reassign(decision.work_item)
    third = await api.reassign(decision.work_item)

    found: list[str] = []
    token = ""
    while not found or token:
        request = decisions_pb2.ListDecisionsRequest(
            parent=api.parent, work_item=decision.work_item, page_size=1, page_token=token
        )
        page = await api.decisions.ListDecisions(request)
        found += [listed.name for listed in page.decisions]
        token = page.next_page_token

    assert found == [third.name, second.name, decision.name]


async def test_all_decisions_are_listed_newest_first(api: Api) -> None:
    await everyone(api, "ann")
    made = [(await api.route(f"L-{n}")).name for n in range(5)]

    found: list[str] = []
    token = ""
    while not found or token:
        request = decisions_pb2.ListDecisionsRequest(parent=api.parent, page_size=2, page_token=token)
        page = await api.decisions.ListDecisions(request)
        found += [listed.name for listed in page.decisions]
        token = page.next_page_token

    assert found == made[::-1]


# ------------------------------------------------------------------------------------------------ rules and two servers


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


async def test_a_stale_etag_publishes_nothing(api: Api) -> None:
    await everyone(api, "ann")
    await api.publish(EVERYONE)

    error = await refused(api.publish(EVERYONE, etag="1"))

    assert error.code() == Code.ABORTED


async def test_revisions_are_listed_newest_first(api: Api) -> None:
    for note in ("one", "two", "three"):
        await api.publish(EVERYONE, note=note)

    first = await api.rules.ListRuleSetRevisions(rules_pb2.ListRuleSetRevisionsRequest(parent=api.parent, page_size=2))
    second = await api.rules.ListRuleSetRevisions(
        rules_pb2.ListRuleSetRevisionsRequest(parent=api.parent, page_size=2, page_token=first.next_page_token)
    )

    listed = [(rule_set.note, rule_set.active) for rule_set in (*first.rule_sets, *second.rule_sets)]
    assert listed == [("three", True), ("two", False), ("one", False)]


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


# --------------------------------------------------------------------------------------------------------- explanations


async def test_a_decision_is_explained_long_after_rules_and_reps_changed(api: Api, neighbour: Api) -> None:
    await api.hire("ann", regions=["east"], capacity={"LEAD": 1})
    await api.hire("bob", regions=["east"])
    await api.hire("eve", regions=["west"])
    await api.pool("everyone", {"ann": 2, "bob": 1, "eve": 1})
    await api.adopt(by_region("wait"))
    await api.route("L-0", region="east")
    given = await api.route("L-1", view=FULL, region="east")
    await api.complete(given.work_item)
    await api.adopt(EVERYONE)
    for rep in ("eve", last(given.rep)):
        await api.dismiss(rep)
    await api.pool("second", [])
    await api.territory("east")

    later = await neighbour.decision(given.name)

    assert later == given
    assert len(given.candidates) == 3


async def test_a_rep_who_owns_open_work_cannot_be_deleted(api: Api) -> None:
    await everyone(api, "ann")
    await api.route("L-1")

    error = await refused(api.dismiss("ann"))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_a_deleted_rep_leaves_their_deficit_to_the_others(api: Api, store: Any) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")
    leaver = last(decision.rep)
    await api.complete(decision.work_item)
    await api.dismiss(leaver)

    report = await api.report("everyone")

    assert set(map(last, report.observed.per_rep)) == {"ann", "bob", "eve"} - {leaver}
    assert sum(report.observed.per_rep.values()) == 0
    assert await differences(store.url, api.tenant) == []
    assert last((await api.decision(decision.name)).rep) == leaver


async def test_10_a_newcomer_starts_level(api: Api) -> None:
    await everyone(api, "ann", "bob")
    for n in range(10):
        await api.route(f"L-{n}")
    await api.hire("new")
    members = [workforce_pb2.PoolMember(rep=rep) for rep in ("ann", "bob", "new")]
    pool = workforce_pb2.Pool(name=f"{api.parent}/pools/everyone", members=members)
    await api.workforce.UpdatePool(workforce_pb2.UpdatePoolRequest(pool=pool))

    owners = Counter([last((await api.route(f"M-{n}")).rep) for n in range(9)])

    assert owners["new"] == 3


async def test_a_report_follows_from_the_decisions(api: Api) -> None:
    await api.hire("ann")
    await api.hire("bob")
    await api.hire("eve")
    await api.pool("everyone", {"ann": 1, "bob": 2, "eve": 4})
    await api.adopt(EVERYONE)
    decisions = [await api.route(f"L-{n}", view=FULL) for n in range(15)]

    report = await api.report("everyone")

    received = Counter(decision.rep for decision in decisions)
    assert report.received == received
    assert report.observed.worst <= report.bound == 1
    for rep, entitled in report.entitled.items():
        shares = (c.entitlement for decision in decisions for c in decision.candidates if c.rep == rep)
        assert entitled == pytest.approx(sum(shares))


# ------------------------------------------------------------------------------------------------------------ workforce


async def test_a_stale_etag_changes_no_rep(api: Api) -> None:
    rep = await api.hire("ann")
    await api.switch("ann", active=False)

    request = workforce_pb2.UpdateRepRequest(
        rep=workforce_pb2.Rep(name=rep.name, active=True, etag=rep.etag),
    )
    error = await refused(api.workforce.UpdateRep(request))

    assert error.code() == Code.ABORTED


async def test_an_update_changes_the_masked_fields_alone(api: Api) -> None:
    await api.hire("ann", capacity={"LEAD": 4}, regions=["east"])

    request = workforce_pb2.UpdateRepRequest(rep=workforce_pb2.Rep(name=api.rep_name("ann"), display_name="Ann"))
    request.update_mask.paths.append("display_name")
    rep = await api.workforce.UpdateRep(request)

    assert (rep.display_name, dict(rep.capacity), rep.active) == ("Ann", {"LEAD": 4}, True)
    assert list(rep.attributes["regions"]) == ["east"]


async def test_creating_a_rep_may_be_repeated_by_its_request_id(api: Api) -> None:
    request = workforce_pb2.CreateRepRequest(parent=api.parent, rep_id="ann", request_id="h-1")
    first = await api.workforce.CreateRep(request)

    again = await api.workforce.CreateRep(request)

    assert again == first


async def test_many_reps_are_upserted_at_once(api: Api) -> None:
    await api.hire("r-0001")
    reps = [workforce_pb2.Rep(name=api.rep_name(f"r-{n:04}"), display_name=f"rep {n}") for n in range(2000)]

    answer = await api.workforce.BatchUpsertReps(workforce_pb2.BatchUpsertRepsRequest(parent=api.parent, reps=reps))

    assert [rep.display_name for rep in answer.reps] == [rep.display_name for rep in reps]


async def test_reps_are_listed_by_id_page_after_page(api: Api) -> None:
    for rep in ("eve", "ann", "bob"):
        await api.hire(rep)

    found: list[str] = []
    token = ""
    while not found or token:
        request = workforce_pb2.ListRepsRequest(parent=api.parent, page_size=2, page_token=token)
        page = await api.workforce.ListReps(request)
        found += [last(rep.name) for rep in page.reps]
        token = page.next_page_token

    assert found == ["ann", "bob", "eve"]


async def test_a_territory_with_children_cannot_be_deleted(api: Api) -> None:
    await api.territory("华东")
    await api.territory("上海", "华东")

    request = workforce_pb2.DeleteTerritoryRequest(name=f"{api.parent}/territories/华东")
    error = await refused(api.workforce.DeleteTerritory(request))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_tenants_do_not_see_each_other(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1")
    stranger = Api(api.channel, f"{api.tenant}-2")

    error = await refused(stranger.item(decision.work_item.replace(api.tenant, stranger.tenant)))

    assert error.code() == Code.NOT_FOUND
