"""What is personal is sealed in the log and lies beside it; once it is erased, everything else still holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import msgpack
import pytest
from redis.asyncio import Redis

from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.keys import Keys
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.commands import ReassignRequest, Refusal, RouteRequest, UpdateRequest
from router.assignment.jobs import reassign_command
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.backlog.requeuer import Requeuer
from router.erasure.finding import Search
from router.erasure.ports import Counts, Pending
from router.erasure.service import Eraser, Subject
from router.history.replay import Replay
from router.history.tamper_check import TamperCheck
from router.model.decision import Cause, Decision, Outcome
from router.model.errors import CorruptHistory, NotFound, NotPossible, RequestIdReused
from router.model.events import Erased, Updated
from router.model.sealing import Personal, Sealed
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from store.clients import close
from store.embedded.server import EmbeddedServer
from tests.drivers import DRIVERS, driven
from tests.twins.store import MemoryStore

PHONE = "139 0000 0000"
RULES = """
fields:
  phone: {type: string, personal: true}
  region: {type: string}
  customer: {type: string}
  risk: {type: number}
undeclared: ignore
known_customer: {id: customer, churn_risk: risk}
rules:
  - id: hotline
    when: {all: [{field: phone, op: eq, value: 139 0000 0000}, {not: {field: phone, op: missing}}]}
    route: {pool: hot}
  - id: waits
    when: {all: [{field: region, op: eq, value: far}, {field: phone, op: exists}]}
    route: {pool: nobody, fallback: [wait]}
default: {route: {pool: east}}
"""


class EmptyQueue:
    """A queue in which nothing waits."""

    async def of_customer(self, *_: object) -> Pending:
        return Pending([], [])

    async def waiting(self, *_: object) -> int:
        return 0

    async def remove(self, *_: object) -> int:
        return 0


@dataclass
class World:
    """A tenant with two reps: bo in pool hot, cy in pool east; pool nobody is empty."""

    store: Any
    workforce: Any
    presences: Any
    rule_sets: Any
    customer_scores: Any
    values: Any
    notes: Any
    tenant: str

    def __post_init__(self) -> None:
        self.planners = PlannerCache(self.workforce, self.rule_sets, self.rule_sets, personal=Personal.of(["nickname"]))
        self.queries = WorkItemQueries(self.store, self.planners)
        self.router = Router(self.store, self.planners, self.queries, self.customer_scores)
        self.eraser = Eraser(self.store, self.values, EmptyQueue(), self.planners)

    async def publish(self, rules: str) -> None:
        rule_set = check(rules).rule_set
        assert rule_set is not None
        await self.rule_sets.publish(self.tenant, None, Publication(0, rules, dumps(rule_set), "", 2, 0, 0))

    async def arrange(self) -> None:
        await self.publish(RULES)
        workforce_service = WorkforceService(self.workforce, self.rule_sets)
        for edit in (
            Edit("rep", "bo", lambda _: Rep("bo"), create=True),
            Edit("rep", "cy", lambda _: Rep("cy"), create=True),
            Edit("pool", "hot", lambda _: Pool("hot", (Member("bo"),)), create=True),
            Edit("pool", "east", lambda _: Pool("east", (Member("cy"), Member("bo"))), create=True),
            Edit("pool", "nobody", lambda _: Pool("nobody", ()), create=True),
        ):
            await workforce_service.save(self.tenant, [edit])

    async def route(self, external_id: str = "L-1", *, preview: bool = False, **attributes: Any) -> Decision:
        item = WorkItem(Kind.LEAD, "crm", external_id, attributes)
        return await self.router.route(self.tenant, RouteRequest(item), preview=preview)

    async def erase(self, item_id: str = "", customer: str = "", **given: Any) -> Counts:
        return (await self.eraser.erase(self.tenant, Subject(item_id, customer), **given)).counts

    async def replay(self) -> tuple[list[str], set[str]]:
        verification = Replay(self.store, self.presences, self.planners)
        return [difference async for difference in verification.differences(self.tenant)], verification.erased


def on_redis(redis: Any, tenant: str) -> World:
    """Return one whose ports are those of Redis."""
    return World(
        RedisAssignments(redis), RedisWorkforce(redis), RedisPresences(redis), RedisRuleSets(redis),
        RedisCustomerScores(redis), RedisPersonalValues(redis), RedisNotes(redis), tenant,
    )  # fmt: skip


@pytest.fixture
async def redis(store: EmbeddedServer) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(store.url)
    yield client
    await close(client)


@pytest.fixture(params=["memory", *DRIVERS])
async def world(request: pytest.FixtureRequest, redis: Any, tenant: str) -> World:
    memory = MemoryStore(lambda: 0)
    made = (
        World(memory, memory, memory, memory, memory, memory, memory, tenant)
        if request.param == "memory"
        else replace(on_redis(redis, tenant), store=RedisAssignments(driven(redis, request.param)))
    )
    await made.arrange()
    return made


async def test_who_may_read_sees_personal_values_as_they_came(world: World) -> None:
    answer = await world.route(phone=PHONE, nickname="Lulu", region="east")

    stored = await world.queries.item(world.tenant, "crm~L-1")

    assert dict(answer.head.item.attributes) == {"phone": PHONE, "nickname": "Lulu", "region": "east"}
    assert stored.decision == answer
    assert answer.head.matched_rules == ("hotline",)
    assert answer.head.outcomes == (True, False)


async def test_after_erasing_what_is_personal_is_absent_and_the_rest_is_not(world: World) -> None:
    await world.route(phone=PHONE, nickname="Lulu", region="east")

    counts = await world.erase("crm~L-1", actor="mo")

    stored = await world.queries.item(world.tenant, "crm~L-1")
    (event,) = await world.store.events(world.tenant, count=1, newest_first=True)
    assert counts == Counts(items=1, values=2)
    assert dict(stored.decision.head.item.attributes) == {"region": "east"}
    assert stored.record.owner == "bo"
    assert isinstance(event, Erased)
    assert (event.item_ids, event.values, event.actor) == (("crm~L-1",), 2, "mo")


async def test_an_erased_decision_is_explained_by_the_outcomes_that_it_kept(world: World) -> None:
    decision = await world.route(phone=PHONE, region="east")
    before = await world.queries.explanation(world.tenant, decision)
    await world.erase("crm~L-1")

    erased = await world.queries.decision(world.tenant, decision.number)
    after = await world.queries.explanation(world.tenant, erased)

    assert after.candidates == before.candidates
    assert [(p.path, p.holds) for p in after.predicates] == [(p.path, p.holds) for p in before.predicates]
    assert [p.actual for p in after.predicates] == [None, None]
    assert [sorted(explained.erased) for explained in (before, after)] == [[], ["phone"]]


async def test_erased_items_are_replayed_from_the_outcomes_that_they_kept(world: World) -> None:
    await world.route("L-1", phone=PHONE)
    await world.route("L-2", phone="110")
    await world.route("L-3", phone="110", region="far")
    await world.erase("crm~L-1")
    await world.erase("crm~L-3")
    await world.route("L-4", phone=PHONE)

    assert await world.replay() == ([], {"crm~L-1", "crm~L-3"})


async def test_values_that_are_gone_without_an_event_that_says_so_are_a_difference(world: World, redis: Any) -> None:
    await world.route(phone=PHONE)
    await _lose_openings(world, redis)

    differences, _ = await world.replay()

    assert differences == ["work item crm~L-1: what it was decided by is gone, and no event says that it was erased"]


async def test_an_erasure_is_no_excuse_for_what_is_lost_of_the_same_work_item_later(world: World, redis: Any) -> None:
    await world.route(phone=PHONE)
    await world.erase("crm~L-1")
    await world.router.reassign(world.tenant, ReassignRequest("crm~L-1", note="a new note"))
    sound, _ = await world.replay()
    await _lose_openings(world, redis)

    differences, erased = await world.replay()

    assert sound == []
    assert differences == ["work item crm~L-1: what it was decided by is gone, and no event says that it was erased"]
    assert erased == {"crm~L-1"}


async def _lose_openings(world: World, redis: Any) -> None:
    if isinstance(world.store, MemoryStore):
        world.store._tenants[world.tenant].openings.clear()
    else:
        await redis.delete(Keys(world.tenant).personal("crm~L-1"))


async def test_what_waits_is_woken_by_its_personal_values(world: World) -> None:
    waiting = await world.route(phone="110", region="far")
    workforce_service = WorkforceService(world.workforce, world.rule_sets)
    edit = Edit("pool", "nobody", lambda _: Pool("nobody", (Member("cy"),)))
    await workforce_service.save(world.tenant, [edit])
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await world.planners.renewed(world.tenant, (await world.planners.current(world.tenant)).revisions)
    await requeuer.begin()

    assert await requeuer.wake() == 1

    stored = await world.queries.item(world.tenant, "crm~L-1")
    assert (waiting.outcome, stored.decision.head.cause, stored.record.owner) == (Outcome.WAITING, Cause.WOKEN, "cy")
    assert stored.decision.head.item.attributes["phone"] == "110"
    assert await world.erase("crm~L-1") == Counts(items=1, values=2)  # one for each event


async def test_a_note_is_personal_whatever_is_declared(world: World) -> None:
    await world.route(region="east")
    moved = await world.router.reassign(world.tenant, ReassignRequest("crm~L-1", "cy", "Mrs Wu asks for cy"))

    counts = await world.erase("crm~L-1")

    assert moved.head.note == "Mrs Wu asks for cy"
    assert counts.values == 1
    assert (await world.queries.decision(world.tenant, moved.number)).head.note == ""
    assert await world.replay() == ([], {"crm~L-1"})


async def test_an_erased_item_can_be_moved_on(world: World) -> None:
    await world.route(phone=PHONE)
    await world.erase("crm~L-1")

    moved = await world.router.reassign(world.tenant, ReassignRequest("crm~L-1", "cy"))

    assert (moved.rep, dict(moved.head.item.attributes)) == ("cy", {})
    assert (await world.replay())[0] == []


async def test_what_was_read_before_erasing_is_not_written_after_it(world: World) -> None:
    await world.route(phone=PHONE)
    planner, stored = await world.planners.current(world.tenant), await world.queries.item(world.tenant, "crm~L-1")
    wish, item = ReassignRequest("crm~L-1", "cy"), stored.decision.head.item
    late = reassign_command(world.tenant, planner, wish, stored.record, item, "", 0)
    await world.erase("crm~L-1")

    answers = await world.store.bind(world.tenant, planner.revisions, [late])

    assert (item.attributes["phone"], answers) == (PHONE, [Refusal.CONFLICT])
    assert await world.erase("crm~L-1") == Counts()
    assert await world.replay() == ([], {"crm~L-1"})


async def test_what_waits_and_is_erased_is_woken_by_what_is_left(world: World) -> None:
    await world.route(phone="110", region="far")
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await requeuer.begin()
    await world.erase("crm~L-1")
    await requeuer.catch_up()

    assert await requeuer.wake() == 1

    stored = await world.queries.item(world.tenant, "crm~L-1")
    assert (stored.record.owner != "", "phone" in stored.decision.head.item.attributes) == (True, False)


async def test_a_customer_is_erased_with_all_their_items_and_scores(world: World) -> None:
    await world.customer_scores.keep(world.tenant, [("C-1", 0.9, "gold", 5), ("C-2", 0.1, "", 5)])
    for number in range(3):
        await world.route(f"L-{number}", phone="110", customer="C-1")
    await world.route("L-9", phone="110", customer="C-2")
    preview = await world.erase(customer="C-1", preview=True)

    counts = await world.erase(customer="C-1")

    assert counts == preview == Counts(items=3, values=3, scores=1)
    assert set(await world.customer_scores.last_scores(world.tenant, ["C-1", "C-2"])) == {"C-2"}
    assert (await world.queries.item(world.tenant, "crm~L-9")).decision.head.item.attributes["phone"] == "110"
    assert await world.erase(customer="C-1") == Counts()


async def test_erasing_is_repeated_by_its_request_id(world: World) -> None:
    await world.route(phone=PHONE)

    first = await world.erase("crm~L-1", request_id="e")
    again = await world.erase("crm~L-1", request_id="e")

    assert first == again == Counts(items=1, values=1)
    with pytest.raises(RequestIdReused):
        await world.erase(customer="C-1", request_id="e")


async def test_an_unknown_work_item_is_not_found_and_an_unknown_customer_is_erased_already(world: World) -> None:
    with pytest.raises(NotFound):
        await world.erase("crm~nothing")

    assert await world.erase(customer="nobody") == Counts()


async def test_a_preview_seals_nothing(world: World) -> None:
    preview = await world.route(phone=PHONE, customer="C-1", preview=True)

    assert preview.head.item.attributes["phone"] == PHONE
    assert await world.values.items_of(world.tenant, "C-1") == []


class TestOnRedis:
    """What is only there to be seen in the real store."""

    async def test_an_event_holds_no_personal_value(self, redis: Any, tenant: str) -> None:
        world = await _on_redis(redis, tenant)
        await world.route(phone=PHONE, nickname="Lulu")
        await world.router.reassign(tenant, ReassignRequest("crm~L-1", "cy", "Mrs Wu asks"))

        written = b"".join(b"".join(fields.values()) for _, fields in await redis.xrange(Keys(tenant).events))

        assert not any(text.encode() in written for text in (PHONE, "Lulu", "Mrs Wu"))

    async def test_an_altered_value_is_told(self, redis: Any, tenant: str) -> None:
        world = await _on_redis(redis, tenant)
        await world.route(phone=PHONE)
        key = Keys(tenant).personal("crm~L-1")
        for commitment, packed in (await redis.hgetall(key)).items():
            salt, _ = msgpack.unpackb(packed)
            await redis.hset(key, commitment, msgpack.packb([salt, "another"]))

        with pytest.raises(CorruptHistory, match="phone is not what was sealed"):
            await world.queries.item(tenant, "crm~L-1")

    async def test_the_chain_holds_after_erasing(self, redis: Any, tenant: str) -> None:
        world = await _on_redis(redis, tenant)
        await world.route(phone=PHONE)
        await world.erase("crm~L-1")
        audit = TamperCheck(world.store, world.store, world.workforce, world.rule_sets, world.rule_sets)

        assert [fault async for fault in audit.faults(tenant)] == []

    async def test_an_item_without_personal_fields_costs_no_key(self, redis: Any, tenant: str) -> None:
        world = await _on_redis(redis, tenant)
        await world.route(region="east", customer="C-1")

        assert await redis.exists(Keys(tenant).personal("crm~L-1")) == 0
        assert await redis.zrange(Keys(tenant).subject("C-1"), 0, -1) == [b"crm~L-1"]

    async def test_where_the_rules_name_no_customer_there_is_no_index_of_them(self, redis: Any, tenant: str) -> None:
        world = await _on_redis(redis, tenant)
        await world.publish(WITHOUT_CUSTOMERS)
        await world.route(region="east", customer="C-1")

        assert await redis.exists(Keys(tenant).subject("C-1"), Keys(tenant).subject("")) == 0


async def _on_redis(redis: Any, tenant: str) -> World:
    world = World(
        RedisAssignments(redis), RedisWorkforce(redis), RedisPresences(redis), RedisRuleSets(redis),
        RedisCustomerScores(redis), RedisPersonalValues(redis),
            RedisNotes(redis), tenant,
    )  # fmt: skip
    await world.arrange()
    return world


async def test_what_came_before_it_was_declared_personal_is_not_said_to_be_erased(world: World) -> None:
    await world.route("L-1", nickname="Mo")
    await world.route("L-2", city="x")
    later = replace(world)
    later.planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets, personal=Personal.of(["city"]))
    later.eraser = Eraser(world.store, world.values, EmptyQueue(), later.planners)

    with pytest.raises(NotPossible, match="city: in events from before it was declared personal"):
        await later.erase("crm~L-2")

    assert (await world.erase("crm~L-1")).values == 1


WITHOUT_CUSTOMERS = RULES.replace("known_customer: {id: customer, churn_risk: risk}\n", "")
BY_CLIENT = RULES.replace("id: customer, ", "id: client, ").replace("risk: {", "client: {type: string}\n  risk: {")
PHONE_NOT_PERSONAL = RULES.replace(", personal: true", "")


@pytest.mark.parametrize("rules", [WITHOUT_CUSTOMERS, BY_CLIENT])
async def test_a_customer_s_work_items_from_before_rules_named_their_customers_so_are_found(
    world: World, rules: str
) -> None:
    await world.publish(rules)
    await world.route("L-1", phone=PHONE, customer="C-1", client="C-1")
    await world.route("L-2", phone=PHONE, customer="C-2", client="C-2")
    await world.publish(RULES)
    await world.route("L-3", phone=PHONE, customer="C-1")

    assert await world.erase(customer="C-1", preview=True) == Counts(items=2, values=2)
    assert await world.erase(customer="C-1") == Counts(items=2, values=2)
    assert (await world.queries.item(world.tenant, "crm~L-2")).decision.head.item.attributes["phone"] == PHONE


async def test_a_customer_named_in_a_field_that_rules_named_before_is_found(world: World) -> None:
    await world.publish(BY_CLIENT)
    await world.route("L-1", phone=PHONE, client="C-1")
    await world.publish(RULES)

    assert await world.erase(customer="C-1") == Counts(items=1, values=1)


async def test_the_log_is_not_searched_for_what_the_index_has(world: World) -> None:
    await world.route("L-1", phone=PHONE, customer="C-1")
    by_rules_alone = PlannerCache(world.workforce, world.rule_sets, world.rule_sets)

    assert (await Search(world.values, by_rules_alone).in_log(world.tenant, "C-1")).item_ids == frozenset()
    assert (await Search(world.values, world.planners).in_log(world.tenant, "C-1")).item_ids == {"crm~L-1"}


async def test_a_customer_whose_id_is_sealed_is_found_in_the_log(world: World) -> None:
    await world.publish(
        WITHOUT_CUSTOMERS.replace("customer: {type: string}", "customer: {type: string, personal: true}")
    )
    await world.route("L-1", phone=PHONE, customer="C-1")
    await world.publish(RULES)

    assert await world.erase(customer="C-1") == Counts(items=1, values=2)


async def test_what_of_a_customer_came_before_rules_declared_it_personal_is_not_said_to_be_erased(world: World) -> None:
    await world.publish(PHONE_NOT_PERSONAL)
    await world.route("L-1", phone=PHONE, customer="C-1")
    await world.publish(RULES)

    with pytest.raises(NotPossible, match="phone: in events from before it was declared personal"):
        await world.erase(customer="C-1")


async def test_what_of_a_customer_came_before_an_operator_declared_it_personal_is_not_said_to_be_erased(
    world: World,
) -> None:
    await world.route("L-1", region="x", customer="C-1")
    later = replace(world)
    later.planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets, personal=Personal.of(["region"]))
    later.eraser = Eraser(world.store, world.values, EmptyQueue(), later.planners)

    with pytest.raises(NotPossible, match="region: in events from before it was declared personal"):
        await later.erase(customer="C-1")


COMPARING = RULES.replace("{pool: east}", "{pool: east, require: [{rep: regions, op: has, item: region}]}")
CHARGING = RULES.replace("{pool: east}", "{pool: weighed, value: risk}")


@pytest.mark.parametrize("rules_since", ["the same", "without"])
@pytest.mark.parametrize("subject", [Subject(customer="C-1"), Subject("crm~L-1")])
async def test_what_rules_compared_reps_with_is_not_said_to_be_erased_and_stops_nothing(
    world: World, rules_since: str, subject: Subject
) -> None:
    await world.publish(COMPARING)
    await world.route("L-1", region="x", phone="110", customer="C-1")
    if rules_since == "without":
        await world.publish(RULES)
    later = replace(world)
    later.planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets, personal=Personal.of(["region"]))
    later.eraser = Eraser(world.store, world.values, EmptyQueue(), later.planners)

    previewed = await later.eraser.erase(world.tenant, subject, preview=True)
    erased = await later.eraser.erase(world.tenant, subject)

    assert previewed.counts == erased.counts == Counts(items=1, values=1)
    for compacted in (previewed.compacted, erased.compacted):
        assert compacted.clean_ms == 0
        assert "region: stands in events whose rules compared reps with it, or charged it" in compacted.hindrance
    assert (await world.replay())[0] == []


@pytest.mark.parametrize(("pool", "is_left"), [("weighed", True), ("east", False)])
async def test_what_was_charged_by_a_field_is_not_said_to_be_erased_with_it(
    world: World, pool: str, is_left: bool
) -> None:
    edit = Edit("pool", "weighed", lambda _: Pool("weighed", (Member("bo"),), value_weighted=True), create=True)
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, [edit])
    await world.publish(CHARGING.replace("weighed", pool))
    later = replace(world)
    later.planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets, personal=Personal.of(["risk"]))
    later.router = Router(later.store, later.planners, later.queries, later.customer_scores)
    later.eraser = Eraser(world.store, world.values, EmptyQueue(), later.planners)
    await later.route("L-1", risk=7, customer="C-1")

    counts, compacted = await later.eraser.erase(world.tenant, Subject(customer="C-1"))

    assert counts == Counts(items=1, values=1)
    assert ("risk: stands in events whose rules compared reps with it, or charged it" in compacted.hindrance) == is_left


async def test_what_the_log_has_and_nobody_can_read_is_named_and_stops_nothing(redis: Any, tenant: str) -> None:
    world = await _on_redis(redis, tenant)
    await world.publish(WITHOUT_CUSTOMERS)
    await world.route("L-1", phone=PHONE, customer="C-1")
    await world.route("L-2", phone=PHONE, customer="C-2")
    for commitment in await redis.hkeys(Keys(tenant).personal("crm~L-2")):
        await redis.hset(Keys(tenant).personal("crm~L-2"), commitment, b"altered")
    await world.publish(RULES)
    number = (await world.store.item(tenant, "crm~L-2")).event

    counts, compacted = await world.eraser.erase(tenant, Subject(customer="C-1"), request_id="e")
    repeated = await world.eraser.erase(tenant, Subject(customer="C-1"), request_id="e")

    assert counts == repeated.counts == Counts(items=1, values=1)
    assert compacted.clean_ms == repeated.compacted.clean_ms == 0
    assert f"1 event of the log cannot be read and may be of the subject's work items: {number}" in compacted.hindrance
    assert repeated.compacted.hindrance == compacted.hindrance


class AskedQueue(EmptyQueue):
    """A queue that remembers in which fields it was to look for a customer."""

    asked: frozenset[str] = frozenset()

    async def of_customer(self, *asked: Any) -> Pending:
        self.asked = asked[1]
        return Pending([], [])


async def test_the_queue_is_searched_by_the_rules_that_are_active_now_whoever_published_them(world: World) -> None:
    await world.publish(WITHOUT_CUSTOMERS)
    await world.route("L-1")
    queue = AskedQueue()
    eraser = Eraser(world.store, world.values, queue, world.planners)
    await world.publish(BY_CLIENT)

    await eraser.erase(world.tenant, Subject(customer="C-1"))

    assert queue.asked == {"customer", "client"}


class OneUnreadable(EmptyQueue):
    """A queue that has one letter which nobody can read."""

    async def of_customer(self, *_: object) -> Pending:
        return Pending([], ["crm~L-7"])


async def test_a_submission_that_nobody_can_read_is_named_and_stops_nothing(world: World) -> None:
    world.eraser = Eraser(world.store, world.values, OneUnreadable(), world.planners)
    await world.route(phone=PHONE, customer="C-1")

    counts, compacted = await world.eraser.erase(world.tenant, Subject(customer="C-1"))

    assert (counts, compacted.clean_ms) == (Counts(items=1, values=1), 0)
    assert "1 submission cannot be read and may be the subject's: crm~L-7: purge them" in compacted.hindrance


async def test_nobody_can_try_out_in_the_store_what_a_request_held(redis: Any, tenant: str) -> None:
    world = await _on_redis(redis, tenant)
    item = WorkItem(Kind.LEAD, "crm", "L-1", {"phone": PHONE})
    await world.router.route(tenant, RouteRequest(item, "1c7fd9a4-4e0d-4c3c-8a51-9e2a6a1f2c55"))
    other = WorkItem(Kind.LEAD, "crm", "L-2", {"phone": PHONE})
    await world.router.route(tenant, RouteRequest(other, "c7b2a1de-7f25-4f0e-b6a0-3a50b7b6f8ad"))
    guesses = [blake2b(msgpack.packb(("route", guess.pack())), digest_size=12).hexdigest() for guess in (item, other)]

    answers = [await redis.get(key) async for key in redis.scan_iter(match=Keys(tenant).request("*")[:-32] + "*")]

    assert len(answers) == 2
    assert not [guess for guess in guesses for answer in answers if guess.encode() in answer]


ON_TRIAL = """
fields: {phone: {type: string, personal: true, ignore: [width, blanks]}, region: {type: string}}
rules:
  - id: trial
    when:
      all:
        - {percent: 90, salt: a}
        - {field: region, op: eq, value: east}
        - {percent: 99, of: phone, salt: b}
        - {field: phone, op: contains, value: "0000"}
        - not: {field: phone, op: starts_with, value: "110"}
    route: {pool: hot}
default: {route: {pool: east}}
"""


async def test_what_rules_worked_out_of_personal_values_is_kept_when_they_are_erased(world: World) -> None:
    hidden = replace(world)
    hidden.planners = PlannerCache(
        world.workforce, world.rule_sets, world.rule_sets, personal=Personal.of(["external_id"])
    )
    hidden.queries = WorkItemQueries(world.store, hidden.planners)
    hidden.router = Router(world.store, hidden.planners, hidden.queries, world.customer_scores)
    hidden.eraser = Eraser(world.store, world.values, EmptyQueue(), hidden.planners)
    await hidden.publish(ON_TRIAL)
    decision = await hidden.route("L-1", phone="139 ００００ 0000", region="east")
    before = await hidden.queries.explanation(hidden.tenant, decision)

    await hidden.erase(decision.item_id)

    erased = await hidden.queries.decision(hidden.tenant, decision.number)
    after = await hidden.queries.explanation(hidden.tenant, erased)
    assert decision.head.matched_rules == ("trial",)
    assert [p.actual for p in before.predicates][3:] == ["139 ００００ 0000"] * 2
    assert [(p.path, p.holds) for p in after.predicates] == [(p.path, p.holds) for p in before.predicates]
    assert [p.actual for p in after.predicates] == [None, "east", None, None, None]
    assert after.erased == {"external_id", "phone"}
    assert await hidden.replay() == ([], {decision.item_id})


async def test_what_an_update_changed_is_sealed_on_both_sides_and_erased_with_the_rest(world: World) -> None:
    await world.arrange()
    await world.route("L-1", phone="110", region="east", customer="C-1")
    updating = Updating(world.store, world.planners, world.queries, world.customer_scores)
    paths = frozenset({"attributes.phone", "attributes.customer"})
    wish = UpdateRequest("crm~L-1", {"phone": PHONE, "customer": "C-2"}, 0, 0, paths)

    await updating.update(world.tenant, wish)

    (change,) = [event for event in await world.store.events(world.tenant) if isinstance(event, Updated)]
    stored_events = await world.values.stored_contents(world.tenant, ["crm~L-1"])
    (stored,) = [event for event in stored_events if isinstance(event, Updated)]
    assert (change.before.attributes["phone"], change.head.item.attributes["phone"]) == ("110", PHONE)
    assert type(stored.before.attributes["phone"]) is type(stored.head.item.attributes["phone"]) is Sealed
    await world.eraser.erase(world.tenant, Subject(customer="C-2"))
    (change,) = [event for event in await world.store.events(world.tenant) if isinstance(event, Updated)]
    assert "phone" not in {**change.before.attributes, **change.head.item.attributes}
    assert change.erased == ("attributes.phone",)
    assert await world.replay() == ([], {"crm~L-1"})
