"""CSV and its kin: what the file is, told in a first pass, and its rows as batches of texts in a second."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from missing_words import SPELLINGS, is_missing, trimmed
from tables.dialect import Dialect, dialect_of
from tables.encodings import encoding_of
from tables.errors import UnreadableTable
from tables.files import CHUNK_BYTES, Utf8Stream
from tables.footers import is_footer
from tables.lengths import LONGEST_BYTES, csv_reader, first_too_long
from tables.options import ReadOptions
from tables.others import OF_ANOTHER, rows_of_another
from tables.pieces import Piece
from tables.records import Offsets, Records, UnsoundQuotes, breaks, pieces_of, texts_of
from tables.tidying import in_dictionary, tidied, unwrapped, without_quotes

_HEAD_BYTES = 1 << 16
_LARGEST_LOOKED_THROUGH = 16 << 20
_LETTER = re.compile(r"[^\W\d_]")
_UNSOUND = (
    "a quote opens a cell and does not close it; "
    'allowed: a quote inside a quoted cell is doubled (""), and one that opens a cell closes it'
)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row with another number of cells than the header, or another ``problem``; ``record`` counts from 0 below it."""

    record: int
    n_cells: int
    text: str
    problem: str = ""


@dataclass(slots=True)
class Batch:
    """Rows of a file.

    Parameters
    ----------
    columns
        By the file's names, arrays of equal length; texts are trimmed, and null where they mean "not known".
    records
        The number of each row, from 0 below the header, shape (n_rows,); a range while none is left out.
    stop
        The number of the first row behind the batch.
    bad
        Rows in error that stand before ``stop`` and behind the batch before.
    """

    columns: dict[str, pa.Array]
    records: Offsets | range
    stop: int
    bad: list[BadRow] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records)

    def take(self, places: Offsets) -> Batch:
        """Return some rows."""
        columns = {name: values.take(pa.array(places)) for name, values in self.columns.items()}
        return Batch(columns, np.asarray(self.records)[places], self.stop, self.bad)

    def behind(self, record: int) -> Batch:
        """Return the rows from a number on."""
        if not len(self) or self.records[0] >= record:
            return self
        later = self.take(np.flatnonzero(np.asarray(self.records) >= record))
        return Batch(later.columns, later.records, self.stop, [row for row in self.bad if row.record >= record])


class _NotPlain(Exception):
    """A text stands among plain numbers."""


class _TooLong(Exception):
    """A record is longer than what is read at once."""


class TextFile:
    """A text file that is a table.

    Parameters
    ----------
    dialect
        As an earlier pass told it; None: this one does.

    Raises
    ------
    UnreadableTable
        If its encoding, its delimiter, its header or its quotes cannot be told.
    """

    def __init__(self, file: Path, options: ReadOptions, dialect: Dialect | None = None) -> None:
        self.file = file
        self.dialect = dialect or self._told(options)
        self.names = [name for name in self.dialect.names if name]
        self.unnamed = {f"\0{place}": place for place, name in enumerate(self.dialect.names) if not name}

    def _told(self, options: ReadOptions) -> Dialect:
        encoding = encoding_of(self.file, options.encoding)
        with Utf8Stream(self.file, encoding) as stream:
            head = _read(stream, _HEAD_BYTES)
            whole = len(head) < _HEAD_BYTES
            quoted = b'"' in head or any(b'"' in chunk for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""))
        if not whole:
            cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
            head = head[: cut + 1] if cut >= 0 else head
        if not head.strip():
            raise UnreadableTable.of(
                str(self.file), "found no header line: it is empty; allowed: names of columns, e.g. id,region,value"
            )
        return replace(dialect_of(head.decode(errors="ignore"), encoding, options.delimiter), quoted=quoted)

    def pieces(self) -> Iterator[Piece]:
        """Cut the records into stretches that can be read alone.

        Raises
        ------
        UnreadableTable
            If quotes cannot be told apart, naming the line.
        """
        with self._sound():
            yield from pieces_of(self._chunks(), self.dialect.delimiter, self.dialect.start)

    def check_quotes(self) -> None:
        """Refuse quotes that cannot be told apart; without any there is nothing to look at.

        Raises
        ------
        UnreadableTable
            Naming the line.
        """
        if self.dialect.quoted:
            with self._sound():
                for _ in Records(self.dialect.delimiter).ends(self._chunks()):
                    pass

    def check_alone(self) -> None:
        """Refuse a second table below an empty line such as ``;;;``: what its rows are, only a person can tell.

        Looked for in files of up to 16 MiB.

        Raises
        ------
        UnreadableTable
            Naming the line.
        """
        with Utf8Stream(self.file, self.dialect.encoding) as stream:
            stream.seek(self.dialect.start)
            data = _read(stream, _LARGEST_LOOKED_THROUGH + 1)
        if len(data) > _LARGEST_LOOKED_THROUGH or not self._may_hold_another(data):
            return
        lines = csv_reader(io.StringIO(data.decode(errors="replace"), newline=""), self.dialect.delimiter)
        width = len(self.dialect.names)
        numbered = [(lines.line_num, list(map(_cell, cells))) for cells in lines if len(cells) == width]
        if others := rows_of_another(self.dialect.names, [row for _, row in numbered]):
            raise UnreadableTable.of(
                f"{self.file}: line {self.dialect.line - 1 + numbered[min(others)][0]}", f"{OF_ANOTHER} in a file"
            )

    def _may_hold_another(self, data: bytes) -> bool:
        """Tell, fast, whether a line is empty cells alone."""
        n_names, ending = len(self.dialect.names), "\n" if b"\n" in data else "\r"
        empty = ["", '""'] if self.dialect.quoted else [""]
        lines = [ending + self.dialect.delimiter.join([cell] * n_names) for cell in empty]
        return n_names > 1 and any(line.encode() in data for line in lines)

    @contextmanager
    def _sound(self) -> Iterator[None]:
        try:
            yield
        except UnsoundQuotes as unsound:
            if not self.dialect.quoted:
                raise self._refused_length() from None
            raise UnreadableTable.of(f"{self.file}: line {self._line_at(unsound.offset)}", _UNSOUND) from None

    def _line_at(self, offset: int) -> int:
        """Return the line of a place behind the header."""
        with Utf8Stream(self.file, self.dialect.encoding) as stream:
            stream.seek(self.dialect.start)
            return self.dialect.line + breaks(_read(stream, offset))

    def found_again(self, records: Sequence[int]) -> dict[int, tuple[int, list[str]]]:
        """Return the lines on which records stand, and their cells."""
        found = texts_of(self._chunks(), records, self.dialect.delimiter, self.dialect.line) if records else {}
        return {record: (line, self._known(text.decode(errors="replace"))) for record, (line, text) in found.items()}

    def _known(self, text: str) -> list[str]:
        """Cut the text of a record into cells, without quotes where these are none to a reader of CSV."""
        cells = self.cells(text)
        if not self.dialect.wrapped or len(cells) != len(self.dialect.names):
            return cells
        pairs = zip(self.dialect.names, cells, strict=True)
        return [unwrapped(trimmed(cell)) if name in self.dialect.wrapped else cell for name, cell in pairs]

    def _chunks(self) -> Iterator[bytes]:
        with Utf8Stream(self.file, self.dialect.encoding) as stream:
            stream.seek(self.dialect.start)
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def batches(
        self, columns: Sequence[str], piece: Piece | None = None, *, types: Mapping[str, pa.DataType] | None = None,
        block_bytes: int = CHUNK_BYTES,
    ) -> Iterator[Batch]:  # fmt: skip
        """Read rows in order.

        Parameters
        ----------
        columns
            Names to read, at least one.
        piece
            A stretch of the file; None: all of it.
        types
            Of columns that are not to come as strings: dictionaries of strings; and types of numbers, where nothing but
            plain numbers is expected, up to the first batch that holds another text.
        block_bytes
            How much is read at once, unless a record is longer.

        Raises
        ------
        UnreadableTable
            If a record is longer than any may be, naming line and column.
        """
        at, types = 0, types or {}
        while True:
            try:
                for batch in self._read(columns, piece, types, block_bytes):
                    if batch.stop > at:
                        yield batch.behind(at)
                        at = batch.stop
                return
            except _NotPlain:
                types = {name: kind for name, kind in types.items() if pa.types.is_dictionary(kind)}
            except _TooLong:
                if block_bytes >= LONGEST_BYTES:
                    raise self._refused_length() from None
                block_bytes = LONGEST_BYTES

    def _refused_length(self) -> UnreadableTable:
        """Name the line and the column of what is too long."""
        offset = first_too_long(self._chunks(), self.dialect.delimiter)
        with Utf8Stream(self.file, self.dialect.encoding) as stream:
            stream.seek(self.dialect.start + offset)
            cells = self.cells(_read(stream, LONGEST_BYTES).decode(errors="ignore").lstrip("\r\n"))
        place = max(range(len(cells)), key=lambda place: len(cells[place]))
        name = dict(enumerate(self.dialect.names)).get(place) or str(place + 1)
        where = f"{self.file}: line {self._line_at(offset)}, column {name}"
        return UnreadableTable.of(where, f"is too long to be read; allowed: rows of up to {LONGEST_BYTES:,} bytes")

    def blank(self, piece: Piece | None = None) -> Offsets:
        """Number the rows that hold nothing in any column, such as ``;;;``, by one pass over all of them."""
        found = [np.empty(0, np.int64)]
        for batch in self._read([*self.names, *self.unnamed], piece, {}, CHUNK_BYTES):
            filled = [values.is_valid().to_numpy(zero_copy_only=False) for values in batch.columns.values()]
            found.append(np.asarray(batch.records)[~np.any(filled, axis=0)])
        return np.concatenate(found)

    def _read(
        self, columns: Sequence[str], piece: Piece | None, types: Mapping[str, pa.DataType], block_bytes: int
    ) -> Iterator[Batch]:
        names = [name or f"\0{place}" for place, name in enumerate(self.dialect.names)]
        bad: list[BadRow] = []

        def note(row: pacsv.InvalidRow) -> str:
            bad.append(BadRow(row.number - 1, row.actual_columns, row.text))
            return "skip"

        convert = pacsv.ConvertOptions(
            column_types={**dict.fromkeys(names, pa.string()), **types}, include_columns=list(columns),
            null_values=SPELLINGS, strings_can_be_null=True,
        )  # fmt: skip
        parse = pacsv.ParseOptions(
            delimiter=self.dialect.delimiter,
            newlines_in_values=self.dialect.quoted,
            invalid_row_handler=note,
            ignore_empty_lines=True,
        )
        read = pacsv.ReadOptions(column_names=names, use_threads=False, block_size=block_bytes)
        at = 0
        try:
            with self._from(piece) as stream, pacsv.open_csv(stream, read, parse, convert) as reader:
                for rows in reader:
                    records, stop, here = _numbered(rows.num_rows, at, bad)
                    pairs = zip(rows.schema.names, rows.columns, strict=True)
                    columns_read = {name: self._tidy(name, values) for name, values in pairs}
                    yield Batch(columns_read, records, stop, here)
                    at = stop
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            if "conversion error" in str(error):
                raise _NotPlain from error
            if "straddling object" in str(error):
                raise _TooLong from error
            raise UnreadableTable.of(
                str(self.file), f"cannot be read behind row {at:,}: {str(error).splitlines()[0]}"
            ) from error
        if bad:
            yield Batch(
                {name: pa.array([], pa.string()) for name in columns}, np.empty(0, np.int64), bad[-1].record + 1, bad
            )

    def _tidy(self, name: str, values: pa.Array) -> pa.Array:
        if not pa.types.is_string(values.type) and not pa.types.is_dictionary(values.type):
            return values
        values = in_dictionary(tidied, values)
        return in_dictionary(without_quotes, values) if name in self.dialect.wrapped else values

    def _from(self, piece: Piece | None) -> pa.NativeFile:
        stream = Utf8Stream(self.file, self.dialect.encoding)
        stream.seek(self.dialect.start if piece is None else piece.start)
        if piece is None:
            return pa.PythonFile(stream, "r")
        with stream:
            return pa.BufferReader(_read(stream, piece.stop - piece.start))

    def cells(self, text: str) -> list[str]:
        """Cut the text of a record into cells."""
        return next(csv_reader(io.StringIO(text, newline=""), self.dialect.delimiter), [])

    def is_footer(self, row: BadRow) -> bool:
        """Tell whether a row in error is one that exports end with."""
        return row.n_cells < len(self.dialect.names) and is_footer(self.cells(row.text))


def _cell(text: str) -> float | str:
    """Return what a cell is to who looks at columns: a number, or a text."""
    if text == "" or is_missing(text):
        return ""
    return text if _LETTER.search(text) else 0.0


def _numbered(n_rows: int, first: int, bad: list[BadRow]) -> tuple[Offsets | range, int, list[BadRow]]:
    """Give rows their numbers, leaving out those in error; take these off ``bad``."""
    n_before = 0
    while n_before < len(bad) and bad[n_before].record < first + n_rows + n_before:
        n_before += 1
    here = bad[:n_before]
    del bad[:n_before]
    numbers = range(first, first + n_rows + n_before)
    kept = np.delete(numbers, [row.record - first for row in here]) if here else numbers
    return kept, numbers.stop, here


def _read(stream: Utf8Stream, size: int) -> bytes:
    parts, left = [], size
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
