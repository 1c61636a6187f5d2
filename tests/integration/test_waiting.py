"""What nobody can take waits, and finds its owner by itself as soon as a change could help it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from tests.api import ASSIGNED, WAITING, Api, differences, last, violated_fields

WAITS = {
    "fields": {"region": {"type": "string"}},
    "default": {
        "route": {
            "pool": "everyone",
            "require": [{"rep": "regions", "op": "has", "item": "region"}],
            "fallback": ["wait"],
        }
    },
}


class Watch:
    """The changes of work items as they come."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def next(self) -> routing.WatchWorkItemsResponse:
        answer = await self._stream.read()
        assert isinstance(answer, routing.WatchWorkItemsResponse)
        return answer

    async def woken(self) -> decisions.Decision:
        """Return the next decision that woke something."""
        while True:
            decision = (await self.next()).change.decision
            if decision.cause == decisions.Decision.CAUSE_WOKEN:
                return decision


@asynccontextmanager
async def watching(api: Api, resume_token: str = "") -> AsyncIterator[Watch]:
    request = routing.WatchWorkItemsRequest(parent=api.parent, resume_token=resume_token)
    stream = api.routing.WatchWorkItems(request)
    watch = Watch(stream)
    assert not (await watch.next()).HasField("change")
    try:
        yield watch
    finally:
        stream.cancel()


async def full_team(api: Api) -> list[str]:
    """Let ann own all she can, and three leads wait for her; return their names, oldest first."""
    await api.adopt(WAITS)
    await api.hire("ann", capacity={"LEAD": 1}, regions=["east"])
    await api.hire("bo", regions=["west"])
    await api.pool("everyone", ["ann", "bo"])
    owned = await api.route("owned", region="east")
    assert owned.outcome == ASSIGNED
    waiting = [await api.route(f"waits-{number}", region="east") for number in range(3)]
    assert [decision.outcome for decision in waiting] == [WAITING] * 3
    return [owned.work_item, *(decision.work_item for decision in waiting)]


async def test_06_freed_capacity_wakes_the_oldest_and_only_the_oldest(api: Api) -> None:
    owned, *waiting = await full_team(api)

    async with watching(api) as watch:
        await api.complete(owned)
        woken = await watch.woken()

    assert (woken.work_item, last(woken.rep), woken.outcome) == (waiting[0], "ann", ASSIGNED)
    states = [(await api.item(name)).state for name in waiting]
    assert states == [routing.WorkItem.STATE_ASSIGNED, *[routing.WorkItem.STATE_QUEUED] * 2]
    assert await differences(api.redis_url, api.tenant) == []


async def test_07_with_everybody_away_work_waits_and_is_assigned_when_one_returns(api: Api) -> None:
    await api.adopt(WAITS)
    await api.hire("ann", active=False, regions=["east"])
    await api.pool("everyone", ["ann"])
    away = await api.route("1", region="east")
    assert (away.outcome, away.refusal_summary) == (WAITING, "0/1 reps: 1 inactive")

    async with watching(api) as watch:
        await api.switch("ann", active=True)
        woken = await watch.woken()

    assert (woken.work_item, last(woken.rep)) == (away.work_item, "ann")


async def test_a_lead_that_moves_frees_its_owner_for_what_waits(api: Api) -> None:
    owned, *waiting = await full_team(api)

    async with watching(api) as watch:
        await api.reassign(owned, rep="bo")
        woken = await watch.woken()

    assert (woken.work_item, last(woken.rep)) == (waiting[0], "ann")


async def test_other_rules_wake_all_whom_they_help_in_the_order_they_came(api: Api) -> None:
    _, *waiting = await full_team(api)

    async with watching(api) as watch:
        await api.adopt({**WAITS, "default": {"route": {"pool": "everyone"}}})
        woken = [await watch.woken() for _ in waiting]

    assert [decision.work_item for decision in woken] == waiting
    assert {last(decision.rep) for decision in woken} == {"bo"}
    in_full = await api.decision(woken[0].name)
    assert in_full.awaited == decisions.Decision.AWAITED_RULES
    assert "It had waited until the rules were changed." in in_full.sentences


async def test_a_change_that_helps_nobody_writes_nothing(api: Api) -> None:
    owned, *_ = await full_team(api)

    async with watching(api) as watch:
        await api.hire("cy", regions=["north"])
        elsewhere = await api.route("elsewhere", region="west")
        await api.complete(elsewhere.work_item)
        await api.complete(owned)
        changes = [(await watch.next()).change for _ in range(4)]

    causes = [change.decision.cause for change in changes if change.HasField("decision")]
    assert causes == [decisions.Decision.CAUSE_ROUTED, decisions.Decision.CAUSE_WOKEN]


async def test_what_is_closed_while_it_waits_is_never_woken(api: Api) -> None:
    owned, first, second, _ = await full_team(api)

    async with watching(api) as watch:
        await api.complete(first)
        await api.complete(owned)
        woken = await watch.woken()

    assert woken.work_item == second
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await api.route("waits-0", region="east")
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "reopen it instead" in (refused.value.details() or "")


async def test_one_of_two_servers_wakes(api: Api, neighbour: Api) -> None:
    owned, *waiting = await full_team(neighbour)

    async with watching(api) as watch:
        await neighbour.complete(owned)
        woken = await watch.woken()
        again = await neighbour.complete(woken.work_item)
        assert again.state == routing.WorkItem.STATE_CLOSED
        assert (await watch.woken()).work_item == waiting[1]

    assert await differences(api.redis_url, api.tenant) == []


# ---- watching


async def test_a_watch_resumes_behind_the_last_change_it_was_told_of(api: Api) -> None:
    owned, *_ = await full_team(api)
    async with watching(api, "start") as watch:
        changes = [await watch.next() for _ in range(2)]
    assert changes[0].change.work_item == owned

    async with watching(api, changes[0].resume_token) as watch:
        again = await watch.next()

    assert again == changes[1]


async def test_a_watch_begins_with_what_comes(api: Api) -> None:
    await full_team(api)

    async with watching(api) as watch:
        late = await api.route("late", region="west")
        answer = await watch.next()
        await api.complete(late.work_item)
        closed = await watch.next()

    assert answer.change.decision.name == late.name
    assert (closed.change.closed, closed.change.work_item) == (routing.WorkItem.STATE_CLOSED, late.work_item)


async def test_a_token_that_nobody_gave_is_refused(api: Api) -> None:
    stream = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent, resume_token="moon"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stream.read()

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert violated_fields(refused.value) == ["resume_token"]
