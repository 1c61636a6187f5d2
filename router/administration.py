"""Keeping reps, pools and territories: the use cases.

Each change is worked out in Python from the records of one revision and written only if that revision still holds;
otherwise it is worked out anew. So checks that span records (members exist, territories form a tree) need no script,
and cannot be raced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from router.errors import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    NotFound,
    NotPossible,
    StaleEtag,
    StaleRevision,
    Violation,
)
from router.items import fingerprint
from router.names import check_id
from router.ports import Revisions, Settlement, Workforce, WorkforceRecords
from router.workforce import Pool, Rep, Territories, Territory

Record = Rep | Pool | Territory

MAX_MEMBERS = 10_000
MAX_MEMBERS_BY_VALUE = 1_000
MAX_DEPTH = 32
_TRIES = 8
_COLLECTIONS = {"rep": "reps", "pool": "pools", "territory": "territories"}


@dataclass(frozen=True, slots=True)
class Change:
    """A wish about one record.

    Parameters
    ----------
    kind
        ``rep``, ``pool`` or ``territory``.
    make
        Makes the new record from the present one (None: there is none).
    etag
        Revision the record must have last changed in; empty: not checked.
    create, update
        Whether there may be none, and whether there may be one.
    """

    kind: str
    id: str
    make: Callable[[Any], Record]
    etag: str = ""
    create: bool = False
    update: bool = True


@dataclass(frozen=True, slots=True)
class Saved:
    """A record and its etag."""

    record: Record
    etag: str


class Administration:
    """The use cases on the workforce.

    Parameters
    ----------
    workforce
        Where records are kept.
    revisions
        Tells whether what is at hand still holds.
    """

    def __init__(self, workforce: Workforce, revisions: Revisions) -> None:
        self._workforce = workforce
        self._revisions = revisions
        self._at_hand: dict[str, WorkforceRecords] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def records(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""
        known = self._at_hand.get(tenant)
        now = await self._revisions.revisions(tenant)
        if known is None or (known.revision, known.mark) != (now.workforce, now.workforce_mark):
            known = self._at_hand[tenant] = await self._workforce.read(tenant)
        return known

    async def get(self, tenant: str, kind: str, record_id: str) -> Saved:
        """Return one record.

        Raises
        ------
        NotFound
            If there is none.
        """
        records = await self.records(tenant)
        record = _of(records, kind).get(record_id)
        if record is None:
            raise NotFound(kind, _name(tenant, kind, record_id))
        return Saved(record, str(records.changed[kind, record_id]))

    async def page(self, tenant: str, kind: str, *, after: str, count: int) -> tuple[list[Saved], str]:
        """Return records by id behind ``after``, and the id to go on behind (empty: no more)."""
        records = await self.records(tenant)
        found = _of(records, kind)
        ids = sorted(record_id for record_id in found if record_id > after)
        page = [Saved(found[record_id], str(records.changed[kind, record_id])) for record_id in ids[:count]]
        return page, ids[count - 1] if len(ids) > count else ""

    async def save(
        self,
        tenant: str,
        changes: Sequence[Change],
        *,
        request_id: str = "",
        content: bytes = b"",
        actor: str = "",
        preview: bool = False,
    ) -> list[Saved]:
        """Write records, all or none.

        Parameters
        ----------
        content
            The request's content, which a repeated request must equal.

        Raises
        ------
        InvalidInput, AlreadyExists, NotFound, StaleEtag
            If a wish cannot be met.
        RequestIdReused
            If the request id was used for other content.
        StaleRevision
            If the workforce changes faster than the wish can be worked out.
        """
        mark = fingerprint("save", content)
        async with self._turn(tenant):
            for _ in range(_TRIES):
                records = await self.records(tenant)
                try:
                    return await self._save(tenant, records, changes, request_id, mark, actor, preview)
                except StaleRevision:
                    self._at_hand.pop(tenant, None)
                except (AlreadyExists, StaleEtag):
                    if not await self._was_done(tenant, request_id, mark):
                        raise
                    return [await self.get(tenant, change.kind, change.id) for change in changes]
        raise Conflict(f"tenants/{tenant}", "the workforce changes faster than this can be written: try again")

    def _turn(self, tenant: str) -> asyncio.Lock:
        """Let one change at a time be worked out here: only those on other servers can then come between."""
        return self._turns.setdefault(tenant, asyncio.Lock())

    async def _save(
        self,
        tenant: str,
        records: WorkforceRecords,
        changes: Sequence[Change],
        request_id: str,
        mark: str,
        actor: str,
        preview: bool,
    ) -> list[Saved]:
        made: dict[tuple[str, str], Record | None] = {}
        for change in changes:
            _check_expectation(tenant, records, change)
            present = _of(records, change.kind).get(change.id)
            made[change.kind, change.id] = change.make(present)
        after = _merged(records, made)
        check(after, made)
        if preview:
            return [Saved(record, "") for record in made.values() if record]
        revision = await self._workforce.write(
            tenant,
            records.revision,
            made,
            mark=records.mark,
            settlements=_settlements(records, made),
            request_id=request_id,
            fingerprint=mark,
            actor=actor,
        )
        self._at_hand.pop(tenant, None)
        return [Saved(record, str(revision)) for record in made.values() if record]

    async def _was_done(self, tenant: str, request_id: str, mark: str) -> bool:
        """Say whether this very request was done before.

        The store answers a known one whatever else it is asked to write.
        """
        if not request_id:
            return False
        try:
            await self._workforce.write(tenant, -1, {}, request_id=request_id, fingerprint=mark)
        except StaleRevision:
            return False
        return True

    async def delete(
        self,
        tenant: str,
        kind: str,
        record_id: str,
        *,
        etag: str = "",
        request_id: str = "",
        actor: str = "",
        preview: bool = False,
    ) -> None:
        """Delete a record; a rep leaves their pools, whose ledgers are settled.

        Raises
        ------
        NotFound, StaleEtag
            If it is not there, or not as expected.
        NotPossible
            If a rep owns open work, or a territory has children.
        RequestIdReused, StaleRevision
            As ``save``.
        """
        mark = fingerprint("delete", kind, record_id)
        async with self._turn(tenant):
            for _ in range(_TRIES):
                records = await self.records(tenant)
                removal: Change = Change(kind, record_id, _unchanged, etag)
                try:
                    _check_expectation(tenant, records, removal)
                except NotFound:
                    if not await self._was_done(tenant, request_id, mark):
                        raise
                    return
                removed = _without(tenant, records, kind, record_id)
                if preview:
                    return
                try:
                    await self._workforce.write(
                        tenant,
                        records.revision,
                        removed,
                        mark=records.mark,
                        settlements=_settlements(records, removed),
                        idle=[record_id] if kind == "rep" else [],
                        request_id=request_id,
                        fingerprint=mark,
                        actor=actor,
                    )
                except StaleRevision:
                    self._at_hand.pop(tenant, None)
                    continue
                self._at_hand.pop(tenant, None)
                return
        raise Conflict(f"tenants/{tenant}", "the workforce changes faster than this can be written: try again")


def _unchanged(record: Rep | None) -> Rep:
    assert record is not None
    return record


def _of(records: WorkforceRecords, kind: str) -> Mapping[str, Record]:
    collections: dict[str, Mapping[str, Record]] = {
        "rep": records.reps,
        "pool": records.pools,
        "territory": records.territories,
    }
    return collections[kind]


def _name(tenant: str, kind: str, record_id: str) -> str:
    return f"tenants/{tenant}/{_COLLECTIONS[kind]}/{record_id}"


def _check_expectation(tenant: str, records: WorkforceRecords, change: Change) -> None:
    name, there = _name(tenant, change.kind, change.id), change.id in _of(records, change.kind)
    if there and not change.update:
        raise AlreadyExists(change.kind, name)
    if not there and not change.create:
        raise NotFound(change.kind, name)
    if change.etag and change.etag != str(records.changed.get((change.kind, change.id))):
        raise StaleEtag(name, "changed since it was read: read it again")


def _merged(records: WorkforceRecords, made: Mapping[tuple[str, str], Record | None]) -> WorkforceRecords:
    """Return the records as they would be."""
    merged = {kind: dict(_of(records, kind)) for kind in _COLLECTIONS}
    for (kind, record_id), record in made.items():
        if record is None:
            merged[kind].pop(record_id, None)
        else:
            merged[kind][record_id] = record
    return replace(records, reps=merged["rep"], pools=merged["pool"], territories=merged["territory"])  # type: ignore[arg-type]  # by kind


def _without(tenant: str, records: WorkforceRecords, kind: str, record_id: str) -> dict[tuple[str, str], Record | None]:
    """Return the records that a deletion changes."""
    removed: dict[tuple[str, str], Record | None] = {(kind, record_id): None}
    if kind == "territory" and any(territory.parent == record_id for territory in records.territories.values()):
        raise NotPossible(_name(tenant, kind, record_id), "has children: delete or move them first")
    if kind == "rep":
        for pool in records.pools.values():
            kept = tuple(member for member in pool.members if member.rep != record_id)
            if len(kept) < len(pool.members):
                removed["pool", pool.id] = replace(pool, members=kept)
    return removed


def _settlements(records: WorkforceRecords, made: Mapping[tuple[str, str], Record | None]) -> list[Settlement]:
    """Find who leaves which pool."""
    settlements = []
    for (kind, pool_id), record in made.items():
        before = records.pools.get(pool_id) if kind == "pool" else None
        if before is None:
            continue
        members = record.members if isinstance(record, Pool) else ()
        stay = {member.rep for member in members}
        leavers = tuple(member.rep for member in before.members if member.rep not in stay)
        if leavers:
            settlements.append(Settlement(pool_id, leavers, members))
    return settlements


def check(records: WorkforceRecords, made: Mapping[tuple[str, str], Record | None]) -> None:
    """Check new records, alone and among the others.

    Raises
    ------
    InvalidInput
        One violation per fault.
    """
    violations: list[Violation] = []
    for (kind, record_id), record in made.items():
        fault = check_id(record_id)
        if fault:
            violations.append(Violation(f"{kind}_id", f"{record_id!r}: {fault}"))
        if isinstance(record, Pool):
            violations += _pool_faults(record, records)
        if isinstance(record, Territory):
            violations += _territory_faults(record, records)
    if violations:
        raise InvalidInput(violations)


def _pool_faults(pool: Pool, records: WorkforceRecords) -> list[Violation]:
    most = MAX_MEMBERS_BY_VALUE if pool.value_weighted else MAX_MEMBERS
    faults = []
    if len(pool.members) > most:
        faults.append(Violation("pool.members", f"{len(pool.members)} members: at most {most}"))
    seen: set[str] = set()
    for place, member in enumerate(pool.members):
        if member.rep not in records.reps:
            faults.append(Violation(f"pool.members[{place}].rep", f"there is no rep {member.rep!r}: create them first"))
        if member.rep in seen:
            faults.append(Violation(f"pool.members[{place}].rep", f"{member.rep!r} is a member twice: once is enough"))
        seen.add(member.rep)
    return faults


def _territory_faults(territory: Territory, records: WorkforceRecords) -> list[Violation]:
    if not territory.parent:
        return []
    if territory.parent not in records.territories:
        return [Violation("territory.parent", f"there is no territory {territory.parent!r}: create it first")]
    path, height = [territory.id], Territories(records.territories).height(territory.id)
    while parent := records.territories[path[-1]].parent:
        path.append(parent)
        if parent in path[:-1]:
            return [Violation("territory.parent", f"{' → '.join(path)}: territories must form a tree, without cycles")]
        if len(path) + height > MAX_DEPTH:
            fault = f"the tree would be over {MAX_DEPTH} levels deep: that is the most"
            return [Violation("territory.parent", fault)]
    return []
