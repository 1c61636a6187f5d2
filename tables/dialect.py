"""How a text file is a table: what stands between cells, where the header is, what stands above and below it.

Pure: from the first lines as text to a `Dialect`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from missing_words import is_missing, trimmed
from tables.delimiters import Record, check_titles, likeliest_delimiter, records_of, usual_width
from tables.errors import UnreadableTable
from tables.names import checked_names
from tables.numbers import figure
from tables.tidying import is_wrapped, unwrapped

_MOST_TITLES = 20
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n)")
_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body|table|\?xml)\b", re.IGNORECASE)
_RULE = re.compile(r"\s*[:+]?[-=]{2,}[:+]?\s*")
"""What a line is drawn with below the names, in Markdown and the like."""
_UNIT = re.compile(r"\[[^\[\]]+\]|\([^()]+\)|（[^（）]+）|【[^【】]+】")
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is written.

    Parameters
    ----------
    encoding
        A codec of Python's.
    delimiter
        Between cells.
    names
        Of the columns, trimmed; empty where one has none.
    start
        Where the first record below the header begins: bytes of the file in UTF-8, without a byte order mark.
    line
        The line on which it begins, from 1.
    titles
        Lines above the header, and one of units below it.
    quoted
        Whether quotes stand around cells.
    wrapped
        Names of columns whose values stand in quotes that are none to a reader of CSV: single ones, or behind a blank.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    start: int
    line: int
    titles: tuple[str, ...] = ()
    quoted: bool = True
    wrapped: tuple[str, ...] = ()


def dialect_of(head: str, encoding: str, delimiter: str = "") -> Dialect:
    """Tell the dialect from the first lines of a file.

    Parameters
    ----------
    head
        Whole lines, without a byte order mark.
    delimiter
        As somebody says; empty: the lines tell.

    Raises
    ------
    UnreadableTable
        If there is no header, two delimiters would do, or it is a page of the web.
    """
    if _PAGE.match(head):
        raise UnreadableTable.of("line 1", "is a page of the web, and no table; save it as CSV or as a workbook")
    first = _LINE.match(head)
    said = _SEP_LINE.fullmatch(first[1]) if first else None
    skipped = first.end() if first and said else 0
    body = head[skipped:]
    delimiter = delimiter or (said[1] if said else "")
    if not delimiter.isascii() or delimiter == '"':
        raise UnreadableTable.of("line 1", f"found sep={delimiter}; allowed: one character of ASCII, e.g. sep=;")
    chosen = delimiter or likeliest_delimiter(body)
    records = records_of(body, chosen)
    width = usual_width(records)
    titles, header = _header(records, width)
    below = records[records.index(header) + 1 :]
    if not delimiter:
        check_titles(titles, header, below, body, chosen)
    _check_names_below(header, below)
    told = [title.filled[0] for title in titles]
    last, rows = header, below
    if below and (is_units(below[0].cells) or all(map(_RULE.fullmatch, below[0].filled))):
        told.append(f"units {', '.join(below[0].filled)}")
        last, rows = below[0], below[1:]
    wrapped = _wrapped([row.cells for row in rows if len(row.cells) == len(header.cells)], len(header.cells))
    names = checked_names(_names(header, wrapped))
    start = len(head[: skipped + last.end].encode())
    line = last.next_line + (1 if skipped else 0)
    in_quotes = tuple(names[place] for place in wrapped if names[place])
    return Dialect(encoding, chosen, names, start, line, tuple(told), wrapped=in_quotes)


def _check_names_below(header: Record, below: Sequence[Record]) -> None:
    """Refuse a header that leaves a column without a name, where the line below it names all and has no figure."""
    first, *others = below or [header]
    words = [cell for cell in first.filled if not any(map(str.isdigit, cell))]
    has_figures = any(figure(trimmed(cell)) is not None for record in others for cell in record.filled)
    if others and has_figures and any(not cell.strip() for cell in header.cells[1:]) and len(words) == len(first.cells):
        raise UnreadableTable.of(
            f"line {header.line}",
            f"names {len(header.filled)} of {len(header.cells)} columns, and line {first.line} could name all: "
            f"take out line {header.line} if it is a title, or name each column",
        )


def _wrapped(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the places of columns that have quotes around every value, or double ones behind a blank around any."""
    found = []
    for place in range(width):
        cells = [row[place] for row in rows if not is_missing(row[place])]
        if any(_is_behind_blank(cell) for cell in cells) or (
            cells and all(is_wrapped(trimmed(cell)) for cell in cells)
        ):
            found.append(place)
    return found


def _is_behind_blank(cell: str) -> bool:
    return cell[:1] in (" ", "\t") and cell.strip()[:1] == '"' and is_wrapped(cell.strip())


def _names(header: Record, wrapped: Sequence[int]) -> list[str]:
    """Return the names of columns, without quotes where the values have such, or all names have."""
    cells = [trimmed(cell) for cell in _named(header)]
    throughout = all(is_wrapped(cell) for cell in cells if cell)
    return [
        unwrapped(cell) if throughout or place in wrapped or _is_behind_blank(header.cells[place]) else cell
        for place, cell in enumerate(cells)
    ]


def is_units(cells: Sequence[str]) -> bool:
    """Tell whether a line below the header holds nothing but units in brackets.

    Examples
    --------
    >>> is_units(["", "[EUR]", "(months)"]), is_units(["7", "[EUR]", ""]), is_units(["", "(5.50)"])
    (True, False, False)
    """
    filled = [trimmed(cell) for cell in cells if cell.strip()]
    return len(cells) > 1 and bool(filled) and all(_UNIT.fullmatch(cell) and figure(cell) is None for cell in filled)


def _header(records: Sequence[Record], width: int) -> tuple[list[Record], Record]:
    titles: list[Record] = []
    for record in records[: _MOST_TITLES + 1]:
        if len(record.filled) == 1 and width > 1 and len(record.cells) in (1, width) and _has_wider(records, record):
            titles.append(record)
            continue
        if len(record.cells) != width and len(records) > 2:
            raise UnreadableTable.of(
                f"line {record.line}",
                f"the header has {len(record.cells)} names, most lines have {width} cells; allowed: one name for each",
            )
        return titles, record
    raise UnreadableTable.of("line 1", "found no header line; allowed: names of columns, e.g. id,region,value")


def _has_wider(records: Sequence[Record], title: Record) -> bool:
    below = records[records.index(title) + 1 :]
    return any(len(record.filled) > 1 for record in below[:_MOST_TITLES])


def _named(header: Record) -> list[str]:
    if not any(name.strip() for name in header.cells):
        raise UnreadableTable.of(
            f"line {header.line}", "found no header line; allowed: names of columns, e.g. id,region,value"
        )
    return header.cells
