"""Between messages and values: work items that are imported with their owners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from google.longrunning.operations_pb2 import Operation

from failures import Violation
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from resource_names import MAX_ID_LENGTH
from router.assignment.commands import ImportedItem
from router.model.errors import InvalidInput
from router.rpc.fields import milliseconds
from router.rpc.messages import work_item

MAX_ITEMS = 10_000


class Importer(Protocol):
    """Has work items imported."""

    async def begin(
        self, tenant: str, request: routing.ImportWorkItemsRequest, entries: Sequence[ImportedItem], actor: str
    ) -> Operation:
        """Take them in; return the operation."""


def imported_items(request: routing.ImportWorkItemsRequest, tenant: str) -> list[ImportedItem]:
    """Read what is to be imported.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says; one violation for each of the first such items.
    """
    if not 1 <= len(request.items) <= MAX_ITEMS:
        raise InvalidInput.of("items", f"{len(request.items)} items: must be 1 to {MAX_ITEMS:,}")
    entries, violations = list[ImportedItem](), list[Violation]()
    for place, message in enumerate(request.items):
        try:
            entries.append(_entry(message, tenant))
        except InvalidInput as error:
            violations += [Violation(f"items[{place}].{each.field}", each.description) for each in error.violations]
            if len(violations) >= _MOST_VIOLATIONS:
                break
    if violations:
        raise InvalidInput(violations)
    return entries


_MOST_VIOLATIONS = 20


def _entry(message: routing.ImportedWorkItem, tenant: str) -> ImportedItem:
    item = work_item(message.work_item)
    if not item.external_id:
        raise InvalidInput.of("work_item.external_id", "'': required, with source, so that it is imported once")
    if not message.owner:
        raise InvalidInput.of("owner", f"'': required, e.g. tenants/{tenant}/reps/li-na")
    if not message.HasField("assigned_time"):
        raise InvalidInput.of("assigned_time", "is missing: since when the owner has had it")
    fields.instant(message.assigned_time, "assigned_time")
    owner = fields.reference(message.owner, "reps", tenant, "owner")
    stage = fields.text(message.stage, MAX_ID_LENGTH, "stage")
    return ImportedItem(item, owner, milliseconds(message.assigned_time.ToNanoseconds()), stage)
