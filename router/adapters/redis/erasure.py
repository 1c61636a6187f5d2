"""``router.erasure.ports.PersonalValues`` on Redis; what happens atomically stands in ``scripts/erase.lua``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgpack

from packing import pack
from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.format import check_reply
from router.adapters.redis.item_records import item_record
from router.adapters.redis.keys import LAST_NPS, Keys
from router.adapters.redis.library import script
from router.erasure.ports import Compacted, Counts, Erasure, LogPage
from router.history.codec import read_event
from router.model.errors import CorruptHistory, RequestIdReused
from router.model.events import Content, Event, previous_of
from router.model.opening import is_closed, opened_event
from router.model.sealing import NO_OPENINGS, Openings
from store.clients import RedisClient
from store.files import rewritten
from store.translation import translated

_erase = script("erase")


class RedisPersonalValues:
    """``router.erasure.ports.PersonalValues`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def items_of(self, tenant: str, customer: str) -> list[str]:
        """Return them: a scan names what is there all the while, though its place may change meanwhile."""
        with translated():
            found = self._redis.zscan_iter(Keys(tenant).subject(customer), count=1000)
            item_ids = {item_id.decode() async for item_id, _ in found}
        return sorted(item_ids - {LAST_NPS})

    async def stored_contents(self, tenant: str, item_ids: Sequence[str]) -> list[Content]:
        """Return them as they are stored: each work item's events are followed backwards."""
        keys, contents = Keys(tenant), list[Content]()
        if not item_ids:
            return contents
        with translated():
            records = await self._redis.mget([keys.item(item_id) for item_id in item_ids])
        followed = {
            item_id: item_record(item_id, packed).event
            for item_id, packed in zip(item_ids, records, strict=True)
            if packed
        }
        while followed:
            events = await self._events(keys.events, [*followed.values()])
            contents += [event for event in events if isinstance(event, Content)]
            followed = {item_id: previous_of(event, item_id) for item_id, event in zip(followed, events, strict=True)}
            followed = {item_id: number for item_id, number in followed.items() if number}
        return contents

    async def log_page(self, tenant: str, *, after: int = 0, count: int = 500) -> LogPage | None:
        """Return the contents of a slice of the log; see ``router.erasure.ports.PersonalValues``."""
        if not count:
            return None
        with translated():
            entries = await self._redis.xrange(Keys(tenant).events, f"{after + 1}-0", "+", count=count)
        if not entries:
            return None
        numbers, contents, unreadable = [int(entry_id.split(b"-")[0]) for entry_id, _ in entries], [], []
        for number, (_, fields) in zip(numbers, entries, strict=True):
            try:
                event = read_event(number, fields[b"type"], fields[b"facts"], fields[b"head"])
            except CorruptHistory:
                unreadable.append(number)
            else:
                contents += [event] if isinstance(event, Content) else []
        openings = await self._openings(tenant, {content.item_id for content in contents if is_closed(content)})
        return _opened(contents, openings, unreadable, numbers[-1])

    async def _openings(self, tenant: str, item_ids: Collection[str]) -> dict[str, Openings]:
        if not item_ids:
            return {}
        keys = Keys(tenant)
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for item_id in item_ids:
                    pipeline.hgetall(keys.personal(item_id))
                return dict(zip(item_ids, await pipeline.execute(), strict=True))

    async def _events(self, log: str, numbers: Sequence[int]) -> list[Event]:
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for number in numbers:
                    pipeline.xrange(log, f"{number}-0", f"{number}-0")
                pages = await pipeline.execute()
        return [
            read_event(number, fields[b"type"], fields[b"facts"], fields[b"head"])
            for number, page in zip(numbers, pages, strict=True)
            for _, fields in page
        ]

    async def erased_before(self, tenant: str, request_id: str, fingerprint: str) -> Counts | None:
        with translated():
            packed = await self._redis.get(Keys(tenant).request(request_id))
        if packed is None:
            return None
        stored, *answer = msgpack.unpackb(packed)
        if stored != fingerprint:
            raise RequestIdReused(request_id)
        return Counts(*answer[0])

    async def erase(self, tenant: str, erasure: Erasure, *, preview: bool = False) -> Counts:
        keys = Keys(tenant)
        of_customer = _of_customer(keys, erasure.customer) if erasure.customer else []
        request = [keys.request(erasure.request_id)] if erasure.request_id and not preview else []
        header = [
            list(erasure.item_ids),
            int(bool(erasure.customer)),
            erasure.submissions,
            list(erasure.before),
            erasure.fingerprint,
            self._request_ttl_s,
            erasure.actor,
            int(preview),
        ]
        items = [*map(keys.item, erasure.item_ids), *map(keys.personal, erasure.item_ids)]
        reply = await _erase(self._redis, [keys.revisions, keys.events, *items, *of_customer, *request], [pack(header)])
        check_reply(tenant, reply)
        if reply[0] == b"REQUEST_ID_REUSED":
            raise RequestIdReused(erasure.request_id)
        return Counts(*reply)

    async def is_sealed(self, tenant: str) -> bool:
        """Say whether the log begins with an event of a format that seals."""
        with translated():
            entries = await self._redis.xrange(Keys(tenant).events, count=1)
        return not entries or b"." in entries[0][1][b"type"]

    async def compact(self) -> Compacted:
        return Compacted(*await rewritten(self._redis))


def _opened(stored: list[Content], openings: Mapping[str, Openings], unreadable: list[int], last: int) -> LogPage:
    contents = []
    for content in stored:
        try:
            contents.append(opened_event(content, openings.get(content.item_id, NO_OPENINGS)))
        except CorruptHistory:
            unreadable.append(content.number)
    return LogPage(contents, unreadable, last)


def _of_customer(keys: Keys, customer: str) -> list[str]:
    return [keys.subject(customer), keys.customer(customer), keys.erasures, keys.erased(customer)]
