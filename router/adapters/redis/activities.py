"""``router.activities.ports.Activities`` on Redis; what is atomic stands in ``scripts/record_activity.lua``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packing import pack_for_lua
from router.activities.ports import ActivityCommand, InFuture, KnownActivity, NotAhead, TooFar
from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys, hashed
from router.adapters.redis.library import script
from router.adapters.redis.opening import opened_events
from router.adapters.redis.requests import keep_request
from router.assignment.commands import Refusal
from router.history.codec import pack_texts, read_event
from router.model.activities import ActivityEvidence
from router.model.errors import CorruptHistory, NotFound
from router.model.events import ActivityRecorded
from router.model.opening import opened_event
from store.clients import RedisClient
from store.replication import read_together
from store.translation import translated

_record = script("record_activity")
_ANSWERED = frozenset({b"NEW", b"REPEATED", b"KNOWN"})


class RedisActivities:
    """``router.activities.ports.Activities`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def record(
        self, tenant: str, command: ActivityCommand, *, preview: bool = False
    ) -> ActivityRecorded | KnownActivity | InFuture | NotAhead | TooFar | Refusal:
        reply = await _record(
            self._redis,
            _keys(Keys(tenant), command),
            [_header(command, self._request_ttl_s, preview=preview), pack_texts(command.activity._asdict())],
        )
        check_reply(tenant, reply)
        status = reply[0]
        if status == b"NOT_FOUND":
            raise NotFound("work item", f"tenants/{tenant}/workItems/{command.item_id}")
        if status == b"NO_REP":
            raise NotFound("rep", f"tenants/{tenant}/reps/{command.activity.rep}")
        if status == b"FUTURE":
            return InFuture(reply[1])
        if status == b"PAST":
            return NotAhead(reply[1])
        if status == b"FAR":
            return TooFar(reply[1])
        if status not in _ANSWERED:
            return Refusal(status.decode())
        return await self._answer(tenant, command, reply)

    async def keep_request(
        self, tenant: str, request_id: str, fingerprint: str, item_id: str, *, expected: int, number: int
    ) -> bool:
        return await keep_request(
            self._redis, self._request_ttl_s, tenant, request_id, fingerprint, item_id, expected, number
        )

    async def recorded(self, tenant: str, numbers: Sequence[int]) -> list[ActivityRecorded]:
        if not numbers:
            return []
        key = Keys(tenant).events
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for number in numbers:
                    pipeline.xrange(key, f"{number}-0", f"{number}-0")
                replies = await read_together(self._redis, pipeline)
        events = list[ActivityRecorded]()
        for number, entries in zip(numbers, replies, strict=True):
            fields = entries[0][1] if entries else {}
            event = read_event(number, fields[b"type"], fields[b"facts"], fields[b"head"]) if entries else None
            if not isinstance(event, ActivityRecorded):
                raise CorruptHistory(f"tenants/{tenant}", f"the log has not got activity {number} any more")
            events.append(event)
        return await opened_events(self._redis, tenant, events)

    async def _answer(
        self, tenant: str, command: ActivityCommand, reply: list[Any]
    ) -> ActivityRecorded | KnownActivity | Refusal:
        status, number, facts, head, form = reply
        event: Any = read_event(number, form, facts, head)
        if not isinstance(event, ActivityRecorded):
            return Refusal.REQUEST_ID_REUSED
        if status == b"NEW":
            return opened_event(event, command.openings)  # type: ignore[return-value]  # of its kind
        (event,) = await opened_events(self._redis, tenant, [event])
        return KnownActivity(event) if status == b"KNOWN" else event


def _keys(keys: Keys, command: ActivityCommand) -> list[str]:
    item_id = command.item_id
    customer = [keys.subject(command.customer)] if command.customer else []
    request = [keys.request(command.request_id)] if command.request_id else []
    return [
        keys.revisions, keys.loads, keys.events, keys.dated, keys.item(item_id), keys.activities(item_id),
        keys.personal(item_id), keys.records, *customer, *request,
    ]  # fmt: skip


def _header(command: ActivityCommand, request_ttl_s: int, *, preview: bool) -> bytes:
    activity = command.activity
    openings = [part for opening in command.openings.items() for part in opening]
    header = [
        command.item_id, activity.kind, activity.direction, activity.rep, activity.duration_ms, activity.occur_ms,
        activity.next_ms, command.evidence, int(ActivityEvidence.ATTEMPT in command.evidence), int(command.ends),
        command.actor, command.expected, hashed(command.key) if command.key else "", command.fingerprint, request_ttl_s,
        int(preview), int(bool(command.customer)), openings, command.assigned_ms,
        command.ahead_ms, int(command.is_named),
    ]  # fmt: skip
    return pack_for_lua(header)
