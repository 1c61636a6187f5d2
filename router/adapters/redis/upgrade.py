"""Brings a store that an older Fairlead wrote to the format of this one, before anything is served from it.

Tenant by tenant: the log is walked page by page, a script writes the records of its work items anew and enters them in
the index of owners, and the tenant's new format is written down last. What request ids were answered moves to keys that
hold no id as it was sent, for a person may stand in one, and tells content by a hash that is keyed with the id. All
spellings of a work item's natural key are made to lead to it; two of one normal form are named, and stay two.
``fairlead:format`` says of the whole store that
it is done, so that every later start asks for one key. Of several servers one does the work and the others wait; every
step may be done twice, so that whoever comes after one that was killed, or was only slow, goes on.

Older servers must have stopped. The roles they had tell of those that have not: one that lives takes what is free
within seconds, so that nothing is touched until all have been free together for longer than that, and no page is begun
while one is held. The roles are not taken here, for that would hide whoever wants them. What is newer than this version
is refused by name, and nothing is written.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from math import ceil
from typing import Protocol
from uuid import uuid4

import msgpack

from background.adapters.redis import RedisLeaderLease, role_key
from packing import pack
from resource_names import check_id
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_upgrade import enter_customers, naming_of
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import EVERYBODY, FORMAT_OF_ALL, Keys, hashed
from router.adapters.redis.library import script
from router.history.codec import read_effect, read_event, read_item_id
from router.history.hash_chain import StoredEvent
from router.model.decision import Decision, DecisionEffect, Way
from router.model.errors import FormatMismatch
from router.model.events import Event, Settled
from router.model.identity import normal_id
from router.model.records import load_places
from router.model.sealing import is_sealed, opened
from router.model.workitem import WorkItem, keyed
from store.clients import RedisClient
from store.translation import translated

PAGE = 500
"""Events whose work items one script call brings up to date: it keeps the store busy for some milliseconds."""
LEASE_S = 10.0
"""After how many seconds another server goes on with the work of one that was killed."""
PATIENCE_S = 25.0
"""For how long nobody must have had a role of older servers. One that lives looks for it every 5 seconds, plus what its
look takes, and then has it for 20: this allows for one that was stopped for as long as it may have a role."""
_LOOK_S = 0.5
_ROLE = "upgrading"
ROLES_OF_1 = ("waking", "auditing")
"""What servers of format 1 held for each tenant, for 20 seconds at most after their end."""
_OLDER_RUNS = "a server of an older version runs, or ran a moment ago"
_OLDER_MAY_RUN = "it looks whether a server of an older version still runs"
_BEGUN = " begun"
_PLAIN_REQUESTS = ("fairlead:{*}:request:*", "fairlead:{*}:queue:*:request:*", "fairlead:{*}:queue:*:change:*")
_REQUEST_KEY = re.compile(r"(fairlead:\{[^}]*\}(?::queue:[^:]+)?):(request|change):(.*)", re.DOTALL)
"""Keys of format 1: of routing and of its queues, with the id at their end."""
_RENAMED = {"request": "answered", "change": "changed"}
_ROUTING = ":queue:routing"

_FORMAT_OF_ITEMS = 3
"""The newest format by which what is kept of work items has to be written anew."""
_FORMAT_OF_POOLS = 4
"""The format that added what is open by pool."""
_FORMAT_OF_OVERRIDES = 5
"""The format that added what was received by override."""
_FORMAT_OF_CUSTOMERS = 6
"""The format that added whose work items there are."""

_upgrade_items, _lead_to_items = script("upgrade_items"), script("lead_to_items")


class UpgradeReport(Protocol):
    """Is told how an upgrade goes."""

    def waits(self, why: str) -> None:
        """It waits; told again and again while it does."""

    def moved(self, tenant: str, events: int, of_events: int) -> None:
        """So many events of a tenant's log are done."""

    def alike(self, which: str) -> None:
        """Two work items would be one by now; they stay two."""


class StoreUpgrade:
    """The upgrade of one store, as one server sees it.

    Parameters
    ----------
    redis
        A client that returns bytes.
    report
        Is told how it goes.
    pause
        Waits for some seconds.
    page
        Events of one call.
    patience_s
        For how long nobody must have had a role of older servers.
    hides_external_id
        Whether external ids are personal, and ids are made without them.
    """

    def __init__(
        self,
        redis: RedisClient,
        report: UpgradeReport,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        page: int = PAGE,
        patience_s: float = PATIENCE_S,
        *,
        hides_external_id: bool = False,
    ) -> None:
        self._page = page
        self._looks = ceil(patience_s / _LOOK_S)
        self._hides_external_id = hides_external_id
        self._redis = redis
        self._report = report
        self._pause = pause
        self._log = RedisAssignments(redis)
        self._lease = RedisLeaderLease(redis)
        self._name = f"{os.getpid()}-{uuid4().hex[:8]}"

    async def run(self) -> None:
        """Have the store in this version's format, whoever brings it there.

        Raises
        ------
        FormatMismatch
            If it is newer.
        CorruptHistory
            If an event cannot be read.
        StoreUnavailable
            If the store does not answer.
        """
        if await self._is_done():
            return
        tenants = await self._older_tenants()
        is_older = bool(tenants) or await self._has_plain_requests()
        while is_older and not await self._leads():
            await self._wait("another server brings the store to this version's format")
            if await self._is_done():
                return
        if is_older:
            await self._older_servers_end(tenants)
            if await self._is_done():
                return
            await self._mark(f"{FORMAT}{_BEGUN}")
        for tenant in tenants:
            await self._upgrade(tenant)
        if is_older:
            await self._hash_requests()
        await self._mark(str(FORMAT))

    async def is_due(self) -> bool:
        """Say whether the store is older than this version; writes nothing.

        Raises
        ------
        FormatMismatch
            If it is newer.
        """
        if await self._is_done():
            return False
        return bool(await self._older_tenants()) or await self._has_plain_requests()

    async def _is_done(self) -> bool:
        with translated():
            stored = await self._redis.execute_command("GET", FORMAT_OF_ALL)  # get() would wait for replicas
        marked = (stored or b"0").decode()
        number = int(marked.removesuffix(_BEGUN))
        if number > FORMAT:
            raise FormatMismatch("Fairlead", number, FORMAT)
        return number == FORMAT and not marked.endswith(_BEGUN)

    async def _mark(self, text: str) -> None:
        with translated():
            await self._redis.set(FORMAT_OF_ALL, text)

    async def _older_tenants(self) -> list[str]:
        """Return the tenants of an older format."""
        formats = {tenant: await format_of(self._redis, tenant) for tenant in await tenants_of(self._redis)}
        for tenant, number in formats.items():
            if number > FORMAT:
                raise FormatMismatch(f"tenants/{tenant}", number, FORMAT)
        return [tenant for tenant, number in formats.items() if number < FORMAT]

    async def _leads(self) -> bool:
        return await self._lease.lead(EVERYBODY, _ROLE, self._name, LEASE_S)

    async def _older_servers_end(self, tenants: Sequence[str]) -> None:
        """Wait until all roles were free at enough looks in a row, or another server is done, and has them itself."""
        free = 0
        while free <= self._looks:
            role = await self._held(tenants)
            if role and await self._is_done():
                return
            free = 0 if role else free + 1
            if free <= self._looks:
                await self._wait(f"{_OLDER_RUNS}: {role}" if role else _OLDER_MAY_RUN)
                await self._leads()

    async def _held(self, tenants: Sequence[str]) -> str:
        """Return a role of older servers that somebody has; empty: nobody has any."""
        roles = [role_key(tenant, role) for tenant in tenants for role in ROLES_OF_1]
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for role in roles:
                    pipeline.get(role)
                holders = await pipeline.execute()
        return next((role for role, holder in zip(roles, holders, strict=True) if holder), "")

    async def _wait(self, why: str) -> None:
        self._report.waits(why)
        await self._pause(_LOOK_S)

    async def _has_plain_requests(self) -> bool:
        with translated():
            return await anext(aiter(self._plain_requests()), None) is not None

    async def _plain_requests(self) -> AsyncIterator[re.Match[str]]:
        """Yield the keys that hold a request id as it was sent."""
        for pattern in _PLAIN_REQUESTS:
            async for key in self._redis.scan_iter(match=pattern, count=1000):
                if match := _REQUEST_KEY.fullmatch(key.decode()):
                    yield match

    async def _hash_requests(self) -> None:
        done = 0
        with translated():
            async for plain in self._plain_requests():
                await self._move(plain)
                done += 1
                if done % self._page == 0:
                    await self._leads()

    async def _move(self, plain: re.Match[str]) -> None:
        """Move an answer, unless it is gone: it has expired, or was found twice, or another server was first."""
        of, kind, request_id = plain.groups()
        answer, left_ms = await self._redis.get(plain[0]), await self._redis.pttl(plain[0])
        if answer is not None and left_ms:
            place = f"{of}:{_RENAMED[kind]}:{hashed(request_id)}"
            lasts_ms = left_ms if left_ms > 0 else None
            await self._redis.set(place, _keyed(answer, of, request_id), px=lasts_ms, nx=True)
            await self._redis.delete(plain[0])

    async def _upgrade(self, tenant: str) -> None:
        """Bring a tenant to this version's format; who was overtaken meanwhile does no harm."""
        before = await format_of(self._redis, tenant)
        if before < _FORMAT_OF_ITEMS:
            await self._upgrade_items(tenant)
        if before < _FORMAT_OF_POOLS:
            await self._load_pools(tenant)
        if before < _FORMAT_OF_OVERRIDES:
            await self._enter_overrides(tenant)
        if before < _FORMAT_OF_CUSTOMERS:
            await self._enter_customers(tenant)
        with translated():
            await self._redis.hset(Keys(tenant).revisions, "format", FORMAT)

    async def _upgrade_items(self, tenant: str) -> None:
        """Bring a tenant's work items from format 1 or 2 to 3, the newest there is of them."""
        keys = Keys(tenant)
        async for entries in self._pages(tenant):
            item_ids = (read_item_id(entry.number, entry.type, entry.facts) for entry in entries)
            if items := list(dict.fromkeys(filter(None, item_ids))):
                await _upgrade_items(self._redis, [keys.owned, *map(keys.item, items)], items)
                await self._lead_to(tenant, items, {entry.number: entry for entry in entries})

    async def _load_pools(self, tenant: str) -> None:
        """Write down what is open by pool, which format 4 added; whoever does it twice writes the same."""
        keys, loads, behind = Keys(tenant), Counter[str](), b"-"
        with translated():
            while page := await self._redis.zrangebylex(keys.owned, behind, "+", start=0, num=self._page):
                await self._leads()
                behind = b"(" + page[-1]
                open_ids = [member.decode().split("\0")[3] for member in page if b"\0o\0" in member]
                for record in filter(None, await self._log.items(tenant, open_ids)):
                    loads.update(f"{place}|{record.kind}" for place in load_places(record.owner, record.pool)[1:])
            if loads:
                await self._redis.hset(keys.loads, mapping=loads)

    async def _enter_overrides(self, tenant: str) -> None:
        """Write down what was received by override, which format 5 added; whoever does it twice writes the same."""
        keys, received = Keys(tenant), defaultdict[str, Counter[str]](Counter)
        async for entries in self._pages(tenant):
            for entry in entries:
                _follow_overrides(received, read_effect(entry.number, entry.type, entry.facts, entry.head))
        for pool, by_rep in received.items():
            if by_rep:
                with translated():
                    await self._redis.hset(keys.ledger(pool), mapping={f"o:{rep}": by_rep[rep] for rep in by_rep})

    async def _enter_customers(self, tenant: str) -> None:
        """Write down whose work items there are, which format 6 added; the log is read only where rules say so."""
        naming = await naming_of(self._redis, tenant)
        if not naming:
            return
        async for entries in self._pages(tenant):
            first, last = entries[0].number, entries[-1].number
            events = await self._log.events(tenant, after=first - 1, before=last + 1, count=len(entries))
            await enter_customers(self._redis, tenant, naming, events)

    async def _pages(self, tenant: str) -> AsyncIterator[list[StoredEvent]]:
        """Yield the log page by page; each is done with nobody else at work, and is told once it is done."""
        after, newest = 0, await self._log.events(tenant, count=1, newest_first=True)
        while entries := await self._log.entries(tenant, after=after, count=self._page):
            await self._leads()
            if await self._held([tenant]):
                await self._older_servers_end([tenant])
            yield entries
            after = entries[-1].number
            self._report.moved(tenant, after, newest[0].number)

    async def _lead_to(self, tenant: str, item_ids: Sequence[str], entries: Mapping[int, StoredEvent]) -> None:
        """Have all spellings lead to the work items that first came with some events."""
        records = [record for record in await self._log.items(tenant, item_ids) if record and record.first in entries]
        normal_ids = {
            record.item_id: normal_id(
                await self._content(tenant, entries[record.first]), hides_external_id=self._hides_external_id
            )
            for record in records
        }
        others = {item_id: normal for item_id, normal in normal_ids.items() if normal not in ("", item_id)}
        if not others:
            return
        places = [Keys(tenant).item(normal) for normal in others.values()]
        for (item_id, normal), answer in zip(
            others.items(), await _lead_to_items(self._redis, places, list(others)), strict=True
        ):
            if answer != 0:
                known_as = answer.decode() or normal
                self._report.alike(
                    f"tenants/{tenant}: work items {known_as} and {item_id} have one source and external id "
                    f"but for their spelling; both stay, and every other spelling leads to {known_as}"
                )

    async def _content(self, tenant: str, entry: StoredEvent) -> WorkItem:
        """Read what came in, with an external id that is sealed; empty where that is erased."""
        decision = read_event(entry.number, entry.type, entry.facts, entry.head)
        assert isinstance(decision, Decision)
        if is_sealed(decision.head):
            with translated():
                decision = opened(decision, await self._redis.hgetall(Keys(tenant).personal(decision.item_id)))
        return decision.head.item


def _follow_overrides(received: defaultdict[str, Counter[str]], event: Event | DecisionEffect) -> None:
    """Add up by pool and rep what was received by override; who leaves a pool takes theirs along."""
    match event:
        case DecisionEffect(pool=pool, rep=rep, way=Way.OVERRIDE) if pool:
            received[pool][rep] += event.charge
        case Settled(pool=pool, leavers=leavers, members=members):
            for rep in leavers if members else list(received[pool]):
                del received[pool][rep]


def _keyed(answer: bytes, of: str, request_id: str) -> bytes:
    """Key the hash of the content in an answer of routing or of its queue; those of other queues hold none."""
    if of.endswith("}"):
        fingerprint, *rest = msgpack.unpackb(answer)
        return pack([keyed(request_id, fingerprint), *rest])
    if of.endswith(_ROUTING):
        before, _, behind = answer.decode().partition(" ")
        return f"{keyed(request_id, before)} {behind}".encode()
    return answer


async def tenants_of(redis: RedisClient) -> list[str]:
    """Return every tenant of whom anything is stored, those too that never published rules and are in no list."""
    tenants = set[str]()
    before, behind = Keys(EVERYBODY).revisions.split(EVERYBODY)
    with translated():
        async for key in redis.scan_iter(match=f"{before}*{behind}", count=1000):
            tenant = key.decode().removeprefix(before).removesuffix(behind)
            if not check_id(tenant):  # no request's key, whose id may be any text
                tenants.add(tenant)
    return sorted(tenants)


async def format_of(redis: RedisClient, tenant: str) -> int:
    """Return the format of what is stored of a tenant; this version's where nothing is."""
    key = Keys(tenant).revisions
    with translated():
        written = await redis.hget(key, "format")
        if written is None and await redis.exists(key):
            return 1
    return FORMAT if written is None else int(written)


async def check_format(redis: RedisClient, tenant: str, oldest: int = FORMAT) -> None:
    """See whether what is stored of a tenant can be read.

    Raises
    ------
    FormatMismatch
        If its format is newer than this version's, or older than the oldest that will do.
    """
    number = await format_of(redis, tenant)
    if not oldest <= number <= FORMAT:
        raise FormatMismatch(f"tenants/{tenant}", number, FORMAT)
