"""``router.deadlines.ports.Notes`` on Redis; what is atomic stands in ``scripts/note.lua``."""

from __future__ import annotations

from typing import Any

from packing import pack, pack_for_lua
from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.adapters.redis.opening import opened_events
from router.assignment.commands import Refusal
from router.deadlines.ports import NoteCommand
from router.history.codec import read_event
from router.model.errors import NotFound
from router.model.events import OF_CLOSED, Noted
from router.model.opening import opened_event
from store.clients import RedisClient

_note = script("note")
_ANSWERED = frozenset({b"NEW", b"REPEATED"})


class RedisNotes:
    """``router.deadlines.ports.Notes`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def note(self, tenant: str, command: NoteCommand, *, preview: bool = False) -> Noted | Refusal:
        keys, item_id = Keys(tenant), command.item_id
        customer = [keys.subject(command.customer)] if command.customer else []
        request = [keys.request(command.request_id)] if command.request_id else []
        reply = await _note(
            self._redis,
            [keys.revisions, keys.events, keys.item(item_id), keys.personal(item_id), keys.asked, *customer, *request],
            [_header(command, self._request_ttl_s, preview=preview), _head(command)],
        )
        check_reply(tenant, reply)
        if reply[0] == b"NOT_FOUND":
            raise NotFound("work item", f"tenants/{tenant}/workItems/{item_id}")
        if reply[0] not in _ANSWERED:
            return Refusal(reply[0].decode())
        _, number, facts, head, form = reply
        event: Any = read_event(number, form, facts, head)
        if not isinstance(event, Noted):
            return Refusal.REQUEST_ID_REUSED
        if reply[0] == b"NEW":
            return opened_event(event, command.openings) if command.openings else event  # type: ignore[return-value]
        repeated: list[Noted] = await opened_events(self._redis, tenant, [event])
        return repeated[0]


def _head(command: NoteCommand) -> bytes:
    return pack(command.text) if command.text else b""


def _header(command: NoteCommand, request_ttl_s: int, *, preview: bool) -> bytes:
    openings = [part for opening in command.openings.items() for part in opening]
    header = [
        command.item_id, command.expected, command.note, command.subject, command.value, command.actor,
        int(command.note in OF_CLOSED), command.fingerprint, request_ttl_s, int(preview), int(bool(command.customer)),
        openings, command.nps_before, command.rules,
    ]  # fmt: skip
    return pack_for_lua(header)
