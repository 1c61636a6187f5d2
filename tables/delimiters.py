"""What stands between the cells of a text file: told by its first lines, or refused where two things could."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from missing_words import trimmed
from tables.errors import UnreadableTable
from tables.footers import is_footer
from tables.lengths import csv_reader
from tables.numbers import figure

DELIMITERS = (",", ";", "\t", "|")
_UNUSUAL = "~^§¦¬·`:，；：｜、､\x01\x02\x1c\x1d\x1e\x1f"
"""What also may stand between cells; it is never taken unasked."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record among the first lines: the lines on which it and the next begin, where it ends, and its cells."""

    line: int
    next_line: int
    end: int
    cells: list[str]

    @property
    def filled(self) -> list[str]:
        """Return the cells that hold something."""
        return [cell for cell in self.cells if cell.strip()]


def likeliest_delimiter(body: str) -> str:
    """Return the delimiter by which most lines have as many cells as the header."""
    scores = {delimiter: _score(body, delimiter) for delimiter in DELIMITERS}
    best = max(scores.values())
    chosen = next(delimiter for delimiter, score in scores.items() if score == best)
    if stronger := [rival for rival in scores if _is_stronger(rival, scores, chosen, body)]:
        return max(stronger, key=scores.__getitem__)
    tied = [delimiter for delimiter, score in scores.items() if score == best]
    if best == (0.0, 1):
        _check_unusual(body)
        _check_quoted_lines(body)
        return "," if all(len(record.cells) == 1 for record in records_of(body, ",")) else _absent(body)
    if len(tied) == 1:
        return tied[0]
    raise UnreadableTable.of(
        "delimiter",
        f"could be {tied[0]!r} or {tied[1]!r}: both make {best[1]} columns; say --delimiter {tied[0]!r} or {tied[1]!r}",
    )


def _is_stronger(rival: str, scores: Mapping[str, tuple[float, int]], chosen: str, body: str) -> bool:
    """Tell whether a delimiter makes more columns than one that a blank follows wherever it stands, as in texts, and
    the header and most lines have them.
    """
    share, width = scores[rival]
    is_spaced = body.count(chosen) == body.count(f"{chosen} ") > 0
    if not (is_spaced and 0.5 <= share < scores[chosen][0] and width > scores[chosen][1]):
        return False
    return len(records_of(body, rival)[0].cells) == width


def _absent(body: str) -> str:
    """Return a delimiter that stands nowhere, by which there is one column."""
    return next((delimiter for delimiter in DELIMITERS if delimiter not in body), ",")


def _check_unusual(body: str) -> None:
    """Refuse lines of one cell that all hold something else that may stand between cells, as often as the first."""
    for char in filter(body.__contains__, _UNUSUAL):
        widths = [len(record.cells) for record in records_of(body, char) if not is_footer(record.cells)]
        if len(widths) > 1 and len(set(widths)) == 1 and widths[0] > 1:
            what = f"--delimiter {char!r}" if char.isascii() else "another in the file"
            raise UnreadableTable.of(
                "delimiter",
                f"could be {char!r}, which makes {widths[0]} columns; "
                f"say {what}, or --delimiter {_absent(body)!r} if there is one",
            )


def _check_quoted_lines(body: str) -> None:
    """Refuse lines that stand in quotes as a whole, all with as many cells inside."""
    records = records_of(body, ",")
    inside = [record.cells[0] for record in records if len(record.cells) == 1 and '"' + record.cells[0] + '"' in body]
    for delimiter in DELIMITERS if len(inside) == len(records) > 1 else ():
        widths = {line.count(delimiter) for line in inside}
        if len(widths) == 1 and 0 not in widths and any(f"{delimiter} " not in line for line in inside):
            raise UnreadableTable.of(
                "line 1", f"each line stands in quotes as a whole, with {delimiter!r} inside; take off those quotes"
            )


def check_titles(titles: Sequence[Record], header: Record, below: Sequence[Record], body: str, delimiter: str) -> None:
    """Refuse a line that is a title, or the name of one column whose values hold what stands between cells.

    It is a title where a blank line follows, or the lines are all of three cells or more; or where it is more than a
    word, and not all lines have a blank behind their delimiters, as texts do.
    """
    if not titles or header.line > titles[-1].next_line:
        return
    name = titles[-1].filled[0].strip()
    widths = {len(record.cells) for record in below if not is_footer(record.cells)} | {len(header.cells)}
    is_word = len(name.split()) == 1 and (name < "\u3000" or len(name) < 4)
    is_spaced = all(f"{delimiter} " in line for line in body.splitlines() if delimiter in line)
    if ((is_word or is_spaced) and widths & {1, 2}) or all(map(_is_figure, header.cells)):
        raise UnreadableTable.of(
            f"line {titles[-1].line}",
            f"{name!r} could be a title, or the name of the only column; "
            f"say --delimiter {delimiter!r} if it is a title, --delimiter {_absent(body)!r} if it is a name",
        )


def _is_figure(cell: str) -> bool:
    return figure(trimmed(cell)) is not None


def _score(body: str, delimiter: str) -> tuple[float, int]:
    records = records_of(body, delimiter)
    width = usual_width(records)
    if width < 2:
        return 0.0, 1
    share = sum(len(record.cells) == width for record in records) / len(records)
    return share, width


def records_of(body: str, delimiter: str) -> list[Record]:
    """Cut lines into records of cells; blank ones are left out."""
    records: list[Record] = []
    lines = io.StringIO(body, newline="").readlines()
    offsets = [0, *accumulate(map(len, lines))]
    reader = csv_reader(lines, delimiter)
    line = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append(Record(line + 1, reader.line_num + 1, offsets[reader.line_num], cells))
            line = reader.line_num
    except csv.Error:
        pass  # what is wrong with quotes, the scan of the whole file says with its place
    return records


def usual_width(records: Sequence[Record]) -> int:
    """Return how many cells most records have, the greater number where two do equally well."""
    if len(widths := {len(record.cells) for record in records}) == 1:
        return widths.pop()
    counts = Counter(len(record.cells) for record in records if not is_footer(record.cells))
    return max(counts, key=lambda width: (counts[width], width), default=0)
