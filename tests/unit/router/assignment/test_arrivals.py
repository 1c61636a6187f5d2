"""The first stamp stays, also where two servers see a lead at once; without rules that ask nobody reads a clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from router.assignment.commands import RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.history.replay import Replay
from router.model.calendars import TenantSettings
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from tests.twins.store import MemoryStore

PLAIN = "fields: {n: {type: number}}\ndefault: {route: {pool: nobody, fallback: [wait]}}\n"
ASKING = PLAIN + "arrival: {field: arrived}\n"
SECOND_MS = 1000


class Clocked(MemoryStore):
    """A store whose clock moves a second each time that it is read, and tells what is to happen meanwhile."""

    def __init__(self) -> None:
        self.readings = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        super().__init__(lambda: self.readings * SECOND_MS)

    async def now_us(self, tenant: str) -> int:
        self.readings += 1
        now_us = await super().now_us(tenant)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return now_us


async def arranged(source: str = ASKING) -> tuple[Clocked, Router, WorkItemQueries]:
    store = Clocked()
    rule_set = check(source).rule_set
    assert rule_set is not None
    await store.publish("t", None, Publication(0, source, dumps(rule_set), "", 0, 0, 0))
    planners = PlannerCache(store, store, store)
    queries = WorkItemQueries(store, planners)
    return store, Router(store, planners, queries, store), queries


def lead(n: int, external_id: str = "L-1", arrived_us: int = 0) -> RouteRequest:
    return RouteRequest(WorkItem(Kind.LEAD, "crm", external_id, {"n": n}), arrived_us=arrived_us)


async def test_of_two_servers_that_see_a_lead_at_once_the_one_that_writes_first_stamps_it() -> None:
    store, router, queries = await arranged()
    store.meanwhile = lambda: router.route("t", lead(2))

    await router.route("t", lead(1))

    stored = await queries.item("t", "crm~L-1")
    assert stored.item.attributes == {"n": 1, "arrived": "1970-01-01T00:00:02Z"}


async def test_who_is_sent_on_to_another_spelling_keeps_its_stamp() -> None:
    _, router, queries = await arranged()

    for n, external_id in enumerate(("l-1", "L-1", "Ｌ-1 ")):
        await router.route("t", lead(n, external_id))

    stored = await queries.item("t", "crm~l-1")
    assert stored.item.attributes == {"n": 2, "arrived": "1970-01-01T00:00:01Z"}


async def test_one_reading_does_for_a_whole_batch_and_what_came_before_needs_none() -> None:
    store, router, _ = await arranged()

    await router.route_many("t", [lead(n, f"L-{n}") for n in range(9)])
    await router.route_many("t", [lead(n, f"M-{n}", arrived_us=1) for n in range(9)])

    assert store.readings == 1


async def test_rules_that_do_not_ask_read_no_clock() -> None:
    store, router, queries = await arranged(PLAIN)

    await router.route("t", lead(1, arrived_us=5))
    await router.route("t", lead(2))

    assert store.readings == 0
    assert (await queries.item("t", "crm~L-1")).item.attributes == {"n": 2}


LATE = """
fields: {n: {type: number}}
rules: [{id: late, when: {field: arrived.hour, op: gte, value: 18}, route: {pool: nobody, fallback: [wait]}}]
default: {route: {pool: nobody, fallback: [wait]}}
"""
ELEVEN_UTC_US = 11 * 3_600 * 1_000_000
"""19:00 in Shanghai, noon in Berlin."""


async def decided_in_shanghai(store: Clocked, router: Router) -> list[tuple[str, ...]]:
    """Route a lead before and one after the tenant says that it is in Shanghai; return the rules that matched each."""
    before = await router.route("t", lead(1, "L-1", ELEVEN_UTC_US))
    await store.write("t", 0, {("tenant", "settings"): TenantSettings(time_zone="Asia/Shanghai")})
    after = await router.route("t", lead(2, "L-2", ELEVEN_UTC_US))
    return [before.head.matched_rules, after.head.matched_rules]


async def test_weekday_and_hour_are_those_of_the_tenant_s_zone_and_of_before_there_was_one_those_of_utc() -> None:
    store, router, _ = await arranged(LATE + "arrival: {field: arrived}")

    assert await decided_in_shanghai(store, router) == [(), ("late",)]
    replay = Replay(store, store, PlannerCache(store, store, store))
    assert [difference async for difference in replay.differences("t")] == []


async def test_rules_that_name_a_zone_keep_it_and_so_do_those_that_were_stored_when_none_meant_utc() -> None:
    store, router, _ = await arranged(LATE + "arrival: {field: arrived, timezone: Europe/Berlin}")
    assert await decided_in_shanghai(store, router) == [(), ()]

    former = dumps(check(LATE + "arrival: {field: arrived, timezone: UTC}").rule_set)  # type: ignore[arg-type]
    assert '"arrival":{"name":"arrived","timezone":"UTC"}' in former
    await store.publish("t", None, Publication(0, LATE, former, "", 0, 0, 0))

    assert (await router.route("t", lead(3, "L-3", ELEVEN_UTC_US))).head.matched_rules == ()
