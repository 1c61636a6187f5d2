"""``router.timers.ports.Timers`` on Redis; what happens atomically stands in ``scripts/``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple

from packing import pack
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.model.digests import ALL_REPS, DigestBook, DigestKind, MadeDigest
from router.model.errors import CorruptHistory, StaleRevision
from router.model.events import LeaveCredit
from router.model.revisions import RevisionPair
from router.timers.ports import MAX_TIMERS
from router.timers.timer import Position, Timer, TimerStatus, is_made, is_of_digest, is_of_presence
from store.clients import RedisClient
from store.translation import translated

_set, _skip, _fire = script("set_timers"), script("skip_log"), script("fire")
_MOST_MADE = 10 * MAX_TIMERS
"""Timers that do not fire which may stand in front of one that does, but for lists: those behind wait until then."""
_credit, _digest, _status = script("credit"), script("make_digest"), script("timer_status")


class RedisTimers:
    """``router.timers.ports.Timers`` on Redis; the parameter is as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def followed(self, tenant: str) -> Position:
        with translated():
            fields = await self._redis.hmget(Keys(tenant).timers_position, Position._fields)
        return Position(*(int(number or 0) for number in fields))

    async def set_timers(
        self, tenant: str, before: Position, after: Position, timers: Mapping[str, Sequence[Timer]]
    ) -> bool:
        keys = Keys(tenant)
        items = [_packed(item_id, of_item) for item_id, of_item in timers.items()]
        reply = await _set(
            self._redis,
            [keys.revisions, keys.timers, keys.timers_position, keys.timers_members, keys.events],
            [before.event, *after, *items],
        )
        check_reply(tenant, reply)
        return bool(reply[0] == b"DONE")

    async def skip(
        self, tenant: str, before: Position, *, processes: int, may_wait: bool, may_be_offered: bool = False
    ) -> int:
        keys = Keys(tenant)
        reply = await _skip(
            self._redis,
            [keys.revisions, keys.events, keys.timers, keys.timers_position, keys.presence, keys.waiting, keys.dated],
            [before.event, *before.revisions, int(may_wait), int(may_be_offered), processes],
        )
        check_reply(tenant, reply)
        return int(reply[0])

    async def fire(
        self, tenant: str, count: int = MAX_TIMERS, *, skip: Callable[[str, object], object] = lambda *_: None
    ) -> int:
        return await self._fire(tenant, await self._first_to_fire(tenant, count), skip)

    async def leave(
        self, tenant: str, timers: Sequence[Timer], *, skip: Callable[[str, object], object] = lambda *_: None
    ) -> int:
        return await self._fire(tenant, [_member(timer).encode() for timer in timers], skip)

    async def _fire(self, tenant: str, members: Sequence[bytes], skip: Callable[[str, object], object]) -> int:
        if not members:
            return 0
        keys = Keys(tenant)
        items = [_holder(keys, _timer(member, 0)) for member in members]
        reply = await _fire(
            self._redis, [keys.revisions, keys.events, keys.timers, keys.timers_position, *items], members
        )
        check_reply(tenant, reply)
        removed, unreadable = reply
        for member, error in zip(unreadable[::2], unreadable[1::2], strict=True):
            skip(_timer(member, 0).item_id, error.decode(errors="replace"))
        return int(removed)

    async def credit(self, tenant: str, planned: RevisionPair, timer: Timer, step: LeaveCredit) -> bool:
        keys = Keys(tenant)
        facts = [*astuple(step)[:-1], [(member.rep, member.weight) for member in step.members]]
        reply = await _credit(
            self._redis,
            [keys.revisions, keys.events, keys.timers, keys.ledger(step.pool), keys.timers_position],
            [
                planned.workforce,
                planned.workforce_event_hash,
                _member(timer),
                timer.due_ms,
                pack(facts),
            ],
        )
        check_reply(tenant, reply)
        if reply[0] == b"STALE":
            raise StaleRevision(f"tenants/{tenant}", "the workforce changed")
        return bool(reply[0] == b"DONE")

    async def make_digest(self, tenant: str, planned: RevisionPair, timer: Timer, made: MadeDigest) -> bool:
        keys = Keys(tenant)
        reply = await _digest(
            self._redis,
            [keys.revisions, keys.events, keys.timers, keys.digests, keys.timers_position],
            [planned.workforce, planned.workforce_event_hash, _member(timer), timer.due_ms, pack(made)],
        )
        check_reply(tenant, reply)
        if reply[0] == b"STALE":
            raise StaleRevision(f"tenants/{tenant}", "the workforce changed")
        return bool(reply[0] == b"DONE")

    async def digests(self, tenant: str, reps: Collection[str] | None = None) -> DigestBook:
        key = Keys(tenant).digests
        with translated():
            if reps is None:
                fields = {name.decode(): value for name, value in (await self._redis.hgetall(key)).items()}
            else:
                names = [ALL_REPS, *(name for rep in reps for name in (rep, *(f"{rep}|{kind}" for kind in DigestKind)))]
                fields = dict(zip(names, await self._redis.hmget(key, names), strict=True))
        book = DigestBook({}, {})
        try:
            for field, value in fields.items():
                if value is None:
                    continue
                rep, _, kind = field.partition("|")
                if kind:
                    book.due_ms[rep, DigestKind(kind)] = int(value)
                else:
                    book.last[rep] = int(value)
        except ValueError as error:
            raise CorruptHistory(f"tenants/{tenant}", f"which lists were made cannot be read: {error}") from error
        return book

    async def timer_status(self, tenant: str) -> TimerStatus:
        keys = Keys(tenant)
        reply = await _status(self._redis, [keys.revisions, keys.events, keys.timers, keys.timers_position], [])
        check_reply(tenant, reply)
        timers, due_ms, since_ms, followed, events, unread_ms, now_ms = reply
        return TimerStatus(timers, _time(due_ms), followed, events, _time(unread_ms), now_ms, _time(since_ms))

    async def timers(self, tenant: str, start: int = 0, count: int = 1000) -> list[Timer]:
        return [_timer(member, int(due_ms)) for member, due_ms in await self._members(tenant, start, count)]

    async def _members(self, tenant: str, start: int, count: int) -> list[tuple[bytes, float]]:
        if not count:  # which would mean all
            return []
        with translated():
            members: list[tuple[bytes, float]] = await self._redis.zrange(
                Keys(tenant).timers, start, start + count - 1, withscores=True
            )
        return members

    async def _first_to_fire(self, tenant: str, count: int) -> list[bytes]:
        """Return the first timers that fire, whatever stands among them that is made otherwise."""
        members, start, made = list[bytes](), 0, 0
        while len(members) < count and made < _MOST_MADE:
            page = await self._members(tenant, start, count)
            timers = [(member, _timer(member, 0)) for member, _ in page]
            members += [member for member, timer in timers if not is_made(timer)]
            made += sum(is_made(timer) and not is_of_digest(timer) for _, timer in timers)
            start += count
            if len(page) < count:
                break
        return members[:count]

    async def forget_timers(self, tenant: str) -> None:
        keys = Keys(tenant)
        with translated():
            await self._redis.unlink(keys.timers, keys.timers_position, keys.timers_members)


def _holder(keys: Keys, timer: Timer) -> str:
    """Return the key that says whether a timer is void."""
    return keys.presence if is_of_presence(timer) else keys.item(timer.item_id)


def _packed(item_id: str, timers: Sequence[Timer]) -> bytes:
    places = [part for timer in timers for part in (_member(timer), timer.due_ms)]
    return pack([item_id, places])


def _member(timer: Timer) -> str:
    return f"{timer.entry:016}\0{timer.step}\0{timer.name}\0{timer.item_id}"


def _timer(member: bytes, due_ms: int) -> Timer:
    entry, step, name, item_id = member.decode().split("\0", 3)
    return Timer(item_id, name, int(entry), int(step), due_ms)


def _time(ms: int) -> int | None:
    return None if ms < 0 else ms
