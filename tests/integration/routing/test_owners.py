"""A lead gets an owner, once, however often it is sent."""

from __future__ import annotations

from collections import Counter

import grpc

from tests.api import ASSIGNED, EVERYONE, EXISTING_OWNER, FULL, Api, last, verdicts
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import by_region, everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode


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
