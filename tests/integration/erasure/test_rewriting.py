"""An older log is written anew with what is personal sealed: the same history, in another chain, or the old one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgpack
import pytest
from redis.asyncio import Redis

from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import Keys
from router.adapters.redis.rewriting import LogRewriter, RewriteReport
from router.assignment.commands import ReassignRequest, RouteRequest
from router.history.codec import pack_head, read_rewritten
from router.history.hash_chain import StoredEvent, link_of
from router.history.rewrite import fields_of
from router.history.tamper_check import TamperCheck
from router.model.decision import Decision
from router.model.errors import Conflict, FormatMismatch, NotPossible
from router.model.events import Event, RulesPublished, WorkforceChanged
from router.model.sealing import Personal
from router.model.workitem import Kind, State, WorkItem
from store.embedded.server import EmbeddedServer
from tests.contract.test_sealing import PHONE, World, on_redis

NOTE, NAME = "Mrs Wu asks for cy", "Lulu Wu"


@pytest.fixture
async def redis(store: EmbeddedServer) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(store.url)
    yield client
    await client.aclose()


@pytest.fixture
async def old(redis: Any, tenant: str) -> World:
    """Return a tenant whose log was written by format 1: every value stands in it as it came."""
    world = on_redis(redis, tenant)
    await world.arrange()
    item = WorkItem(Kind.LEAD, "crm", "L-1", {"phone": PHONE, "nickname": NAME, "customer": "C-1"})
    await world.router.route(tenant, RouteRequest(item, "once"))
    await world.route("L-2", region="far", phone="110")
    await world.router.reassign(tenant, ReassignRequest("crm~L-1", "cy", NOTE))
    await world.router.complete(tenant, "crm~L-1", State.CONVERTED)
    await _written_as_before(world, redis)
    return world


async def _written_as_before(world: World, redis: Any) -> None:
    """Turn a log into one of format 1, with a sound chain."""
    keys, link = Keys(world.tenant), ""
    events: list[Event] = await world.store.events(world.tenant, count=1000)
    entries = await world.store.entries(world.tenant)
    await redis.delete(keys.events)
    for entry, event in zip(entries, events, strict=True):
        unpacker = msgpack.Unpacker()
        unpacker.feed(entry.facts)
        instant, fields = unpacker
        head = b""
        if isinstance(event, Decision):
            head = msgpack.packb(msgpack.unpackb(pack_head(event.head, event.head.item.pack()))[:12])
            await redis.delete(keys.personal(event.item_id))  # whose it is stands in the index, whoever seals
        old = StoredEvent(entry.number, entry.type.partition(b".")[0], msgpack.packb([instant, *fields]), head, "")
        link = link_of(old, link)
        await redis.xadd(keys.events, fields_of(old, link), id=f"{entry.number}-0")
        mark = {RulesPublished: "rules_mark", WorkforceChanged: "workforce_mark"}.get(type(event))
        if mark:
            await redis.hset(keys.revisions, mark, link)


async def _rewrite(world: World, redis: Any, **given: Any) -> RewriteReport:
    return await LogRewriter(redis, world.planners, Personal.of(["nickname"]), page=3).rewrite(world.tenant, **given)


async def _faults(world: World) -> list[str]:
    audit = TamperCheck(world.store, world.store, world.workforce, world.rule_sets, world.rule_sets)
    return [fault async for fault in audit.faults(world.tenant)]


async def _history(world: World) -> list[Event]:
    """Return the log as it reads, without what only a sealed one keeps."""
    events: list[Event] = await world.store.events(world.tenant, count=1000)
    return [
        event._replace(head=event.head._replace(outcomes=())) if isinstance(event, Decision) else event
        for event in events
    ]


async def _in_plain(world: World, redis: Any) -> list[str]:
    written = b"".join(b"".join(fields.values()) for _, fields in await redis.xrange(Keys(world.tenant).events))
    return [text for text in (PHONE, NOTE, NAME) if text.encode() in written]


async def test_a_rewritten_log_tells_the_same_history_and_holds_no_personal_value(old: World, redis: Any) -> None:
    before, replayed = await _history(old), await old.replay()
    assert await _in_plain(old, redis) == [PHONE, NOTE, NAME]

    report = await _rewrite(old, redis)

    assert await _in_plain(old, redis) == []
    assert await _history(old) == before
    assert (report.events, report.items, report.values) == (len(before), 2, 6)
    assert await _faults(old) == []
    assert await old.replay() == replayed == ([], set())


async def test_what_goes_on_after_it_goes_on_by_the_new_links(old: World, redis: Any) -> None:
    await old.route("L-5")  # so that the planners at hand are those of the old marks
    await _rewrite(old, redis)

    item = WorkItem(Kind.LEAD, "crm", "L-1", {"phone": PHONE, "nickname": NAME, "customer": "C-1"})
    repeated = await old.router.route(old.tenant, RouteRequest(item, "once"))
    await old.route("L-6", phone=PHONE)

    assert repeated.number == 7
    assert await _faults(old) == []
    assert (await old.replay())[0] == []


async def test_a_log_in_plain_cannot_be_erased_from_until_it_is_rewritten(old: World, redis: Any) -> None:
    with pytest.raises(NotPossible, match="fairlead log rewrite"):
        await old.erase("crm~L-1")
    await _rewrite(old, redis)

    counts = await old.erase(customer="C-1")

    assert (counts.items, counts.values) == (1, 5)
    assert await old.replay() == ([], {"crm~L-1"})
    assert await _faults(old) == []


async def test_it_can_be_rewritten_again_when_more_is_personal(old: World, redis: Any) -> None:
    first = await _rewrite(old, redis)
    await old.erase("crm~L-1")

    again = await LogRewriter(redis, old.planners, Personal.of(["nickname", "region"])).rewrite(old.tenant)

    assert (again.values, again.link_before != first.link) == (1, True)  # far
    assert await old.replay() == ([], {"crm~L-1"})
    assert await _faults(old) == []


async def test_the_last_link_of_every_log_before_is_kept(old: World, redis: Any) -> None:
    first = await _rewrite(old, redis)
    await old.route("L-5")
    second = await _rewrite(old, redis)
    third = await _rewrite(old, redis)

    beginning = await old.store.beginning(old.tenant)

    ends = [(report.events, report.link_before) for report in (third, second, first)]
    assert list(read_rewritten(beginning.facts).ends) == ends
    assert (len(set(ends)), await _faults(old)) == (3, [])


async def test_a_beginning_that_knows_of_one_log_before_is_read() -> None:
    facts = msgpack.packb(1000) + msgpack.packb([7, "link"])

    assert read_rewritten(facts).ends == ((7, "link"),)


async def test_a_log_that_grows_while_a_page_is_read_stays_as_it_is(old: World, redis: Any) -> None:
    class Busy:
        """A connection on which somebody else routes behind each look at the log."""

        looks = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(redis, name)

        async def xrange(self, *arguments: Any, **given: Any) -> Any:
            found = await redis.xrange(*arguments, **given)
            self.looks += 1
            if self.looks < 8:
                await old.route(f"L-7{self.looks}")
            return found

    with pytest.raises(Conflict, match="stop every server"):
        await LogRewriter(Busy(), old.planners, Personal()).rewrite(old.tenant)

    assert await old.store.beginning(old.tenant) is None
    assert await _faults(old) == []


async def test_who_cannot_keep_others_out_any_more_stops(old: World, redis: Any) -> None:
    answers = iter([True, False])

    async def hold() -> bool:
        return next(answers)

    with pytest.raises(Conflict, match="somebody else writes its log anew"):
        await LogRewriter(redis, old.planners, Personal(), hold, page=3).rewrite(old.tenant)

    assert await old.store.beginning(old.tenant) is None
    assert await _faults(old) == []


async def test_an_altered_beginning_is_told(old: World, redis: Any) -> None:
    await _rewrite(old, redis)
    key = Keys(old.tenant).events
    entries = await redis.xrange(key)
    await redis.delete(key)
    entries[0][1][b"facts"] += b"!"
    for number, fields in entries:
        await redis.xadd(key, fields, id=number)

    assert await _faults(old) == ["what the rewritten log begins with was altered"]


class Mortal:
    """A connection on which only so many commands come through."""

    def __init__(self, redis: Any, commands: int) -> None:
        self._redis = redis
        self._left = commands

    def __getattr__(self, name: str) -> Any:
        if self._left <= 0:
            raise KilledError
        self._left -= 1
        return getattr(self._redis, name)


class KilledError(Exception):
    """The process is gone."""


async def test_killed_at_any_step_there_is_the_old_log_or_the_new_one(old: World, redis: Any) -> None:
    before, entries = await _history(old), await old.store.entries(old.tenant)
    steps = 0
    while True:
        try:
            await LogRewriter(Mortal(redis, steps), old.planners, Personal(), page=3).rewrite(old.tenant)
        except KilledError:
            steps += 1
        else:
            break
        assert await _history(old) == before
        assert await old.store.entries(old.tenant) == entries
        assert await _faults(old) == []
        assert (await old.replay())[0] == []

    assert steps > 8
    assert await old.store.beginning(old.tenant) is not None
    assert await _history(old) == before
    assert await _faults(old) == []


async def test_a_log_that_grows_meanwhile_stays_as_it_is(old: World, redis: Any) -> None:
    class Busy:
        """A connection on which somebody else routes before a script is called."""

        def __getattr__(self, name: str) -> Any:
            return getattr(redis, name)

        async def evalsha(self, *arguments: Any) -> Any:
            await old.route("L-7")
            return await redis.evalsha(*arguments)

        async def eval(self, *arguments: Any) -> Any:
            return await redis.eval(*arguments)

    with pytest.raises(Conflict, match="stop every server"):
        await LogRewriter(Busy(), old.planners, Personal()).rewrite(old.tenant)

    assert await old.store.beginning(old.tenant) is None
    assert await _faults(old) == []


@pytest.mark.parametrize("number", [FORMAT - 1, FORMAT + 1])
async def test_a_store_of_another_format_is_refused_before_anything_is_written(
    old: World, redis: Any, number: int
) -> None:
    keys = Keys(old.tenant)
    await redis.hset(keys.revisions, "format", number)
    before = await _everything(old, redis)

    with pytest.raises(FormatMismatch):
        await _rewrite(old, redis)

    assert await _everything(old, redis) == before


async def _everything(world: World, redis: Any) -> dict[bytes, bytes]:
    return {key: await redis.dump(key) async for key in redis.scan_iter(match=f"fairlead:{{{world.tenant}}}:*")}
