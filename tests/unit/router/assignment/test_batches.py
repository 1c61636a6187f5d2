"""Of a large batch some parts are under way at a time; each is planned again alone, and results keep their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from failures import StoreUnavailable
from router.assignment import commands
from router.assignment.commands import BindCommand, Moved, RouteRequest
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.model.decision import Decision
from router.model.errors import StaleRevision
from router.model.revisions import RevisionPair
from router.model.workitem import Kind, WorkItem
from tests.contract.nothing.routing import Routing

REQUESTS = [RouteRequest(WorkItem(Kind.LEAD, "crm", f"B-{n}")) for n in range(5 * MAX_JOBS + 3)]
Answers = Callable[[int, Sequence[BindCommand]], Any]


class SlowStore:
    """The twin, whose calls take a while; ``instead`` may answer one, by its number, or raise."""

    def __init__(self, world: Routing, instead: Answers) -> None:
        self._store = world.store
        self._instead = instead
        self._under_way = 0
        self.calls: list[list[str]] = []
        self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def bind(self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], **given: Any) -> Any:
        self.calls.append([job.item_id for job in jobs])
        number = len(self.calls)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            for _ in range(10):
                await asyncio.sleep(0)
            return self._instead(number, jobs) or await self._store.bind(tenant, revisions, jobs, **given)
        finally:
            self._under_way -= 1


class SlowAtFirst:
    """Planners that the first part of a batch has to wait for."""

    def __init__(self, planners: PlannerCache) -> None:
        self._planners = planners
        self._slow = 30

    def __getattr__(self, name: str) -> Any:
        return getattr(self._planners, name)

    async def current(self, tenant: str) -> Planner:
        slow, self._slow = self._slow, 0
        for _ in range(slow):
            await asyncio.sleep(0)
        return await self._planners.current(tenant)


async def routed(
    instead: Answers = lambda *_: None, planners_of: Callable[[PlannerCache], Any] = lambda planners: planners
) -> tuple[SlowStore, list[Any]]:
    world = await Routing.open(None, "t")
    store, planners = SlowStore(world, instead), planners_of(world.planners)
    router = Router(store, planners, WorkItemQueries(store, planners), world.customer_scores)
    return store, await router.route_many("t", REQUESTS)


def ids(answers: Sequence[Any]) -> list[str]:
    return [answer.item_id if isinstance(answer, Decision) else type(answer).__name__ for answer in answers]


NAMES = [f"crm~B-{n}" for n in range(len(REQUESTS))]


async def test_some_parts_are_under_way_at_a_time_and_results_keep_the_order_of_the_requests() -> None:
    store, answers = await routed()

    assert ids(answers) == NAMES
    assert [name for call in store.calls for name in call] == NAMES
    assert [len(call) for call in store.calls] == [64, 64, 64, 64, 64, 3]
    assert store.most == 3


async def test_a_part_that_takes_longer_to_be_planned_is_sent_before_those_behind_it() -> None:
    store, answers = await routed(planners_of=SlowAtFirst)

    assert ids(answers) == NAMES
    assert [name for call in store.calls for name in call] == NAMES


async def test_a_part_that_is_stale_is_planned_again_alone() -> None:
    def stale_once(number: int, _: Sequence[BindCommand]) -> None:
        if number == 2:
            raise StaleRevision("tenants/t", "rules changed")

    store, answers = await routed(stale_once)

    assert ids(answers) == NAMES
    assert len(store.calls) == 7
    assert sum(call == NAMES[64:128] for call in store.calls) == 2


async def test_what_is_planned_for_another_time_is_planned_again_alone() -> None:
    def moved_once(number: int, jobs: Sequence[BindCommand]) -> Any:
        return [Moved(1)] * len(jobs) if number == 6 else None

    store, answers = await routed(moved_once)

    assert ids(answers) == NAMES
    assert store.calls[-2:] == [NAMES[320:]] * 2


async def test_a_part_with_too_many_candidates_goes_in_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_CANDIDATES", 20)  # each of these has one

    store, answers = await routed()

    assert ids(answers) == NAMES
    assert {len(call) for call in store.calls} == {20, 4, 3}
    assert [name for call in store.calls for name in call] == NAMES


async def test_of_such_a_part_what_was_done_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_CANDIDATES", 20)

    def stale_once(number: int, _: Sequence[BindCommand]) -> None:
        if number == 4:
            raise StaleRevision("tenants/t", "rules changed")

    store, answers = await routed(stale_once)

    assert ids(answers) == NAMES
    assert {answer.outcome for answer in answers} == {answers[0].outcome}
    sent = [name for call in store.calls for name in call]
    assert len(sent) == len(NAMES) + len(store.calls[3])


async def test_what_was_done_does_not_look_undone_where_a_part_is_given_up() -> None:
    def stale_always(_: int, jobs: Sequence[BindCommand]) -> None:
        if jobs[0].item_id == NAMES[64]:
            raise StaleRevision("tenants/t", "rules changed")

    _, answers = await routed(stale_always)

    assert ids(answers) == [*NAMES[:64], *["StaleRevision"] * 64, *NAMES[128:]]


async def test_a_store_that_does_not_answer_one_part_answers_none() -> None:
    def lost(number: int, _: Sequence[BindCommand]) -> None:
        if number == 4:
            raise StoreUnavailable("gone")

    with pytest.raises(StoreUnavailable, match="gone"):
        await routed(lost)
