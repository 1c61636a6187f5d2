"""A store of an older version is brought up to date by whoever comes first, however often that is cut short."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgpack
import pytest
from redis.crc import key_slot

from background.adapters.redis import role_key
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.adapters.redis.repositories import Stores
from router.adapters.redis.upgrade import ROLES_OF_1
from router.model.workforce import Rep
from store.clients import client_for, close
from tests.api import connected, differences
from tests.conftest import serving
from tests.golden import keys
from tests.integration.upgrade.arranging import (
    UPGRADING,
    Killed,
    Mortal,
    Repeating,
    Reports,
    every_kind_of_record,
    prepare,
    restored,
    upgrade,
)
from tests.served import Served
from tests.topologies import SLOTS, Cluster

GOLDEN = ["acme", "early", "华贸"]
"""The golden tenants that have revisions; the fourth has submissions alone."""


async def test_every_tenant_is_brought_up_to_date_and_says_so(url: str, redis: Any) -> None:
    restored(url)
    reports = Reports()

    await upgrade(redis, reports).run()

    assert {tenant: await redis.hget(Keys(tenant).revisions, "format") for tenant in GOLDEN} == dict.fromkeys(
        GOLDEN, b"%d" % FORMAT
    )
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT
    assert sorted(reports.progress) == sorted(GOLDEN)
    assert all(steps[-1][0] == steps[-1][1] for steps in reports.progress.values())
    assert len(reports.progress["acme"]) > 1
    assert [difference for tenant in GOLDEN for difference in await differences(url, tenant)] == []


async def test_the_log_is_not_touched(url: str, redis: Any) -> None:
    restored(url)
    before = keys.contents(url)

    await upgrade(redis).run()

    now = keys.contents(url)
    changed = {name.partition("}:")[2].split(":")[0] for name in now if now[name] != before.get(name)}
    assert changed == {"revisions", "item", "owned", "loads", "answered", "queue", "subject", ""}
    gone = {name.partition("}:")[2] for name in set(before) - set(now)}
    assert gone
    assert all("request:" in name or "change:" in name for name in gone)


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.long), pytest.param(7, marks=pytest.mark.long)])
async def test_cut_short_at_any_step_and_done_again_it_leaves_the_same_keys(url: str, redis: Any, stride: int) -> None:
    restored(url)
    whole = Mortal(redis)
    await upgrade(whole).run()
    expected = keys.contents(url)

    async def lease_ends(_: float) -> None:
        await redis.delete(UPGRADING)

    for calls in range(0, len(whole.calls), stride):
        await redis.flushall()
        await redis.script_flush()
        restored(url)
        with pytest.raises(Killed):
            await upgrade(Mortal(redis, calls)).run()
        await upgrade(redis, pause=lease_ends).run()

        assert keys.contents(url) == expected, f"killed after {calls} calls: {whole.calls[:calls][-3:]}"


async def test_a_request_that_is_gone_when_its_turn_comes_stops_nobody(url: str, redis: Any) -> None:
    restored(url)
    plain = [key async for key in redis.scan_iter(match="fairlead:{*}:request:*")]

    await upgrade(Repeating(redis)).run()

    assert plain
    assert await redis.exists(*plain) == 0
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


async def test_what_is_up_to_date_is_asked_for_one_key(url: str, redis: Any) -> None:
    restored(url)
    await upgrade(redis).run()
    client = Mortal(redis)

    await upgrade(client).run()

    assert client.calls == ["execute_command"]


async def test_an_empty_store_is_up_to_date(url: str, redis: Any) -> None:
    await upgrade(redis).run()

    assert await redis.keys() == [FORMAT_OF_ALL.encode()]


async def test_one_of_two_servers_upgrades_and_the_other_waits_and_says_so(url: str, redis: Any) -> None:
    restored(url)
    first, second = Reports(), Reports()

    await asyncio.gather(
        upgrade(redis, first, asyncio.sleep).run(), upgrade(redis, second, lambda _: asyncio.sleep(0)).run()
    )

    by_whom = {bool(reports.progress): reports for reports in (first, second)}
    assert by_whom[True].waits_for == []
    assert set(by_whom[False].waits_for) == {"another server brings the store to this version's format"}
    assert [difference for tenant in GOLDEN for difference in await differences(url, tenant)] == []


@pytest.mark.parametrize("role", ROLES_OF_1)
async def test_it_waits_until_older_servers_have_ended_and_says_for_what(url: str, redis: Any, role: str) -> None:
    restored(url)
    key, reports = role_key("acme", role), Reports()
    await redis.set(key, "an older server")

    async def role_ends(_: float) -> None:
        assert await redis.get(FORMAT_OF_ALL) is None
        if len(reports.waits_for) == 3:
            await redis.delete(key)

    await upgrade(redis, reports, role_ends).run()

    assert reports.waits_for == [f"a server of an older version runs, or ran a moment ago: {key}"] * 3
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


async def test_another_older_server_that_takes_the_role_of_one_that_died_is_waited_for(url: str, redis: Any) -> None:
    restored(url)
    key, reports, looks = role_key("acme", "auditing"), Reports(), list[str]()

    async def role_comes_and_goes(_: float) -> None:
        assert await redis.get(FORMAT_OF_ALL) is None
        looks.append("")
        if len(looks) == 10:  # five seconds after the other ended, which is when an older server looks again
            await redis.set(key, "another older server")
        if len(looks) == 50:
            await redis.delete(key)

    await upgrade(redis, reports, role_comes_and_goes, patience_s=25).run()

    assert [key in why for why in reports.waits_for] == [False] * 10 + [True] * 40 + [False] * 50
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


async def test_an_older_server_that_comes_under_way_halts_the_upgrade_before_the_next_page(
    url: str, redis: Any
) -> None:
    restored(url)
    key, client, walked = role_key("early", "auditing"), keys.client(url), Counter[str]()

    class Interrupted(Reports):
        def moved(self, tenant: str, events: int, of_events: int) -> None:
            assert not client.exists(key)
            super().moved(tenant, events, of_events)
            walked.update([tenant] if events == of_events else [])
            if tenant == "acme" and walked["acme"] == 3:  # for its work items, its overrides, and its customers
                client.set(key, "an older server")

    reports = Interrupted()

    async def role_ends(_: float) -> None:
        assert sorted(reports.progress) == ["acme"]
        await redis.delete(key)

    await upgrade(redis, reports, role_ends, page=10_000).run()
    client.close()

    assert reports.waits_for == [f"a server of an older version runs, or ran a moment ago: {key}"]
    assert [difference for tenant in GOLDEN for difference in await differences(url, tenant)] == []


async def test_an_upgrade_that_is_overtaken_ends_while_the_other_server_has_the_roles(url: str, redis: Any) -> None:
    restored(url)
    reports = Reports()

    async def another_is_done(_: float) -> None:
        await redis.delete(UPGRADING)
        await upgrade(redis).run()
        await redis.set(role_key("acme", "auditing"), "a server of this version")

    await upgrade(redis, reports, another_is_done, patience_s=25).run()

    assert len(reports.waits_for) == 1
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


async def test_a_tenant_that_never_published_rules_is_found_too(url: str, redis: Any) -> None:
    async with stores_on(url) as stores:
        await stores.workforce.write("entered", 0, {("rep", "ann"): Rep("ann")})
        await redis.hdel(Keys("entered").revisions, "format")

        await upgrade(redis).run()

        assert await stores.workforce.write("entered", 1, {("rep", "bo"): Rep("bo")}, event_hash=await mark(redis)) == 2


async def mark(redis: Any) -> str:
    stored: bytes = await redis.hget(Keys("entered").revisions, "workforce_mark")
    return stored.decode()


@asynccontextmanager
async def stores_on(url: str) -> AsyncIterator[Stores]:
    stores = Stores.connect(url)
    yield stores
    await stores.close()


async def test_a_request_whose_id_looks_like_revisions_is_no_tenant(url: str, redis: Any) -> None:
    await redis.set(Keys("acme").request("1}:revisions"), b"an answer")

    await upgrade(redis).run()

    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


@pytest.mark.long
def test_a_server_upgrades_its_store_before_it_serves_and_logs_it(data_folder: Path) -> None:
    prepare(data_folder, restored)

    server = Served(data_folder)
    server.ready()
    server.close()

    log = "".join(server.log)
    assert 0 < log.index("upgrading tenants/acme: ") < log.index("ready: listening")


# ---------------------------------------------------------------------------------------------- records of both formats


async def to_format_1(redis: Any, tenant: str) -> None:
    """Rewrite a tenant's keys as they were in format 1; the log, which has readers for both, stays."""
    all_keys = Keys(tenant)
    async for key in redis.scan_iter(match=all_keys.item("*"), count=1000):
        stored = msgpack.unpackb(await redis.get(key))
        if isinstance(stored, str):  # it leads to another: format 3
            await redis.delete(key)
            continue
        state, kind, owner, pool, epoch, event, _, _, decision, first, tried = stored
        await redis.set(key, msgpack.packb([state, kind, owner, pool, epoch, event, decision, first, tried]))
    await redis.delete(all_keys.owned)
    await redis.delete(FORMAT_OF_ALL)
    await redis.hdel(all_keys.revisions, "format")


async def test_records_of_every_kind_come_back_as_they_were(url: str, redis: Any) -> None:
    async with serving(url) as address, connected(address, "acme", url) as api:
        await every_kind_of_record(api)
    await redis.delete(*[role_key("acme", role) for role in ROLES_OF_1])
    before = keys.contents(url)
    await to_format_1(redis, "acme")
    assert keys.contents(url) != before

    await upgrade(redis).run()

    assert keys.contents(url) == before
    assert await differences(url, "acme") == []


@pytest.mark.long
async def test_tenants_on_every_node_of_a_cluster_are_found(cluster: Cluster) -> None:
    tenants, redis = [f"older-{number}" for number in range(6)], client_for(cluster.url)
    async with serving(cluster.url) as address:
        for tenant in tenants:
            async with connected(address, tenant, cluster.url) as api:
                await every_kind_of_record(api)
    for tenant in tenants:
        for role in ROLES_OF_1:
            await redis.delete(role_key(tenant, role))
        await to_format_1(redis, tenant)
    reports = Reports()

    await upgrade(redis, reports).run()
    await close(redis)

    assert sorted(reports.progress) == tenants
    assert len({key_slot(tenant.encode()) * 3 // SLOTS for tenant in tenants}) == 3
    assert [difference for tenant in tenants for difference in await differences(cluster.url, tenant)] == []
