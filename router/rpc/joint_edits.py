"""Between messages and values: reps, pools and territories changed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from google.protobuf.struct_pb2 import Value

from failures import shown
from fairlead.v1 import workforce_pb2 as workforce
from gateway import fields
from resource_names import check_id, tenant_of
from router.model.errors import InvalidInput
from router.model.workforce import Record
from router.rpc import workforce_messages as read
from router.rpc.fields import struct
from router.workforce.differences import RecordDifference
from router.workforce.edits import COLLECTIONS, JOINT, MEMBERSHIPS, Edit, name_of
from router.workforce.joint_edit import JointEdit
from router.workforce.service import Applied
from rules.fields import FactValue

MAX_LISTED = 10_000
_ALLOWED = {"rep": read.REP_FIELDS, "pool": read.POOL_FIELDS, "territory": read.TERRITORY_FIELDS}


def joint_edit(request: workforce.ApplyWorkforceRequest) -> JointEdit:
    """Read a joint edit; its records are read when it is carried out, each against the present one.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    tenant = tenant_of(request.parent)
    listed = [*(COLLECTIONS[kind] for kind in JOINT), MEMBERSHIPS]
    if not any(len(getattr(request, name)) for name in listed):
        raise InvalidInput.of("reps", f"nothing is listed: at least one of {', '.join(listed)} is expected")
    for name in listed:
        if len(getattr(request, name)) > MAX_LISTED:
            raise InvalidInput.of(name, f"{len(getattr(request, name))}: at most {MAX_LISTED}")
    edits = [edit for kind in JOINT for edit in _edits(tenant, kind, request)]
    memberships = _memberships(tenant, request.memberships)
    paths_of = _paths_of("pool", request)
    if memberships and any("members" in paths_of(message) for message in request.pools):
        raise InvalidInput.of(MEMBERSHIPS, "stand beside pools whose members change: one of both says who is a member")
    return JointEdit(edits, memberships, request.prune, request.etag)


def _paths_of(kind: str, request: workforce.ApplyWorkforceRequest) -> Callable[[Any], frozenset[str]]:
    """Return what says which fields of a record are meant; a mask is of all records, and read once."""
    mask, allowed = f"{kind}_mask", _ALLOWED[kind]
    if not (paths := getattr(request, mask).paths):
        return lambda message: read.masked((), allowed, message, mask)
    of_all = read.masked(paths, allowed, None, mask)
    return lambda _: of_all


def _edits(tenant: str, kind: str, request: workforce.ApplyWorkforceRequest) -> Iterator[Edit]:
    collection, paths_of, seen = COLLECTIONS[kind], _paths_of(kind, request), set[str]()
    for place, message in enumerate(getattr(request, collection)):
        at = f"{collection}[{place}]"
        record_id = _id(message.name, collection, tenant, f"{at}.name")
        if record_id in seen:
            raise InvalidInput.of(f"{at}.name", f"{shown(message.name)} stands here twice")
        seen.add(record_id)
        make = partial(_made, kind, message, record_id, paths_of(message), tenant, at)
        yield Edit(kind, record_id, make, message.etag, create=True, at=at)


def _id(name: str, collection: str, tenant: str, field: str) -> str:
    """Read a name of this tenant, or an id alone."""
    record_id = fields.reference(name, collection, tenant, field)
    if fault := check_id(record_id):
        raise InvalidInput.of(field, f"{shown(record_id)}: {fault}")
    return record_id


def _made(kind: str, message: Any, record_id: str, paths: frozenset[str], tenant: str, at: str, present: Any) -> Record:
    match kind:
        case "rep":
            return read.rep(message, record_id, present, paths, tenant, at)
        case "pool":
            return read.pool(message, record_id, present, paths, tenant, at)
    return read.territory(message, record_id, present, paths, tenant, at)


def _memberships(tenant: str, messages: Sequence[workforce.RepMemberships]) -> dict[str, dict[str, int | None]]:
    memberships: dict[str, dict[str, int | None]] = {}
    for place, message in enumerate(messages):
        at = f"{MEMBERSHIPS}[{place}]"
        rep = _id(message.rep, "reps", tenant, f"{at}.rep")
        if rep in memberships:
            raise InvalidInput.of(f"{at}.rep", f"{shown(message.rep)} stands here twice")
        memberships[rep] = _places(tenant, message.pools, f"{at}.pools")
    return memberships


def _places(tenant: str, messages: Sequence[workforce.RepMembership], at: str) -> dict[str, int | None]:
    places: dict[str, int | None] = {}
    for place, message in enumerate(messages):
        pool = _id(message.pool, "pools", tenant, f"{at}[{place}].pool")
        if pool in places:
            raise InvalidInput.of(f"{at}[{place}].pool", f"{shown(message.pool)} stands here twice")
        weighted = message.HasField("weight")
        places[pool] = read.member_weight(message.weight, f"{at}[{place}].weight") if weighted else None
    return places


def applied_message(tenant: str, applied: Applied) -> workforce.ApplyWorkforceResponse:
    """Write what changed."""
    return workforce.ApplyWorkforceResponse(
        changes=[_change(tenant, difference) for difference in applied.differences],
        revision=applied.revision,
        etag=str(applied.revision),
    )


def _change(tenant: str, difference: RecordDifference) -> workforce.WorkforceChange:
    return workforce.WorkforceChange(
        name=name_of(tenant, difference.kind, difference.id),
        action=_action(difference),
        fields=[
            workforce.FieldChange(field=field, before=_value(before), after=_value(after))
            for field, before, after in difference.fields()
        ],
        pruned=difference.pruned,
    )


def _action(difference: RecordDifference) -> workforce.WorkforceChange.Action:
    if difference.before is None:
        return workforce.WorkforceChange.ACTION_CREATED
    if difference.after is None:
        return workforce.WorkforceChange.ACTION_DELETED
    return workforce.WorkforceChange.ACTION_UPDATED


def _value(value: FactValue | None) -> Value | None:
    return None if value is None else struct({"": value}).fields[""]
