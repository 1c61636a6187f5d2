"""Where the records of a text file end, quoted line breaks included; and whether its quotes are sound.

One pass over the bytes. A quote opens a cell only at its beginning, and closes one only at its end; where that does
not fit, the chunk is gone through cell by cell: a quote inside a cell that has none around it (``5" pipe``) is a
character like any other, one inside a quoted cell has to be doubled. What cannot be told is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from tables.pieces import Piece

LONGEST_RECORD_BYTES = 16 << 20
PIECE_ROWS = 50_000

_QUOTE, _LF, _CR = ord('"'), ord("\n"), ord("\r")
Offsets = npt.NDArray[np.int64]


class UnsoundQuotes(Exception):
    """A quote opens a cell and does not close it.

    Parameters
    ----------
    offset
        Its place in the file, or that of the record it stands in.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Records:
    """Finds where records end, chunk after chunk.

    Parameters
    ----------
    delimiter
        Between cells, one character.
    start
        Offset of the first chunk in the file.
    """

    def __init__(self, delimiter: str, start: int = 0) -> None:
        self._delimiter = delimiter.encode()
        self._cell = re.compile(
            rb"(?:(?<=[\r\n])|(?<="
            + re.escape(self._delimiter)
            + rb')|\A)"((?:[^"]|"")*)"(?=[\r\n]|'
            + re.escape(self._delimiter)
            + rb"|\Z)"
        )
        self._opening = re.compile(rb"(?:(?<=[\r\n])|(?<=" + re.escape(self._delimiter) + rb')|\A)"')
        self._carry = b""
        self._at = start

    def ends(self, chunks: Iterable[bytes]) -> Iterator[Offsets]:
        """Yield offsets behind records, those of blank lines left out; the last record may end without a line break."""
        for chunk in chunks:
            yield self._ends_in(self._carry + chunk, last=False)
        yield self._ends_in(self._carry, last=True)

    def _ends_in(self, data: bytes, *, last: bool) -> Offsets:
        ends = self._line_ends(data, last=last)
        if b'"' in data:
            ends = self._outside_quotes(data, ends, last=last)
        whole = int(ends[-1]) if len(ends) else 0
        if len(data) - whole > LONGEST_RECORD_BYTES:
            raise UnsoundQuotes(self._at + whole)
        lines = _not_blank(data, ends)
        offsets = lines + self._at
        self._carry, self._at = data[whole:], self._at + whole
        return offsets

    def _line_ends(self, data: bytes, *, last: bool) -> Offsets:
        view = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(view == _LF) + 1
        if b"\r" in data:
            returns = np.flatnonzero(view == _CR)
            inner = returns[returns + 1 < len(view)]
            alone = inner[view[inner + 1] != _LF] + 1
            if len(alone):
                ends = np.union1d(ends, alone)
        if last and len(view) and (not len(ends) or ends[-1] != len(view)):
            ends = np.append(ends, len(view))
        return np.asarray(ends, np.int64)

    def _outside_quotes(self, data: bytes, ends: Offsets, *, last: bool) -> Offsets:
        view = np.frombuffer(data, np.uint8)
        marks = np.flatnonzero(view == _QUOTE)
        if len(self._delimiter) == 1 and self._alternate(view, marks):
            if last and len(marks) % 2:
                raise UnsoundQuotes(self._at + int(marks[-1]))
            return np.asarray(ends[np.searchsorted(marks, ends) % 2 == 0], np.int64)
        return self._cell_by_cell(data, ends, last=last)

    def _alternate(self, view: npt.NDArray[np.uint8], marks: Offsets) -> bool:
        """Tell whether quotes open and close in turn, each where it may; the last may be open still."""
        outside = np.zeros(256, bool)
        outside[[_QUOTE, _LF, _CR, self._delimiter[0]]] = True
        opening, closing = marks[::2], marks[1::2]
        before = opening[int(len(opening) > 0 and opening[0] == 0) :] - 1
        behind = closing[: len(closing) - int(len(closing) > 0 and closing[-1] + 1 == len(view))] + 1
        return bool(outside[view[before]].all() and outside[view[behind]].all())

    def _cell_by_cell(self, data: bytes, ends: Offsets, *, last: bool) -> Offsets:
        spans = [(found.start(), found.end()) for found in self._cell.finditer(data)]
        starts, stops = (np.array(side, np.int64) for side in (zip(*spans, strict=True) if spans else ((), ())))
        inside = np.searchsorted(starts, ends - 1, side="right") - 1
        covered = (
            (inside >= 0) & (ends - 1 < stops[np.maximum(inside, 0)]) if len(starts) else np.zeros(len(ends), bool)
        )
        free = ends[~covered]
        unsound = self._first_unsound(data, spans)
        if unsound is None:
            return free
        if last or (data.find(b'"', unsound + 1) >= 0 and len(data) - unsound > LONGEST_RECORD_BYTES):
            raise UnsoundQuotes(self._at + unsound)
        return free[free <= unsound]

    def _first_unsound(self, data: bytes, spans: list[tuple[int, int]]) -> int | None:
        """Return the place of the first quote that opens a cell and does not close it where a cell may end."""
        stops, position = dict(spans), 0
        for found in self._opening.finditer(data):
            place = found.start()
            if place < position:
                continue
            if place not in stops:
                return place
            position = stops[place]
        return None


def _not_blank(data: bytes, ends: Offsets) -> Offsets:
    """Leave out the ends of lines that hold nothing."""
    if not len(ends):
        return ends
    view = np.frombuffer(data, np.uint8)
    starts = np.concatenate(([0], ends[:-1]))
    length = ends - starts
    blank = (length == 1) & np.isin(view[starts], (_LF, _CR))
    blank |= (length == 2) & (view[starts] == _CR) & (view[ends - 1] == _LF)
    return np.asarray(ends[~blank], np.int64)


def pieces_of(chunks: Iterable[bytes], delimiter: str, start: int, rows: int = PIECE_ROWS) -> Iterator[Piece]:
    """Cut records into pieces of about ``rows``.

    Parameters
    ----------
    chunks
        The file's bytes from the first record on.
    start
        Where that is.
    """
    begin, n_rows, stop = start, 0, start
    for ends in Records(delimiter, start).ends(chunks):
        if not len(ends):
            continue
        for cut_at in range(rows - n_rows - 1, len(ends), rows):
            yield Piece(begin, int(ends[cut_at]), rows)
            begin = int(ends[cut_at])
        n_rows, stop = (n_rows + len(ends)) % rows, int(ends[-1])
    if n_rows:
        yield Piece(begin, stop, n_rows)


def texts_of(
    chunks: Iterable[bytes], records: Iterable[int], delimiter: str, line: int
) -> dict[int, tuple[int, bytes]]:
    """Find records again: the line on which each stands, and its text.

    Parameters
    ----------
    chunks
        The file's bytes from the first record on.
    records
        Their numbers, from 0.
    line
        The line of the first.
    """
    wanted, found = sorted(set(records), reverse=True), dict[int, tuple[int, bytes]]()
    data, at, seen = b"", 0, 0
    parts: list[bytes] = []
    for ends in Records(delimiter).ends(_noted(chunks, parts)):
        data += b"".join(parts)
        parts.clear()
        begin = 0
        while wanted and wanted[-1] < seen + len(ends):
            place = wanted[-1] - seen
            begin = int(ends[place - 1]) - at if place else 0
            text = data[begin : int(ends[place]) - at]
            blank = len(text) - len(text.lstrip(b"\r\n"))
            found[wanted.pop()] = line + breaks(data[: begin + blank]), text[blank:]
        if not wanted:
            break
        if len(ends):
            stop = int(ends[-1]) - at
            line, data, at, seen = line + breaks(data[:stop]), data[stop:], at + stop, seen + len(ends)
    return found


def _noted(chunks: Iterable[bytes], parts: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        parts.append(chunk)
        yield chunk


def breaks(data: bytes) -> int:
    """Count line breaks."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
