"""What happens when nobody is left, and who is liked best among those who are."""

from __future__ import annotations

from collections import Counter

from fairlead.v1 import routing_pb2
from tests.api import ASSIGNED, EVERYONE, WAITING, Api, last
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import by_region, everyone

pytestmark = ON_EVERY_STORE

State = routing_pb2.WorkItem


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
