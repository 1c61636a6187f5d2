"""CSV files as people export them → rows that remember their line; and what is wrong with a cell, said in full."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

Value = TypeVar("Value")

_LIST_SEPARATORS = re.compile("[;|；、]")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
_MOST_FAULTS = 20
_LONGEST_SHOWN = 60
_YES = frozenset({"true", "yes", "y", "1", "是", "在职", "启用"})
_NO = frozenset({"false", "no", "n", "0", "否", "离职", "停用"})


class InputFailed(click.ClickException):
    """A file, a column or a cell is not as it must be; exit code 2."""

    exit_code = 2


class Faults:
    """Collects what is wrong with a file, so that one run names it all."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._found: list[str] = []

    def add(self, line: int, column: str, value: str, allowed: str) -> None:
        """Note one cell."""
        shown = value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"
        self._found.append(f"{self._file}:{line}: column {column}: found {shown!r}; allowed: {allowed}")

    def end(self) -> None:
        """Fail if anything was noted.

        Raises
        ------
        InputFailed
            Naming file, line, column, value and what is allowed, for the first faults.
        """
        if not self._found:
            return
        more = len(self._found) - _MOST_FAULTS
        lines = self._found[:_MOST_FAULTS] + ([f"… and {more} more"] if more > 0 else [])
        raise InputFailed("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: cells by field, stripped; empty ones are left out."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows under the names that its columns mean.

    ``columns`` maps the field to the column's own name, in the file's order.
    """

    file: Path
    columns: Mapping[str, str]
    rows: Sequence[Row]


def read_table(file: Path, names: Mapping[str, str], mapped: Mapping[str, str]) -> Table:
    """Read a CSV file with a header line, in UTF-8 or (as Excel saves Chinese) GB 18030.

    Parameters
    ----------
    names
        Field by the name a column may have, in lower case.
    mapped
        Field by column name, as the user says; goes before ``names``. A column in neither keeps its own name.

    Raises
    ------
    InputFailed
        If the file cannot be read, has no header, or two columns mean the same.
    """
    lines = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        if not any(header):
            raise InputFailed(f"{file}:1: found no header line; allowed: names of columns, separated by commas")
        fields = [mapped.get(name) or names.get(name.lower(), name) for name in header]
        columns = _columns(file, header, fields)
        return Table(file, columns, list(_rows(file, lines, fields)))
    except csv.Error as error:
        raise InputFailed(f"{file}:{lines.line_num}: not CSV: {error}") from error


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputFailed(f"{file}: neither UTF-8 nor GB 18030: save it as CSV UTF-8")


def _columns(file: Path, header: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for name, field in zip(header, fields, strict=True):
        if field and field in columns:
            raise InputFailed(f"{file}:1: columns {columns[field]} and {name} both mean {field}; allowed: one of them")
        columns[field] = name
    return columns


def _rows(file: Path, lines: Iterator[list[str]], fields: Sequence[str]) -> Iterator[Row]:
    number = lines.line_num + 1  # type: ignore[attr-defined]  # a csv.reader
    for cells in lines:
        if len(cells) > len(fields) and any(cells[len(fields) :]):
            raise InputFailed(f"{file}:{number}: found {len(cells)} cells; allowed: {len(fields)}, as in the header")
        found = {field: cell.strip() for field, cell in zip(fields, cells, strict=False) if field and cell.strip()}
        if found:
            yield Row(number, found)
        number = lines.line_num + 1  # type: ignore[attr-defined]  # a csv.reader


def listed(cell: str) -> list[str]:
    """Split a cell that holds a list.

    Examples
    --------
    >>> listed("华东; 华南|北京")
    ['华东', '华南', '北京']
    """
    return [entry.strip() for entry in _LIST_SEPARATORS.split(cell) if entry.strip()]


def number(cell: str) -> float:
    """Read a number, with or without thousands separators.

    Raises
    ------
    ValueError
        If it is none, or not finite.

    Examples
    --------
    >>> number("1,250.5")
    1250.5
    """
    value = float(cell.replace(",", ""))
    if value - value != 0.0:
        raise ValueError(cell)
    return value


def truth(cell: str) -> bool:
    """Read yes or no.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> truth("是"), truth("No")
    (True, False)
    """
    word = cell.lower()
    if word not in _YES | _NO:
        raise ValueError(cell)
    return word in _YES


def free(cell: str) -> str | float | bool | list[str]:
    """Read a cell whose type nobody declared: a number, true or false, a list, or else text.

    Examples
    --------
    >>> free("3"), free("true"), free("a;b"), free("007")
    (3.0, True, ['a', 'b'], '007')
    """
    if _PLAIN_NUMBER.fullmatch(cell):
        return float(cell)
    if cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    return listed(cell) if _LIST_SEPARATORS.search(cell) else cell


def read_cell(
    row: Row, field: str, column: str, read: Callable[[str], Value], otherwise: Value, allowed: str, faults: Faults
) -> Value:
    """Read a cell, or note what is wrong with it; an absent one is ``otherwise``."""
    cell = row.cells.get(field)
    if cell is None:
        return otherwise
    try:
        return read(cell)
    except (ValueError, KeyError):
        faults.add(row.line, column, cell, allowed)
        return otherwise
