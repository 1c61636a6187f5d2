"""Another table below the first: which rows are of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

OF_ANOTHER = "is of another table; allowed: one table"


def rows_of_another(header: Sequence[Any], rows: Sequence[list[Any]]) -> set[int]:
    """Return the numbers of rows that are of another table: its header, and what is below that.

    A header repeats half of the first one's names in their columns. Or it stands below a blank row and is of texts
    without a digit, none of which stands in its column above; and of what is below it no row has all cells that every
    row above has, and no text where those have none.
    """
    for number, row in enumerate(rows):
        n_same = sum(cell == name != "" for cell, name in zip(row, header, strict=True))
        if 1 < n_same < len(filled_cells(row)) <= 2 * n_same:
            return set(range(number, len(rows)))
    ends = [-1, *(number for number, row in enumerate(rows) if not filled_cells(row)), len(rows)]
    stretches = [
        [number for number in range(start + 1, stop) if len(filled_cells(rows[number])) > 1]
        for start, stop in pairwise(ends)
    ]
    first, *others = filter(None, stretches) if any(stretches) else [[]]
    columns = list(zip(*(rows[number] for number in first), strict=True)) if others else []
    always = [place for place, cells in enumerate(columns) if len(filled_cells(cells)) == len(cells)]
    wordless = [place for place in always if not any(isinstance(cell, str) for cell in columns[place])]

    def fits(row: list[Any]) -> bool:
        return all(filled_cells([row[place]]) for place in always) and not any(
            isinstance(row[place], str) for place in wordless
        )

    def is_header(row: list[Any]) -> bool:
        return all(
            isinstance(cell, str) and not any(map(str.isdigit, cell)) and cell not in above
            for cell, above in zip(row, columns, strict=True)
            if filled_cells([cell])
        )

    return {
        number
        for stretch in others
        if len(stretch) > 1 and is_header(rows[stretch[0]]) and not any(fits(rows[number]) for number in stretch)
        for number in stretch
    }


def filled_cells(row: Sequence[Any]) -> list[Any]:
    """Return the cells of a row that hold something."""
    return [cell for cell in row if cell != "" and not (isinstance(cell, str) and not cell.strip())]
