"""Rows that are none: blank ones, lines of totals and other footers, the header again.

What belongs below the table stands below it: the same line with rows behind it is one in error, for a person to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tables.footers import is_footer, is_totals, may_tell, sentences_among, totals_among
from tables.forms import shown
from tables.names import key_of
from tables.records import Offsets
from tables.text import Batch

_MISPLACED = "{!r} calls it a line of totals; allowed: below the table, with numbers alone and a cell left empty"
_SENTENCE = "{!r} is what exports write below a table; allowed: there"
_NONE: Offsets = np.empty(0, np.int64)
HEADER_AGAIN = "the header again"


@dataclass(slots=True)
class Strays:
    """Takes rows out that are none, batch after batch, and remembers what they were.

    Parameters
    ----------
    telling
        The columns whose cells tell: the file's first, and those of ids. None: only blank rows are taken out.
    sees_blank
        Whether a row is blank that holds nothing in the columns that are read: not so if others may hold something.
    n_blank
        Blank rows.
    rejected
        Rows in error: the number of each, and what is wrong with it.
    below
        Lines that stand behind all rows so far: the number of each, its text, and what is wrong with it if rows follow.
    unsure
        Those of them that have as many cells as the header, and the column that tells; `settle` looks at these.
    """

    telling: Sequence[str]
    sees_blank: bool = True
    n_blank: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)
    below: list[tuple[int, str, str]] = field(default_factory=list)
    unsure: dict[int, str] = field(default_factory=dict)

    def without(self, batch: Batch, blank_rows: Callable[[], Offsets | None] = lambda: None) -> Batch:
        """Return the rows of a batch that are rows.

        Parameters
        ----------
        blank_rows
            Tells the numbers of rows that hold nothing in any column; None: what is read of a row tells.
        """
        if not len(batch) or not batch.columns:
            return batch
        blank = _blank(batch) if self.sees_blank else _NONE
        if len(blank) and (numbers := blank_rows()) is not None:
            blank = blank[np.isin(np.asarray(batch.records)[blank], numbers)]
        self.n_blank += len(blank)
        totals, headers = self._told(batch)
        sentences = self._sentences(batch, totals)
        self.rejected += [(int(batch.records[place]), HEADER_AGAIN) for place in headers]
        for problem, places in ((_MISPLACED, totals), (_SENTENCE, sentences)):
            for place, name in places.items():
                record, text = int(batch.records[place]), str(batch.columns[name][place].as_py())
                self.below.append((record, text, problem.format(text)))
                self.unsure[record] = name
        if not len(blank) and not headers and not totals and not sentences:
            self._close(int(batch.records[-1]))
            return batch
        kept = np.delete(np.arange(len(batch)), [*blank, *headers, *totals, *sentences])
        if len(kept):
            self._close(int(batch.records[kept[-1]]))
        return batch.take(kept)

    def _told(self, batch: Batch) -> tuple[dict[int, str], set[int]]:
        """Return the places of lines of totals, with the column that tells, and of those that are the header again."""
        totals, headers = dict[int, str](), set[int]()
        for name in self.telling:
            called, named = _telling_in(batch, name)
            totals |= dict.fromkeys(called, name)
            headers |= {place for place in named if _is_header(batch, place)}
        return totals, headers

    def _sentences(self, batch: Batch, totals: Collection[int]) -> dict[int, str]:
        """Return the places of what exports write below a table, padded to all columns, with the column that tells."""
        found = dict[int, str]()
        for name in self.telling if len(batch.columns) > 1 else ():
            others = [values for other, values in batch.columns.items() if other != name]
            if not all(values.null_count for values in others) or not pa.types.is_string(batch.columns[name].type):
                continue
            empty = [values.is_null().to_numpy(zero_copy_only=False) for values in others]
            alone = np.flatnonzero(np.logical_and.reduce(empty) & batch.columns[name].is_valid().to_numpy(False))
            places = alone[sentences_among(batch.columns[name].take(pa.array(alone)))]
            found |= dict.fromkeys(map(int, places), name)
        return {place: name for place, name in found.items() if place not in totals}

    def _close(self, record: int) -> None:
        """Take note that a row stands somewhere: what stands before it does not stand below the table."""
        if self.below:
            self.rejected += [(place, problem) for place, _, problem in self.below if place < record]
            self.below = [line for line in self.below if line[0] > record]

    def settle(self, cells: Mapping[int, Sequence[str]], names: Sequence[str]) -> list[str]:
        """Judge the lines below the table by all their cells; return the texts of those that belong there."""
        astray = {
            record
            for record, _, _ in self.below
            if record in self.unsure and not _is_below(cells[record], names.index(self.unsure[record]))
        }
        self.rejected += [(record, problem) for record, _, problem in self.below if record in astray]
        return [text for record, text, _ in sorted(self.below) if record not in astray]


def _is_below(cells: Sequence[str], place: int) -> bool:
    others = [*cells[:place], *cells[place + 1 :]]
    return is_totals([cells[place], *others]) or (not any(map(str.strip, others)) and is_footer([cells[place]]))


def _blank(batch: Batch) -> Offsets:
    """Return the places of rows that hold nothing."""
    if not next(iter(batch.columns.values())).null_count:
        return _NONE
    filled = np.vstack([values.is_valid().to_numpy(zero_copy_only=False) for values in batch.columns.values()])
    return np.flatnonzero(~filled.any(axis=0))


def _telling_in(batch: Batch, name: str) -> tuple[list[int], list[int]]:
    """Return the places of lines that a column calls ones of totals, and of those where it repeats its name."""
    values = batch.columns[name]
    if pa.types.is_dictionary(values.type):
        few = values.dictionary
        if not pa.types.is_string(few.type):
            return [], []
        if pc.index(pc.utf8_lower(few), name.lower()).as_py() < 0 and not len(totals_among(few)):
            return [], []
        values = values.cast(pa.string())
    if not pa.types.is_string(values.type) or not len(likely := may_tell(values, name)):
        return [], []
    texts = values.take(pa.array(likely))
    named = np.flatnonzero(pc.equal(pc.utf8_lower(texts), name.lower()).fill_null(False).to_numpy(zero_copy_only=False))
    return likely[totals_among(texts)].tolist(), likely[named].tolist()


def _is_header(batch: Batch, place: int) -> bool:
    return all(key_of(shown(values[place])) == key_of(name) for name, values in batch.columns.items())
