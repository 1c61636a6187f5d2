"""Failures of real systems that routing meets, by their numbers in the list of failures (see CONTRIBUTING.md)."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import pytest
from redis.asyncio import Redis

from fairlead.v1 import decisions_pb2 as decisions
from tests.api import ASSIGNED, EVERYONE, EXISTING_OWNER, UNROUTED, Api, differences, last
from tests.chaos.altered import Edits
from tests.chaos.failpoints import STEPS_OF_SERVERS, STEPS_OF_WORKERS, places_of_all
from tests.chaos.plan import Event as Fall
from tests.chaos.plan import Fault
from tests.chaos.rounds import Round
from tests.chaos.system import System

pytestmark = pytest.mark.long

SCALE = float(os.environ.get("FAIRLEAD_SCALE", "0.5"))
BULK = int(2_000 * SCALE)
"""Leads of a bulk; 5 gives the 10,000 of the list."""
BATCH = 250
STRIDES = (13, pytest.param(1 if os.environ.get("FAIRLEAD_FULL") else 7, marks=pytest.mark.long))
"""Every so many-th step of a commit."""


async def crew(api: Api, *reps: str, capacity: int | None = None) -> None:
    """Arrange reps in one pool."""
    for rep in reps:
        await api.hire(rep, capacity={} if capacity is None else {"LEAD": capacity})
    await api.pool("everyone", reps)
    await api.adopt(EVERYONE)


async def test_01_of_two_who_move_one_lead_one_wins(api: Api, neighbour: Api) -> None:
    await crew(api, "ann", "bob", "eve")
    lead = await api.route("L-1")
    etag = (await api.item(lead.work_item)).etag
    others = sorted({"ann", "bob", "eve"} - {last(lead.rep)})

    answers = await asyncio.gather(
        *(
            server.reassign(lead.work_item, rep=api.rep_name(rep), etag=etag)
            for server, rep in zip((api, neighbour), others, strict=True)
        ),
        return_exceptions=True,
    )

    won = [answer for answer in answers if isinstance(answer, decisions.Decision)]
    lost = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert [error.code() for error in lost] == [grpc.StatusCode.ABORTED]
    assert (await api.item(lead.work_item)).owner == won[0].rep
    assert await differences(api.redis_url, api.tenant) == []


async def test_02_a_cap_is_never_exceeded_by_two_servers(api: Api, neighbour: Api) -> None:
    await crew(api, "ann", "bob", capacity=30)

    answers = await asyncio.gather(*((api, neighbour)[n % 2].route(f"L-{n}") for n in range(100)))

    assert Counter(answer.outcome for answer in answers) == {ASSIGNED: 60, UNROUTED: 40}
    assert Counter(last(answer.rep) for answer in answers if answer.rep) == {"ann": 30, "bob": 30}


async def test_03_a_lead_moved_by_hand_while_it_is_routed_has_one_owner_per_epoch(api: Api, neighbour: Api) -> None:
    await crew(api, "ann", "bob", "eve")
    lead = await api.route("L-1")

    async def route() -> list[decisions.Decision]:
        return [await api.route("L-1") for _ in range(50)]

    async def move() -> list[decisions.Decision]:
        names = [neighbour.rep_name(rep) for rep in ("ann", "bob", "eve") * 6 if rep != last(lead.rep)]
        owner, moved = lead.rep, list[decisions.Decision]()
        for name in names:
            if name != owner:
                moved.append(await neighbour.reassign(lead.work_item, rep=name))
                owner = name
        return moved

    routed, moved = await asyncio.gather(route(), move())

    owners = {decision.epoch: decision.rep for decision in (lead, *moved)}
    assert [*owners] == [*range(1, len(moved) + 2)]
    assert all(answer.outcome == EXISTING_OWNER and answer.rep == owners[answer.epoch] for answer in routed)
    assert await differences(api.redis_url, api.tenant) == []


async def test_05_a_bulk_of_leads_is_spread_and_not_given_to_one(api: Api, neighbour: Api) -> None:
    reps = [f"r{n}" for n in range(8)]
    await crew(api, *reps)
    batches = [[api.wish(f"L-{start + n}") for n in range(BATCH)] for start in range(0, BULK, BATCH)]

    answers = await asyncio.gather(*((api, neighbour)[n % 2].route_batch(batch) for n, batch in enumerate(batches)))

    held = Counter(last(result.decision.rep) for results in answers for result in results)
    assert set(held) == set(reps)
    assert max(held.values()) - min(held.values()) <= 1


async def test_08_a_deactivated_rep_receives_nothing_from_then_on(api: Api, neighbour: Api) -> None:
    await crew(api, "ann", "bob")
    await api.route("L-0")
    await neighbour.route("L-1")

    await api.switch("ann", active=False)
    answers = await asyncio.gather(*((api, neighbour)[n % 2].route(f"M-{n}") for n in range(40)))

    assert {last(answer.rep) for answer in answers} == {"bob"}


async def test_12_a_rep_in_two_pools_is_charged_by_each_and_has_one_capacity(api: Api) -> None:
    await api.hire("ann", capacity={"LEAD": 3})
    for pool in ("east", "west"):
        await api.pool(pool, ["ann"])
    west = {"id": "west", "when": {"field": "region", "op": "eq", "value": "west"}, "route": {"pool": "west"}}
    fields = {"region": {"type": "string"}}
    await api.adopt({"fields": fields, "rules": [west], "default": {"route": {"pool": "east"}}})

    answers = [await api.route(f"L-{n}", region=region) for n, region in enumerate(["east", "west", "east", "west"])]

    assert [answer.outcome for answer in answers] == [ASSIGNED, ASSIGNED, ASSIGNED, UNROUTED]
    assert [(await api.report(pool)).decisions for pool in ("east", "west")] == [2, 1]
    assert await differences(api.redis_url, api.tenant) == []


async def test_13_a_share_of_less_than_half_a_lead_a_day_is_still_served(api: Api) -> None:
    """Fourteen a month of nine hundred: what is rounded per day comes to nothing."""
    for rep in ("part", "full"):
        await api.hire(rep)
    await api.pool("everyone", {"part": 14, "full": 886})
    await api.adopt(EVERYONE)

    results = [result for _ in range(30) for result in await api.route_batch([api.wish() for _ in range(30)])]

    assert Counter(last(result.decision.rep) for result in results) == {"part": 14, "full": 886}


async def test_28_a_store_that_comes_back_without_its_data_is_named_as_what_it_is(api: Api) -> None:
    await crew(api, "ann", "bob")
    lead = await api.route("L-1")
    redis: Any = Redis.from_url(api.redis_url)

    await redis.delete(*[key async for key in redis.scan_iter(f"fairlead:{{{api.tenant}}}:*")])
    await redis.aclose()

    with pytest.raises(grpc.aio.AioRpcError, match="no rule set is published"):
        await api.route("L-1")
    with pytest.raises(grpc.aio.AioRpcError, match="NOT_FOUND"):
        await api.item(lead.work_item)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # redis-py: connections to a killed store
@pytest.mark.parametrize("stride", STRIDES)
async def test_27_a_commit_is_kept_whole_or_not_at_all_whoever_is_killed_at_whichever_step(
    data_folder: Path, stride: int
) -> None:
    system, places = System(data_folder, Edits(fail_points=True)), places_of_all()
    falls = [
        *falls_at(Fault.STORE_KILLED_IN_COMMIT, len(places), stride),
        *falls_at(Fault.SERVER_KILLED_AT_STEP, len(STEPS_OF_SERVERS), stride),
        *falls_at(Fault.WORKER_KILLED_AT_STEP, len(STEPS_OF_WORKERS), stride),
    ]

    try:
        await system.start()
        tally = await Round(27, 1, 0.0, [], places, falls=falls).play(system)
    finally:
        await system.stop()

    assert tally.violations == []
    assert {Fault.STORE_KILLED_IN_COMMIT, Fault.SERVER_KILLED_AT_STEP} <= set(tally.faults)
    assert tally.faults.total() >= len(falls) / 2  # some writes are rare, and nobody came by; so are a worker's steps


def falls_at(fault: Fault, steps: int, stride: int) -> list[Fall]:
    """Have it fall at each step, or at some of them."""
    return [Fall(fault, 0.0, 0.0, (step + 0.5) / steps) for step in range(min(1, stride - 1), steps, stride)]
