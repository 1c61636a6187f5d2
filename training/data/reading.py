"""Opens tables of customers or events: CSV as texts, Parquet with its types.

CSV is read as text throughout: what a column means is decided once, by the schema, and not a second time by a
parser's guess.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as paparquet

from training.errors import UnreadableTable


def read_table(path: Path) -> pa.Table:
    """Read ``.csv`` (also ``.csv.gz``) or ``.parquet``.

    Raises
    ------
    UnreadableTable
        If there is no such file, it has another ending or other content, or two columns share a name.
    """
    if not path.is_file():
        raise UnreadableTable.of(str(path), "there is no such file")
    try:
        table = _read(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableTable.of(str(path), str(error).splitlines()[0]) from error
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise UnreadableTable.of(str(path), f"two columns are called {twice[0]!r}")
    return table


def column_names(path: Path) -> list[str]:
    """List a table's columns, reading no more of it than its head.

    Raises
    ------
    UnreadableTable
        If it has none that can be read.
    """
    try:
        if path.name.lower().endswith(".parquet"):
            return list(paparquet.read_schema(path).names)
        with pacsv.open_csv(path) as reader:
            return list(reader.schema.names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableTable.of(str(path), str(error).splitlines()[0]) from error


def _read(path: Path) -> pa.Table:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return paparquet.read_table(path)
    if not name.endswith((".csv", ".csv.gz")):
        raise UnreadableTable.of(str(path), "must end in .csv, .csv.gz or .parquet")
    with pacsv.open_csv(path) as reader:
        names = reader.schema.names
    as_text = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    return pacsv.read_csv(path, parse_options=pacsv.ParseOptions(newlines_in_values=True), convert_options=as_text)


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
