"""Reps, pools and territories, with every revision they ever had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from router.model.workforce import Member, Pool, Rep, Territory


@dataclass(frozen=True, slots=True)
class Change:
    """One record of a workforce revision: what it is now, or None where it was deleted."""

    revision: int
    kind: str
    id: str
    record: Rep | Pool | Territory | None


@dataclass(frozen=True, slots=True)
class WorkforceRecords:
    """All reps, pools and territories at one revision, and the revision at which each record last changed, by
    (kind, id); ``mark`` as in ``Edition``.
    """

    revision: int
    reps: Mapping[str, Rep]
    pools: Mapping[str, Pool]
    territories: Mapping[str, Territory]
    changed: Mapping[tuple[str, str], int]
    mark: str = ""

    def of(self, kind: str) -> Mapping[str, Rep | Pool | Territory]:
        """Return the records of a kind by id: ``rep``, ``pool`` or ``territory``."""
        kinds: dict[str, Mapping[str, Rep | Pool | Territory]] = {
            "rep": self.reps,
            "pool": self.pools,
            "territory": self.territories,
        }
        return kinds[kind]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who leaves a pool, and who stays; with nobody left the ledger is dropped."""

    pool: str
    leavers: tuple[str, ...]
    members: tuple[Member, ...]


class Workforce(Protocol):
    """Reps, pools and territories, with every revision they ever had."""

    async def read(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""

    async def changes(self, tenant: str, after: int, up_to: int | None = None) -> list[Change]:
        """Return the changes of the revisions above ``after`` and, if it is given, not above ``up_to`` (0: none)."""

    async def write(
        self,
        tenant: str,
        expected: int,
        records: Mapping[tuple[str, str], Rep | Pool | Territory | None],
        *,
        mark: str = "",
        settlements: Sequence[Settlement] = (),
        idle: Sequence[str] = (),
        request_id: str = "",
        fingerprint: str = "",
        actor: str = "",
    ) -> int:
        """Write records as one new revision and return it; a repeated request returns the revision it made.

        Parameters
        ----------
        expected, mark
            Revision the records were derived from, and its mark.
        idle
            Reps who may own nothing open.

        Raises
        ------
        StaleRevision
            If the workforce is at another revision; nothing was written.
        RequestIdReused
            If the request id was used for other content.
        NotPossible
            If a rep that must be idle is not.
        """
