"""Who is on the way into the log: in submissions, in what is not imported yet, in leads that could not be mapped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from router.assignment.customers import names_customer
from router.erasure.ports import Pending, Submitted
from router.imports.ports import ImportPages
from router.intake.ports import FailedLead, Sources
from router.intake.source import LeadSource
from router.intake.taking import MAX_FAILED
from router.model.workitem import WorkItem, item_id


class PersonsOnTheirWay:
    """``router.erasure.ports.Submitted`` on a queue, on imports, and on sources of leads.

    Parameters
    ----------
    submitted
        What is submitted.
    pages
        What is not imported yet.
    sources
        What could not be mapped.
    hides_external_id
        Whether external ids are personal, and ids are made without them.
    """

    def __init__(
        self, submitted: Submitted, pages: ImportPages, sources: Sources, *, hides_external_id: bool = False
    ) -> None:
        self._submitted = submitted
        self._pages = pages
        self._sources = sources
        self._hides_external_id = hides_external_id

    async def of_customer(self, tenant: str, fields: Collection[str], customer: str) -> Pending:
        pending = await self._submitted.of_customer(tenant, fields, customer)
        imported = [
            self._id(entry.item)
            for page in (await self._pages.imports(tenant)).values()
            for entry in page.values()
            if names_customer(entry.item, fields, customer)
        ]
        failed = await self._failed(tenant, lambda _, lead: customer in _texts(lead) or customer in lead.unreadable)
        named = [_failure(source_id, failure_id) for source_id, ids in failed.items() for failure_id in ids]
        return Pending(list(dict.fromkeys([*pending.item_ids, *imported, *named])), pending.unreadable)

    async def waiting(self, tenant: str, item_ids: Sequence[str]) -> int:
        imported = await self._imported(tenant, item_ids)
        failed = await self._failed_items(tenant, item_ids)
        n_elsewhere = sum(map(len, (*imported.values(), *failed.values())))
        return await self._submitted.waiting(tenant, item_ids) + n_elsewhere

    async def remove(self, tenant: str, item_ids: Sequence[str]) -> int:
        removed = await self._submitted.remove(tenant, item_ids)  # first: it refuses before it removes anything
        for import_id, places in (await self._imported(tenant, item_ids)).items():
            removed += await self._pages.take_out(tenant, import_id, places)
        for source_id, ids in (await self._failed_items(tenant, item_ids)).items():
            removed += await self._sources.remove(tenant, source_id, ids)
        return removed

    async def _imported(self, tenant: str, item_ids: Sequence[str]) -> Mapping[str, Collection[int]]:
        """Return the places of work items in imports."""
        wanted = set(item_ids)
        return {
            import_id: places
            for import_id, page in (await self._pages.imports(tenant)).items()
            if (places := [place for place, entry in page.items() if self._id(entry.item) in wanted])
        }

    async def _failed_items(self, tenant: str, item_ids: Sequence[str]) -> Mapping[str, Collection[str]]:
        """Return, by source, the leads that would be one of some work items, or that are named themselves."""
        wanted = set(item_ids)

        def is_wanted(source: LeadSource, lead: FailedLead) -> bool:
            items = (self._id(WorkItem(source.kind, source.id, text)) for text in _texts(lead) if text)
            return _failure(source.id, lead.id) in wanted or not wanted.isdisjoint(items)

        return await self._failed(tenant, is_wanted)

    async def _failed(
        self, tenant: str, is_wanted: Callable[[LeadSource, FailedLead], bool]
    ) -> Mapping[str, Collection[str]]:
        """Return, by source, which leads that could not be mapped are wanted."""
        return {
            source_id: ids
            for source_id, kept in (await self._sources.all(tenant)).items()
            if (
                ids := [
                    lead.id
                    for lead in await self._sources.failed(tenant, source_id, None, MAX_FAILED)
                    if is_wanted(kept.source, lead)
                ]
            )
        }

    def _id(self, item: WorkItem) -> str:
        return item_id(item, "", hides_external_id=self._hides_external_id)


def _failure(source_id: str, failure_id: str) -> str:
    """Name a lead that could not be mapped, as no work item is called."""
    return f"sources/{source_id}/failures/{failure_id}"


def _texts(lead: FailedLead) -> Iterable[str]:
    """Return every value of a lead, as a text."""
    values = lead.fields.values()
    return {str(each) for value in values for each in (value if isinstance(value, list) else [value])}
