"""How long a record may be: as much as is read at once; and its cells, whatever the csv module allows by itself."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

import numpy as np

from tables.files import CHUNK_BYTES
from tables.records import LONGEST_RECORD_BYTES, Records, UnsoundQuotes

LONGEST_BYTES = CHUNK_BYTES
"""Of a record."""


def csv_reader(lines: Iterable[str], delimiter: str) -> Any:
    """Return a reader of cells that may be as long as their record: 131,072 characters are not enough [1]_.

    References
    ----------
    .. [1] https://docs.python.org/3/library/csv.html#csv.field_size_limit
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD_BYTES))
    return csv.reader(lines, delimiter=delimiter)


def first_too_long(chunks: Iterable[bytes], delimiter: str) -> int:
    """Return where the first record begins that is too long, in bytes from the first chunk on."""
    before = 0
    try:
        for ends in Records(delimiter).ends(chunks):
            sizes = np.diff(ends, prepend=before)
            if len(places := np.flatnonzero(sizes > LONGEST_BYTES)):
                return int(ends[places[0]] - sizes[places[0]])
            before = int(ends[-1]) if len(ends) else before
    except UnsoundQuotes as unsound:
        return unsound.offset
    return before
