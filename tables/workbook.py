"""Workbooks: ``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls`` and ``.ods``, read by calamine, which runs nothing in them."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from tables.dialect import is_units
from tables.errors import UnreadableTable
from tables.footers import is_footer
from tables.formulas import Place, without_value
from tables.names import checked_names
from tables.others import OF_ANOTHER, filled_cells, rows_of_another
from tables.parquet import in_utc
from tables.text import BadRow, Batch
from tables.tidying import without_missing

LARGEST_BYTES = 2 << 30
"""Of a workbook, unpacked: a million rows of 100 columns are less."""
_EXACT = 10**15
"""From here on a spreadsheet has thrown digits of a number away: it keeps fifteen."""
_MOST_TITLES = 20
_BATCH_ROWS = 32_768

Cell = float | int | str | bool | datetime | date | time | timedelta


class WorkbookFile:
    """A sheet of a workbook that is a table.

    Parameters
    ----------
    sheet
        Its name; empty: the first visible one that holds anything.
    zone
        Of its instants: a spreadsheet names none.
    days
        The zone in which a date alone is its midnight.

    Raises
    ------
    UnreadableTable
        If it is none, there is no such sheet, it has no header, or cells are merged below it.
    """

    def __init__(self, file: Path, sheet: str = "", zone: str = "UTC", days: str = "UTC") -> None:
        self.file = file
        self._zones = zone, days
        _check_size(file)
        try:
            book = calamine.CalamineWorkbook.from_path(str(file))
            visible = [
                about.name for about in book.sheets_metadata if about.visible == calamine.SheetVisibleEnum.Visible
            ]
            sheets = [name for name in book.sheet_names if name == sheet] if sheet else visible or book.sheet_names
            if not sheets:
                raise UnreadableTable.of("--sheet", f"found {sheet!r}; allowed: {', '.join(book.sheet_names)}")
            read = ((name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in sheets)
            self.sheet, self._rows = next(
                ((name, rows) for name, rows in read if any(map(filled_cells, rows))), (sheets[0], [])
            )
        except (calamine.CalamineError, OSError) as error:
            raise UnreadableTable.of(str(file), f"cannot be read: {str(error).splitlines()[0]}") from error
        self.other_sheets = [name for name in visible if name != self.sheet]
        self._fill(without_value(file, self.sheet))
        self.titles, header = self._header()
        _check_merged(book.get_sheet_by_name(self.sheet), header)
        self._first_line = header + 2
        self.columns = checked_names([_text(cell) for cell in self._rows[header]])
        self.names = [name for name in self.columns if name]
        names = self._rows[header]
        del self._rows[: header + 1]
        if self._rows and is_units([_text(cell) for cell in self._rows[0]]):
            self.titles += (f"units {', '.join(map(_text, filled_cells(self._rows.pop(0))))}",)
            self._first_line += 1
        while self._rows and not filled_cells(self._rows[-1]):
            self._rows.pop()
        self._others = rows_of_another(names, self._rows)

    def _fill(self, errors: Mapping[Place, str]) -> None:
        """Write errors where they stand."""
        height = max((row for row, _ in errors), default=-1) + 1
        width = max((column for _, column in errors), default=-1) + 1
        self._rows += [[] for _ in range(height - len(self._rows))]
        width = max(width, max(map(len, self._rows), default=0))
        for cells in self._rows:
            cells.extend([""] * (width - len(cells)))
        for (row, column), text in errors.items():
            self._rows[row][column] = text

    def _header(self) -> tuple[tuple[str, ...], int]:
        titles: list[str] = []
        for place, row in enumerate(self._rows):
            filled = filled_cells(row)
            below = any(len(filled_cells(other)) > 1 for other in self._rows[place + 1 : place + 1 + _MOST_TITLES])
            if filled and not (len(filled) == 1 and below):
                return tuple(titles), place
            titles += [_text(cell) for cell in filled]
            if len(titles) > _MOST_TITLES:
                break
        raise UnreadableTable.of(
            str(self.file), f"found no header line in sheet {self.sheet!r}; allowed: names of columns above the rows"
        )

    @property
    def unnamed(self) -> list[int]:
        """The places, from 0, of columns without a name that hold something."""
        places = [place for place, name in enumerate(self.columns) if not name]
        return [place for place in places if any(filled_cells(row[place : place + 1]) for row in self._rows)]

    def found_again(self, records: Sequence[int]) -> dict[int, tuple[int, list[str]]]:
        """Return the rows of the sheet on which records stand, and their cells."""
        return {record: (record + self._first_line, [_text(cell) for cell in self._rows[record]]) for record in records}

    def _judged(self, record: int, row: list[Any]) -> BadRow | None:
        """Return what a row is that is none of the table's: blank, a footer, or of another table."""
        filled = filled_cells(row)
        if not filled:
            return BadRow(record, 0, "")
        if _is_footer(filled, row):
            return BadRow(record, 1, _text(filled[0]))
        return (
            BadRow(record, len(row), _text(filled[0]), f"{OF_ANOTHER} in a sheet") if record in self._others else None
        )

    def batches(self, columns: Sequence[str], numbers: Collection[str] = ()) -> Iterator[Batch]:
        """Read rows in order; of ``numbers``, those beside texts are written so that they read alike by either decimal
        sign.
        """
        places = {name: self.columns.index(name) for name in columns}
        forms = {
            name: _CellForm.of([row[place] for row in self._rows], self._zones, is_number=name in numbers)
            for name, place in places.items()
        }
        for start in range(0, len(self._rows), _BATCH_ROWS):
            part = list(enumerate(self._rows[start : start + _BATCH_ROWS], start))
            bad = [bad for number, row in part if (bad := self._judged(number, row))]
            left_out = {row.record for row in bad}
            rows = [(number, row) for number, row in part if number not in left_out and filled_cells(row)]
            values = {name: forms[name].array([row[place] for _, row in rows]) for name, place in places.items()}
            yield Batch(values, np.array([number for number, _ in rows], np.int64), start + len(part), bad)


def _is_footer(filled: list[Any], row: list[Any]) -> bool:
    return len(filled) == 1 and len(row) > 1 and is_footer([_text(filled[0])])


def _check_merged(sheet: calamine.CalamineSheet, header: int) -> None:
    """Refuse cells that are merged in the header or below: which rows they speak of, only a person can tell."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom >= header and (top, left) != (bottom, right):
            place = f"row {top + 1}, column {left + 1} to row {bottom + 1}, column {right + 1}"
            raise UnreadableTable.of(f"sheet {sheet.name}", f"cells are merged, {place}; part them and fill each")


def _check_size(file: Path) -> None:
    """Refuse a packed workbook that unpacks to more than anything needs."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > LARGEST_BYTES:
        raise UnreadableTable.of(
            str(file), f"unpacks to {size:,} bytes; allowed: up to {LARGEST_BYTES:,}: save it as CSV"
        )


def _arrow_type(cell: Any) -> pa.DataType:
    if isinstance(cell, bool):
        return pa.bool_()
    if isinstance(cell, int | float):
        return pa.float64()
    return pa.timestamp("us", tz="UTC") if isinstance(cell, date) else pa.string()


@dataclass(frozen=True, slots=True)
class _CellForm:
    """How the cells of a column become values: told by all of them.

    Parameters
    ----------
    kind
        The type that all have which hold anything; string if they differ.
    zone
        Of instants.
    is_timed
        Whether some instant has a time of day, and all are written with theirs.
    is_number
        Whether it is one of numbers.
    """

    kind: pa.DataType
    zone: str
    is_timed: bool
    is_number: bool

    @classmethod
    def of(cls, cells: list[Any], zones: tuple[str, str], *, is_number: bool) -> _CellForm:
        """Tell the form of a column, by the zones of its times and days; instants without a time of day are days."""
        kinds = {_arrow_type(cell) for cell in cells if cell != ""}
        kind = kinds.pop() if len(kinds) == 1 else pa.string()
        is_timed = any(isinstance(cell, date) and _moment(cell).time() != time() for cell in cells)
        return cls(kind, zones[0 if is_timed else 1], is_timed, is_number)

    def array(self, cells: list[Any]) -> pa.Array:
        """Return the values of some cells."""
        if self.kind == pa.string():
            return without_missing(pa.array(list(map(self._written, cells)), self.kind))
        if pa.types.is_timestamp(self.kind):
            moments = [None if cell == "" else _moment(cell) for cell in cells]
            return in_utc(pa.array(moments, pa.timestamp("us")), self.zone)
        return pa.array([None if cell == "" else cell for cell in cells], self.kind)

    def _written(self, cell: Any) -> str:
        if self.is_timed and isinstance(cell, date):
            return _moment(cell).isoformat(" ")
        return _without_point(cell) if self.is_number else _text(cell)


def _without_point(cell: Any) -> str:
    """Write a number without a decimal sign, so that it reads alike whatever the texts beside it have."""
    if not isinstance(cell, float) or cell.is_integer():
        return _text(cell)
    sign, digits, exponent = Decimal(repr(cell)).as_tuple()
    return f"{'-' * sign}{''.join(map(str, digits))}e{exponent}"


def _moment(cell: date) -> datetime:
    return cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)


def _text(cell: Any) -> str:
    """Write a cell as text: a whole number without a point, an instant as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float) and float(cell).is_integer():
        return str(int(cell)) if abs(cell) < _EXACT else np.format_float_scientific(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
