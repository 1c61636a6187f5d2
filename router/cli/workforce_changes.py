"""What became of the workforce, as lines on a terminal: ``+`` created, ``~`` changed, ``-`` deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import click
from google.protobuf.struct_pb2 import Value

from fairlead.v1 import workforce_pb2 as workforce

_SIGNS = {
    workforce.WorkforceChange.ACTION_CREATED: ("+", "green", "created"),
    workforce.WorkforceChange.ACTION_UPDATED: ("~", "yellow", "changed"),
    workforce.WorkforceChange.ACTION_DELETED: ("-", "red", "deleted"),
}
_KINDS = {"reps": "rep", "pools": "pool", "territories": "territory"}


def change_line(change: workforce.WorkforceChange) -> str:
    r"""Say in a line what became of one record.

    Examples
    --------
    >>> ann = workforce.WorkforceChange(name="tenants/t/reps/ann", action=2, pruned=True)
    >>> active = workforce.FieldChange(field="active", before=Value(bool_value=True), after=Value(bool_value=False))
    >>> ann.fields.extend([active])
    >>> click.unstyle(change_line(ann))
    '~ rep ann, which no line names: active true \u2192 false'
    """
    sign, colour, _ = _SIGNS[change.action]
    _, _, collection, record_id = change.name.split("/")
    created = change.action == workforce.WorkforceChange.ACTION_CREATED
    shown = [] if change.action == workforce.WorkforceChange.ACTION_DELETED else change.fields
    fields = "; ".join(_field(field, created=created) for field in shown)
    missing = ", which no line names" if change.pruned else ""
    return f"{click.style(f'{sign} {_KINDS[collection]} {record_id}', fg=colour)}{missing}{fields and ': '}{fields}"


def _field(change: workforce.FieldChange, *, created: bool) -> str:
    field, _, entry = change.field.partition(".")
    name = {
        "attributes": entry,
        "display_name": "name",
        "members": f"member {entry}",
        "weight_steps": f"weights of {entry}",
    }.get(field, f"{field} {entry}".strip())
    after = _text(change.after) if change.HasField("after") else "none"
    if created:
        return f"{name} {after}"
    return f"{name} {_text(change.before) if change.HasField('before') else 'none'} → {after}"


def _text(value: Value) -> str:
    match value.WhichOneof("kind"):
        case "bool_value":
            return str(value.bool_value).lower()
        case "number_value":
            return f"{value.number_value:.15g}"
        case "list_value":
            return "[" + ", ".join(_text(entry) for entry in value.list_value.values) + "]"
    return value.string_value


def summary(changes: Iterable[workforce.WorkforceChange]) -> str:
    """Count what was done to which kind.

    Examples
    --------
    >>> rep = workforce.WorkforceChange(name="tenants/t/reps/ann", action=1)
    >>> summary([rep, rep])
    'reps: 2 created'
    """
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        done = "deactivated" if change.pruned and "/reps/" in change.name else _SIGNS[change.action][2]
        counts.setdefault(change.name.split("/")[2], Counter())[done] += 1
    return "; ".join(
        f"{collection}: {', '.join(f'{count} {done}' for done, count in done_to.items())}"
        for collection, done_to in counts.items()
    )


def became(answer: workforce.ApplyWorkforceResponse) -> str:
    """Say in a line what was changed, and which revision that made."""
    return f"{summary(answer.changes)}; the workforce is at revision {answer.revision}"
