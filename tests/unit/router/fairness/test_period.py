"""A period of a ledger is the plain sum over its decisions, in however many parts and whatever changed meanwhile."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

from router.assignment.commands import ReassignRequest, RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.fairness.period import PeriodPart
from router.fairness.report import Fairness
from router.model.decision import Cause, Decision
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from tests.twins.store import MemoryStore

TENANT = "t"
RULES = """
fields: {to: {type: string}, worth: {type: number}}
rules: [{id: west, when: {field: to, op: eq, value: west}, route: {pool: west}}]
default: {route: {pool: east, value: worth}}
"""
REPS = ("ann", "bob", "cy")


class World:
    """1,300 leads for two pools, one of them charged by value, with overrides, and another weight now and then."""

    def __init__(self) -> None:
        clock = iter(range(1_000, 10_000_000, 5))
        self.store = MemoryStore(lambda: next(clock))
        planners = PlannerCache(self.store, self.store, self.store)
        self.queries = WorkItemQueries(self.store, planners)
        self.router = Router(self.store, planners, self.queries, self.store)
        self.workforce_service = WorkforceService(self.store, self.store)
        self.fairness = Fairness(self.store, self.workforce_service, self.queries)

    async def arrange(self, leads: int, changes: int) -> World:
        rule_set = check(RULES).rule_set
        assert rule_set is not None
        await self.store.publish(TENANT, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
        for rep in REPS:
            await self.workforce_service.save(TENANT, [Edit("rep", rep, lambda _, rep=rep: Rep(rep), create=True)])  # type: ignore[misc]
        for pool in ("east", "west"):
            await self.weigh(pool, 1)
        for number in range(leads):
            if number % (leads // changes) == 0:
                await self.weigh("east", 1 + number % 7)
            attributes = {"to": "west" if number % 3 == 0 else "", "worth": 1.0 + number % 5}
            item = WorkItem(Kind.LEAD, "crm", f"L-{number}", attributes)
            decision = await self.router.route(TENANT, RouteRequest(item))
            if number % 50 == 0:
                await self.router.reassign(TENANT, ReassignRequest(decision.item_id, rep=other(decision.rep)))
        return self

    async def weigh(self, pool_id: str, weight: int) -> None:
        members = tuple(Member(rep, 1000 * weight if rep == "ann" else 1000) for rep in REPS)
        pool = Pool(pool_id, members, value_weighted=pool_id == "east")
        await self.workforce_service.save(TENANT, [Edit("pool", pool_id, lambda _: pool, create=True)])

    async def decisions(self) -> list[Decision]:
        return [event for event in await self.store.events(TENANT, count=10_000) if isinstance(event, Decision)]

    async def parts(self, pool: str, from_ms: float, until_ms: float) -> list[PeriodPart]:
        parts = [await self.fairness.period(TENANT, pool, from_ms=from_ms, until_ms=until_ms, before=None)]
        while (below := parts[-1].below) is not None:
            parts.append(await self.fairness.period(TENANT, pool, from_ms=from_ms, until_ms=until_ms, before=below))
        return parts


def other(rep: str) -> str:
    return REPS[(REPS.index(rep) + 1) % len(REPS)]


@pytest.fixture(scope="module")
def world() -> World:
    return asyncio.run(World().arrange(1_300, 40))


def total(amounts: Iterable[dict[str, float]]) -> dict[str, float]:
    added = Counter[str]()
    for amount in amounts:
        added.update(amount)
    return dict(added)


def in_units(amounts: Mapping[str, float], unit: int = MICROS) -> dict[str, float]:
    return {rep: amount / unit for rep, amount in amounts.items() if amount}


@pytest.mark.parametrize("pool", ["east", "west"])
@pytest.mark.parametrize(("first", "last"), [(0, 1_300), (200, 1_100), (640, 650), (500, 500)])
async def test_a_period_is_the_plain_sum_over_its_decisions(world: World, pool: str, first: int, last: int) -> None:
    log = await world.decisions()
    start, end = log[first].at_ms, log[last].at_ms
    charged = [d for d in log if d.pool == pool and start <= d.at_ms < end]
    entitled, received = Counter[str](), Counter[str]()
    for decision in charged:
        received[decision.rep] += decision.charge
        for candidate in (await world.queries.explanation(TENANT, decision)).candidates:
            entitled[candidate.rep] += candidate.entitlement

    parts = await world.parts(pool, start, end)

    assert total(dict(part.entitled) for part in parts) == pytest.approx(
        {r: m / MICROS for r, m in entitled.items() if m}
    )
    assert {r: a for r, a in total(dict(part.received) for part in parts).items() if a} == pytest.approx(
        {r: m / MICROS for r, m in received.items()}
    )
    assert sum(part.decisions for part in parts) == len(charged)
    assert sum(part.overrides for part in parts) == sum(d.head.cause is Cause.OVERRIDE for d in charged)
    assert sum(part.charged for part in parts) == pytest.approx(sum(d.charge for d in charged) / MICROS)


async def test_a_part_is_of_few_revisions_and_a_whole_is_the_ledger_as_it_stands(world: World) -> None:
    ledger = await world.fairness.report(TENANT, "east")

    parts = await world.parts("east", -math.inf, math.inf)

    assert len(parts) >= 3
    assert total(dict(part.received) for part in parts) == pytest.approx(dict(ledger.received))
    assert total(dict(part.entitled) for part in parts) == pytest.approx(dict(ledger.entitled))
    assert sum(part.decisions for part in parts) == ledger.decisions


async def test_a_part_is_of_16_pairs_of_revisions_as_the_contract_says(world: World) -> None:
    charged = [decision.head for decision in reversed(await world.decisions()) if decision.pool == "west"]
    (newest, *_) = await world.parts("west", -math.inf, math.inf)

    pairs = [(head.rule_set_revision, head.workforce_revision) for head in charged]
    assert len({*pairs[: newest.decisions]}) == 16
    assert len({*pairs[: newest.decisions + 1]}) == 17


async def test_a_part_is_of_500_decisions_as_the_contract_says() -> None:
    world = await World().arrange(900, 1)

    parts = await world.parts("east", -math.inf, math.inf)

    assert parts[0].decisions == 500
    assert len(parts) == 2


async def test_a_distance_changes_in_a_period_by_what_was_entitled_minus_what_was_received(world: World) -> None:
    log = [
        decision
        for decision in await world.decisions()
        if decision.pool == "west" and len(decision.seen[0].deficits) == 3
    ]
    first, last = log[10], log[-10]

    parts = await world.parts("west", first.at_ms, last.at_ms)

    entitled, received = [total(dict(side) for side in sides) for sides in
                          ([part.entitled for part in parts], [part.received for part in parts])]  # fmt: skip
    for place, rep in enumerate(REPS):
        change = (last.seen[0].deficits[place] - first.seen[0].deficits[place]) / MICROS
        assert entitled[rep] - received[rep] == pytest.approx(change)


async def test_a_pool_that_nothing_was_charged_to_sums_up_to_nothing(world: World) -> None:
    assert await world.parts("nobody", 0, math.inf) == [PeriodPart({}, {}, 0.0, 0, 0, None)]
