"""Between the options and accounts of tables and their messages: for who serves operations, and who asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from failures import InvalidInput
from fairlead.v1 import tables_pb2 as pb
from gateway import fields
from tables.errors import UnreadableTable
from tables.options import ReadOptions
from tables.report import ColumnReport, ReadReport, RowPlace

LONGEST = 128
MOST_COLUMNS = 4096


def read_options(message: pb.ReadOptions) -> ReadOptions:
    """Read how a table is to be read.

    Raises
    ------
    InvalidInput
        Naming the field, the value and what is allowed.
    """
    given: dict[str, Any] = {field.name: value for field, value in message.ListFields()}
    columns = {str(name): str(value) for name, value in message.columns.items()}
    if len(columns) > MOST_COLUMNS:
        raise InvalidInput.of("read_options.columns", f"{len(columns):,} names; allowed: up to {MOST_COLUMNS:,}")
    for name, value in given.items():
        if isinstance(value, str):
            fields.text(value, LONGEST, f"read_options.{name}")
    try:
        return ReadOptions(**{**given, "columns": columns})
    except UnreadableTable as refusal:
        (problem,) = refusal.violations
        name = problem.field.removeprefix("--").replace("-", "_")
        raise InvalidInput.of(f"read_options.{name}", problem.description) from refusal


def report_message(account: Mapping[str, Any]) -> pb.ReadReport:
    """Write an account, as its document has it."""
    return pb.ReadReport(
        **{name: account[name] for name in ("file", "format", "encoding", "delimiter", "sheet", "titles", "footers")},
        row_count=account["n_rows"],
        columns=[_column_report(column) for column in account["columns"]],
        ignored_columns=account["ignored"],
        missing_columns=account["missing"],
        blank_row_count=account["n_blank"],
        rejected_row_count=account["n_rejected"],
        rejected_rows=[_place(place) for place in account["rejected"]],
    )


def _column_report(column: Mapping[str, Any]) -> pb.ColumnReport:
    first = column["first"]
    return pb.ColumnReport(
        **{name: column[name] for name in ("name", "column", "form", "unreadable_share", "notes")},
        value_count=column["n_values"],
        missing_count=column["n_missing"],
        unreadable_count=column["n_unreadable"],
        first_unreadable=None if first is None else _place(first),
    )


def _place(place: Mapping[str, Any]) -> pb.RowPlace:
    return pb.RowPlace(line=place["line"], text=place["value"])


def report_of(message: pb.ReadReport) -> ReadReport:
    """Read an account."""
    return ReadReport(
        message.file, message.format, message.encoding, message.delimiter, message.sheet, message.row_count,
        [_column_of(column) for column in message.columns], list(message.ignored_columns),
        list(message.missing_columns), list(message.titles), list(message.footers), message.blank_row_count,
        message.rejected_row_count, [_place_of(place) for place in message.rejected_rows],
    )  # fmt: skip


def _column_of(message: pb.ColumnReport) -> ColumnReport:
    first = _place_of(message.first_unreadable) if message.HasField("first_unreadable") else None
    return ColumnReport(
        message.name, message.column, message.form, message.value_count, message.missing_count,
        message.unreadable_count, first, list(message.notes),
    )  # fmt: skip


def _place_of(message: pb.RowPlace) -> RowPlace:
    return RowPlace(message.line, message.text)
