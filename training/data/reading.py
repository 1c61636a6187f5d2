"""Opens tables of customers: each column as what it is for, and the rest as what it holds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from scoring.model.tables_of import kinds_of
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.parquet import ParquetFile
from tables.reading import Table, open_table
from tables.report import ReadReport
from training.data.columns import Columns
from training.errors import InvalidInput


def read_table(file: Path, columns: Columns, options: ReadOptions | None = None) -> tuple[pa.Table, ReadReport]:
    """Read a table of customers under the names that the request gives its columns; say what was read.

    Raises
    ------
    InvalidInput
        If a column is absent, or too much of the file cannot be read.
    """
    table = open_table(file, options)
    found = table.found(named_columns(columns))
    if absent := [name for name in named_columns(columns) if name not in found]:
        raise InvalidInput.of(absent[0], f"there is no such column; found are {', '.join(table.names)}")
    names = _names(table, found)
    reading = table.survey({name: _kind_of(name, columns) for name in names}, names, whole=True)
    rows = reading.read()
    return rows.replace_schema_metadata(_metadata(table)), reading.report


def named_columns(columns: Columns) -> list[str]:
    """Return the columns that a request names, each once."""
    inputs = columns.schema.inputs if columns.schema else ()
    named = [columns.target, columns.id, columns.time, *columns.drop, *inputs]
    return [name for name in dict.fromkeys(named) if name]


def _names(table: Table, found: dict[str, str]) -> dict[str, str]:
    """Return the file's name of every column by ours, in the file's order."""
    ours = {column: name for name, column in found.items()}
    said = {column: name for name, column in table.found(table.options.columns.values()).items()}
    return {ours.get(column) or said.get(column, column): column for column in table.names}


def _kind_of(name: str, columns: Columns) -> ColumnKind | None:
    """Return what a column has to hold; None: whatever nearly all of it is."""
    if name == columns.target or name in columns.drop:
        return ColumnKind.TEXT
    if name == columns.id:
        return ColumnKind.ID
    if columns.schema is None or name == columns.time:
        return None
    return kinds_of(columns.schema).get(name, ColumnKind.TEXT)


def _metadata(table: Table) -> dict[bytes, bytes] | None:
    return table.source.schema.metadata if isinstance(table.source, ParquetFile) else None


def file_sha256(path: Path) -> str:
    """Return the hash of a file's bytes in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


HORIZON_KEY = b"fairlead.horizon_days"
CERTIFICATE_KEY = b"fairlead.leak_certificate"
"""Parquet metadata that `fairlead dataset` writes: days until a row's outcome is known, and the certificate as JSON."""


def horizon_of(table: pa.Table) -> int:
    """Return how many days after its moment a row's outcome is known, 0 if the file does not say."""
    return int((table.schema.metadata or {}).get(HORIZON_KEY, b"0"))


def certificate_of(table: pa.Table) -> dict[str, Any] | None:
    """Return the leak certificate the rows were built with; None if they were not built from events."""
    text = (table.schema.metadata or {}).get(CERTIFICATE_KEY)
    return None if text is None else dict(json.loads(text))
