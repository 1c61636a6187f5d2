"""Reps, pools and territories in Redis: the records as they are, and a stream of every change."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgpack

from packing import pack
from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.history.codec import pack_records, read_records, record_from, record_text, records_packed
from router.model.errors import NotPossible, RequestIdReused, StaleRevision
from router.model.revisions import RevisionPair
from router.model.workforce import KINDS, LedgerSettlement, Member, Record, RecordChange, WorkforceRecords
from router.model.workitem import Kind
from store.clients import RedisClient
from store.translation import translated

_log = logging.getLogger(__name__)
_UNREADABLE = (ValueError, TypeError, KeyError, msgpack.UnpackException)
_change, _keep = script("change_workforce"), script("keep_records")


class RedisWorkforce:
    """``router.workforce.ports.Workforce`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def read(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are, all of one instant."""
        keys = Keys(tenant)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hmget(keys.revisions, ["workforce", "workforce_mark"])
                pipeline.hgetall(keys.records)
                (revision, event_hash), fields = await pipeline.execute()
        records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        changed: dict[tuple[str, str], int] = {}
        for name, stored in sorted(fields.items()):  # a hash has no order, and what a change names must have one
            kind, record_id = name.decode().split("/", 1)
            changed_in, record = stored.split(b" ", 1)
            records[kind][record_id] = record_from(kind, record)
            changed[kind, record_id] = int(changed_in)
        return WorkforceRecords(int(revision or 0), records, changed, (event_hash or b"").decode())

    async def changes(self, tenant: str, after: int, up_to: int | None = None) -> list[RecordChange]:
        last = "+" if up_to is None else str(up_to)
        with translated():
            entries = await self._redis.xrange(Keys(tenant).changes, f"{after + 1}-0", last)
        return [_read_change(entry_id, fields) for entry_id, fields in entries]

    async def kept_records(self, tenant: str, revision: int) -> WorkforceRecords:
        key = Keys(tenant).kept_records
        with translated():
            numbers = sorted((int(number) for number in await self._redis.hkeys(key)), reverse=True)
            for number in numbers:
                if number <= revision and (packed := await self._redis.hget(key, str(number))):
                    try:
                        return read_records(packed)
                    except _UNREADABLE as error:
                        _log.warning(
                            "tenants/%s: records kept of revision %d: %s; an earlier one is used", tenant, number, error
                        )
        return WorkforceRecords()

    async def keep_records(self, tenant: str, records: WorkforceRecords, active: RevisionPair) -> None:
        keys = Keys(tenant)
        reply = await _keep(
            self._redis,
            [keys.revisions, keys.kept_records],
            [records.revision, pack_records(records), active.workforce, active.workforce_event_hash],
        )
        check_reply(tenant, reply)

    async def write(
        self,
        tenant: str,
        expected: int,
        records: Mapping[tuple[str, str], Record | None],
        *,
        event_hash: str = "",
        settlements: Sequence[LedgerSettlement] = (),
        idle: Sequence[str] = (),
        leaving: Sequence[str] = (),
        request_id: str = "",
        fingerprint: str = "",
        actor: str = "",
    ) -> int:
        keys = Keys(tenant)
        ledgers = [keys.ledger(settlement.pool) for settlement in settlements]
        request = [keys.request(request_id)] if request_id else []
        reply = await _change(
            self._redis,
            [keys.revisions, keys.loads, keys.events, keys.records, keys.changes, keys.presence, *ledgers, *request],
            [
                expected,
                fingerprint,
                self._request_ttl_s,
                records_packed(
                    (f"{kind}/{record_id}", record_text(kind, rec)) for (kind, record_id), rec in records.items()
                ),
                pack(list(idle)),
                pack(list(Kind)),
                pack([(each.pool, each.leavers, [*map(_packed, each.members)]) for each in settlements]),
                actor,
                event_hash,
                pack(list(leaving)),
            ],
        )
        check_reply(tenant, reply)
        match reply[0]:
            case b"DONE":
                return int(reply[1])
            case b"BUSY":
                raise NotPossible(f"tenants/{tenant}/reps/{reply[1].decode()}", "owns open work")
            case b"REQUEST_ID_REUSED":
                raise RequestIdReused(request_id)
            case _:
                raise StaleRevision(f"tenants/{tenant}", "the workforce changed")


def _packed(member: Member) -> tuple[object, ...]:
    return member.rep, member.weight, [(step.from_ms, step.weight) for step in member.ramp]


def _read_change(entry_id: bytes, fields: dict[bytes, bytes]) -> RecordChange:
    kind, record_id = fields[b"name"].decode().split("/", 1)
    return RecordChange(int(entry_id.split(b"-")[0]), kind, record_id, record_from(kind, fields[b"record"]))
