"""Decisions stay explained, and ledgers fair, whatever changes later."""

from __future__ import annotations

from collections import Counter
from typing import Any

import grpc
import pytest

from fairlead.v1 import workforce_pb2
from tests.api import EVERYONE, FULL, UNROUTED, Api, differences, last
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import by_region, everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode


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


async def test_what_was_routed_before_anybody_was_hired_stays_explained_and_replayed(api: Api, store: Any) -> None:
    await api.adopt({"fields": {"region": {"type": "string"}}, "rules": [], "default": {"route": {"pool": "east"}}})
    first = await api.route("L-0", view=FULL)
    await api.hire("bo")
    await api.pool("east", ["bo"])
    await api.route_batch([api.wish(f"L-{n}") for n in range(1, 301)])

    later = await api.decision(first.name)

    assert later == first
    assert (later.outcome, later.workforce_revision, list(later.candidates)) == (UNROUTED, 0, [])
    assert later.refusal_summary == "0/0 reps: there is no pool east"
    assert await differences(store.url, api.tenant) == []


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
