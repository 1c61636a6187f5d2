"""``router.imports.ports.Pages`` and ``ImportPages`` in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple

from failures import Conflict
from router.assignment.commands import ImportedItem
from router.imports.ports import Entry, NotImported, Page, Result


class _Mark(NamedTuple):
    """Who does a page, and from when on they count as lost."""

    worker: str
    until_ms: int


@dataclass
class _Operation(Generic[Entry, Result]):
    pages: dict[int, Mapping[int, Entry]]
    results: list[Result] = field(default_factory=list)
    taken: int = 0
    at: dict[int, _Mark] = field(default_factory=dict)


class MemoryPages(Generic[Entry, Result]):
    """Pages by tenant and operation; ``now_ms`` is the store's clock."""

    def __init__(self, now_ms: Callable[[], int] = lambda: 0) -> None:
        self._now_ms = now_ms
        self._operations: defaultdict[str, dict[str, _Operation[Entry, Result]]] = defaultdict(dict)

    async def put(self, tenant: str, operation_id: str, pages: Sequence[Mapping[int, Entry]]) -> None:
        """Keep the pages of an operation."""
        self._operations[tenant][operation_id] = _Operation(dict(enumerate(pages)))

    async def left(self, tenant: str, operation_id: str) -> list[int]:
        """Return the numbers of the pages that were not done yet."""
        known = self._operations[tenant].get(operation_id)
        return sorted(known.pages) if known else []

    async def page(self, tenant: str, operation_id: str, number: int) -> Mapping[int, Entry]:
        """Return a page."""
        known = self._operations[tenant].get(operation_id)
        return known.pages.get(number, {}) if known else {}

    async def begin(
        self, tenant: str, operation_id: str, number: int, worker: str, lasts_ms: int
    ) -> Mapping[int, Entry]:
        """Say that a page is being done, and return it."""
        if known := self._operations[tenant].get(operation_id):
            known.at[number] = _Mark(worker, self._now_ms() + lasts_ms)
        return await self.page(tenant, operation_id, number)

    async def rest(self, tenant: str, operation_id: str, number: int, worker: str) -> None:
        """Say that somebody is not at a page any more."""
        if known := self._done_by(tenant, operation_id, number, worker):
            known.at.pop(number)

    async def finish(self, tenant: str, operation_id: str, number: int, worker: str, results: Sequence[Result]) -> bool:
        """Forget a page that was done, but for what is told of it."""
        known = self._done_by(tenant, operation_id, number, worker)
        if known is None:
            return False
        known.pages.pop(number, None)
        known.results = sorted({*known.results, *results})  # type: ignore[type-var]  # they begin with their places
        known.at.pop(number)
        return True

    def _done_by(self, tenant: str, operation_id: str, number: int, worker: str) -> _Operation[Entry, Result] | None:
        """Return an operation if somebody is at a page of it."""
        known = self._operations[tenant].get(operation_id)
        return known if known and number in known.at and known.at[number].worker == worker else None

    async def results(self, tenant: str, operation_id: str) -> list[Result] | None:
        """Return what is told so far."""
        known = self._operations[tenant].get(operation_id)
        return list(known.results) if known else None

    async def forget(self, tenant: str, operation_id: str) -> None:
        """Forget all of an operation."""
        self._operations[tenant].pop(operation_id, None)


class MemoryImportPages(MemoryPages[ImportedItem, NotImported]):
    """The same of imports."""

    async def imports(self, tenant: str) -> Mapping[str, Page]:
        """Return what is not entered yet."""
        return {
            import_id: {place: entry for page in known.pages.values() for place, entry in page.items()}
            for import_id, known in self._operations[tenant].items()
        }

    async def taken(self, tenant: str, import_id: str) -> int:
        """Return how many were taken out."""
        known = self._operations[tenant].get(import_id)
        return known.taken if known else 0

    async def take_out(self, tenant: str, import_id: str, places: Collection[int]) -> int:
        """Take work items out of what is not entered yet."""
        known = self._operations[tenant].get(import_id)
        if known is None:
            return 0
        kept = {
            number: {place: entry for place, entry in page.items() if place not in places}
            for number, page in known.pages.items()
        }
        at = {number for number, mark in known.at.items() if mark.until_ms > self._now_ms()}
        if any(len(kept[number]) < len(known.pages[number]) for number in at & kept.keys()):
            raise Conflict(f"tenants/{tenant}", "an import enters it at this moment: try again")
        taken = sum(map(len, known.pages.values())) - sum(map(len, kept.values()))
        known.pages.update(kept)
        known.taken += taken
        return taken
