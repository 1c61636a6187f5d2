"""Where work items wait to be imported, page by page, and what came of those that were refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from router.assignment.commands import ImportedItem


class NotImported(NamedTuple):
    """A work item that was not imported: its place in the import, from 0, its id, and why: for machines, in words."""

    place: int
    item_id: str
    reason: str
    message: str


Page = Mapping[int, ImportedItem]
"""Some work items of an import, by their places in it, from 0."""


class ImportPages(Protocol):
    """Keeps what an import is of until it is entered, for some days at most."""

    async def put(self, tenant: str, import_id: str, pages: Sequence[Page]) -> None:
        """Keep the pages of an import."""

    async def left(self, tenant: str, import_id: str) -> list[int]:
        """Return the numbers of the pages that were not entered yet, in order."""

    async def page(self, tenant: str, import_id: str, number: int) -> Page:
        """Return a page; empty where it was entered, or is gone."""

    async def begin(self, tenant: str, import_id: str, number: int) -> Page:
        """Say that a page is being entered, and return it."""

    async def rest(self, tenant: str, import_id: str) -> None:
        """Say that none is being entered."""

    async def finish(self, tenant: str, import_id: str, number: int, refused: Sequence[NotImported]) -> None:
        """Forget a page that was entered, but for what of it was refused."""

    async def refused(self, tenant: str, import_id: str) -> list[NotImported] | None:
        """Return what was refused so far, in order; None: nothing is known of the import, or any more."""

    async def forget(self, tenant: str, import_id: str) -> None:
        """Forget all of an import."""

    async def imports(self, tenant: str) -> Mapping[str, Page]:
        """Return what is not entered yet, by import."""

    async def take_out(self, tenant: str, import_id: str, places: Collection[int]) -> int:
        """Take work items at some places out of what is not entered yet; return how many.

        Raises
        ------
        Conflict
            If one of them is being entered.
        """

    async def taken(self, tenant: str, import_id: str) -> int:
        """Return how many were taken out."""
