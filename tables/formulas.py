"""Formulas of workbooks that have no value: calamine shows them as empty cells, and nobody would count them.

A look at the XML inside ``.xlsx``, ``.xlsm`` and ``.ods`` [1]_ [2]_; cell by cell only where its bytes hold such a
sign. The binary ``.xls`` and ``.xlsb`` do not tell.

References
----------
.. [1] ECMA-376, Office Open XML, part 1, 18.3.1.4 (c) and 18.18.11 (ST_CellType)
.. [2] OASIS, Open Document Format 1.3, part 3, 9.1 (tables); LibreOffice marks errors by ``calcext:value-type``
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

from tables.errors import UnreadableTable

UNCALCULATED = "#UNCALCULATED!"
"""What stands for a formula that no program has calculated yet, as other programs than spreadsheets write them."""
_ERRORS = (b't="e"', b"t='e'", b'value-type="error', b"value-type='error", b":formula=")
_FORMULAS = (b"<f", b":f>", b":f ")
_EMPTY = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^>]*)?/>)\s*<(?:(?:\w+:)?v(?:\s*/>|></)|/)")
"""A formula, and nothing or an empty value behind it."""
_CHUNK_BYTES = 1 << 20
_SIGN_BYTES = 1 << 8
_MOST_REPEATED = 1 << 20
"""Cells that an error may stand in by one element: a sheet has as many rows."""

Place = tuple[int, int]
"""A cell's row and column, from 0."""


def without_value(file: Path, sheet: str) -> dict[Place, str]:
    """Return the cells of a sheet that hold an error, with its text, or a formula that nothing has calculated."""
    if not zipfile.is_zipfile(file):
        return {}
    with zipfile.ZipFile(file) as parts:
        names = set(parts.namelist())
        try:
            if "content.xml" in names:
                return dict(_of_ods(parts, sheet)) if _has_signs(parts, "content.xml") else {}
            part = _part_of(parts, sheet) if "xl/workbook.xml" in names else ""
            return dict(_of_xlsx(parts, part)) if part in names and _has_signs(parts, part) else {}
        except (ParseError, KeyError, ValueError):  # no workbook as they are written; calamine read it in its own way
            return {}


def _has_signs(parts: zipfile.ZipFile, part: str) -> bool:
    with parts.open(part) as stream:
        tail = b""
        while chunk := stream.read(_CHUNK_BYTES):
            seen = tail + chunk
            if any(sign in seen for sign in _ERRORS):
                return True
            if any(sign in seen for sign in _FORMULAS) and _EMPTY.search(seen):
                return True
            tail = chunk[-_SIGN_BYTES:]
    return False


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of an Office workbook that holds a sheet; empty: it is none of cells."""
    with parts.open("xl/workbook.xml") as stream:
        sheets = [_attributes(found) for found in _ended(stream, "sheet")]
    with parts.open("xl/_rels/workbook.xml.rels") as stream:
        targets = {found.get("Id"): found.get("Target", "") for found in _ended(stream, "Relationship")}
    (link,) = (found["id"] for found in sheets if found["name"] == sheet)
    return posixpath.normpath(posixpath.join("/xl", targets.get(link, ""))).lstrip("/")


def _of_xlsx(parts: zipfile.ZipFile, part: str) -> Iterator[tuple[Place, str]]:
    row = -1
    with parts.open(part) as stream:
        for found in _ended(stream, "row"):
            row = int(found.get("r", row + 2)) - 1
            column = -1
            for cell in (child for child in found if _name(child) == "c"):
                column = _column(cell.get("r", "")) if cell.get("r") else column + 1
                holds = {_name(child): child.text or "" for child in cell}
                if cell.get("t") == "e":
                    yield (row, column), holds.get("v") or UNCALCULATED
                elif "f" in holds and not holds.get("v") and cell.get("t") not in ("str", "inlineStr"):
                    yield (row, column), UNCALCULATED
            found.clear()


def _of_ods(parts: zipfile.ZipFile, sheet: str) -> Iterator[tuple[Place, str]]:
    with parts.open("content.xml") as stream:
        for table in _ended(stream, "table"):
            if _attributes(table).get("name") == sheet:
                yield from _of_table(table)
            table.clear()


def _of_table(table: Element) -> Iterator[tuple[Place, str]]:
    row = 0
    for found in (child for child in table.iter() if _name(child) == "table-row"):
        column = 0
        n_rows = int(_attributes(found).get("number-rows-repeated", 1))
        for cell in found:
            about = _attributes(cell)
            n_columns = int(about.get("number-columns-repeated", 1))
            if _is_error(cell):
                text = "".join(cell.itertext()).strip() or UNCALCULATED
                if n_rows * n_columns > _MOST_REPEATED:
                    raise UnreadableTable.of(f"row {row + 1}", f"{text} stands in {n_rows * n_columns:,} cells")
                yield from (((row + i, column + k), text) for i in range(n_rows) for k in range(n_columns))
            column += n_columns
        row += n_rows


def _is_error(cell: Element) -> bool:
    """Tell whether a cell of an open document holds an error, or a formula without a value."""
    kinds = [kind for name, kind in cell.attrib.items() if name.endswith("}value-type")]
    return "error" in kinds or ("formula" in _attributes(cell) and not kinds and not "".join(cell.itertext()).strip())


def _ended(stream: IO[bytes], name: str) -> Iterator[Element]:
    """Yield elements of a name, in whatever namespace, when they are whole."""
    return (element for _, element in iterparse(stream) if _name(element) == name)  # noqa: S314 (expat bounds entities)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attributes(element: Element) -> dict[str, str]:
    return {name.rpartition("}")[2]: value for name, value in element.attrib.items()}


def _column(reference: str) -> int:
    """Return the column, from 0, of a reference such as ``AB12``."""
    number = 0
    for letter in reference:
        if letter.isalpha():
            number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1
