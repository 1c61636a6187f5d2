"""Keeping reps, pools, territories, calendars, absences and what holds for a tenant: the use cases.

Each change is worked out in Python from the records of one revision and written only if that revision still holds;
otherwise it is worked out anew. So checks that span records (members exist, territories form a tree) need no script,
and cannot be raced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

from router.model.calendars import SETTINGS_ID
from router.model.errors import AlreadyExists, Conflict, NotFound, NotPossible, StaleEtag, StaleRevision
from router.model.workforce import Record, WorkforceRecords
from router.model.workitem import fingerprint_of
from router.workforce.differences import RecordDifference, differences
from router.workforce.edits import IN_USE, Edit, Replacements, changed, leaving, name_of, removed, settlements_of
from router.workforce.joint_edit import JointEdit, worked_out
from router.workforce.past import PastRecords
from router.workforce.ports import CalendarUsers, Revisions, Workforce
from router.workforce.references import few_of

_TRIES = 8


async def nobody_else(_tenant: str, _calendar: str) -> Sequence[str]:
    """Say that nothing but the workforce names calendars."""
    return ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A record and its etag."""

    record: Record
    etag: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a joint edit changed, and the revision that it made; where it made none, the one there is."""

    differences: Sequence[RecordDifference]
    revision: int


class _Written(NamedTuple):
    """What became of which records; ``revision`` is the one that was made, 0: none."""

    records: WorkforceRecords
    replacements: Replacements
    revision: int = 0


class _Request(NamedTuple):
    """A request to change something; ``fingerprint`` tells it from another that reuses its id."""

    tenant: str
    request_id: str
    fingerprint: str
    actor: str
    preview: bool


class WorkforceService:
    """The use cases on the workforce.

    Parameters
    ----------
    workforce
        Where records are kept.
    revisions
        Tells whether what is at hand still holds.
    calendar_users
        What else names calendars.
    """

    def __init__(self, workforce: Workforce, revisions: Revisions, calendar_users: CalendarUsers = nobody_else) -> None:
        self._workforce = workforce
        self._revisions = revisions
        self._calendar_users = calendar_users
        self._past = PastRecords(workforce, revisions)
        self._at_hand: dict[str, WorkforceRecords] = {}
        self._turns = WeakValueDictionary[str, asyncio.Lock]()  # as long as somebody holds one

    async def records(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""
        cached = self._at_hand.get(tenant)
        now = await self._revisions.revisions(tenant)
        if cached is None or (cached.revision, cached.event_hash) != (now.workforce, now.workforce_event_hash):
            cached = await self._workforce.read(tenant)
            if cached.revision:  # anybody may ask for any name: those of nobody must not add up
                self._at_hand[tenant] = cached
        return cached

    async def get(self, tenant: str, kind: str, record_id: str) -> Saved:
        """Return one record.

        Raises
        ------
        NotFound
            If there is none.
        """
        records = await self.records(tenant)
        record = records.of(kind).get(record_id)
        if record is None:
            raise NotFound(kind, name_of(tenant, kind, record_id))
        return Saved(record, str(records.changed[kind, record_id]))

    async def settings(self, tenant: str) -> Saved:
        """Return what holds for the tenant; without an etag where nobody ever said."""
        records = await self.records(tenant)
        return Saved(records.settings, str(records.changed.get(("tenant", SETTINGS_ID), "")))

    async def page(
        self, tenant: str, kind: str, *, after: str, count: int, within: str = ""
    ) -> tuple[list[Saved], str]:
        """Return records by id behind ``after``, and the id to go on behind (empty: no more).

        Parameters
        ----------
        within
            What the ids of all that is meant begin with.
        """
        records = await self.records(tenant)
        of_kind = records.of(kind)
        last = after.split("/")  # all of a rep's absences together
        ids = sorted((each for each in of_kind if each.startswith(within) and each.split("/") > last), key=_parts)
        page = [Saved(of_kind[record_id], str(records.changed[kind, record_id])) for record_id in ids[:count]]
        return page, ids[count - 1] if len(ids) > count else ""

    async def save(
        self,
        tenant: str,
        changes: Sequence[Edit],
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
        Conflict
            If the workforce changes faster than the wish can be worked out.
        """
        request = _Request(tenant, request_id, fingerprint_of(request_id, "save", content), actor, preview)
        written = await self._write(request, lambda records: changed(tenant, records, changes))
        if written is None:
            return [await self.get(tenant, change.kind, change.id) for change in changes]
        etag = str(written.revision or "")
        return [Saved(record, etag) for record in written.replacements.values() if record]

    async def apply(
        self,
        tenant: str,
        joint: JointEdit,
        *,
        request_id: str = "",
        content: bytes = b"",
        actor: str = "",
        preview: bool = False,
    ) -> Applied:
        """Write records of all kinds as one revision, or none; where nothing differs, none is written.

        Parameters
        ----------
        content
            As in ``save``.

        Raises
        ------
        InvalidInput, StaleEtag, RequestIdReused, Conflict
            As ``save``.
        """
        request = _Request(tenant, request_id, fingerprint_of(request_id, "apply", content), actor, preview)
        written = await self._write(request, lambda records: worked_out(tenant, records, joint))
        if written and (preview or written.revision == written.records.revision + 1):
            before = {(kind, key): written.records.of(kind).get(key) for kind, key in written.replacements}
            found = differences(before, written.replacements, joint.named)
            return Applied(found, written.revision or written.records.revision)
        if revision := await self._revision_made_by(request):
            return await self._applied_in(tenant, revision, joint)
        return Applied((), (await self.records(tenant)).revision)

    async def _applied_in(self, tenant: str, revision: int, joint: JointEdit) -> Applied:
        """Tell again what an earlier revision changed, from the records of before."""
        changes = await self._workforce.changes(tenant, revision - 1, revision)
        after = {(change.kind, change.id): change.record for change in changes}
        records = await self._past.at(tenant, revision - 1)
        before = {(kind, record_id): records.of(kind).get(record_id) for kind, record_id in after}
        return Applied(differences(before, after, joint.named), revision)

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
        """Delete a record; a rep leaves their pools, whose ledgers are settled, and their absences go with them.

        Raises
        ------
        NotFound, StaleEtag
            If it is not there, or not as expected.
        NotPossible
            If a rep owns open work or leads somebody, a territory has children, or a calendar is used.
        RequestIdReused, Conflict
            As ``save``.
        """
        request = _Request(tenant, request_id, fingerprint_of(request_id, "delete", kind, record_id), actor, preview)
        idle = [record_id] if kind == "rep" else []
        await self._write(request, lambda records: removed(tenant, records, kind, record_id, etag), idle)

    async def _write(
        self, request: _Request, work_out: Callable[[WorkforceRecords], Replacements], idle: Sequence[str] = ()
    ) -> _Written | None:
        """Work out what becomes of the records, and write it while they are still so.

        Parameters
        ----------
        idle
            Reps who may own no open work.

        Returns
        -------
            What was made; None if this very request was done before, and could not be met now.
        """
        tenant = request.tenant
        async with self._turn(tenant):
            for _ in range(_TRIES):
                records = await self.records(tenant)
                try:
                    replacements = work_out(records)
                    await self._check_calendars(tenant, replacements)
                    if request.preview or not replacements:
                        return _Written(records, replacements)
                    revision = await self._workforce.write(
                        tenant,
                        records.revision,
                        replacements,
                        event_hash=records.event_hash,
                        settlements=settlements_of(records, replacements),
                        idle=idle,
                        leaving=leaving(records, replacements),
                        request_id=request.request_id,
                        fingerprint=request.fingerprint,
                        actor=request.actor,
                    )
                except (AlreadyExists, NotFound, StaleEtag):
                    if not await self._revision_made_by(request):
                        raise
                    return None
                except StaleRevision:
                    self._at_hand.pop(tenant, None)
                    continue
                self._at_hand.pop(tenant, None)
                await self._past.keep(tenant, revision)
                return _Written(records, replacements, revision)
        raise Conflict(f"tenants/{tenant}", "the workforce changes faster than this can be written: try again")

    async def _check_calendars(self, tenant: str, replacements: Replacements) -> None:
        """Look whether anything but the workforce names a calendar that would go."""
        for (kind, record_id), record in replacements.items():
            users = await self._calendar_users(tenant, record_id) if (kind, record) == ("calendar", None) else ()
            if users:
                raise NotPossible(name_of(tenant, kind, record_id), IN_USE[kind].format(users=few_of(users)))

    def _turn(self, tenant: str) -> asyncio.Lock:
        """Let one change at a time be worked out here: only those on other servers can then come between."""
        return self._turns.setdefault(tenant, asyncio.Lock())

    async def _revision_made_by(self, request: _Request) -> int:
        """Return the revision that this very request made before; 0: none.

        The store answers a known one whatever else it is asked to write.
        """
        if not request.request_id:
            return 0
        try:
            return await self._workforce.write(
                request.tenant, -1, {}, request_id=request.request_id, fingerprint=request.fingerprint
            )
        except StaleRevision:
            return 0


def _parts(record_id: str) -> list[str]:
    return record_id.split("/")
