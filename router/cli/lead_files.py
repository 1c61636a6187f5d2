"""Leads from CSV: the columns that describe any work item, and those that the rule set declares as fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairlead.client import work_item
from fairlead.v1 import routing_pb2 as routing
from router.cli.tables import Faults, InputFailed, Row, Table, listed, number, read_cell, read_table, truth
from router.cli.workforce_files import by_name
from router.model.workitem import MAX_VALUE, Kind
from rules.fields import FieldType
from rules.values import DATE_ALLOWED, as_epoch

MAX_PRIORITY = 1000
LEAD_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("external_id", "id", "lead_id", "编号", "线索编号"),
    "kind": ("kind", "类型"),
    "source": ("source", "来源"),
    "value": ("value", "amount", "金额", "价值"),
    "priority": ("priority", "优先级"),
}
"""Columns of a leads file by what they mean; any other is an attribute if the rule set declares its name."""

_KINDS: Mapping[str, str] = {
    **{kind.lower(): str(kind) for kind in Kind},
    "线索": "LEAD",
    "客户": "CUSTOMER",
    "工单": "TICKET",
    "挽回": "RESCUE",
}


@dataclass(frozen=True, slots=True)
class LeadsFile:
    """The work items of a file; ``left_out`` lists its columns that no field of the rule set has the name of."""

    items: list[routing.WorkItem]
    left_out: list[str]


def read_leads(file: Path, mapped: Mapping[str, str], fields: Mapping[str, FieldType], source: str) -> LeadsFile:
    """Read a leads file.

    Parameters
    ----------
    mapped
        Field by column name, as the user says.
    fields
        The fields that the rule set declares.
    source
        The system that leads come from where the file does not say.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    # a column with the very name of a declared field means that field, except for the identity
    names = {name: field for name, field in by_name(LEAD_COLUMNS).items() if name == field or name not in fields}
    table, faults = read_table(file, names, mapped), Faults(file)
    if "external_id" not in table.columns:
        known = ", ".join(LEAD_COLUMNS["external_id"])
        raise InputFailed(
            f"{file}:1: found no column that identifies the lead; allowed: {known}; or --map COLUMN=external_id"
        )
    items = [_item(row, table, fields, source, faults) for row in table.rows]
    faults.end()
    left_out = [column for field, column in table.columns.items() if field not in fields and field not in LEAD_COLUMNS]
    return LeadsFile(items, [column for column in left_out if column])


def _item(row: Row, table: Table, fields: Mapping[str, FieldType], source: str, faults: Faults) -> routing.WorkItem:
    def cell(field: str, read: Callable[[str], Any], otherwise: Any, allowed: str) -> Any:
        return read_cell(row, field, table.columns.get(field, field), read, otherwise, allowed, faults)

    external_id = cell("external_id", lambda text: _text(text, 256), "", "up to 256 characters")
    if not external_id and "external_id" not in row.cells:
        faults.add(
            row.line, table.columns["external_id"], "", "an id on every line: it keeps the lead from being routed twice"
        )
    attributes = {field: cell(field, *_READERS[kind]) for field, kind in fields.items() if field in row.cells}
    return work_item(
        attributes,
        kind=cell("kind", lambda text: _KINDS[text.lower()], "LEAD", ", ".join(_KINDS)),
        source=cell("source", lambda text: _text(text, 128), source, "up to 128 characters"),
        external_id=external_id,
        value=cell("value", lambda text: _within(number(text), MAX_VALUE), 0.0, f"a number from 0 to {MAX_VALUE}"),
        priority=int(
            cell(
                "priority", lambda text: _within(int(text), MAX_PRIORITY), 0, f"a whole number from 0 to {MAX_PRIORITY}"
            )
        ),
    )


def _text(cell: str, longest: int = 512) -> str:
    if len(cell) > longest:
        raise ValueError(cell)
    return cell


def _within(value: float, most: float) -> float:
    if not 0 <= value <= most:
        raise ValueError(value)
    return value


def _date(cell: str) -> str:
    if as_epoch(cell) is None:
        raise ValueError(cell)
    return cell


_READERS: Mapping[FieldType, tuple[Callable[[str], Any], None, str]] = {
    FieldType.STRING: (_text, None, "text of up to 512 characters"),
    FieldType.NUMBER: (number, None, "a number such as 60 or 1250.5"),
    FieldType.BOOL: (truth, None, "true or false, yes or no, 是 or 否, 1 or 0"),
    FieldType.LIST: (listed, None, "texts separated by ; or |"),
    FieldType.DATE: (_date, None, DATE_ALLOWED),
}
"""Per type of field: how a cell is read, what an empty one gives, and what is allowed."""
