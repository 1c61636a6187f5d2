"""``router.imports.ports.ImportPages`` in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from failures import Conflict
from router.imports.ports import NotImported, Page


@dataclass
class _Import:
    pages: dict[int, Page]
    refused: list[NotImported] = field(default_factory=list)
    taken: int = 0
    at: int | None = None


class MemoryImportPages:
    """Pages by tenant and import."""

    def __init__(self) -> None:
        self._imports: defaultdict[str, dict[str, _Import]] = defaultdict(dict)

    async def put(self, tenant: str, import_id: str, pages: Sequence[Page]) -> None:
        """Keep the pages of an import."""
        self._imports[tenant][import_id] = _Import(dict(enumerate(pages)))

    async def left(self, tenant: str, import_id: str) -> list[int]:
        """Return the numbers of the pages that were not entered yet."""
        known = self._imports[tenant].get(import_id)
        return sorted(known.pages) if known else []

    async def page(self, tenant: str, import_id: str, number: int) -> Page:
        """Return a page."""
        known = self._imports[tenant].get(import_id)
        return known.pages.get(number, {}) if known else {}

    async def begin(self, tenant: str, import_id: str, number: int) -> Page:
        """Say that a page is being entered, and return it."""
        if known := self._imports[tenant].get(import_id):
            known.at = number
        return await self.page(tenant, import_id, number)

    async def rest(self, tenant: str, import_id: str) -> None:
        """Say that none is being entered."""
        if known := self._imports[tenant].get(import_id):
            known.at = None

    async def finish(self, tenant: str, import_id: str, number: int, refused: Sequence[NotImported]) -> None:
        """Forget a page that was entered, but for what of it was refused."""
        known = self._imports[tenant][import_id]
        known.pages.pop(number, None)
        known.refused = sorted({*known.refused, *refused})
        known.at = None

    async def refused(self, tenant: str, import_id: str) -> list[NotImported] | None:
        """Return what was refused so far."""
        known = self._imports[tenant].get(import_id)
        return list(known.refused) if known else None

    async def forget(self, tenant: str, import_id: str) -> None:
        """Forget all of an import."""
        self._imports[tenant].pop(import_id, None)

    async def imports(self, tenant: str) -> Mapping[str, Page]:
        """Return what is not entered yet."""
        return {
            import_id: {place: entry for page in known.pages.values() for place, entry in page.items()}
            for import_id, known in self._imports[tenant].items()
        }

    async def taken(self, tenant: str, import_id: str) -> int:
        """Return how many were taken out."""
        known = self._imports[tenant].get(import_id)
        return known.taken if known else 0

    async def take_out(self, tenant: str, import_id: str, places: Collection[int]) -> int:
        """Take work items out of what is not entered yet."""
        known, taken = self._imports[tenant][import_id], 0
        for number, page in list(known.pages.items()):
            kept = {place: entry for place, entry in page.items() if place not in places}
            if len(kept) < len(page) and known.at == number:
                raise Conflict(f"tenants/{tenant}", "an import enters it at this moment: try again")
            known.pages[number] = kept
            taken += len(page) - len(kept)
        known.taken += taken
        return taken
