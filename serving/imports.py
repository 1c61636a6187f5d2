"""Imports as operations: each work item is entered with its owner, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from google.longrunning.operations_pb2 import Operation

from failures import Failure
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from operations.rpc.messages import checked_message
from operations.service import OperationService
from router.assignment.commands import ImportedItem
from router.imports.ports import ImportPages, NotImported
from router.imports.service import Imports
from router.model.decision import Decision
from serving.paged import begun, fingerprint, paged_worker, refusal
from workqueue.ports import Queue
from workqueue.worker import Worker

KIND = "import"


class ImportWork:
    """``serving.paged.PagedWork`` of imports.

    Parameters
    ----------
    pages
        Where work items wait.
    imports
        Enters them.
    """

    kind = KIND
    stage = "entering"
    gone = "its work items waited too long for a worker and are gone: import them again"

    def __init__(self, pages: ImportPages, imports: Imports) -> None:
        self.pages = pages
        self._imports = imports

    async def do(self, tenant: str, page: Mapping[int, ImportedItem], actor: str) -> list[NotImported]:
        """Enter a page; tell what is refused."""
        return self.refused(page, await self._imports.enter(tenant, list(page.values()), actor))

    def refused(self, page: Mapping[int, ImportedItem], answers: Sequence[Decision | Failure]) -> list[NotImported]:
        """Tell what of a page is refused, and why."""
        return [
            NotImported(place, self._imports.item_id(entry), answer.reason, str(answer))
            for (place, entry), answer in zip(page.items(), answers, strict=True)
            if isinstance(answer, Failure)
        ]

    async def response(
        self, tenant: str, operation_id: str, items: int, results: Sequence[NotImported]
    ) -> routing.ImportWorkItemsResponse:
        """Say what came of an import."""
        return _response(tenant, items - len(results) - await self.pages.taken(tenant, operation_id), results)


class ImportOperations:
    """``router.rpc.imports.Importer``.

    Parameters
    ----------
    operations
        Takes operations in.
    pages
        Where work items wait.
    imports
        Enters them.
    """

    def __init__(self, operations: OperationService, pages: ImportPages, imports: Imports) -> None:
        self._operations = operations
        self._imports = imports
        self._work = ImportWork(pages, imports)

    async def begin(
        self, tenant: str, request: routing.ImportWorkItemsRequest, entries: Sequence[ImportedItem], actor: str
    ) -> Operation:
        """Take work items in; see ``router.rpc.imports.Importer``."""
        await self._imports.check(tenant)
        request_id = fields.request_id(request)
        if request.validate_only:
            return await self._previewed(tenant, entries)
        task = (fingerprint(request, request_id), actor)
        return await begun(self._operations, self._work, tenant, entries, task, request_id)

    async def _previewed(self, tenant: str, entries: Sequence[ImportedItem]) -> Operation:
        """Return an operation that is over, and says what would be refused."""
        answers = await self._imports.preview(tenant, entries)
        refused = self._work.refused(dict(enumerate(entries)), answers)
        operation = checked_message(f"tenants/{tenant}")
        operation.response.Pack(_response(tenant, len(entries) - len(refused), refused))
        return operation


def import_worker(queue: Queue, pages: ImportPages, imports: Imports, lease_s: float) -> Worker:
    """Return a worker that enters one import at a time."""
    return paged_worker(queue, ImportWork(pages, imports), lease_s)


def _response(tenant: str, imported: int, refused: Sequence[NotImported]) -> routing.ImportWorkItemsResponse:
    return routing.ImportWorkItemsResponse(
        imported_count=imported,
        refused=[
            routing.RefusedImport(
                index=each.place,
                work_item=f"tenants/{tenant}/workItems/{each.item_id}",
                error=refusal(each.reason, each.message),
            )
            for each in refused
        ],
    )
