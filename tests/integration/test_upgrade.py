"""A store of an older version is brought up to date by whoever comes first, however often that is cut short."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import msgpack
import pytest
from click.testing import CliRunner
from redis.asyncio import Redis
from redis.crc import key_slot

from fairlead.v1 import queue_pb2, routing_pb2, rules_pb2, workforce_pb2
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.adapters.redis.repositories import Stores
from router.adapters.redis.upgrade import ROLES_OF_1, StoreUpgrade
from router.model.errors import CorruptHistory, FormatMismatch
from router.model.workforce import Rep
from service import main
from store.clients import client_for, close
from store.embedded.server import EmbeddedServer
from tests.api import WAITING, Api, connected, differences
from tests.conftest import serving
from tests.golden import FB041BA, keys
from tests.served import Served
from tests.topologies import SLOTS, Cluster

WAITS = {"fields": {}, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}}
CONVERTED, CLOSED = (
    routing_pb2.CompleteWorkItemRequest.RESOLUTION_CONVERTED,
    routing_pb2.CompleteWorkItemRequest.RESOLUTION_CLOSED,
)
UPGRADING = "fairlead:{*}:role:upgrading"
GOLDEN = ["acme", "early", "华贸"]
"""The golden tenants that have revisions; the fourth has submissions alone."""


class Killed(Exception):
    """The upgrading process is no more."""


class Mortal:
    """A client whose process is killed before one of its calls.

    Parameters
    ----------
    redis
        The client.
    calls
        How many calls it makes.
    """

    def __init__(self, redis: Any, calls: float = float("inf")) -> None:
        self.calls: list[str] = []
        self._redis = redis
        self._limit = calls

    def __getattr__(self, name: str) -> Any:
        if name == "scan_iter":
            return self._redis.scan_iter

        async def call(*arguments: Any, **named: Any) -> Any:
            if len(self.calls) >= self._limit:
                raise Killed
            self.calls.append(name)
            return await getattr(self._redis, name)(*arguments, **named)

        return call


class Repeating:
    """A client of a store whose SCAN names every key twice, as it may while keys come and go."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def __getattr__(self, name: str) -> Any:
        return getattr(self._redis, name)

    async def scan_iter(self, **named: Any) -> AsyncIterator[bytes]:
        async for key in self._redis.scan_iter(**named):
            yield key
            yield key


class Told:
    """Remembers what was reported."""

    def __init__(self) -> None:
        self.waits_for: list[str] = []
        self.progress: dict[str, list[tuple[int, int]]] = {}

    def waits(self, why: str) -> None:
        self.waits_for.append(why)

    def moved(self, tenant: str, events: int, of_events: int) -> None:
        self.progress.setdefault(tenant, []).append((events, of_events))


async def nobody_waits(_: float) -> None:
    raise AssertionError("it waits")


@pytest.fixture
def url(own_store: EmbeddedServer) -> str:
    """Return the address of an empty store of the test's own."""
    return own_store.url


@pytest.fixture
async def redis(url: str) -> AsyncIterator[Any]:
    """Yield a client of that store."""
    redis: Any = Redis.from_url(url)
    yield redis
    await redis.aclose()


def upgrade(
    redis: Any, told: Told | None = None, pause: Callable[[float], Awaitable[object]] = nobody_waits, page: int = 40
) -> StoreUpgrade:
    return StoreUpgrade(redis, told or Told(), pause, page)


def restored(url: str) -> None:
    """Put the golden store into an empty one."""
    keys.restore(url, keys.kept(FB041BA / "store.jsonl"))


async def test_every_tenant_is_brought_up_to_date_and_says_so(url: str, redis: Any) -> None:
    restored(url)
    told = Told()

    await upgrade(redis, told).run()

    assert {tenant: await redis.hget(Keys(tenant).revisions, "format") for tenant in GOLDEN} == dict.fromkeys(
        GOLDEN, b"%d" % FORMAT
    )
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT
    assert sorted(told.progress) == sorted(GOLDEN)
    assert all(steps[-1][0] == steps[-1][1] for steps in told.progress.values())
    assert len(told.progress["acme"]) > 1
    assert [found for tenant in GOLDEN for found in await differences(url, tenant)] == []


async def test_the_log_is_not_touched(url: str, redis: Any) -> None:
    restored(url)
    before = keys.contents(url)

    await upgrade(redis).run()

    now = keys.contents(url)
    changed = {name.partition("}:")[2].split(":")[0] for name in now if now[name] != before.get(name)}
    assert changed == {"revisions", "item", "owned", "answered", "queue", ""}
    gone = {name.partition("}:")[2] for name in set(before) - set(now)}
    assert gone
    assert all("request:" in name or "change:" in name for name in gone)


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.long), 7])
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

    assert client.calls == ["mget"]


async def test_an_empty_store_is_up_to_date(url: str, redis: Any) -> None:
    await upgrade(redis).run()

    assert await redis.keys() == [FORMAT_OF_ALL.encode()]


async def test_one_of_two_servers_upgrades_and_the_other_waits_and_says_so(url: str, redis: Any) -> None:
    restored(url)
    first, second = Told(), Told()

    await asyncio.gather(
        upgrade(redis, first, asyncio.sleep).run(), upgrade(redis, second, lambda _: asyncio.sleep(0)).run()
    )

    by_whom = {bool(told.progress): told for told in (first, second)}
    assert by_whom[True].waits_for == []
    assert set(by_whom[False].waits_for) == {"another server brings the store to this version's format"}
    assert [found for tenant in GOLDEN for found in await differences(url, tenant)] == []


@pytest.mark.parametrize("role", ROLES_OF_1)
async def test_it_waits_until_older_servers_have_ended_and_says_for_what(url: str, redis: Any, role: str) -> None:
    restored(url)
    key, told = Keys("acme").role(role), Told()
    await redis.set(key, "an older server")

    async def role_ends(_: float) -> None:
        assert await redis.get(FORMAT_OF_ALL) is None
        if len(told.waits_for) == 3:
            await redis.delete(key)

    await upgrade(redis, told, role_ends).run()

    assert told.waits_for == [f"a server of an older version runs, or ran a moment ago: {key}"] * 3
    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


async def test_a_tenant_that_never_published_rules_is_found_too(url: str, redis: Any) -> None:
    async with stores_on(url) as stores:
        await stores.workforce.write("entered", 0, {("rep", "ann"): Rep("ann")})
        await redis.hdel(Keys("entered").revisions, "format")

        await upgrade(redis).run()

        assert await stores.workforce.write("entered", 1, {("rep", "bo"): Rep("bo")}, event_hash=await mark(redis)) == 2


async def mark(redis: Any) -> str:
    found: bytes = await redis.hget(Keys("entered").revisions, "workforce_mark")
    return found.decode()


@asynccontextmanager
async def stores_on(url: str) -> AsyncIterator[Stores]:
    stores = Stores.connect(url)
    yield stores
    await stores.close()


async def test_a_request_whose_id_looks_like_revisions_is_no_tenant(url: str, redis: Any) -> None:
    await redis.set(Keys("acme").request("1}:revisions"), b"an answer")

    await upgrade(redis).run()

    assert await redis.get(FORMAT_OF_ALL) == b"%d" % FORMAT


@pytest.mark.parametrize(
    "plant",
    [
        lambda redis: redis.set(FORMAT_OF_ALL, FORMAT + 1),
        lambda redis: redis.set(FORMAT_OF_ALL, f"{FORMAT + 1} begun"),
        lambda redis: redis.hset(Keys("acme").revisions, "format", FORMAT + 1),
    ],
    ids=["all of it", "it is being upgraded", "a tenant"],
)
async def test_a_newer_store_is_refused_by_name_and_nothing_is_written(
    url: str, redis: Any, plant: Callable[[Any], Awaitable[object]]
) -> None:
    restored(url)
    await plant(redis)
    before = keys.contents(url)

    with pytest.raises(FormatMismatch, match=f"format {FORMAT + 1}, .*{FORMAT}: start a newer version"):
        await upgrade(redis).run()

    assert keys.contents(url) == before
    assert not await redis.exists(UPGRADING)


async def test_an_event_of_an_unknown_format_is_refused_by_name(url: str, redis: Any) -> None:
    restored(url)
    await redis.xadd(Keys("early").events, {"type": "decision.9", "facts": b"?", "head": b"", "link": b""}, "999-0")

    with pytest.raises(CorruptHistory, match=r"event 999: it is of the format 'decision.9'; this version of Fairlead"):
        await upgrade(redis).run()

    assert await redis.hget(Keys("early").revisions, "format") is None


def served_on(data: Path, plant: Callable[[str], None]) -> Served:
    """Run a service on a folder whose private store was prepared; it is expected to end by itself."""
    server = EmbeddedServer(data)
    server.start()
    plant(server.url)
    server.stop()
    return Served(data)


def newer(url: str) -> None:
    with keys.client(url) as redis:
        redis.set(FORMAT_OF_ALL, FORMAT + 1)


def with_event_of_the_future(url: str) -> None:
    restored(url)
    with keys.client(url) as redis:
        redis.xadd(Keys("acme").events, {"type": "moved.3", "facts": "?", "head": "", "link": ""}, "9999-0")


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (
            newer,
            f"Error: the store: its store has format {FORMAT + 1}, this version of Fairlead reads and writes {FORMAT}",
        ),
        (with_event_of_the_future, "Error: event 9999: it is of the format 'moved.3'; this version of Fairlead reads"),
    ],
)
def test_a_server_that_does_not_understand_its_store_says_why_and_ends(
    data_folder: Path, plant: Callable[[str], None], said: str
) -> None:
    server = served_on(data_folder, plant)

    assert server.ended() == 1
    assert said in "".join(server.log)


def test_a_server_upgrades_its_store_before_it_serves_and_logs_it(data_folder: Path) -> None:
    server = served_on(data_folder, restored)

    server.ready()
    server.close()

    log = "".join(server.log)
    assert 0 < log.index("upgrading tenants/acme: ") < log.index("ready: listening")


# ---------------------------------------------------------------------------------------------- records of both formats


async def to_format_1(redis: Any, tenant: str) -> None:
    """Rewrite a tenant's keys as they were in format 1; the log, which has readers for both, stays."""
    all_keys = Keys(tenant)
    async for key in redis.scan_iter(match=all_keys.item("*"), count=1000):
        state, kind, owner, pool, epoch, event, _, _, decision, first, tried = msgpack.unpackb(await redis.get(key))
        await redis.set(key, msgpack.packb([state, kind, owner, pool, epoch, event, decision, first, tried]))
    await redis.delete(all_keys.owned)
    await redis.delete(FORMAT_OF_ALL)
    await redis.hdel(all_keys.revisions, "format")


async def every_kind_of_record(api: Api) -> None:
    """Leave records that were assigned, moved, looked at in vain, waiting, closed with an owner and without."""
    await api.adopt(WAITS)
    for rep in ("ann", "bo"):
        await api.hire(rep, capacity={"LEAD": 2})
    await api.pool("everyone", ["ann", "bo"])
    names = [(await api.route(f"L-{number}")).work_item for number in range(7)]
    before = (await api.item(names[2])).etag
    assert (await api.reassign(names[2])).outcome == WAITING  # in vain: nobody else has room, the owner stays
    assert (await api.reassign(names[3])).outcome == WAITING
    assert (await api.item(names[2])).etag == before  # which in format 1 was the event that changed nothing
    await api.complete(names[3], resolution=CLOSED)
    await api.complete(names[5], resolution=CONVERTED)  # nobody's, for it waited
    await api.complete(names[0], resolution=CONVERTED)
    await api.reassign(names[1])


async def test_records_of_every_kind_come_back_as_they_were(url: str, redis: Any) -> None:
    async with serving(url) as address, connected(address, "acme", url) as api:
        await every_kind_of_record(api)
    await redis.delete(*[Keys("acme").role(role) for role in ROLES_OF_1])
    before = keys.contents(url)
    await to_format_1(redis, "acme")
    assert keys.contents(url) != before

    await upgrade(redis).run()

    assert keys.contents(url) == before
    assert await differences(url, "acme") == []


async def test_tenants_on_every_node_of_a_cluster_are_found(cluster: Cluster) -> None:
    tenants, redis = [f"older-{number}" for number in range(6)], client_for(cluster.url)
    async with serving(cluster.url) as address:
        for tenant in tenants:
            async with connected(address, tenant, cluster.url) as api:
                await every_kind_of_record(api)
    for tenant in tenants:
        for role in ROLES_OF_1:
            await redis.delete(Keys(tenant).role(role))
        await to_format_1(redis, tenant)
    told = Told()

    await upgrade(redis, told).run()
    await close(redis)

    assert sorted(told.progress) == tenants
    assert len({key_slot(tenant.encode()) * 3 // SLOTS for tenant in tenants}) == 3
    assert [found for tenant in tenants for found in await differences(cluster.url, tenant)] == []


@pytest.mark.parametrize("command", [("verify",), ("audit", "verify"), ("audit", "show")])
def test_a_command_that_reads_a_newer_store_refuses_it_by_name(url: str, command: tuple[str, ...]) -> None:
    with keys.client(url) as redis:
        redis.hset(Keys("acme").revisions, "format", FORMAT + 1)

    ended = CliRunner().invoke(main, [*command, "--tenant", "acme", "--redis-url", url])

    assert ended.exit_code == 1
    assert f"tenants/acme: its store has format {FORMAT + 1}" in ended.output


def test_a_worker_refuses_a_newer_store_by_name(url: str) -> None:
    newer(url)

    ended = CliRunner().invoke(main, ["work", "--redis-url", url])

    assert ended.exit_code == 1
    assert f"the store: its store has format {FORMAT + 1}" in ended.output


def test_a_store_that_is_not_upgraded_yet_is_not_verified_by_the_wrong_records(url: str) -> None:
    restored(url)

    ended = CliRunner().invoke(main, ["verify", "--tenant", "acme", "--redis-url", url])

    assert ended.exit_code == 1
    assert "its store has format 1" in ended.output


async def test_a_call_about_a_newer_store_is_refused_by_name(url: str, redis: Any) -> None:
    async with serving(url) as address, connected(address, "acme", url) as api:
        await every_kind_of_record(api)
        await redis.hset(Keys("acme").revisions, "format", FORMAT + 1)

        with pytest.raises(grpc.aio.AioRpcError, match=f"its store has format {FORMAT + 1}") as refused:
            await api.route("L-9")

    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_requests_of_before_are_known_by_their_ids_and_their_content(url: str, redis: Any) -> None:
    restored(url)
    async with serving(url) as address, connected(address, "acme", url) as api:
        dead = f"{api.parent}/workItems/web~D-2"
        purge = queue_pb2.PurgeSubmissionsRequest(
            parent=api.parent, state=queue_pb2.Submission.STATE_DEAD, work_items=[dead], request_id="purge-1"
        )
        back = rules_pb2.RollbackRuleSetRequest(parent=api.parent, revision=2, request_id="rollback-1")
        rep = workforce_pb2.CreateRepRequest(
            parent=api.parent, rep_id="new", rep=workforce_pb2.Rep(active=False), request_id="rep-1"
        )
        item = routing_pb2.WorkItem(kind=routing_pb2.WorkItem.KIND_LEAD, source="web", external_id="P-1")
        item.attributes.update({"region": "上海", "contact": "李雷", "phone": "010-6552 9988"})
        submit = routing_pb2.SubmitWorkItemRequest(parent=api.parent, work_item=item, request_id="submit-1")

        purged = await api.queue.PurgeSubmissions(purge)
        rolled = await api.rules.RollbackRuleSet(back)
        hired = await api.workforce.CreateRep(rep)
        submitted = await api.routing.SubmitWorkItem(submit)
        active = await redis.hget(Keys("acme").revisions, "rules")
        back.revision = 1
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await api.rules.RollbackRuleSet(back)

    assert (purged.purged_count, rolled.revision, hired.name) == (1, 4, api.rep_name("new"))
    assert submitted.work_item == f"{api.parent}/workItems/web~P-1"
    assert caught.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert active == b"4"


async def test_a_content_s_hash_is_kept_by_no_key(url: str, redis: Any) -> None:
    restored(url)
    kept = [content async for _, content in answers(redis, "request:", "change:")]
    hashes = {found for content in kept for found in re.findall(rb"[0-9a-f]{24,64}", content)}

    await upgrade(redis).run()

    now = b"".join([content async for _, content in answers(redis, "answered:", "changed:")])
    assert len(hashes) > 20
    assert not [found for found in hashes if found in now]


async def answers(redis: Any, *kinds: str) -> AsyncIterator[tuple[bytes, bytes]]:
    for kind in kinds:
        async for key in redis.scan_iter(match=f"fairlead:{{*}}:*{kind}*"):
            yield key, await redis.get(key)
