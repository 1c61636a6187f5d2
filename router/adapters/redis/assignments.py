"""Owners, loads, ledgers and their log in Redis; what happens atomically stands in ``scripts/``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgpack

from router.adapters.redis.binding import Bound, as_before, bind_answer, bind_arguments, change_answer
from router.adapters.redis.estimated_clock import EstimatedClock, clock_ms
from router.adapters.redis.format import check_reply
from router.adapters.redis.item_records import item_record, other_id
from router.adapters.redis.keys import LAST_NPS, Keys
from router.adapters.redis.library import script
from router.adapters.redis.offer_fields import lapses_from, standing_from
from router.adapters.redis.opening import opened_events
from router.adapters.redis.requests import keep_request
from router.adapters.redis.tallies import counts_from, ledger_state, open_units, worked_units
from router.assignment.commands import (
    MOST_CANDIDATES,
    BindCommand,
    Changed,
    Completion,
    Moved,
    Refusal,
)
from router.history.codec import read_effect, read_event
from router.history.hash_chain import BEGINNING, StoredEvent
from router.model.decision import Decision, DecisionEffect, Outcome
from router.model.dispatch import StandingOffer
from router.model.errors import CorruptHistory, NotFound, RequestIdReused, StaleRevision
from router.model.events import Content, Event
from router.model.records import (
    Counted,
    ItemRecord,
    LedgerState,
)
from router.model.revisions import RevisionPair
from router.model.workitem import Kind
from store.batching import MicroBatcher, Turns
from store.clients import RedisClient
from store.replication import read_together
from store.translation import translated

REQUEST_TTL_S = 24 * 3600
MAX_REQUEST_TTL_S = 365 * 24 * 3600
_TOGETHER = 24
"""Requests that share a script call, at most: fewer than may wait, so that answers go out while the next call runs."""

_PARTS = 4
"""What ``scripts/history.lua`` answers of each event."""

_bind, _complete, _now, _history = script("bind"), script("complete"), script("now"), script("history")


_Together = tuple[str, RevisionPair]
"""What jobs of one script call have in common: the tenant, and the revisions that they are decided by."""


class RedisAssignments:
    """``router.assignment.ports.Assignments`` and ``router.history.ports.Log``, on Redis 6.2 or Valkey 7.2 and later.

    Parameters
    ----------
    redis
        A client that returns bytes.
    request_ttl_s
        How long a request id is remembered, in seconds.
    now_ms
        This server's own clock, in milliseconds since 1970.
    turns
        What script calls that carry many jobs take turns by, by their tenants; None: by nobody else's.
    """

    def __init__(
        self,
        redis: RedisClient,
        request_ttl_s: int = REQUEST_TTL_S,
        now_ms: Callable[[], int] = clock_ms,
        turns: Turns | None = None,
    ) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s
        self._clock = EstimatedClock(now_ms)
        self._batcher = MicroBatcher[_Together, BindCommand, Bound](
            self._bind_together, _TOGETHER, MOST_CANDIDATES, turns, about=itemgetter(0)
        )

    async def bind(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool = False
    ) -> list[Bound]:
        """Do the jobs in order; single ones share a script call with whatever else is on its way."""
        if not jobs:
            return []
        if len(jobs) > 1 or preview:
            return await self._opened(tenant, await self._sent(tenant, revisions, jobs, preview=preview))
        (job,) = jobs
        answer = await self._batcher.submit((tenant, revisions), job, job.weight)
        if isinstance(answer, Decision) and answer.head is job.head:  # it was made now, and nothing in it is sealed
            return [answer]
        return await self._opened(tenant, [answer])

    def _bind_together(self, key: _Together, jobs: Sequence[BindCommand]) -> Awaitable[list[Bound]]:
        return self._sent(*key, jobs, preview=False)

    def _sent(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool
    ) -> Awaitable[list[Bound]]:
        keys, arguments = bind_arguments(tenant, revisions, jobs, preview=preview, request_ttl_s=self._request_ttl_s)

        def read(replies: list[Any]) -> list[Bound]:
            check_reply(tenant, replies)
            if replies[0] == b"STALE":
                raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
            answers = [bind_answer(reply, job) for reply, job in zip(replies, jobs, strict=True)]
            if timed := [answer for answer, job in zip(answers, jobs, strict=True) if job.interval]:
                self._clock.learn(tenant, timed)
            return answers

        return _bind.sent(self._redis, keys, arguments, read)

    async def update(
        self, tenant: str, revisions: RevisionPair, command: BindCommand, *, preview: bool = False
    ) -> Changed | Refusal | Moved:
        keys, arguments = bind_arguments(
            tenant, revisions, [command], preview=preview, request_ttl_s=self._request_ttl_s
        )
        reply = await _bind(self._redis, keys, arguments)
        check_reply(tenant, reply)
        if reply[0] == b"STALE":
            raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
        answer = change_answer(reply[0], command)
        if isinstance(answer, Moved):
            self._clock.learn(tenant, [answer])
        return answer

    async def now_us(self, tenant: str) -> int:
        return int(await _now(self._redis, [Keys(tenant).revisions], []))

    def expected_ms(self, tenant: str) -> int:
        return self._clock.expected_ms(tenant)

    async def complete(self, tenant: str, completion: Completion, *, preview: bool = False) -> ItemRecord | Refusal:
        keys = Keys(tenant)
        request = [keys.request(completion.request_id)] if completion.request_id else []
        reply = await _complete(
            self._redis,
            [
                keys.revisions,
                keys.loads,
                keys.events,
                keys.waiting,
                keys.owned,
                keys.item(completion.item_id),
                keys.dated,
                *request,
            ],
            [
                completion.item_id,
                completion.state,
                completion.expected,
                completion.fingerprint,
                self._request_ttl_s,
                int(preview),
                completion.actor,
                *(completion.withdrawn or ()),
            ],
        )
        check_reply(tenant, reply)
        status = reply[0].decode()
        if status == "NOT_FOUND":
            raise NotFound("work item", f"tenants/{tenant}/workItems/{completion.item_id}")
        return item_record(completion.item_id, reply[1]) if status == "DONE" else Refusal(status)

    async def item(self, tenant: str, item_id: str) -> ItemRecord | None:
        with translated():
            packed = await self._redis.get(Keys(tenant).item(item_id))
            if packed and (other := other_id(packed)):
                item_id, packed = other, await self._redis.get(Keys(tenant).item(other))
        return item_record(item_id, packed) if packed else None

    async def items(self, tenant: str, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        if not item_ids:
            return []
        keys = Keys(tenant)
        with translated():
            stored = await self._redis.mget([keys.item(item_id) for item_id in item_ids])
        return [
            item_record(item_id, packed) if packed else None for item_id, packed in zip(item_ids, stored, strict=True)
        ]

    async def waiting(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).waiting, after, count)

    async def dated(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).dated, after, count)

    async def _by_event(
        self, key: str, after: int, count: int, before: int | None = None, *, newest_first: bool = False
    ) -> list[tuple[int, str]]:
        """Return what stands in a sorted set behind the number of an event, and in front of another."""
        bounds: list[Any] = [f"({after}", "+inf" if before is None else f"({before}"]
        first, last = reversed(bounds) if newest_first else bounds
        with translated():
            members = await self._redis.zrange(
                key, first, last, desc=newest_first, byscore=True, offset=0, num=count, withscores=True
            )
        return [(int(number), item_id.decode()) for item_id, number in members]

    async def asked(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).asked, after, count)

    async def surveyed(self, tenant: str, *, before: int | None = None, count: int = 1000) -> list[tuple[int, str]]:
        return await self._by_event(Keys(tenant).surveyed, 0, count, before, newest_first=True)

    async def open_offers(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        return await offered_to(self._redis, tenant, "n", after, count)

    async def standing_offers(self, tenant: str) -> Mapping[str, StandingOffer | None]:
        with translated():
            return standing_from(await self._redis.hgetall(Keys(tenant).offers))

    async def lapses(self, tenant: str) -> Mapping[str, int]:
        with translated():
            return lapses_from(await self._redis.hgetall(Keys(tenant).lapses))

    async def owned(
        self, tenant: str, owner: str, *, is_open: bool, after: int = 0, count: int = 1000
    ) -> list[tuple[int, str]]:
        prefix = f"{owner}\0{'o' if is_open else 'c'}\0"
        with translated():
            members = await self._redis.zrangebylex(
                Keys(tenant).owned, f"[{prefix}{after + 1:016}", f"({prefix}:", start=0, num=count
            )
        return [_owned(member) for member in members]

    async def owners(self, tenant: str) -> list[str]:
        owners, beyond = list[str](), "(\0v\0:"
        with translated():
            while members := await self._redis.zrangebylex(Keys(tenant).owned, beyond, "+", start=0, num=1):
                owner, state, _ = members[0].decode().split("\0", 2)
                if state == "o":
                    owners.append(owner)
                beyond = f"({owner}\0{'o' if state == 'c' else 'p'}\0"
        return owners

    async def covered(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        with translated():
            members = await self._redis.zrangebylex(
                Keys(tenant).owned, f"[\0v\0{after + 1:016}", "(\0v\0:", start=0, num=count
            )
        return [_owned(member) for member in members]

    async def of_customer(
        self, tenant: str, customer: str, *, after: int = 0, before: int | None = None, count: int = 1000,
        newest_first: bool = False,
    ) -> list[tuple[int, str]]:  # fmt: skip
        return await self._by_event(Keys(tenant).subject(customer), after, count, before, newest_first=newest_first)

    async def last_nps(self, tenant: str, customer: str) -> int:
        with translated():
            return -int(await self._redis.zscore(Keys(tenant).subject(customer), LAST_NPS) or 0)

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        with translated():
            packed = await self._redis.get(Keys(tenant).request(request_id))
        if packed is None:
            return None
        stored, number, *outcome = msgpack.unpackb(packed)
        if stored != fingerprint or not outcome:
            return Refusal.REQUEST_ID_REUSED
        (decision,) = await self.decisions(tenant, [number])
        return as_before(decision, outcome[0])

    async def has_done(self, tenant: str, request_id: str, fingerprint: str) -> bool:
        with translated():
            packed = await self._redis.get(Keys(tenant).request(request_id))
        if packed is None:
            return False
        if msgpack.unpackb(packed)[0] != fingerprint:
            raise RequestIdReused(request_id)
        return True

    async def keep_request(
        self, tenant: str, request_id: str, fingerprint: str, item_id: str, *, expected: int, number: int
    ) -> bool:
        return await keep_request(
            self._redis, self._request_ttl_s, tenant, request_id, fingerprint, item_id, expected, number
        )

    async def events(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        entries = await self._entries(tenant, after, before, count, newest_first=newest_first)
        return await self._opened(tenant, [_event(number, fields) for number, fields in entries])

    async def effects(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, whole: Outcome | None = None
    ) -> list[Event | DecisionEffect]:
        entries = await self._entries(tenant, after, before, count)
        return await self._opened(
            tenant, [read_effect(number, of[b"type"], of[b"facts"], of[b"head"], whole) for number, of in entries]
        )

    async def entries(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[StoredEvent]:
        return [_entry(number, fields) for number, fields in await self._entries(tenant, after, None, count)]

    async def _entries(
        self, tenant: str, after: int, before: int | None, count: int, *, newest_first: bool = False
    ) -> list[tuple[int, dict[bytes, bytes]]]:
        if not count:  # which the driver refuses
            return []
        first, last = f"{after + 1}-0", "+" if before is None else f"{max(before - 1, 0)}-0"
        key = Keys(tenant).events
        with translated():
            if newest_first:
                entries = await self._redis.xrevrange(key, last, first, count=count)
            else:
                entries = await self._redis.xrange(key, first, last, count=count)
        return [(int(entry_id.split(b"-")[0]), fields) for entry_id, fields in entries]

    async def beginning(self, tenant: str) -> StoredEvent | None:
        with translated():
            entries = await self._redis.xrange(Keys(tenant).events, BEGINNING, BEGINNING)
        return _entry(0, entries[0][1]) if entries else None

    async def history(self, tenant: str, item_id: str, last: int, count: int = 100) -> list[Event]:
        keys = Keys(tenant)
        reply = await _history(self._redis, [keys.revisions, keys.events], [item_id, last, count])
        if not reply:
            return []
        check_reply(tenant, reply)
        if reply[0] == b"LOST":
            raise CorruptHistory(f"tenants/{tenant}/workItems/{item_id}", f"the log has not got event {reply[1]}")
        places = range(0, len(reply), _PARTS)
        return await self._opened(tenant, [read_event(*reply[place : place + _PARTS]) for place in places])

    async def decisions(self, tenant: str, numbers: Sequence[int]) -> list[Decision]:
        """Return the decisions of these numbers, in one round trip."""
        return [event for event in await self._numbered(tenant, numbers) if isinstance(event, Decision)]

    async def contents(self, tenant: str, numbers: Sequence[int]) -> list[Content]:
        return [event for event in await self._numbered(tenant, numbers) if isinstance(event, Content)]

    async def _numbered(self, tenant: str, numbers: Sequence[int]) -> list[Event]:
        key = Keys(tenant).events
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for number in numbers:
                    pipeline.xrange(key, f"{number}-0", f"{number}-0")
                replies = await read_together(self._redis, pipeline)
        for number, entries in zip(numbers, replies, strict=True):
            if not entries:
                raise CorruptHistory(f"tenants/{tenant}/decisions/{number}", "the log has not got it any more")
        events = [_event(number, fields) for number, ((_, fields),) in zip(numbers, replies, strict=True)]
        return await self._opened(tenant, events)

    async def _opened(self, tenant: str, events: list[Any]) -> list[Any]:
        return await opened_events(self._redis, tenant, events)

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        with translated():
            return ledger_state(await self._redis.hgetall(Keys(tenant).ledger(pool)))

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        with translated():
            return open_units(await self._redis.hgetall(Keys(tenant).loads))

    async def worked(self, tenant: str) -> dict[tuple[str, Kind], int]:
        with translated():
            return worked_units(await self._redis.hgetall(Keys(tenant).loads))

    async def counts(self, tenant: str) -> dict[str, Counted]:
        with translated():
            return counts_from(await self._redis.hgetall(Keys(tenant).counts))


async def offered_to(redis: RedisClient, tenant: str, whom: str, after: int, count: int) -> list[tuple[int, str]]:
    """Return open offers behind a number, the oldest first: all for ``n``, those of a rep for ``r{rep}``."""
    with translated():
        places = await redis.zrangebylex(
            Keys(tenant).offered, f"[{whom}\0{after + 1:016}", f"({whom}\0:", start=0, num=count
        )
    return [(int(number), item_id) for _, number, item_id in (place.decode().split("\0") for place in places)]


def _owned(member: bytes) -> tuple[int, str]:
    _, _, first, item_id = member.decode().split("\0")
    return int(first), item_id


def _entry(number: int, fields: Mapping[bytes, bytes]) -> StoredEvent:
    link = fields.get(b"link", b"").decode()
    return StoredEvent(number, fields[b"type"], fields[b"facts"], fields[b"head"], link)


def _event(number: int, fields: dict[bytes, bytes]) -> Event:
    return read_event(number, fields[b"type"], fields[b"facts"], fields[b"head"])
