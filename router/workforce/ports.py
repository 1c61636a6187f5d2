"""Reps, pools and territories, with every revision they ever had; and who is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from router.model.revisions import RevisionPair
from router.model.workforce import LedgerSettlement, Record, RecordChange, WorkforceRecords

CalendarUsers = Callable[[str, str], Awaitable[Sequence[str]]]
"""Returns what else names a calendar of a tenant, beside the workforce, as people are told: ``channel east-bot``."""


class Workforce(Protocol):
    """Reps, pools and territories, with every revision they ever had."""

    async def read(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""

    async def changes(self, tenant: str, after: int, up_to: int | None = None) -> list[RecordChange]:
        """Return the changes of the revisions above ``after`` and, if it is given, not above ``up_to`` (0: none)."""

    async def kept_records(self, tenant: str, revision: int) -> WorkforceRecords:
        """Return the records of the newest revision kept whole that is not above one; the empty ones, if none is."""

    async def keep_records(self, tenant: str, records: WorkforceRecords, active: RevisionPair) -> None:
        """Keep the records of a revision whole, to make later ones from; it can be made again from the changes.

        Parameters
        ----------
        active
            What was active before the changes were read. Where it is another by now nothing is kept: what was read may
            be of a past that the store has lost.
        """

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
        """Write records as one new revision and return it; a repeated request returns the revision it made.

        Parameters
        ----------
        expected, event_hash
            Revision the records were derived from, and its event_hash.
        idle
            Reps who may own nothing open.
        leaving
            Reps from whom all offers are rescinded, as all of the pools are whose ledgers are settled.

        Raises
        ------
        StaleRevision
            If the workforce is at another revision; nothing was written.
        RequestIdReused
            If the request id was used for other content.
        NotPossible
            If a rep that must be idle is not.
        """


class Presences(Protocol):
    """Who is away. No revision of the workforce: a thousand reps who come and go would make a thousand planners."""

    async def set_presence(
        self,
        tenant: str,
        rep: str,
        until_ms: int | None,
        *,
        request_id: str = "",
        fingerprint: str = "",
        actor: str = "",
    ) -> int:
        """Write down that a rep is away, or back; return the event's number. A repeated request returns the same.

        Parameters
        ----------
        until_ms
            Until when they are away, in milliseconds since the epoch, 0: until told otherwise; None: they are back.

        Raises
        ------
        NotFound
            If there is no such rep.
        InvalidInput
            If the instant is not ahead by the store's clock.
        RequestIdReused
            If the request id was used for other content.
        """

    async def presences(self, tenant: str) -> Mapping[str, int]:
        """Return until when whoever said so is away, by rep; 0: until told otherwise, and it may be over."""


class Revisions(Protocol):
    """The revisions that decisions must be made by."""

    async def tenants(self) -> list[str]:
        """Return every tenant that ever published rules."""

    async def revisions(self, tenant: str) -> RevisionPair:
        """Return the active rule set's revision and the workforce's."""
