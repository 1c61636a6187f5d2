"""``router.offers.ports.Offers`` on Redis; what is atomic stands in ``scripts/answer_offer.lua``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgpack

from router.adapters.redis.assignments import REQUEST_TTL_S, offered_to, record_from
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.adapters.redis.opening import opened_events
from router.assignment.commands import KnownAs
from router.history.codec import read_event
from router.model.dispatch import Answer
from router.model.errors import NotFound
from router.model.workitem import Kind
from router.offers.ports import AnswerCommand, Answered, AnswerRefusal, Entering, OfMany
from store.clients import RedisClient
from store.scripts import Argument
from store.translation import translated

_answer = script("answer_offer")


class RedisOffers:
    """``router.offers.ports.Offers`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def answer(
        self, tenant: str, command: AnswerCommand, *, preview: bool = False
    ) -> Answered | AnswerRefusal | KnownAs | OfMany:
        arguments = [_header(command, self._request_ttl_s, preview=preview), command.head, *_entering(command.entering)]
        keys, is_repeatable = _keys(Keys(tenant), command), command.answer is Answer.ACCEPTED or command.request_id
        # straight, and so again where the connection breaks: who has it already is answered as before
        call = (
            _answer.sent(self._redis, keys, arguments, list) if is_repeatable else _answer(self._redis, keys, arguments)
        )
        reply: list[Any] = await call
        check_reply(tenant, reply)
        status = reply[0].decode()
        if status == "NOT_FOUND":
            raise NotFound("work item", f"tenants/{tenant}/workItems/{command.item_id}")
        match status:
            case "DONE":
                return await self._answered(tenant, command.item_id, reply)
            case "KNOWN_AS":
                return KnownAs(reply[1].decode())
            case "OF_MANY":
                return OfMany(Kind(reply[1].decode()), reply[2].decode(), reply[3])
        return AnswerRefusal(status)

    async def _answered(self, tenant: str, item_id: str, reply: list[Any]) -> Answered:
        events = [read_event(*reply[place : place + 4]) for place in range(2, len(reply), 4)]
        opened = await opened_events(self._redis, tenant, events)
        return Answered(record_from(item_id, reply[1]), {event.number: event for event in opened})

    async def offered(self, tenant: str, rep: str, count: int) -> Sequence[tuple[int, str]]:
        return await offered_to(self._redis, tenant, f"r{rep}", 0, count)

    async def holds(self, tenant: str, rep: str, offer: int, item_id: str) -> bool:
        with translated():
            return await self._redis.zscore(Keys(tenant).offered, f"r{rep}\0{offer:016d}\0{item_id}") is not None

    async def lapses(self, tenant: str) -> Mapping[str, int]:
        with translated():
            return lapses_from(await self._redis.hgetall(Keys(tenant).lapses))


def lapses_from(fields: Mapping[bytes, bytes]) -> dict[str, int]:
    """Read how many offers in a row reps have let lapse."""
    return {rep.decode(): int(count) for rep, count in fields.items()}


def _keys(keys: Keys, command: AnswerCommand) -> list[str]:
    customer = [keys.subject(command.customer)] if command.customer else []
    request = [keys.request(command.request_id)] if command.request_id else []
    return [
        keys.revisions, keys.loads, keys.events, keys.waiting, keys.owned, keys.presence, keys.counts, keys.headroom,
        keys.item(command.item_id), keys.personal(command.item_id), *customer, *request,
    ]  # fmt: skip


def _header(command: AnswerCommand, request_ttl_s: int, *, preview: bool) -> bytes:
    openings = [part for opening in command.openings.items() for part in opening]
    header = [
        command.item_id, command.answer, command.rep, command.offer, command.fingerprint, request_ttl_s,
        int(preview), command.actor, int(bool(command.customer)), openings,
    ]  # fmt: skip
    packed: bytes = msgpack.packb(header, use_bin_type=False)  # Lua knows no type for bytes
    return packed


def _entering(entering: Entering | None) -> list[Argument]:
    if entering is None:
        return []
    candidates = entering.candidates
    planned = [*entering.planned, *(candidates.interval or (0, 0)), *entering.amounts]
    return [msgpack.packb(planned), candidates.packed]
