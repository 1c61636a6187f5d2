"""Who is on the way into the log: in submissions, and in what is not imported yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from router.assignment.customers import names_customer
from router.erasure.ports import Pending, Submitted
from router.imports.ports import ImportPages
from router.model.workitem import WorkItem, item_id


class PersonsOnTheirWay:
    """``router.erasure.ports.Submitted`` on a queue, and on imports.

    Parameters
    ----------
    submitted
        What is submitted.
    pages
        What is not imported yet.
    hides_external_id
        Whether external ids are personal, and ids are made without them.
    """

    def __init__(self, submitted: Submitted, pages: ImportPages, *, hides_external_id: bool = False) -> None:
        self._submitted = submitted
        self._pages = pages
        self._hides_external_id = hides_external_id

    async def of_customer(self, tenant: str, fields: Collection[str], customer: str) -> Pending:
        pending = await self._submitted.of_customer(tenant, fields, customer)
        imported = [
            self._id(entry.item)
            for page in (await self._pages.imports(tenant)).values()
            for entry in page.values()
            if names_customer(entry.item, fields, customer)
        ]
        return Pending(list(dict.fromkeys([*pending.item_ids, *imported])), pending.unreadable)

    async def waiting(self, tenant: str, item_ids: Sequence[str]) -> int:
        imported = await self._imported(tenant, item_ids)
        return await self._submitted.waiting(tenant, item_ids) + sum(map(len, imported.values()))

    async def remove(self, tenant: str, item_ids: Sequence[str]) -> int:
        removed = await self._submitted.remove(tenant, item_ids)  # first: it refuses before it removes anything
        for import_id, places in (await self._imported(tenant, item_ids)).items():
            removed += await self._pages.take_out(tenant, import_id, places)
        return removed

    async def _imported(self, tenant: str, item_ids: Sequence[str]) -> Mapping[str, Collection[int]]:
        """Return the places of work items in imports."""
        wanted = set(item_ids)
        return {
            import_id: places
            for import_id, page in (await self._pages.imports(tenant)).items()
            if (places := [place for place, entry in page.items() if self._id(entry.item) in wanted])
        }

    def _id(self, item: WorkItem) -> str:
        return item_id(item, "", hides_external_id=self._hides_external_id)
