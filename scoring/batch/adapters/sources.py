"""Tables of customers on disk: what each is, found out once, and how it is cut into pieces that are read alone.

What a table is stands in the plan of a run, so that every worker reads it by the same; see ``tables``.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scoring.batch.plan import Shard, check_sources, cut
from scoring.errors import InvalidInput
from scoring.model.schema import FeatureSchema
from scoring.model.tables_of import kinds_of
from tables.files import ENDINGS, chunks_of
from tables.forms import ColumnKind
from tables.names import NearNames
from tables.options import ReadOptions
from tables.parquet import ParquetFile
from tables.pieces import Piece
from tables.reading import Reading, open_table, taken_up
from tables.text import TextFile

Numbers = npt.NDArray[np.int64]
MOST_NAMED = 20
"""Columns that a refusal names."""


def find_sources(data: Path) -> list[Path]:
    """List the tables under a path, by name.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    if data.is_file():
        sources = [data]
    else:
        sources = sorted(p for p in data.rglob("*") if p.is_file() and not p.name.startswith((".", "_", "~$")))
    tables = [path for path in sources if path.name.lower().endswith(ENDINGS) and ".rejected." not in path.name]
    check_sources([str(path) for path in tables], str(data))
    return tables


def opened(source: Path, schema: FeatureSchema, id_column: str, options: ReadOptions) -> Reading:
    """Find out how one file is to be read.

    Parameters
    ----------
    id_column
        The column that tells customers apart; empty: rows have no name.

    Raises
    ------
    InvalidInput
        If it cannot be read, or has none of the schema's columns.
    """
    kinds = kinds_of(schema)
    missing = {feature.name: feature.missing for feature in schema.features}
    table = open_table(source, options)
    columns = table.found([*kinds, *filter(None, [id_column])])
    if not any(name in columns for name in kinds):
        raise InvalidInput.of(
            str(source), f"has none of the model's columns {', '.join(kinds)}; found are {_some(table.names)}"
        )
    wanted: dict[str, ColumnKind | None] = {**({id_column: ColumnKind.ID} if id_column else {}), **kinds}
    return table.survey(wanted, columns, missing=missing, whole=True)


def check_columns(reading: Reading, schema: FeatureSchema) -> None:
    """Refuse a table that lacks more than half of the columns that a model reads: its scores would say hardly anything.

    Raises
    ------
    InvalidInput
        Naming those that are not there.
    """
    absent, n_read = reading.missing, len(kinds_of(schema))
    if 2 * len(absent) > n_read:
        raise InvalidInput.of(
            str(reading.table.file),
            f"has no column for {len(absent)} of the {n_read} that the model reads: {_some(absent)}; found are "
            f"{_some(_hinted(reading))}. Name them as the model does, or map them with --mapping; "
            "--allow-missing-columns scores them as missing",
        )


def _hinted(reading: Reading) -> list[str]:
    """List the columns of a table; those that are not used, with the missing one that they may be meant to be."""
    near, unused = NearNames(reading.missing), set(reading.report.ignored)
    meant = {name: near.meant(name) if name in unused else "" for name in reading.table.names}
    return [f"{name} ({wanted}?)" if wanted else name for name, wanted in meant.items()]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def shards_of(reading: Reading, rows: int) -> Iterator[Shard]:
    """Cut one file into shards of about ``rows`` records."""
    source, file = reading.table.source, reading.table.file
    if isinstance(source, ParquetFile):
        pieces = [Piece(place, place + 1, n_rows) for place, n_rows in enumerate(source.rows_of_groups())]
        yield from cut(str(file), _parquet_identity(file), "parquet", pieces, rows)
    elif isinstance(source, TextFile):
        yield from cut(str(file), _identity(file), "csv", source.pieces(), rows)
    else:
        yield Shard(str(file), _identity(file), "workbook", 0, 1, 0, reading.report.n_rows)


def check(reading: Reading) -> None:
    """Read a file once for its account, if its texts may hold what cannot be read; else its rows are counted alone.

    Raises
    ------
    InvalidInput
        If more than is allowed cannot.
    """
    source = reading.table.source
    if isinstance(source, ParquetFile) and not reading.has_texts:
        reading.report.n_rows = sum(source.rows_of_groups())
        return
    for _ in reading.batches():
        pass


def read_batches(shard: Shard, document: Mapping[str, Any]) -> Iterator[tuple[pa.RecordBatch, Numbers]]:
    """Read a shard's records by what the plan says of its file; each batch with its records' numbers in that file."""
    reading = taken_up(Path(shard.source), document)
    piece: Piece | range | None = None
    if shard.format == "csv":
        piece = Piece(shard.start, shard.stop, shard.n_rows)
    elif shard.format == "parquet":
        piece = range(shard.start, shard.stop)
    for batch in reading.batches(piece, check=False):
        yield batch, np.asarray(reading.records, np.int64) + shard.first_row


def _identity(source: Path) -> str:
    digest = hashlib.sha256()
    for chunk in chunks_of(source):
        digest.update(chunk)
    return digest.hexdigest()


def _parquet_identity(source: Path) -> str:
    """Hash the footer, which holds the place, size and statistics of every column chunk, and the size of the file."""
    with source.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(size - 8)
        footer = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - 8 - footer))
        return hashlib.sha256(size.to_bytes(8, "little") + file.read(footer)).hexdigest()
