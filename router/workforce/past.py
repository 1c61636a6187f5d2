"""Past revisions of the workforce, made from the nearest one that is kept and not from the beginning.

Every thousandth revision is kept whole, beside the changes that it follows from: whoever asks for an old one reads a
thousand changes at most, however many there are. What is not there yet is made on the way, and kept; it can be deleted
at any time.
"""

from __future__ import annotations

from contextlib import suppress

from failures import StoreUnavailable
from router.model.revisions import RevisionPair
from router.model.workforce import WorkforceRecords
from router.workforce.ports import Revisions, Workforce

KEPT_EVERY = 1000
"""Revisions between two that are kept."""


class PastRecords:
    """The records of past revisions.

    Parameters
    ----------
    workforce, revisions
        Where changes and kept records are, and which revision is active.
    every
        Revisions between two that are kept.
    """

    def __init__(self, workforce: Workforce, revisions: Revisions, every: int = KEPT_EVERY) -> None:
        self._workforce = workforce
        self._revisions = revisions
        self._every = every

    async def at(
        self,
        tenant: str,
        revision: int,
        known: WorkforceRecords = WorkforceRecords(),  # noqa: B008 (it is immutable)
    ) -> WorkforceRecords:
        """Return the records as they were at a revision.

        Parameters
        ----------
        known
            Those of an earlier revision, if they are at hand.
        """
        if known.revision < revision - revision % self._every:
            active = await self._revisions.revisions(tenant)  # first: then nothing read is of a past lost meanwhile
            known = await self._kept(tenant, revision - revision % self._every, active)
        return known.after(await self._workforce.changes(tenant, known.revision, revision), revision)

    async def _kept(self, tenant: str, revision: int, active: RevisionPair) -> WorkforceRecords:
        """Return the records of a revision that is to be kept, and keep it and those before it where they are not."""
        known = await self._workforce.kept_records(tenant, revision)
        while known.revision < revision:
            up_to = known.revision + self._every
            known = known.after(await self._workforce.changes(tenant, known.revision, up_to), up_to)
            if up_to <= active.workforce:
                await self._workforce.keep_records(tenant, known, active)
        return known

    async def keep(self, tenant: str, revision: int) -> None:
        """Have a revision kept that was just made, if it is one of those; where it fails, whoever asks for it does."""
        if revision % self._every == 0:
            with suppress(StoreUnavailable):
                await self.at(tenant, revision)
