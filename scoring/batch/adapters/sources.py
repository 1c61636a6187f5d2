"""Tables of customers on disk: cut into pieces that can be read alone, and read in batches of bounded size.

A CSV file has no index, so one pass over its bytes finds where records end, quoted line breaks included, and hashes
it on the way; workers then read their stretch only. All its columns are read as text: what they mean stands in the
schema, and Arrow's guess would depend on which rows it saw first. A packed file (``.csv.gz``) is treated as what it
unpacks to; a worker has to unpack all that stands before its stretch, which costs less than the scoring.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from scoring.batch.plan import Piece, Shard, check_sources, cut
from scoring.errors import InvalidInput

BATCH_ROWS = 32_768
_CHUNK_BYTES = 8 << 20
_PIECE_ROWS = 50_000
_ENDINGS = (".parquet", ".csv", ".csv.gz")
_QUOTE, _NEWLINE = ord('"'), ord("\n")


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
        sources = sorted(
            p for ending in _ENDINGS for p in data.rglob(f"*{ending}") if not p.name.startswith((".", "_"))
        )
    check_sources([str(p) for p in sources if p.name.endswith(_ENDINGS)], str(data))
    return sources


def shards_of(source: Path, rows: int) -> Iterator[Shard]:
    """Cut one file into shards of about ``rows`` records.

    Raises
    ------
    InvalidInput
        If it cannot be read as what its name says.
    """
    try:
        if source.suffix == ".parquet":
            yield from _parquet_shards(source, rows)
        else:
            identity, pieces = csv_pieces(source)
            yield from cut(str(source), identity, "csv", pieces, rows)
    except (pa.ArrowException, OSError, EOFError, zlib.error) as error:
        raise InvalidInput.of(str(source), f"cannot be read: {error}") from error


def columns_of(source: Path) -> list[str]:
    """List a file's columns."""
    try:
        return list(pq.read_schema(source).names) if source.suffix == ".parquet" else _csv_header(source)
    except (pa.ArrowException, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise InvalidInput.of(str(source), f"cannot be read: {error}") from error


def read_batches(shard: Shard, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Read a shard's records in batches of up to `BATCH_ROWS`, those of ``columns`` that the file has."""
    if shard.format == "csv":
        yield from _csv_batches(shard, columns)
        return
    with pq.ParquetFile(shard.source, memory_map=True) as file:
        present = [name for name in columns if name in file.schema_arrow.names]
        groups = list(range(shard.start, shard.stop))
        if not present:
            yield from _rows_of_nothing(shard.n_rows)
            return
        yield from file.iter_batches(BATCH_ROWS, row_groups=groups, columns=present, use_threads=False)


def _rows_of_nothing(n_rows: int) -> Iterator[pa.RecordBatch]:
    for start in range(0, n_rows, BATCH_ROWS):
        yield pa.record_batch({"": pa.nulls(min(BATCH_ROWS, n_rows - start))})


def _parquet_shards(source: Path, rows: int) -> Iterator[Shard]:
    with pq.ParquetFile(source) as file:
        meta = file.metadata
        pieces = [Piece(i, i + 1, meta.row_group(i).num_rows) for i in range(meta.num_row_groups)]
    yield from cut(str(source), _parquet_identity(source), "parquet", pieces, rows)


def _parquet_identity(source: Path) -> str:
    """Hash the footer, which holds the place, size and statistics of every column chunk, and the size of the file."""
    with source.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(size - 8)
        footer = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - 8 - footer))
        return hashlib.sha256(size.to_bytes(8, "little") + file.read(footer)).hexdigest()


def csv_pieces(source: Path) -> tuple[str, list[Piece]]:
    """Find stretches of whole records behind the header, each of about 50,000, and hash the file."""
    digest, pieces = hashlib.sha256(), []
    start, offset, n_rows, quotes, in_header = 0, 0, 0, 0, True
    with _opened(source) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            ends, quotes = _record_ends(chunk, quotes)
            if in_header and len(ends):
                start, ends, in_header = offset + int(ends[0]), ends[1:], False
            for cut_at in range(_PIECE_ROWS - n_rows - 1, len(ends), _PIECE_ROWS):
                stop = offset + int(ends[cut_at])
                pieces.append(Piece(start, stop, _PIECE_ROWS))
                start = stop
            n_rows = (n_rows + len(ends)) % _PIECE_ROWS
            offset += len(chunk)
            last = chunk[-1]
    if offset > start and not in_header:
        pieces.append(Piece(start, offset, n_rows + (last != _NEWLINE)))
    return digest.hexdigest(), pieces


def _record_ends(chunk: bytes, quotes: int) -> tuple[np.ndarray, int]:
    """Return the offsets behind line breaks outside quotes, and the parity of quotes so far."""
    data = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(data == _NEWLINE)
    marks = np.flatnonzero(data == _QUOTE)
    before = np.searchsorted(marks, ends) + quotes
    return ends[before % 2 == 0] + 1, (quotes + len(marks)) % 2


def _opened(source: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(source, "rb") if source.suffix == ".gz" else source.open("rb")


def _csv_header(source: Path) -> list[str]:
    with _opened(source) as file:
        first = file.readline().removeprefix(b"\xef\xbb\xbf")
        while first.count(b'"') % 2 and (more := file.readline()):
            first += more
    table = pa_csv.read_csv(io.BytesIO(first), pa_csv.ReadOptions(use_threads=False))
    return list(table.column_names)


def _csv_batches(shard: Shard, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    names = _csv_header(Path(shard.source))
    present = [name for name in columns if name in names]
    with _opened(Path(shard.source)) as file:
        file.seek(shard.start)
        data = file.read(shard.stop - shard.start)
    # An empty text is a value to the schema's markers, and no column may be guessed to be a number.
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), include_columns=present or names[:1], strings_can_be_null=False
    )
    read = pa_csv.ReadOptions(column_names=names, use_threads=False)
    parse = pa_csv.ParseOptions(newlines_in_values=True)
    yield from pa_csv.read_csv(pa.py_buffer(data), read, parse, convert).to_batches(BATCH_ROWS)
