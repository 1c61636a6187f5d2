"""Reading requests to update a work item, or to have it enter a stage."""

from __future__ import annotations

from failures import Violation
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from resource_names import MAX_ID_LENGTH
from router.assignment.commands import UpdateRequest
from router.assignment.content import ATTRIBUTES, PRIORITY, VALUE
from router.model.errors import InvalidInput
from router.rpc.fields import MAX_NOTE, etag_number, plain
from router.rpc.messages import MAX_CONTENT_BYTES, work_item
from router.rpc.workforce_messages import masked

ALLOWED = (ATTRIBUTES, VALUE, PRIORITY)
"""What a client may change."""


def update_request(request: routing.UpdateWorkItemRequest, actor: str) -> tuple[str, UpdateRequest]:
    """Read a request to update: the tenant, and the wish.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    sent = request.work_item
    tenant, item_id = fields.name_of(sent.name, "workItems", "work_item.name")
    paths = _paths(request)
    readable = routing.WorkItem()
    readable.CopyFrom(sent)
    readable.kind = sent.kind or routing.WorkItem.KIND_LEAD  # what it is need not be said
    item = work_item(readable)
    wish = UpdateRequest(
        item_id,
        item.attributes,
        item.value,
        item.priority,
        paths,
        kind=item.kind if sent.kind else None,
        source=item.source,
        external_id=item.external_id,
        expected=etag_number(sent.etag),
        request_id=fields.request_id(request),
        actor=actor,
    )
    return tenant, wish


def advance_request(
    request: routing.AdvanceWorkItemRequest, actor: str, *, by_owner: bool
) -> tuple[str, UpdateRequest]:
    """Read a request to enter a stage: the tenant, and the wish; ``by_owner`` is of a rep.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    tenant, item_id = fields.name_of(request.name, "workItems")
    if not request.stage:
        raise InvalidInput.of("stage", "'': required, e.g. 'qualified'")
    stage = fields.text(request.stage, MAX_ID_LENGTH, "stage")
    size = request.attributes.ByteSize()
    if size > MAX_CONTENT_BYTES:
        raise InvalidInput.of("attributes", f"{size} bytes: at most {MAX_CONTENT_BYTES}")
    attributes = plain(request.attributes)
    wish = UpdateRequest(
        item_id,
        attributes,
        0,
        0,
        frozenset(f"{ATTRIBUTES}.{name}" for name in attributes),
        expected=etag_number(request.etag),
        request_id=fields.request_id(request),
        actor=actor,
        stage=stage,
        by_owner=by_owner,
        note=fields.text(request.note, MAX_NOTE, "note"),
    )
    return tenant, wish


def in_advance(error: InvalidInput) -> InvalidInput:
    """Return what is wrong with an update under the names that the fields have where a stage is entered."""
    names = {"update_mask": ATTRIBUTES}
    return InvalidInput(
        [
            Violation(names.get(each.field, each.field.removeprefix("work_item.")), each.description)
            for each in error.violations
        ]
    )


def _paths(request: routing.UpdateWorkItemRequest) -> frozenset[str]:
    """Return what is to change; without a mask what is set, each attribute for itself."""
    sent, paths = request.work_item, request.update_mask.paths
    if paths:
        return masked(paths, ALLOWED, sent)
    given = [name for name in (VALUE, PRIORITY) if getattr(sent, name)]
    return frozenset([*given, *(f"{ATTRIBUTES}.{name}" for name in sent.attributes.fields)])
