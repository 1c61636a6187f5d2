"""Between messages and values: sources of leads, and what became of what they sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from fairlead.v1 import intake_pb2 as intake
from gateway.fields import text, timestamp
from resource_names import check_id
from router.intake.mapping import Junk, Unmapped
from router.intake.ports import FailedLead
from router.intake.service import SourceView
from router.intake.source import JunkRule, LeadSource, MappedAttribute, ValueType
from router.intake.taking import Payload, Result, SourceTrial
from router.model.errors import InvalidInput, Violation
from router.model.workitem import Kind
from router.rpc.fields import MAX_DISPLAY_NAME, struct, write_struct
from router.rpc.messages import KIND_NUMBERS, kind_of

SOURCE_FIELDS = ("display_name", "kind", "attributes", "external_id_field", "junk", "token_field", "token")
MAX_FIELD = 256
"""Characters of a field's name, and of an attribute's."""
MAX_TEXT = 1_024
_TYPES = {
    number: ValueType(name.removeprefix("TYPE_")) for name, number in intake.MappedAttribute.Type.items() if number
}
_TYPE_NUMBERS: dict[ValueType, Any] = {kind: number for number, kind in _TYPES.items()}


def source_of(message: intake.LeadSource, source_id: str, id_field: str) -> LeadSource:
    """Read a source that is declared.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    if fault := check_id(source_id):
        raise InvalidInput.of(id_field, fault)
    return changed_source(LeadSource(source_id), message, SOURCE_FIELDS)


def changed_source(source: LeadSource, message: intake.LeadSource, paths: Collection[str]) -> LeadSource:
    """Return a source with the named fields of a message.

    Raises
    ------
    InvalidInput
        If one is not as the contract says.
    """
    made: dict[str, Any] = {
        "display_name": text(message.display_name, MAX_DISPLAY_NAME, "source.display_name"),
        "kind": kind_of(message.kind, "source.kind") if message.kind else Kind.LEAD,
        "attributes": tuple(_attribute(each, place) for place, each in enumerate(message.attributes)),
        "external_id_field": _field(message.external_id_field, "source.external_id_field"),
        "junk": tuple(_junk(each, place) for place, each in enumerate(message.junk)),
        "token_field": _field(message.token_field, "source.token_field"),
    }
    return replace(source, **{name: value for name, value in made.items() if name in paths})


def _attribute(message: intake.MappedAttribute, place: int) -> MappedAttribute:
    where = f"source.attributes[{place}]"
    name = _needed(message.attribute, f"{where}.attribute")
    if message.type not in intake.MappedAttribute.Type.values():
        allowed = ", ".join(intake.MappedAttribute.Type.keys()[1:])
        raise InvalidInput.of(f"{where}.type", f"{message.type}: must be one of {allowed}")
    return MappedAttribute(
        name,
        _field(message.field, f"{where}.field") or name,
        _TYPES.get(message.type, ValueType.TEXT),
        message.required,
        text(message.default, MAX_TEXT, f"{where}.default"),
    )


def _junk(message: intake.JunkRule, place: int) -> JunkRule:
    where = f"source.junk[{place}]"
    contains = tuple(
        _needed(each, f"{where}.contains[{number}]", MAX_TEXT) for number, each in enumerate(message.contains)
    )
    return JunkRule(_needed(message.field, f"{where}.field"), contains)


def _needed(value: str, field: str, longest: int = MAX_FIELD) -> str:
    if not value:
        raise InvalidInput([Violation(field, "is missing")])
    return text(value, longest, field)


def _field(value: str, field: str) -> str:
    return text(value, MAX_FIELD, field)


def source_message(tenant: str, view: SourceView) -> intake.LeadSource:
    """Write a source as it is shown."""
    source, counts = view.source, view.counts
    message = intake.LeadSource(
        name=f"tenants/{tenant}/sources/{source.id}",
        display_name=source.display_name,
        kind=KIND_NUMBERS[source.kind],
        external_id_field=source.external_id_field,
        junk=[intake.JunkRule(field=rule.field, contains=rule.contains) for rule in source.junk],
        token_field=source.token_field,
        token=view.token,
        etag=view.etag,
        taken_count=counts.taken,
        junk_count=counts.junk,
        failed_count=counts.failed,
        waiting_count=counts.waiting,
    )
    for each in source.attributes:
        message.attributes.add(
            attribute=each.attribute,
            field=each.field,
            type=_TYPE_NUMBERS[each.type],
            required=each.required,
            default=each.default,
        )
    return message


def payload_of(request: Any) -> Payload:
    """Read what was sent.

    Raises
    ------
    InvalidInput
        If nothing was.
    """
    if not request.payload.data:
        raise InvalidInput.of("payload", "is empty: send a form, or JSON")
    return Payload(request.payload.content_type, request.payload.data)


def result_message(tenant: str, source_id: str, result: Result) -> intake.IntakeResult:
    """Write what became of a lead, for who sent it."""
    if isinstance(result, Junk):
        return intake.IntakeResult(junk=result.field)
    if isinstance(result, FailedLead):
        return intake.IntakeResult(failure=intake.IntakeFailure(**_told(tenant, source_id, result)))
    return intake.IntakeResult(work_item=f"tenants/{tenant}/workItems/{result.item_id}")


def trial_message(tenant: str, trial: SourceTrial) -> intake.TestSourceResponse:
    """Write what would become of leads."""
    response, ids = intake.TestSourceResponse(unused_fields=trial.unused[:1000]), iter(trial.item_ids)
    for result in trial.results:
        if isinstance(result, Junk):
            response.results.add(junk=result.field)
        elif isinstance(result, Unmapped):
            response.results.add(failure=intake.IntakeFailure(faults=result.faults))
        else:
            item = f"tenants/{tenant}/workItems/{next(ids)}"
            write_struct(response.results.add(work_item=item).attributes, result.attributes)
    return response


def failure_message(tenant: str, source_id: str, failed: FailedLead) -> intake.IntakeFailure:
    """Write what could not be mapped, for who mends it."""
    message = intake.IntakeFailure(
        **_told(tenant, source_id, failed), unreadable=failed.unreadable, receive_time=timestamp(failed.received_us)
    )
    if not failed.unreadable:
        message.fields.CopyFrom(struct(failed.fields))
    return message


def failure_ids(names: Sequence[str], tenant: str, source_id: str) -> list[str] | None:
    """Read which failures are meant; None: all.

    Raises
    ------
    InvalidInput
        If one is of another source.
    """
    prefix = f"tenants/{tenant}/sources/{source_id}/failures/"
    ids = []
    for place, name in enumerate(names):
        failure_id = name.removeprefix(prefix)
        if "/" in failure_id or not failure_id:
            raise InvalidInput.of(f"failures[{place}]", f"{name[:80]!r}: must be {prefix}{{failure}}, or its last part")
        ids.append(failure_id)
    return ids or None


def _told(tenant: str, source_id: str, failed: FailedLead) -> dict[str, Any]:
    """Return what its sender is told of it."""
    return {"name": f"tenants/{tenant}/sources/{source_id}/failures/{failed.id}", "faults": failed.faults}
