"""Queues in Redis; what happens atomically stands in ``scripts/``."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

import msgpack

from failures import Failure, MemoryShort, RequestIdReused
from store.clients import RedisClient
from store.clock import clock
from store.scripts import Argument, Script, lua
from store.translation import translated
from workqueue.adapters.redis.keys import QueueKeys, tenants_key, wakeup_key
from workqueue.errors import QueueFull
from workqueue.jobs import (
    MAX_BATCH,
    Bounds,
    Job,
    JobState,
    Lease,
    LeasedBatch,
    NewJob,
    Receipt,
    Request,
    RequestProgress,
    Settlement,
    Stats,
)

REQUEST_TTL_S = 24 * 3600
_WAKEUPS_KEPT = 1000
_TOTALS = ("submitted", "done", "retried", "expired", "dead", "redriven", "purged")


class RedisQueue:
    """``workqueue.ports.Queue`` on Redis 6.2 and later or Valkey 7.2 and later.

    Parameters
    ----------
    redis
        A client that returns bytes.
    name
        Of the queue: each name has queues of its own.
    bounds
        How much a tenant's queue may hold.
    deliveries
        How often a job is lent whose workers are lost each time.
    request_ttl_s
        How long a request id is remembered, in seconds.
    reading
        Lua that sets ``now_us``, in microseconds, as tests do who move the time by hand; absent: the store's clock.
    """

    def __init__(
        self,
        redis: RedisClient,
        name: str,
        bounds: Bounds | None = None,
        *,
        deliveries: int = 25,
        request_ttl_s: int = REQUEST_TTL_S,
        reading: str | None = None,
    ) -> None:
        self._redis = redis
        self._name = name
        self._bounds = bounds or Bounds()
        self._deliveries = deliveries
        self._request_ttl_s = request_ttl_s
        now = partial(_now, reading)
        script, changing = partial(Script, __package__), partial(_changing, now)
        self._submit, self._lease = script("submit", now), script("lease", now)
        self._extend, self._settle = script("extend", now), script("settle", now)
        self._redrive, self._purge = script("redrive", changing), script("purge", changing)
        self._note, self._withdraw = script("note_progress", now), script("withdraw", now)
        self._stats = script("stats", now)

    async def submit(self, tenant: str, jobs: Sequence[NewJob]) -> list[Receipt | Failure]:
        keys = QueueKeys(self._name, tenant)
        all_keys, arguments = list(keys.all), [b""]
        for job in jobs:
            place = 0
            if job.request_id:
                all_keys.append(keys.request(job.request_id))
                place = len(all_keys)
            delay_us = round(job.delay_s * 1e6)
            arguments += [msgpack.packb([job.id, job.priority, delay_us, place, job.fingerprint]), job.payload]
        bounds = self._bounds
        arguments[0] = msgpack.packb([bounds.jobs, bounds.bytes, self._request_ttl_s, len(jobs), bounds.kept_s])
        # known before it has work: a tenant whose jobs nobody looks for would wait for ever
        await self._make_known(tenant)
        was_idle, *replies = await self._submit(self._redis, all_keys, arguments)
        if was_idle:
            await self._ring(tenant)
        return [_receipt(tenant, job, reply) for job, reply in zip(jobs, replies, strict=True)]

    async def lease(self, tenant: str, count: int, lease_s: float) -> LeasedBatch:
        arguments = [count, round(lease_s * 1e6), self._deliveries, count or MAX_BATCH]
        due_us, *replies = await self._lease(self._redis, QueueKeys(self._name, tenant).all, arguments)
        leases = tuple(
            Lease(job_id.decode(), payload, int(arrived), token, delivery)
            for job_id, payload, arrived, token, delivery in replies
        )
        return LeasedBatch(leases, int(due_us) / 1e6 if int(due_us) >= 0 else math.inf)

    async def extend(self, tenant: str, leases: Sequence[Lease], lease_s: float) -> list[bool]:
        keys = QueueKeys(self._name, tenant)
        arguments: list[Argument] = [round(lease_s * 1e6)]
        for lease in leases:
            arguments += [lease.id, lease.token]
        return list(map(bool, await self._extend(self._redis, [keys.state(JobState.LEASED), keys.leases], arguments)))

    async def note(self, tenant: str, lease: Lease, note: str) -> bool:
        keys = QueueKeys(self._name, tenant)
        needed = [keys.state(JobState.LEASED), keys.leases, keys.notes]
        return bool(await self._note(self._redis, needed, [lease.id, lease.token, note]))

    async def settle(self, tenant: str, endings: Sequence[Settlement]) -> list[bool]:
        arguments = [
            msgpack.packb([e.lease.id, e.lease.token, e.verdict, round(e.delay_s * 1e6), e.reason, e.note])
            for e in endings
        ]
        return list(map(bool, await self._settle(self._redis, QueueKeys(self._name, tenant).all, arguments)))

    async def withdraw(self, tenant: str, job_id: str, note: str) -> bool:
        return bool(await self._withdraw(self._redis, QueueKeys(self._name, tenant).all, [job_id, note]))

    async def find(self, tenant: str, job_id: str) -> Job | None:
        keys = QueueKeys(self._name, tenant)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                for state in JobState:
                    pipeline.zscore(keys.state(state), job_id)
                _read(pipeline, keys, [job_id])
                *positions, records, leases, faults, notes = await pipeline.execute()
        for state, position in zip(JobState, positions, strict=True):
            if position is not None:
                return _job(job_id, state, int(position), records[0], leases[0], faults[0], notes[0])
        return None

    async def peek(
        self, tenant: str, state: JobState, *, after: tuple[int, str] | None = None, count: int = 50
    ) -> list[Job]:
        """Return jobs of a state; see ``workqueue.ports.Queue``."""
        keys, jobs = QueueKeys(self._name, tenant), list[Job]()
        with translated():
            while (lacking := count - len(jobs)) and (places := await self._places(keys.state(state), after, lacking)):
                jobs += await self._held(keys, state, places)  # without those that are gone since
                job_id, position = places[-1]
                after = position, job_id
        return jobs

    async def _places(self, key: str, after: tuple[int, str] | None, count: int) -> list[tuple[str, int]]:
        """Return ids and positions in a state's order."""
        if after is None:
            places = await self._redis.zrange(key, 0, count - 1, withscores=True)
        else:
            position, last = after
            level = await self._redis.zrange(key, position, position, byscore=True, withscores=True)
            beyond = await self._redis.zrange(
                key, f"({position}", "+inf", byscore=True, offset=0, num=count, withscores=True
            )
            places = [*(entry for entry in level if entry[0] > last.encode()), *beyond][:count]
        return [(job_id.decode(), int(position)) for job_id, position in places]

    async def _held(self, keys: QueueKeys, state: JobState, places: Sequence[tuple[str, int]]) -> list[Job]:
        async with self._redis.pipeline(transaction=True) as pipeline:
            _read(pipeline, keys, [job_id for job_id, _ in places])
            read = await pipeline.execute()
        return [
            _job(job_id, state, position, *held)
            for (job_id, position), *held in zip(places, *read, strict=True)
            if held[0] is not None
        ]

    async def payloads(self, tenant: str) -> AsyncIterator[tuple[str, bytes]]:
        """Yield what jobs are about; see ``workqueue.ports.Queue``. They change their states, and stay in one hash."""
        with translated():
            async for job_id, record in self._redis.hscan_iter(QueueKeys(self._name, tenant).jobs, count=MAX_BATCH):
                yield job_id.decode(), msgpack.unpackb(record, raw=True)[0]

    async def stats(self, tenant: str) -> Stats:
        *sizes, waited_us, fields = await self._stats(self._redis, QueueKeys(self._name, tenant).all, [])
        counts = {name.decode(): int(count) for name, count in zip(fields[::2], fields[1::2], strict=True)}
        totals = {name: counts.get(name, 0) for name in _TOTALS}
        return Stats(dict(zip(JobState, sizes, strict=True)), totals, counts.get("bytes", 0), int(waited_us) / 1e6)

    async def redrive(
        self, tenant: str, request: Request, job_ids: Sequence[str] | None = None, *, count: int = 1000
    ) -> RequestProgress:
        keys = QueueKeys(self._name, tenant)
        progress = await self._change(self._redrive, [*keys.all, keys.change(request.id)], request, count, job_ids)
        if progress.jobs:
            await self._ring(tenant)
        return progress

    async def purge(
        self, tenant: str, state: JobState, request: Request, job_ids: Sequence[str] | None = None, *, count: int = 1000
    ) -> RequestProgress:
        if state is JobState.LEASED:
            raise ValueError("leased jobs cannot be purged: a worker has them")
        keys = QueueKeys(self._name, tenant)
        needed = [keys.jobs, keys.state(state), keys.leases, keys.faults, keys.counts, keys.notes]
        return await self._change(self._purge, [*needed, keys.change(request.id)], request, count, job_ids)

    async def _change(
        self, script: Script, keys: Sequence[str], request: Request, count: int, job_ids: Sequence[str] | None
    ) -> RequestProgress:
        named: list[Argument] = [] if job_ids is None else [1, *job_ids]
        reply = await script(self._redis, keys, [count, request.fingerprint, self._request_ttl_s, *named])
        if reply[0] == b"REQUEST_ID_REUSED":
            raise RequestIdReused(request.id)
        return RequestProgress(int(reply[0]), bool(reply[1]))

    async def tenants(self) -> list[str]:
        with translated():
            return sorted(tenant.decode() for tenant in await self._redis.smembers(tenants_key(self._name)))

    async def wakeup(self, after: str, timeout_s: float) -> tuple[str, list[str]]:
        key = wakeup_key(self._name)
        with translated():
            if not after:
                newest = await self._redis.xrevrange(key, count=1)
                return (newest[0][0].decode() if newest else "0-0"), []
            block = max(1, round(timeout_s * 1000)) if timeout_s else None
            heard = await self._redis.xread({key: after}, block=block)
        entries = heard[0][1] if heard else []
        return (entries[-1][0].decode() if entries else after), [rung[b"tenant"].decode() for _, rung in entries]

    async def _make_known(self, tenant: str) -> None:
        with translated():
            await self._redis.sadd(tenants_key(self._name), tenant)

    async def _ring(self, tenant: str) -> None:
        with translated():
            await self._redis.xadd(wakeup_key(self._name), {"tenant": tenant}, maxlen=_WAKEUPS_KEPT, approximate=True)


def _now(reading: str | None) -> list[str]:
    return [clock() + "local now_us = clock_us()\n" if reading is None else reading]


def _changing(now: Callable[[], list[str]]) -> list[str]:
    return [*now(), lua(__package__, "change")]


def _receipt(tenant: str, job: NewJob, reply: list[Any]) -> Receipt | Failure:
    match reply[0]:
        case b"REQUEST_ID_REUSED":
            return RequestIdReused(job.request_id)
        case b"FULL":
            return QueueFull(tenant, int(reply[1]))
        case b"NO_MEMORY":
            return MemoryShort(int(reply[1]))
        case status:
            return Receipt(job.id, int(reply[1]), status == b"NEW")


def _read(pipeline: Any, keys: QueueKeys, job_ids: Sequence[str]) -> None:
    for key in (keys.jobs, keys.leases, keys.faults, keys.notes):
        pipeline.hmget(key, job_ids)


def _job(
    job_id: str,
    state: JobState,
    position: int,
    record: bytes,
    lease: bytes | None,
    fault: bytes | None,
    note: bytes | None,
) -> Job:
    payload, priority, arrived_us, _ = msgpack.unpackb(record, raw=True)
    deliveries = int(lease.split()[1]) if lease else 0
    fault_text, note_text = ((text or b"").decode() for text in (fault, note))
    return Job(job_id, payload, priority, arrived_us, state, position, deliveries, fault_text, note_text)
