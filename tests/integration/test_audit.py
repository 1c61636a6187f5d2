"""The audit: a log that was altered behind the service's back is found out, whatever was altered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.adapters.redis.repositories import Stores
from router.history.tamper_check import TamperCheck
from tests.api import EVERYONE, Api

Fields = dict[bytes, bytes]


async def faults(api: Api) -> list[str]:
    stores = Stores.connect(api.redis_url)
    audit = TamperCheck(stores.assignments, stores.assignments, stores.workforce, stores.rule_sets, stores.rule_sets)
    try:
        return [fault async for fault in audit.faults(api.tenant)]
    finally:
        await stores.close()


async def some_history(api: Api) -> None:
    """Publish, hire, route, move, close, dismiss: an event of every type."""
    await api.adopt(EVERYONE)
    for rep in ("ann", "bo", "cy"):
        await api.hire(rep)
    await api.pool("everyone", ["ann", "bo", "cy"])
    names = [(await api.route(str(number))).work_item for number in range(5)]
    await api.reassign(names[0])
    await api.complete(names[1])
    await api.pool_without("everyone", "cy")


async def rewrite(api: Api, alter: Callable[[list[tuple[bytes, Fields]]], None]) -> None:
    """Take the log apart and put it together again, altered."""
    redis: Any = Redis.from_url(api.redis_url)
    key = Keys(api.tenant).events
    entries = await redis.xrange(key)
    alter(entries)
    await redis.delete(key)
    for number, fields in entries:
        await redis.xadd(key, fields, id=number)
    await redis.aclose()


async def test_an_untouched_log_is_sound(api: Api) -> None:
    await some_history(api)

    assert await faults(api) == []


async def test_a_changed_event_breaks_the_chain_where_it_stands(api: Api) -> None:
    await some_history(api)

    def change(entries: list[tuple[bytes, Fields]]) -> None:
        entries[6][1][b"facts"] = entries[6][1][b"facts"].replace(b"ann", b"bob")
        entries[6][1][b"head"] += b"!"

    await rewrite(api, change)

    (fault,) = await faults(api)
    assert fault.startswith("event 7: its link is")


async def test_an_event_left_out_breaks_the_chain(api: Api) -> None:
    await some_history(api)

    await rewrite(api, lambda entries: entries.__delitem__(6))

    assert (await faults(api))[0] == "event 8 follows event 6: events are missing"


async def test_an_event_slipped_in_breaks_the_chain(api: Api) -> None:
    await some_history(api)

    def slip_in(entries: list[tuple[bytes, Fields]]) -> None:
        number = int(entries[-1][0].split(b"-")[0])
        entries.append((b"%d-0" % (number + 1), {**entries[-1][1]}))

    await rewrite(api, slip_in)

    (fault,) = await faults(api)
    assert "its link is" in fault


async def altered_rules(api: Api, redis: Any) -> None:
    key = Keys(api.tenant).rule_sets
    text = await redis.hget(key, "1")
    await redis.hset(key, "1", text.replace(b"everyone", b"nobody"))


async def altered_workforce(api: Api, redis: Any) -> None:
    key = Keys(api.tenant).changes
    entries = await redis.xrange(key)
    await redis.delete(key)
    for number, fields in entries:
        record = fields[b"record"].replace(b'"active":true', b'"active":false')
        await redis.xadd(key, {**fields, b"record": record}, id=number)


@pytest.mark.parametrize(
    ("alter", "named"), [(altered_rules, "revision 1 of the rules"), (altered_workforce, "revision 1 of the workforce")]
)
async def test_altered_contents_are_found_by_their_digest(
    api: Api, alter: Callable[[Api, Any], Awaitable[None]], named: str
) -> None:
    await some_history(api)
    redis: Any = Redis.from_url(api.redis_url)

    await alter(api, redis)

    await redis.aclose()
    assert any(named in fault for fault in await faults(api))
