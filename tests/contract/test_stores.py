"""Redis and its memory twin are driven with the same calls and must give the same answers, to the last number."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from redis.asyncio import Redis

from router.adapters.memory import MemoryStore
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.embedded import EmbeddedServer
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.workforce import RedisWorkforce
from router.administration import Administration, Change
from router.books import Books
from router.decision import Decision
from router.errors import NotFound, RouterError
from router.fairness import Fairness
from router.items import Kind, State, WorkItem
from router.ports import Completed, Publication, Settled
from router.routing import ReassignRequest, Router, RouteRequest
from router.rules.check import check
from router.rules.stored import dumps
from router.verification import Verification
from router.workforce import MICROS, Member, Pool, Rep

TENANT = "t"
REPS = ("ana", "bo", "陈", "dev")
POOLS = ("east", "west")
RULES = """
fields:
  region: {type: string}
  skill: {type: string}
  potential: {type: number}
rules:
  - id: east
    when: {field: region, op: eq, value: east}
    route:
      pool: east
      require: [{rep: skills, op: has, item: skill}]
      prefer: [{rep: skills, op: has, value: ERP, score: 3}]
      value: potential
      fallback: [{drop: [skills]}, {rep: dev}]
  - id: waits
    when: {field: region, op: eq, value: waits}
    route: {pool: west, require: [{rep: skills, op: has, item: skill}], fallback: [{pool: east}, wait]}
default:
  route: {pool: west}
"""


class Side:
    """One store with all that is built on it."""

    def __init__(self, assignments: Any, workforce: Any, rule_sets: Any) -> None:
        self.assignments = assignments
        self.rule_sets = rule_sets
        self.administration = Administration(workforce, rule_sets)
        self.books = Books(workforce, rule_sets, rule_sets)
        self.router = Router(assignments, self.books)
        self.fairness = Fairness(assignments, self.administration)


Call = Callable[[Side], Coroutine[Any, Any, Any]]


async def answer(call: Awaitable[Any]) -> Any:
    """Return an answer, or what was raised, without the times."""
    try:
        return without_times(await call)
    except RouterError as error:
        return type(error), str(error)


def without_times(value: Any) -> Any:
    match value:
        case Decision():
            return replace(value, decided_ms=0)
        case Completed() | Settled():
            return replace(value, at_ms=0)
        case list() | tuple():
            return [without_times(entry) for entry in value]
        case RouterError():
            return type(value), str(value)
        case _:
            return (
                replace(value, created_ms=0, decision=without_times(value.decision))
                if hasattr(value, "created_ms")
                else value
            )


class Stores(RuleBasedStateMachine):
    """Any sequence of calls, on both sides."""

    redis_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis = Redis.from_url(self.redis_url)
        self.loop.run_until_complete(self.redis.flushall())
        memory = MemoryStore(lambda: 0)
        rule_sets = RedisRuleSets(self.redis)
        self.sides = [
            Side(memory, memory, memory),
            Side(RedisAssignments(self.redis), RedisWorkforce(self.redis), rule_sets),
        ]
        self.item_ids: list[str] = []

    def both(self, call: Call) -> Any:
        memory, redis = [self.loop.run_until_complete(answer(call(side))) for side in self.sides]
        assert memory == redis
        return memory

    @initialize()
    def begin(self) -> None:
        rule_set = check(RULES).rule_set
        assert rule_set is not None
        stored = dumps(rule_set)
        self.both(lambda side: publish(side, stored))
        reps = [
            Change("rep", rep, lambda _, rep=rep: Rep(rep, attributes={"skills": ("ERP",)}), create=True)
            for rep in REPS
        ]
        pools = [Change("pool", pool, lambda _, pool=pool: Pool(pool), create=True) for pool in POOLS]
        self.both(lambda side: side.administration.save(TENANT, [*reps, *pools]))

    @rule(
        rep=st.sampled_from(REPS),
        skills=st.sets(st.sampled_from(["ERP", "CRM"])),
        active=st.booleans(),
        cap=st.one_of(st.none(), st.integers(0, 3)),
    )
    def change_rep(self, rep: str, skills: set[str], active: bool, cap: int | None) -> None:
        capacity = {} if cap is None else {"LEAD": cap}
        made = Rep(rep, attributes={"skills": tuple(sorted(skills))}, active=active, capacity=capacity)
        self.both(lambda side: side.administration.save(TENANT, [Change("rep", rep, lambda _: made, create=True)]))

    @rule(
        pool=st.sampled_from(POOLS),
        members=st.dictionaries(st.sampled_from(REPS), st.integers(1, 5000)),
        band=st.sampled_from([0, MICROS // 2, 2 * MICROS]),
        by_value=st.booleans(),
    )
    def change_pool(self, pool: str, members: dict[str, int], band: int, by_value: bool) -> None:
        made = Pool(pool, tuple(Member(rep, weight) for rep, weight in members.items()), "", band, by_value)
        self.both(lambda side: side.administration.save(TENANT, [Change("pool", pool, lambda _: made, create=True)]))

    @rule(rep=st.sampled_from(REPS), request_id=st.sampled_from(["", "d1"]))
    def delete_rep(self, rep: str, request_id: str) -> None:
        self.both(lambda side: side.administration.delete(TENANT, "rep", rep, request_id=request_id))

    @rule(data=st.data(), size=st.integers(1, 6), preview=st.booleans())
    def route(self, data: st.DataObject, size: int, preview: bool) -> None:
        requests = [self.request(data) for _ in range(size)]
        answers = self.both(lambda side: side.router.route_many(TENANT, requests, preview=preview))
        if not preview and isinstance(answers, list):
            self.item_ids += [entry.item_id for entry in answers if isinstance(entry, Decision)]

    def request(self, data: st.DataObject) -> RouteRequest:
        item = WorkItem(
            data.draw(st.sampled_from([Kind.LEAD, Kind.LEAD, Kind.TICKET])),
            "crm",
            str(data.draw(st.integers(0, 25))),
            {
                "region": data.draw(st.sampled_from(["east", "waits", "elsewhere"])),
                "skill": data.draw(st.sampled_from(["ERP", "CRM"])),
                "potential": data.draw(st.sampled_from([0.0, 1.0, 2.5, 1e9])),
            },
            data.draw(st.sampled_from([0.0, 4.0])),
        )
        return RouteRequest(item, data.draw(st.sampled_from(["", "", *[f"r{n}" for n in range(12)]])))

    @rule(
        data=st.data(),
        rep=st.sampled_from(["", "", *REPS, "nobody"]),
        request_id=st.sampled_from(["", "a1", "a2"]),
        expected=st.sampled_from([0, 0, 0, 3]),
        preview=st.booleans(),
    )
    def reassign(self, data: st.DataObject, rep: str, request_id: str, expected: int, preview: bool) -> None:
        item_id = data.draw(st.sampled_from([*self.item_ids[-8:], "crm~nothing"]))
        wish = ReassignRequest(item_id, rep, "", expected, request_id)
        self.both(lambda side: side.router.reassign(TENANT, wish, preview=preview))

    @rule(
        data=st.data(),
        state=st.sampled_from([State.CONVERTED, State.CLOSED]),
        request_id=st.sampled_from(["", "c1", "a1", "r1"]),
        preview=st.booleans(),
    )
    def complete(self, data: st.DataObject, state: State, request_id: str, preview: bool) -> None:
        item_id = data.draw(st.sampled_from([*self.item_ids[-8:], "crm~nothing"]))
        self.both(lambda side: side.router.complete(TENANT, item_id, state, request_id=request_id, preview=preview))

    @rule(data=st.data())
    def explain(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, 60))
        self.both(lambda side: explained(side, number))

    @rule(before=st.integers(0, 30), count=st.integers(1, 5))
    def read_pages(self, before: int, count: int) -> None:
        self.both(lambda side: side.router.decisions(TENANT, before=before, count=count))
        self.both(lambda side: side.router.items(TENANT, after=before, count=count))

    @invariant()
    def ledgers_and_loads_are_equal(self) -> None:
        for pool in POOLS:
            self.both(lambda side, pool=pool: side.assignments.ledger(TENANT, pool))
            self.both(lambda side, pool=pool: side.fairness.report(TENANT, pool))
        self.both(lambda side: side.assignments.loads(TENANT))

    def teardown(self) -> None:
        self.both(lambda side: side.assignments.events(TENANT, count=1000))
        for side in self.sides:
            assert self.loop.run_until_complete(differences(side)) == []
        self.loop.run_until_complete(self.redis.aclose())
        self.loop.close()


async def publish(side: Side, stored: str) -> int:
    publication: Publication = await side.rule_sets.publish(TENANT, None, Publication(0, RULES, stored, "", 2, 0, 0))
    return publication.revision


async def explained(side: Side, number: int) -> Any:
    try:
        decision = await side.router.decision(TENANT, number)
    except NotFound:
        return None
    return await side.router.explanation(TENANT, decision)


async def differences(side: Side) -> list[str]:
    return [difference async for difference in Verification(side.assignments, side.books).differences(TENANT)]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), fsync="no")
        server.start()
        yield server.url
        server.stop()


def test_any_sequence_of_calls_is_answered_alike_by_redis_and_by_memory(redis_url: str) -> None:
    Stores.redis_url = redis_url
    run_state_machine_as_test(
        Stores,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
