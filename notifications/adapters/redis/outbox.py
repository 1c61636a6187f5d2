"""``notifications.messages.ports.Outbox`` on Redis, and ``notifications.ports.DeliveryBook`` of messages."""

from __future__ import annotations

import json
from asyncio import gather
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial

from notifications.adapters.redis.keys import DeliveryKeys
from notifications.deliveries import Delivery, DeliveryState, ReceiverStatus, Redriven
from notifications.messages.digests import GATHER_MS, redriven, unreachable
from notifications.messages.outbox import WAITING_STATES, ChannelState, OutboxEntry, WaitingMessages
from notifications.ports import DeliveryFilter
from store.clients import RedisClient
from store.clock import clock
from store.scripts import Argument, Script, lua
from store.translation import translated

KEPT = 10_000
"""How many are kept that ended, of each channel."""
_PAGE = 200
_READ = 10_000
"""How many of what waits for a channel are looked at together: what is urgent among them goes first."""
_READ_AT_ONCE = 1_000


def _libraries() -> list[str]:
    return [clock(), lua(__package__, "messages")]


_ADD, _DUE, _WRITE, _REDRIVE, _FORGET = (
    Script(__package__, f"{name}_messages", _libraries) for name in ("add", "due", "write", "redrive", "forget")
)
_DEFAULTS = {each.name: each.default for each in fields(OutboxEntry)}


Reached = Callable[[str, Sequence[OutboxEntry]], Awaitable[Collection[str]]]
"""Returns the ids of those of some messages of a tenant that a channel is there for."""


async def everybody(_tenant: str, entries: Sequence[OutboxEntry]) -> Collection[str]:
    """Say that there is a channel for each of some messages."""
    return {each.id for each in entries}


class RedisOutbox:
    """Keeps what people are to be told.

    Parameters
    ----------
    reached
        What there is a channel for by now: nothing else that had none is tried again.
    """

    def __init__(self, redis: RedisClient, reached: Reached = everybody) -> None:
        self._redis = redis
        self._reached = reached

    async def add(self, tenant: str, event: int, entries: Sequence[OutboxEntry]) -> bool:
        keys = DeliveryKeys(tenant)
        places = [keys.waiting_or_ended(each.channel) for each in entries]
        written = [part for each in entries for part in (each.channel, each.id, _written(_reachable(each)))]
        return bool(
            await _ADD(
                self._redis,
                [keys.told, keys.messages, keys.due, keys.used, *places],
                [event, GATHER_MS, KEPT, *written],
            )
        )

    async def last_told(self, tenant: str) -> int:
        """Return the number of the last event that anybody was told of; 0: there is none."""
        with translated():
            return int(await self._redis.get(DeliveryKeys(tenant).told) or 0)

    async def due(self, tenant: str) -> tuple[int, list[str]]:
        now_ms, channels = await _DUE(self._redis, [DeliveryKeys(tenant).due], [])
        return now_ms, [channel.decode() for channel in channels]

    async def waiting(self, tenant: str, channel: str) -> WaitingMessages:
        of_channel = partial(DeliveryKeys(tenant).of_channel, channel)
        with translated():
            stored = await self._redis.hgetall(of_channel("state"))
            ids = await self._redis.zrange(of_channel("waiting"), 0, _READ - 1)
        return WaitingMessages(_state(stored), await self._entries(tenant, ids))

    async def write(
        self,
        tenant: str,
        channel: str,
        state: ChannelState,
        changed: Sequence[OutboxEntry],
        left: int,
        look_ms: int | None,
    ) -> bool:
        of_channel, keys = partial(DeliveryKeys(tenant).of_channel, channel), DeliveryKeys(tenant)
        own = [of_channel("state"), keys.messages, keys.due, keys.used, *map(of_channel, ("waiting", "ended", "dead"))]
        others = list(dict.fromkeys(each.channel for each in changed if each.channel != channel))
        place_of = {to: len(own) + 1 + at for at, to in enumerate(others)}
        look = "" if look_ms is None else look_ms
        arguments: list[Argument] = [state.turn, channel, *state[1:], look, left, GATHER_MS, KEPT]
        for each in changed:
            what, place = _what(each, channel), place_of.get(each.channel, "")
            arguments += [what, each.event, each.id, _written(each), each.channel if place else "", place]
        return bool(await _WRITE(self._redis, [*own, *map(keys.waiting_or_ended, others)], arguments))

    async def deliveries(
        self, tenant: str, wanted: DeliveryFilter, before: tuple[int, str] | None, count: int
    ) -> list[Delivery]:
        channels = [wanted.receiver, ""] if wanted.receiver else await self._used(tenant)
        found = list[Delivery]()
        keys = [DeliveryKeys(tenant).of_channel(channel, what) for channel in channels for what in ("waiting", "ended")]
        while len(found) < count and (ids := await self._newest(keys, before)):
            entries = await self._entries(tenant, [message_id.encode() for _, message_id in ids])
            found += [each.delivery for each in entries if _is_wanted(each, wanted)]
            before = ids[-1]
        return found[:count]

    async def standing(self, tenant: str, receiver: str) -> ReceiverStatus:
        of_channel = partial(DeliveryKeys(tenant).of_channel, receiver)
        with translated():
            waiting, dead, stored, oldest = await gather(
                self._redis.zcard(of_channel("waiting")),
                self._redis.zcard(of_channel("dead")),
                self._redis.hgetall(of_channel("state")),
                self._redis.zrange(of_channel("waiting"), 0, 0),
            )
        state = _state(stored)  # what waits for its minute, or for quiet hours to end, is not late
        entries = await self._entries(tenant, oldest) if state.failures else []
        oldest_ms = entries[0].since_ms if entries else None
        return ReceiverStatus(waiting, dead, oldest_ms, False, state.failures, state.outcome, state.attempt_ms)

    async def redrive(self, tenant: str, receiver: str, item_id: str, through: str = "") -> Redriven:
        of_channel = partial(DeliveryKeys(tenant).of_channel, receiver)
        with translated():
            dead_ids = await self._redis.zrange(of_channel("dead" if receiver else "ended"), 0, -1)
            waiting_ids = await self._redis.zrange(of_channel("waiting"), 0, -1)
        dead, waiting = await self._entries(tenant, dead_ids), await self._entries(tenant, waiting_ids)
        given_up = [each for each in dead if each.state in (DeliveryState.DEAD, DeliveryState.UNREACHABLE)]
        meant = [each for each in given_up if _is_wanted(each, DeliveryFilter(through, None, item_id))]
        if not receiver:
            reached = await self._reached(tenant, [redriven(each, "") for each in meant])
            meant = [each for each in meant if each.id in reached]
        parked = sum(each.state is DeliveryState.PARKED and item_id in ("", each.item_id) for each in waiting)
        is_all = bool(receiver) and not item_id  # how it failed is forgotten too: what is new goes there again
        if not meant and not parked and not is_all:
            return Redriven()
        count = await self._again(tenant, receiver, [redriven(each, receiver) for each in meant])
        unreachable = min(count, sum(each.state is DeliveryState.UNREACHABLE for each in meant))
        return Redriven(count - unreachable, parked, unreachable)

    async def _again(self, tenant: str, channel: str, dead: Sequence[OutboxEntry] = ()) -> int:
        """Look at a channel at once, as if it had never failed, with some that ended; return how many they were."""
        keys = DeliveryKeys(tenant)
        of_channel = partial(keys.of_channel, channel)
        own = [of_channel("state"), keys.messages, keys.due, *map(of_channel, ("waiting", "ended", "dead"))]
        written = [part for each in dead for part in (each.event, each.id, _written(each))]
        return int(await _REDRIVE(self._redis, own, [channel, *written]))

    async def changed(self, tenant: str, channel: str) -> None:
        await self._again(tenant, channel)

    async def begin(self, tenant: str, receiver: str) -> None:
        """Do nothing: what is told waits for whatever channel its rep has then."""

    async def forget(self, tenant: str, receiver: str) -> None:
        """Keep what became of its messages; what waits goes elsewhere when it is looked at, see ``Dispatcher``."""
        keys = DeliveryKeys(tenant)
        of_channel = partial(keys.of_channel, receiver)
        own = map(of_channel, ("waiting", "ended", "dead"))
        without = keys.of_channel("", "ended")
        await _FORGET(
            self._redis,
            [of_channel("state"), keys.messages, keys.due, keys.used, *own, without],
            [receiver, KEPT],
        )

    async def _used(self, tenant: str) -> list[str]:
        with translated():
            return sorted(each.decode() for each in await self._redis.smembers(DeliveryKeys(tenant).used))

    async def _newest(self, keys: Iterable[str], before: tuple[int, str] | None) -> list[tuple[int, str]]:
        """Return event and id of a page of what is in some sorted sets, the newest event first, equals by id."""
        pages = await gather(*(self._newest_of(key, before) for key in keys))
        return sorted(set().union(*pages), key=_newest_first)[:_PAGE]

    async def _newest_of(self, key: str, before: tuple[int, str] | None) -> set[tuple[int, str]]:
        """Return at least the first page of what is in a sorted set; of the last event of it everything."""
        found: list[tuple[bytes, float]] = []
        most = "+inf"
        with translated():
            if before:
                event, most = before[0], f"({before[0]}"
                found += await self._redis.zrangebyscore(key, event, event, withscores=True)
            page = await self._redis.zrevrangebyscore(key, most, "-inf", 0, _PAGE, withscores=True)
            if page:
                found += page + await self._redis.zrangebyscore(key, page[-1][1], page[-1][1], withscores=True)
        numbered = {(int(event), message_id.decode()) for message_id, event in found}
        return {each for each in numbered if not before or _newest_first(each) > _newest_first(before)}

    async def _entries(self, tenant: str, ids: Sequence[bytes]) -> list[OutboxEntry]:
        found = list[OutboxEntry]()
        for start in range(0, len(ids), _READ_AT_ONCE):
            with translated():
                stored = await self._redis.hmget(DeliveryKeys(tenant).messages, ids[start : start + _READ_AT_ONCE])
            found += [_entry(each) for each in stored if each]
        return found


def _newest_first(numbered: tuple[int, str]) -> tuple[int, str]:
    return -numbered[0], numbered[1]


def _is_wanted(entry: OutboxEntry, wanted: DeliveryFilter) -> bool:
    is_of_receiver = wanted.receiver in ("", entry.channel or entry.addressed)
    return is_of_receiver and wanted.state in (None, entry.state) and wanted.item_id in ("", entry.item_id)


def _what(entry: OutboxEntry, channel: str) -> str:
    """Return what the script does with an entry that was read as waiting for a channel."""
    if entry.channel != channel:
        return "move"
    if entry.state is DeliveryState.DEAD:
        return "die"
    return "keep" if entry.state in WAITING_STATES else "end"


def _reachable(entry: OutboxEntry) -> OutboxEntry:
    return entry if entry.channel else unreachable(entry)


def _written(entry: OutboxEntry) -> str:
    """Write an entry, without what is as it is with most."""
    return json.dumps({name: value for name, value in asdict(entry).items() if value != _DEFAULTS[name]})


def _state(stored: Mapping[bytes, bytes]) -> ChannelState:
    kept = {name.decode(): value.decode() for name, value in stored.items()}
    outcome = kept.pop("outcome", "")
    return ChannelState(**{name: int(value) for name, value in kept.items()}, outcome=outcome)


def _entry(stored: bytes) -> OutboxEntry:
    known = json.loads(stored)
    lists = {"left": tuple(known.get("left", ())), "state": DeliveryState(known.get("state", DeliveryState.WAITING))}
    return OutboxEntry(**{**known, **lists})
