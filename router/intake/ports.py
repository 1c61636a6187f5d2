"""Where sources are kept, with what could not be mapped of theirs; and how payloads are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from router.intake.source import Fields, LeadSource

ReadPayload = Callable[[str, bytes], Sequence[Fields]]
"""Reads a payload of a content type into the fields of its leads; raises InvalidInput."""


class KeptSource(NamedTuple):
    """A source, and what identifies its content."""

    source: LeadSource
    etag: str


class IntakeCounts(NamedTuple):
    """How many leads of a source were taken in, were junk, or could not be mapped; and how many of these are kept."""

    taken: int = 0
    junk: int = 0
    failed: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class FailedLead:
    """A lead that could not be mapped.

    Parameters
    ----------
    id
        A hash of what was sent.
    received_us
        When it came first, in microseconds since 1970 by the store's clock.
    unreadable
        What was sent where it could not be read, in place of ``fields``.
    """

    id: str
    received_us: int
    faults: tuple[str, ...]
    fields: Fields
    unreadable: str = ""


class Sources(Protocol):
    """Keeps the sources of tenants; every method raises ``StoreUnavailable`` if the store does not answer."""

    async def all(self, tenant: str) -> Mapping[str, KeptSource]:
        """Return all of a tenant, by id, in the order of their ids."""

    async def get(self, tenant: str, source_id: str) -> KeptSource | None:
        """Return one; None: there is none."""

    async def put(self, tenant: str, source_id: str, source: LeadSource | None, before: str) -> str | None:
        """Write a source, or delete it with all that is kept of it, where its etag is ``before``, empty where there was
        none; return its etag. None, and nothing is written, where it is another by now.
        """

    async def counts(self, tenant: str, source_id: str) -> IntakeCounts:
        """Return what was counted."""

    async def count(self, tenant: str, source_id: str, *, taken: int = 0, junk: int = 0) -> None:
        """Count leads that were taken in, and that were junk."""

    async def keep(self, tenant: str, source_id: str, failed: Sequence[FailedLead]) -> None:
        """Keep leads that could not be mapped, and count those that are not kept already."""

    async def failed(
        self, tenant: str, source_id: str, after: tuple[int, str] | None, count: int
    ) -> Sequence[FailedLead]:
        """Return those that are kept, the oldest first; ``after``: behind the time and id of one."""

    async def failed_of(self, tenant: str, source_id: str, ids: Collection[str]) -> Sequence[FailedLead]:
        """Return the named ones that are kept."""

    async def remove(self, tenant: str, source_id: str, ids: Collection[str]) -> int:
        """Remove some that are kept; return how many there were."""
