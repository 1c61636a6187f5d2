"""Leads from files: the columns that describe any work item, and those that the rule set declares as fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from fairlead.client import work_item
from fairlead.v1 import routing_pb2 as routing
from router.cli.columns import by_name, columns_of, in_words, of_sheets
from router.cli.doubtful import doubtful_columns
from router.cli.failing import InputFailed
from router.cli.whom import Known
from router.model.workitem import MAX_PRIORITY, MAX_VALUE
from router.model.workitem import Kind as WorkItemKind
from rules.fields import FieldType
from tables.forms import ColumnKind
from tables.names import key_of
from tables.options import ReadOptions
from tables.reading import Reading, Table, open_table
from tables.report import ReadReport

LEAD_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("external_id", "id", "lead_id", "编号", "线索编号"),
    "kind": ("kind", "类型"),
    "source": ("source", "来源"),
    "value": ("value", "amount", "金额", "价值"),
    "priority": ("priority", "优先级"),
}
"""Columns of a leads file by what they mean; any other is an attribute if the rule set declares its name."""

BOOK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **LEAD_COLUMNS,
    "owner": ("owner", "rep", "归属人", "负责人", "销售"),
    "assigned_time": ("assigned_time", "assigned", "分配时间", "归属时间"),
    "stage": ("stage", "阶段"),
}
"""The same of a file of leads that have owners."""
_FOUND_BY = {
    "external_id": "identifies the lead",
    "owner": "says whose it is",
    "assigned_time": "says since when they have had it",
}
_MEANS = {
    "owner": "whose it is",
    "assigned_time": "since when they have had it",
}

_OF_COLUMNS = {
    "owner": ColumnKind.ID,
    "assigned_time": ColumnKind.DATE,
    "stage": ColumnKind.ID,
    "external_id": ColumnKind.ID,
    "kind": ColumnKind.TEXT,
    "source": ColumnKind.TEXT,
    "value": ColumnKind.NUMBER,
    "priority": ColumnKind.NUMBER,
}
_OF_FIELDS = {
    FieldType.STRING: ColumnKind.TEXT,
    FieldType.NUMBER: ColumnKind.NUMBER,
    FieldType.BOOL: ColumnKind.BOOL,
    FieldType.LIST: ColumnKind.LIST,
    FieldType.DATE: ColumnKind.DATE,
}
_KINDS: Mapping[str, str] = {
    **{kind.lower(): str(kind) for kind in WorkItemKind},
    "线索": "LEAD",
    "客户": "CUSTOMER",
    "工单": "TICKET",
    "挽回": "RESCUE",
    "任务": "TASK",
    "续约": "RENEWAL",
}
_NOTHING: Mapping[str, str] = {}
_LONGEST = {"external_id": 256, "source": 128}
_LONGEST_TEXT = 512


@dataclass(frozen=True, slots=True)
class LeadsFile:
    """The work items of a file, and what was read of it; ``left_out`` lists its columns that no field has the name
    of, ``warnings`` say what may be meant otherwise.
    """

    items: list[routing.WorkItem]
    left_out: list[str]
    report: ReadReport
    warnings: Sequence[str] = ()


class BookEntry(NamedTuple):
    """A lead with its owner, since when they have had it, and its stage; empty: the first, if there is one. ``record``
    numbers its row.
    """

    item: routing.WorkItem
    owner: str
    assigned: datetime
    stage: str
    record: int


@dataclass(frozen=True, slots=True)
class BookFile:
    """The leads of a file with their owners; else as ``LeadsFile``. ``reading`` finds their rows again; ``n_repeated``
    counts the rows that say what one before them does, ``fields`` are those that the rules declare.
    """

    entries: list[BookEntry]
    left_out: list[str]
    report: ReadReport
    reading: Reading
    warnings: Sequence[str] = ()
    n_repeated: int = 0
    fields: Collection[str] = ()


def read_leads(
    file: Path, fields: Mapping[str, FieldType], source: str, options: ReadOptions,
    mapped: Mapping[str, str] = _NOTHING,
) -> LeadsFile:  # fmt: skip
    """Read a leads file; rows in error are left out, and written beside it.

    Parameters
    ----------
    fields
        The fields that the rule set declares.
    source
        The system that leads come from where the file does not say.
    mapped
        Field by the name of its column, as --map says: of a file that has this column. What ``options`` says of columns
        may be of others too.

    Raises
    ------
    InputFailed
        If the file cannot be read, has no such column, or too many of its rows are in error.
    """
    table = _opened(file, options, mapped)
    return in_words(lambda: _read(table, fields, source))


def read_book(
    file: Path, fields: Mapping[str, FieldType], source: str, options: ReadOptions,
    mapped: Mapping[str, str] = _NOTHING, reps: Known | None = None,
) -> BookFile:  # fmt: skip
    """Read a file of leads that have owners, as ``read_leads`` does.

    Parameters
    ----------
    reps
        Those there are: a row names its owner by id, or by a name that nobody else has. Who is not among them is left
        as they are named.
    """
    table = _opened(file, options, mapped)
    return in_words(lambda: _read_book(table, fields, source, reps or Known({})))


def _opened(file: Path, options: ReadOptions, mapped: Mapping[str, str]) -> Table:
    """Open a file whose columns --map names."""
    table = in_words(lambda: open_table(file, replace(options, columns={**options.columns, **mapped})))
    there = set(map(key_of, table.names))
    for column, field in mapped.items():
        if key_of(column) not in there:
            names = ", ".join(table.names)
            raise InputFailed(f"{file}: --map {column}={field}: there is no column {column!r}; allowed: {names}")
    return table


def _read_book(table: Table, fields: Mapping[str, FieldType], source: str, reps: Known) -> BookFile:
    # where the rules declare a field of that name, a column is that: so it was before there were stages
    columns = {name: spelt for name, spelt in BOOK_COLUMNS.items() if name != "stage" or name not in fields}
    reading, left_out = _survey(table, fields, columns, ("external_id", "owner", "assigned_time"))
    found = list(_rows(reading, source, needed=("owner", "assigned_time"), reps=reps))
    given = _on_clocks(table, reading)
    first = {(row.get("source", source), row["external_id"]): record for record, row in reversed(found)}
    rows = [(record, row) for record, row in found if record == first[row.get("source", source), row["external_id"]]]
    entries = [
        BookEntry(
            _item(row, fields, source),
            (reps.ids(row["owner"]) or [row["owner"]])[0],
            given.get(record, row["assigned_time"]),
            row.get("stage", ""),
            record,
        )
        for record, row in rows
    ]
    return BookFile(
        entries, left_out, reading.report, reading, _warnings(rows, fields, reading), len(found) - len(rows), fields
    )


def _on_clocks(table: Table, reading: Reading) -> Mapping[int, datetime]:
    """Read once more since when each is whose, by row: a day alone is its midnight on the clocks of the file, where a
    day of a field is one of a calendar, the same everywhere.
    """
    zone = table.options.timezone
    if zone == ReadOptions().timezone:
        return {}
    (column,) = (plan.column for plan in reading.plans if plan.name == "assigned_time")
    again = open_table(table.file, table.options, days=zone)
    times = again.survey({"assigned_time": ColumnKind.DATE}, {"assigned_time": column})
    times.rejects_rows = True
    return {record: row["assigned_time"] for record, row in times.rows() if row}


def _read(table: Table, fields: Mapping[str, FieldType], source: str) -> LeadsFile:
    reading, left_out = _survey(table, fields, LEAD_COLUMNS, ("external_id",))
    rows = list(_rows(reading, source))
    items = [_item(row, fields, source) for _, row in rows]
    return LeadsFile(items, left_out, reading.report, _warnings(rows, fields, reading))


def _warnings(
    rows: Iterable[tuple[int, Mapping[str, Any]]], fields: Mapping[str, FieldType], reading: Reading
) -> list[str]:
    columns = {plan.name: plan.column for plan in reading.plans}
    return list(doubtful_columns((row for _, row in rows), fields, columns))


def _survey(
    table: Table, fields: Mapping[str, FieldType], own: Mapping[str, tuple[str, ...]], needed: Sequence[str]
) -> tuple[Reading, list[str]]:
    """Say what the columns of a file mean; return those too that mean nothing."""
    # a column with the very name of a declared field means that field, except for the identity
    known = {name: field for name, field in by_name(own).items() if name == field or name not in fields}
    columns = columns_of(table, known | {name: name for name in fields})
    for field in needed:
        if field not in columns:
            allowed = f"{', '.join(own[field])}; or --map COLUMN={field}"
            raise InputFailed(
                f"{table.file}:1: found no column that {_FOUND_BY[field]}{of_sheets(table)}; allowed: {allowed}"
            )
    kinds = {field: _OF_FIELDS[fields[field]] if field in fields else _OF_COLUMNS.get(field) for field in columns}
    reading = table.survey({field: kind for field, kind in kinds.items() if kind is not None}, columns)
    reading.rejects_rows, reading.rejects_to = True, table.file
    return reading, [columns[field] for field, kind in kinds.items() if kind is None]


def _rows(
    reading: Reading, source: str, needed: Sequence[str] = (), reps: Known | None = None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the rows that are as they must be, with their numbers, and reject the others."""
    columns = {plan.name: plan.column for plan in reading.plans}
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for record, row in reading.rows():
        problems = [f"column {columns[field]}: {problem}" for field, problem in _problems(row)]
        problems += [
            f"column {columns[field]}: found ''; allowed: {_MEANS[field]}" for field in needed if field not in row
        ]
        if reps and len(several := reps.ids(str(row.get("owner", "")))) > 1:
            called = f"found {row['owner']!r}, the name of {' and '.join(several)}"
            problems.append(f"column {columns['owner']}: {called}; allowed: an id, or a name that one rep has")
        identity = str(row.get("source", source)), str(row.get("external_id", ""))
        if not problems and seen.setdefault(identity, row) != row:
            problems = [f"column {columns['external_id']}: found {identity[1]!r} again, with other content"]
        if problems:
            reading.reject(record, "; ".join(problems))
        else:
            yield record, row


def _problems(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a row holds that is a value of its column and yet not allowed."""
    if "external_id" not in row:
        yield "external_id", "found ''; allowed: an id on every line: it keeps the lead from being routed twice"
    if str(row.get("kind", "lead")).lower() not in _KINDS:
        yield "kind", f"found {row['kind']!r}; allowed: {', '.join(_KINDS)}"
    if not 0 <= row.get("value", 0.0) <= MAX_VALUE:
        yield "value", f"found {row['value']:,.15g}; allowed: a number from 0 to {MAX_VALUE:,}"
    priority = row.get("priority", 0.0)
    if not (0 <= priority <= MAX_PRIORITY and priority == int(priority)):
        yield "priority", f"found {priority:,.15g}; allowed: a whole number from 0 to {MAX_PRIORITY:,}"
    for name, value in row.items():
        if isinstance(value, str) and len(value) > (longest := _LONGEST.get(name, _LONGEST_TEXT)):
            yield name, f"found {value[:40] + '…'!r}; allowed: up to {longest} characters"


def _item(row: Mapping[str, Any], fields: Mapping[str, FieldType], source: str) -> routing.WorkItem:
    return work_item(
        {field: _plain(row[field]) for field in fields if field in row},
        kind=_KINDS[str(row.get("kind", "lead")).lower()],
        source=row.get("source", source),
        external_id=row["external_id"],
        value=row.get("value", 0.0),
        priority=int(row.get("priority", 0)),
    )


def _plain(value: Any) -> Any:
    """Write an instant as the contract does: a date where it is a midnight, which rules take for the same."""
    if not isinstance(value, datetime):
        return value
    return value.date().isoformat() if value.time() == time() else value.isoformat().replace("+00:00", "Z")
