"""The ways in which tables get into routing: leads, reps and territories."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import ListValue

from resource_names import check_id
from router.cli.columns import by_name
from router.cli.lead_files import read_leads
from router.cli.territory_files import read_territories
from router.cli.workforce_files import REP_COLUMNS, read_reps
from rules.fields import FieldType
from tables.forms import ColumnKind
from tables.names import key_of
from tables.report import ReadReport
from tables.words import entries, truth
from tests.unit.tables.outcomes import FieldCase, Kinds, Outcome, Row, differences, directly, outcome

_FIELDS = {
    ColumnKind.NUMBER: FieldType.NUMBER,
    ColumnKind.BOOL: FieldType.BOOL,
    ColumnKind.DATE: FieldType.DATE,
    ColumnKind.LIST: FieldType.LIST,
}
_OF_FIELDS = {field: kind for kind, field in _FIELDS.items()} | {FieldType.STRING: ColumnKind.TEXT}


def by_route(case: FieldCase, folder: Path) -> list[str]:
    """Leads of `fairlead route`: a row with a value that cannot be read is one in error."""
    first, *others = case.names
    fields = {name: _FIELDS.get(case.kinds[name], FieldType.STRING) for name in others if name in case.kinds}
    options = case.meaning(external_id=first)
    file = copied(case.file, folder)

    def read() -> tuple[Iterable[Row], ReadReport]:
        leads = read_leads(file, fields, "csv", options)
        return [{"external_id": each.external_id, **_attributes(each)} for each in leads.items], leads.report

    asked = {"external_id": ColumnKind.ID, **{name: _OF_FIELDS[kind] for name, kind in fields.items()}}
    expected = directly(file, options, asked, rejects_rows=True)
    kept = _first_of_each(expected.rows)
    rows = [{name: _as_sent(value) for name, value in row.items()} for row in kept]
    return differences(_sorted(outcome(read)), _sorted(replace(expected, rows=rows)), len(expected.rows) - len(kept))


def copied(file: Path, folder: Path) -> Path:
    """Copy a file to where rows in error may be written beside it."""
    return Path(shutil.copyfile(file, folder / file.name))


def _attributes(item: Any) -> Row:
    return {name: list(value) if isinstance(value, ListValue) else value for name, value in item.attributes.items()}


def _first_of_each(rows: Iterable[Row]) -> list[Row]:
    """Leave out leads without an id or with too long a one, and those whose id comes again with other content."""
    first: dict[str, Row] = {}
    named = [row for row in rows if 0 < len(row.get("external_id", "")) <= 256]
    return [row for row in named if first.setdefault(row["external_id"], row) == row]


def _as_sent(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.date().isoformat() if value.time() == time() else value.isoformat().replace("+00:00", "Z")


def _sorted(outcome: Outcome) -> Outcome:
    return replace(outcome, rows=[dict(sorted(row.items())) for row in outcome.rows])


_REP_KINDS = {
    "id": ColumnKind.ID,
    "active": ColumnKind.BOOL,
    **dict.fromkeys(("weight", *(name for name in REP_COLUMNS if name.startswith("capacity_"))), ColumnKind.NUMBER),
    **dict.fromkeys(("regions", "industries", "skills", "languages"), ColumnKind.LIST),
}


def by_reps(case: FieldCase, folder: Path) -> list[str]:
    """Reps: all of them or none, and what has no meaning of its own is a number or a text."""
    first, *others = case.names
    options = case.meaning(id=first)
    known = {key_of(name): meaning for name, meaning in by_name(REP_COLUMNS).items()}
    called = {known.get(key_of(name), name): name for name in others if name in case.kinds}
    free = {meaning: case.kinds[name] for meaning, name in called.items() if meaning not in REP_COLUMNS}
    plain = {name: kind if kind is ColumnKind.NUMBER else ColumnKind.TEXT for name, kind in free.items()}
    asked = {"id": ColumnKind.ID, **{name: _REP_KINDS.get(name) or plain.get(name, ColumnKind.TEXT) for name in called}}
    strict = replace(options, allow_unreadable=1.0)
    expected = directly(case.file, strict, dict.fromkeys(free))
    if not expected.refusal:
        expected = directly(case.file, strict, asked, called, rejects_rows=True)

    def read() -> tuple[Iterable[Row], ReadReport]:
        found = read_reps(case.file, ["p"], options)
        assert found.report is not None
        return [{"id": rep.name, **_attributes(rep)} for rep in found.reps], found.report

    kept = {"id", "regions", "industries", "skills", "languages", *plain}
    rows = [{name: _free(value) for name, value in row.items() if name in kept} for row in expected.rows]
    whole = replace(expected, rows=rows, refusal=expected.refusal or _all_or_none(expected))
    return differences(_sorted(outcome(read)), _sorted(whole), _own_of_reps(expected.rows, asked))


def _all_or_none(expected: Outcome) -> str:
    places = [f"{expected.account['file']}:{each['line']}: {each['value']}" for each in expected.account["rejected"]]
    more = expected.account["n_rejected"] - len(places)
    return "\n".join(places + ([f"… and {more} more"] if more else []))


def _own_of_reps(rows: Sequence[Row], asked: Kinds) -> int:
    """Count the reps that are none for other reasons: by their ids, or figures out of their range."""
    ids = Counter(row.get("id") for row in rows)
    numbers = [name for name in asked if name == "weight" or name.startswith("capacity_")]
    return sum(
        ids[row.get("id")] > 1 or bool(check_id(row.get("id", ""))) or any(row.get(name, 1) % 1 for name in numbers)
        for row in rows
    )


def _free(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return truth(value)
    return listed if len(listed := entries(value)) > 1 else value


def by_territories(case: FieldCase, folder: Path) -> list[str]:
    """Territories: all of them or none."""
    first = case.names[0]
    second = "region" if "region" in case.kinds else case.names[1]
    options = case.meaning(id=first, parent=second)
    asked = {"id": ColumnKind.ID, "parent": ColumnKind.TEXT}
    expected = directly(case.file, replace(options, allow_unreadable=1.0), asked, rejects_rows=True)
    wanted = {row.get("id", ""): row.get("parent", "") for row in expected.rows}

    def read() -> tuple[Iterable[Row], ReadReport]:
        found = read_territories(case.file, options)
        assert found.report is not None
        return [{"id": name, "parent": found.parents[name]} for name in found.parents if name in wanted], found.report

    ids = [*wanted, *filter(None, wanted.values())]
    n_own = len(expected.rows) - len(wanted) + len([name for name in ids if check_id(name)])
    rows = [{"id": name, "parent": parent} for name, parent in sorted(wanted.items())]
    refusal = expected.refusal or (_all_or_none(expected) if expected.account else "")
    got = outcome(read)
    in_order = replace(got, rows=sorted(got.rows, key=lambda row: row["id"]))
    return differences(in_order, replace(expected, refusal=refusal, rows=rows), n_own)
