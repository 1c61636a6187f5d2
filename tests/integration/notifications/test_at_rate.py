"""Thousands of changes while a receiver does all that it can do wrong and servers are killed: nothing is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import grpc
import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.secrets import write_new_key
from router.adapters.redis.repositories import Stores
from router.history.watch import is_change
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE, Api, connected
from tests.chaos.crm import Taken, told_in_order
from tests.integration.notifications.arranging import subscribe
from tests.receivers import Cut, Received, Receiver, response
from tests.served import Served

CHANGES = 6_000
AT_ONCE = 50
MOST_GROWTH_MB = 150
_RSS = re.compile(r"VmRSS:\s+(\d+) kB")


class Naughty:
    """Takes most, and of the rest each in another wrong way, once."""

    def __init__(self) -> None:
        self._random = Random(1)
        self._seen = set[str]()
        self.taken: list[Taken] = []
        self.bodies: dict[str, set[bytes]] = {}
        self.wrongs = 0

    async def __call__(self, received: Received) -> bytes | None:
        self.bodies.setdefault(received.id, set()).add(received.body)
        if received.id not in self._seen and self._random.random() < 0.02:
            self._seen.add(received.id)
            self.wrongs += 1
            return await self._wrong()
        self.taken.append(Taken(int(received.json["id"]), received.json["workItem"].rpartition("/")[2]))
        return response(200)

    async def _wrong(self) -> bytes | None:
        wrongs = [
            response(500),
            response(302, "Location: http://127.0.0.1:1/\r\n"),
            Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"),
            None,
            b"\x00\x01\x02\r\n\r\n",
            response(503, "Retry-After: 1\r\n"),
        ]
        if self._random.random() < 0.1:
            await asyncio.sleep(0.3)  # slow, and then right
            return None
        return wrongs[self._random.randrange(len(wrongs))]


def grown_mb(served: Served) -> float:
    """Return what a server takes, in megabytes."""
    found = _RSS.search(Path(f"/proc/{served.process.pid}/status").read_text("utf-8"))
    assert found
    return int(found[1]) / 1024


@pytest.fixture
def environ(own_store: EmbeddedServer, tmp_path: Path) -> dict[str, str]:
    write_new_key(tmp_path / "secrets")
    return {
        "FAIRLEAD_REDIS_URL": own_store.url,
        "FAIRLEAD_DURABILITY": "memory",
        "FAIRLEAD_SECRETS_KEY_FILE": str(tmp_path / "secrets"),
        "FAIRLEAD_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "FAIRLEAD_DELIVERY_FIRST_RETRY_S": "1",
    }


@pytest.fixture
async def servers(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[list[Served]]:
    servers = [Served(tmp_path / name, environ) for name in "ab"]
    for server in servers:
        await asyncio.to_thread(server.ready)
    yield servers
    for server in servers:
        await asyncio.to_thread(server.close)


async def work(api: Api, prefix: str, changes: int, meanwhile: Callable[[int], None]) -> None:
    """Route and close, so that so many changes come."""
    for number in range(0, changes // 2, AT_ONCE):
        results = await api.route_batch([api.wish(f"{prefix}-{each}") for each in range(number, number + AT_ONCE)])
        meanwhile(number * 2)
        await asyncio.gather(*(api.complete(result.decision.work_item) for result in results))


async def all_told(stores: Stores, tenant: str) -> None:
    """Wait until a subscription has all that the log has."""
    newest = await stores.assignments.events(tenant, count=1, newest_first=True)
    while True:
        place = await RedisDeliveries(stores.redis).place(tenant, "crm")
        if place and place.event >= newest[0].number and not place.parked:
            return
        await asyncio.sleep(0.1)


@pytest.mark.long
async def test_nothing_is_lost_and_order_is_kept_while_receivers_fail_and_servers_are_killed(
    servers: list[Served], own_store: EmbeddedServer, tenant: str
) -> None:
    naughty, killed, (first, second) = Naughty(), list[int](), servers
    async with (
        Receiver(naughty) as receiver,
        connected(second.address, tenant, own_store.url) as api,
    ):
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.adopt(EVERYONE)
        await subscribe(api, url=receiver.url)
        before_mb = grown_mb(second)

        def kill(done: int) -> None:
            if done >= CHANGES // 4 and not killed:
                killed.append(done)
                first.kill()

        await work(api, "A", CHANGES // 2, kill)
        await receiver.kill()
        await work(api, "B", CHANGES // 2, kill)
        await receiver.start()
        await api.deliveries.RedriveDeliveries(deliveries.RedriveDeliveriesRequest(parent=api.parent))
        stores = Stores.connect(own_store.url)
        await all_told(stores, tenant)
        events = [event for event in await stores.assignments.events(tenant, count=10 * CHANGES) if is_change(event)]
        grown = grown_mb(second) - before_mb
        await stores.close()

    assert killed
    assert len(events) >= CHANGES // 2
    assert list(told_in_order(naughty.taken, events)) == []
    assert naughty.wrongs > 20
    assert len(naughty.bodies) == len(events)
    assert all(len(bodies) == 1 for bodies in naughty.bodies.values())
    assert grown < MOST_GROWTH_MB


@pytest.mark.long
async def test_who_is_killed_has_another_deliver_what_was_left(
    servers: list[Served], environ: dict[str, str], own_store: EmbeddedServer, tenant: str, tmp_path: Path
) -> None:
    """Each of two servers is killed in turn while it delivers; a third one finds all that is left."""
    naughty = Naughty()
    async with Receiver(naughty) as receiver:
        async with connected(servers[0].address, tenant, own_store.url) as api:
            await api.hire("ann")
            await api.pool("everyone", ["ann"])
            await api.adopt(EVERYONE)
            await subscribe(api, url=receiver.url)
            await work(api, "A", 400, lambda _: None)
        servers[0].kill()
        async with connected(servers[1].address, tenant, own_store.url) as api:
            try:
                await work(api, "B", 400, lambda done: servers[1].kill() if done == 200 else None)
            except grpc.aio.AioRpcError:
                pass
            else:
                pytest.fail("it was not killed")
        third = Served(tmp_path / "c", environ)
        await asyncio.to_thread(third.ready)
        stores = Stores.connect(own_store.url)
        await all_told(stores, tenant)
        events = [event for event in await stores.assignments.events(tenant, count=2_000) if is_change(event)]
        await stores.close()
        await asyncio.to_thread(third.close)

    assert list(told_in_order(naughty.taken, events)) == []
