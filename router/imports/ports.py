"""Where work items wait for what is to be done with them, page by page, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from router.assignment.commands import ImportedItem


class NotImported(NamedTuple):
    """A work item that was not imported: its place in the import, from 0, its id, and why: for machines, in words."""

    place: int
    item_id: str
    reason: str
    message: str


class ItemResult(NamedTuple):
    """What came of a work item that was to be moved.

    Its place, from 0, its id, who had it, empty for nobody, who has it now, empty where it stays, and the decision; or
    why it was not moved: for machines, in words. ``is_offered`` says that it is offered, to whoever has it or to many.
    """

    place: int
    item_id: str
    before: str = ""
    rep: str = ""
    decision: int = 0
    reason: str = ""
    message: str = ""
    is_offered: bool = False


Entry = TypeVar("Entry")
Result = TypeVar("Result")
Page = Mapping[int, ImportedItem]
"""Some work items of an import, by their places in it, from 0."""


class Pages(Protocol[Entry, Result]):
    """Keeps what an operation is of until it is done, for some days at most; and what came of it."""

    async def put(self, tenant: str, operation_id: str, pages: Sequence[Mapping[int, Entry]]) -> None:
        """Keep the pages of an operation."""

    async def left(self, tenant: str, operation_id: str) -> list[int]:
        """Return the numbers of the pages that were not done yet, in order."""

    async def page(self, tenant: str, operation_id: str, number: int) -> Mapping[int, Entry]:
        """Return a page; empty where it was done, or is gone."""

    async def begin(
        self, tenant: str, operation_id: str, number: int, worker: str, lasts_ms: int
    ) -> Mapping[int, Entry]:
        """Say that a page is being done, and return it; whoever was at it before is not any more.

        Parameters
        ----------
        worker
            Who does it.
        lasts_ms
            For how long, in milliseconds by the store's clock, it counts as being done, should they be lost.
        """

    async def rest(self, tenant: str, operation_id: str, number: int, worker: str) -> None:
        """Say that somebody is not at a page any more, nor has done it; whoever took it over is."""

    async def finish(self, tenant: str, operation_id: str, number: int, worker: str, results: Sequence[Result]) -> bool:
        """Forget a page that was done, but for what is told of it: of an import what was refused.

        Returns whether they were at it still: if not, nothing is changed, and whoever took it over does it again.
        """

    async def results(self, tenant: str, operation_id: str) -> list[Result] | None:
        """Return what is told so far, in order; None: nothing is known of the operation, or any more."""

    async def forget(self, tenant: str, operation_id: str) -> None:
        """Forget all of an operation."""


class ImportPages(Pages[ImportedItem, NotImported], Protocol):
    """The same of imports, of which persons may be erased on their way."""

    async def imports(self, tenant: str) -> Mapping[str, Page]:
        """Return what is not entered yet, by import."""

    async def take_out(self, tenant: str, import_id: str, places: Collection[int]) -> int:
        """Take work items at some places out of what is not entered yet, all or none; return how many.

        Raises
        ------
        Conflict
            If one of them is being entered.
        """

    async def taken(self, tenant: str, import_id: str) -> int:
        """Return how many were taken out."""
