"""What the queue must survive, with real processes; the numbers are those of the failures that routing is held to."""

from __future__ import annotations

import asyncio
import signal

import pytest

from router.adapters.queue import QUEUE
from router.adapters.redis.repositories import Stores
from store.embedded.server import EmbeddedServer
from tests.api import last
from tests.integration.queue.arranging import (
    ITEMS,
    assert_each_was_routed_once,
    everyone,
    frozen_in_mid_lease,
    is_empty,
    reception,
    submit_many,
    until,
    worker,
)
from workqueue.adapters.redis.queue import RedisQueue


@pytest.mark.long
async def test_27_a_worker_killed_in_mid_lease_loses_nothing_and_doubles_nothing(
    store: EmbeddedServer, tenant: str
) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob", "eve")
        with worker(store) as doomed:
            submitted = await frozen_in_mid_lease(api, doomed)
            doomed.kill()

        with worker(store):
            counts = await until(api, is_empty)

        assert counts.expired_total > 0
        await assert_each_was_routed_once(api, submitted)


@pytest.mark.long
async def test_27_a_worker_killed_between_commit_and_acknowledgement_changes_no_decision(
    store: EmbeddedServer, tenant: str
) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob")
        submission = await api.submit(request_id="r-1")
        stores = Stores.connect(store.url)
        (lost,) = (await RedisQueue(stores.redis, QUEUE).lease(tenant, 1, 0.000001)).leases
        await stores.close()
        committed = await api.route(request_id="r-1")

        with worker(store):
            await until(api, is_empty)

        assert lost.id == last(submission.work_item)
        assert (await api.item(submission.work_item)).decision == committed.name
        await assert_each_was_routed_once(api, 1)


@pytest.mark.long
async def test_29_a_worker_frozen_beyond_its_lease_comes_back_too_late(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob", "eve")
        with worker(store, lease_s=1) as frozen:
            submitted = await frozen_in_mid_lease(api, frozen)
            with worker(store, lease_s=1):
                await until(api, is_empty)
            frozen.send_signal(signal.SIGCONT)
            await api.submit("one-more")  # nobody else is left to route it
            await until(api, is_empty)

        await assert_each_was_routed_once(api, submitted + 1)


@pytest.mark.long
async def test_two_workers_share_what_there_is(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob", "eve")
        with worker(store), worker(store):
            await submit_many(api, ITEMS)
            await until(api, is_empty)

        await assert_each_was_routed_once(api, ITEMS)


@pytest.mark.long
async def test_a_worker_that_is_asked_to_stop_gives_everything_back(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann")
        with worker(store, lease_s=3600) as process:
            await submit_many(api, ITEMS)
            await until(api, lambda counts: counts.leased_count > 0 or is_empty(counts))
            process.terminate()
            code = await asyncio.to_thread(process.wait)
            left = await api.counts()

        assert (code, left.leased_count) == (0, 0)


async def test_28_a_restarted_store_keeps_every_submission(own_store: EmbeddedServer, tenant: str) -> None:
    async with reception(own_store, tenant, workers=1) as api:
        await everyone(api, "ann", "bob")
        await submit_many(api, ITEMS)

        await asyncio.to_thread(own_store.stop)
        await asyncio.to_thread(own_store.start)
        await until(api, is_empty)

        await assert_each_was_routed_once(api, ITEMS)
