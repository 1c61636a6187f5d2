"""Who can have a lead: territories, absence, capacity."""

from __future__ import annotations

from collections import Counter

from fairlead.v1 import routing_pb2
from tests.api import ASSIGNED, EVERYONE, FULL, UNROUTED, Api, last, verdicts
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import by_region, everyone

pytestmark = ON_EVERY_STORE


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
