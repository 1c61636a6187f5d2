"""``router.offers.ports.Offers`` on Redis; what is atomic stands in ``scripts/answer_offer.lua``."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from packing import pack, pack_for_lua
from router.adapters.redis.assignments import REQUEST_TTL_S, offered_to
from router.adapters.redis.format import check_reply
from router.adapters.redis.item_records import item_record
from router.adapters.redis.keys import Keys, shared_keys
from router.adapters.redis.library import script
from router.adapters.redis.opening import opened_events
from router.assignment.commands import KnownAs, Moved
from router.history.codec import read_event
from router.model.dispatch import Answer
from router.model.errors import NotFound
from router.model.workitem import Kind
from router.offers.ports import AnswerCommand, Answered, AnswerRefusal, Entering, OfMany
from store.batching import MicroBatcher, Turns
from store.clients import RedisClient
from store.scripts import Argument
from store.translation import translated

_answer = script("answer_offer")
_TOGETHER = 24
"""Answers that share a script call, at most."""


class RedisOffers:
    """``router.offers.ports.Offers`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S, turns: Turns | None = None) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s
        self._batcher = MicroBatcher[str, AnswerCommand, list[Any]](self._sent, _TOGETHER, turns=turns)

    async def answer(
        self, tenant: str, command: AnswerCommand, *, preview: bool = False
    ) -> Answered | AnswerRefusal | KnownAs | OfMany | Moved:
        """Answer an offer; what may be sent again where the connection breaks shares a script call with others."""
        if not preview and (command.answer is Answer.ACCEPTED or command.request_id):
            reply = await self._batcher.submit(tenant, command)
        else:
            replies = await _answer(self._redis, *self._arguments(tenant, [command], preview=preview))
            check_reply(tenant, replies)
            (reply,) = replies
        match reply[0].decode():
            case "NOT_FOUND":
                raise NotFound("work item", f"tenants/{tenant}/workItems/{command.item_id}")
            case "DONE":
                return await self._answered(tenant, command.item_id, reply)
            case "KNOWN_AS":
                return KnownAs(reply[1].decode())
            case "OF_MANY":
                return OfMany(Kind(reply[1].decode()), reply[2].decode(), reply[3])
            case "MOVED":
                return Moved(reply[1])
            case refusal:
                return AnswerRefusal(refusal)

    def _sent(self, tenant: str, commands: Sequence[AnswerCommand]) -> Awaitable[list[list[Any]]]:
        def read(replies: list[Any]) -> list[list[Any]]:
            check_reply(tenant, replies)
            return replies

        return _answer.sent(self._redis, *self._arguments(tenant, commands, preview=False), read)

    def _arguments(
        self, tenant: str, commands: Sequence[AnswerCommand], *, preview: bool
    ) -> tuple[list[str], list[Argument]]:
        """Put answers into the form that ``scripts/answer_offer.lua`` describes: its KEYS and its ARGV."""
        keys = Keys(tenant)
        all_keys = [*shared_keys(tenant)]
        arguments: list[Argument] = [pack([self._request_ttl_s, int(preview)])]
        for command in commands:
            arguments += [_form(command, keys, all_keys), command.head, *_entering(command.entering)]
        return all_keys, arguments

    async def _answered(self, tenant: str, item_id: str, reply: list[Any]) -> Answered:
        _, record, revision, mark, *told = reply
        events = [read_event(*told[place : place + 4]) for place in range(0, len(told), 4)]
        opened = await opened_events(self._redis, tenant, events)
        decisions = {event.number: event for event in opened}
        return Answered(item_record(item_id, record), decisions, (int(revision), mark.decode()))

    async def offered(self, tenant: str, rep: str, count: int) -> Sequence[tuple[int, str]]:
        return await offered_to(self._redis, tenant, f"r{rep}", 0, count)

    async def holds(self, tenant: str, rep: str, offer: int, item_id: str) -> bool:
        with translated():
            return await self._redis.zscore(Keys(tenant).offered, f"r{rep}\0{offer:016d}\0{item_id}") is not None

    async def how_many(self, tenant: str, rep: str) -> int:
        with translated():
            return int(await self._redis.zlexcount(Keys(tenant).offered, f"[r{rep}\0", f"(r{rep}\1"))

    async def lapses_of(self, tenant: str, rep: str) -> int:
        with translated():
            return int(await self._redis.hget(Keys(tenant).lapses, rep) or 0)


def _form(command: AnswerCommand, keys: Keys, all_keys: list[str]) -> bytes:
    """Return an answer in the order of ``scripts/answer_offer.lua``; its keys are put behind those that are there."""

    def place(key: str) -> int:
        all_keys.append(key)
        return len(all_keys)

    item_place = place(keys.item(command.item_id))
    request_place = place(keys.request(command.request_id)) if command.request_id else 0
    personal_place = place(keys.personal(command.item_id)) if command.openings else 0
    customer_place = place(keys.subject(command.customer)) if command.customer else 0
    openings = [part for opening in command.openings.items() for part in opening]
    form = [
        command.item_id, command.answer, command.rep, command.offer, item_place, request_place, command.fingerprint,
        command.actor, personal_place, customer_place, openings,
    ]  # fmt: skip
    return pack_for_lua(form)


def _entering(entering: Entering | None) -> list[Argument]:
    if entering is None:
        return [b"", b""]
    candidates = entering.candidates
    planned = [*entering.planned[:4], *(candidates.interval or (0, 0)), *entering.amounts]
    return [pack(planned), candidates.packed]
