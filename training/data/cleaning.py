"""Leaves out columns and rows that teach nothing or teach wrongly, and says why.

The reasons are words of a fixed list (`Why`), each with the evidence: the report shows them, nothing disappears
silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from scoring.model.logistic import FloatArray
from tables.numbers import figure
from training.data.inference import Column
from training.data.rows import IntArray
from training.sentences import Sentence

SAME_LINE = 0.9999
"""Correlation from which two numbers are copies of each other, up to rounding and unit."""

ROUNDING = 1e-6
"""How far the correlation of many columns at once may be off that of two."""

TO_DAYS = Sentence("is a point in time: put the days since it, at the row's own time, into a column of their own")
"""How a date becomes a feature: the model's schema has no dates, so that whoever asks for a score says the days."""

BLOCK = 512
"""Columns that are held against all others at a time."""

MAX_CODES = 255
"""Categories a column may have: scikit-learn keeps one bin of 256 for what is missing."""


class Why(StrEnum):
    """Why a column or row was left out."""

    ASKED = "ASKED"
    IDENTIFIER = "IDENTIFIER"
    ALL_MISSING = "ALL_MISSING"
    CONSTANT = "CONSTANT"
    MOMENT = "MOMENT"
    MIXED = "MIXED"
    TOO_MANY_CATEGORIES = "TOO_MANY_CATEGORIES"
    DUPLICATE_COLUMN = "DUPLICATE_COLUMN"
    NO_OUTCOME = "NO_OUTCOME"
    NOT_IN_SCHEMA = "NOT_IN_SCHEMA"
    SUSPECTED_LEAK = "SUSPECTED_LEAK"


@dataclass(frozen=True)
class Dropped:
    """What was left out: a column by name, or a number of rows (then ``column`` is empty)."""

    why: Why
    evidence: str
    column: str = ""
    n_rows: int = 0


@dataclass(frozen=True)
class Note:
    """What is in the rows, and how it was read: about a column by its name, ``rows`` or ``pairs``."""

    about: str
    text: str


def odd_ones(columns: Sequence[Column], places: IntArray) -> Iterator[Note]:
    """Tell of each column which values were not understood and are taken as missing.

    Parameters
    ----------
    places
        Where the columns' rows stand in the table that was read, from 0, shape (n_rows,).
    """
    for column in columns:
        if column.odd.size:
            odd = _not_understood(column, places)
            yield Note(column.name, Sentence("{odd} and taken as missing", odd=odd))


def taken_for_codes(columns: Sequence[Column]) -> Iterator[Note]:
    """Tell of each category that holds both numbers and other texts, which may have been meant for a number."""
    for column in columns:
        categories = column.feature.categories if column.feature and column.feature.type == "category" else ()
        n_numbers = sum(figure(text) is not None for text in categories)
        if n_numbers < len(categories) < 2 * n_numbers:
            other = next(text for text in categories if figure(text) is None)
            codes = Sentence(
                "{n_numbers:,} of its {n:,} texts are numbers, and {other!r} is none: taken for codes; if it is a "
                "number, mend the others, or say so with a schema",
                n_numbers=n_numbers, n=len(categories), other=other,
            )  # fmt: skip
            yield Note(column.name, codes)


def _not_understood(column: Column, places: IntArray) -> Sentence:
    n_odd, row = column.odd.size, places[column.odd[0]] + 1
    n = column.n_known + n_odd
    return Sentence(
        "{n_odd:,} of {n:,} values ({share:.1%}) not understood, the first in row {row:,}: {example!r},",
        n_odd=n_odd, n=n, share=n_odd / n, row=int(row), example=column.example,
    )  # fmt: skip


def useless(columns: Sequence[Column], places: IntArray) -> Iterator[Dropped]:
    """Yield the columns that cannot be features, whatever the outcome is; ``places`` as for `odd_ones`."""
    for column in columns:
        if column.is_mixed:
            evidence = Sentence(
                "{odd} the others numbers: mend them, or say with a schema what it is",
                odd=_not_understood(column, places),
            )
            yield Dropped(Why.MIXED, evidence, column=column.name)
        elif reason := _useless(column):
            yield Dropped(*reason, column=column.name)


def _useless(column: Column) -> tuple[Why, Sentence] | None:
    n_rows, n_known, n_distinct = len(column.encoded), column.n_known, column.n_distinct
    if n_known == 0:
        return Why.ALL_MISSING, Sentence("none of {n:,} rows has a value", n=n_rows)
    if column.is_moment:
        return Why.MOMENT, TO_DAYS
    if n_distinct == 1 and n_known == n_rows:
        return Why.CONSTANT, Sentence("has the same value in every row")
    if is_identifier(column):
        return Why.IDENTIFIER, Sentence(
            "{n_distinct:,} different values in {n:,} rows", n_distinct=n_distinct, n=n_known
        )
    if column.feature and column.feature.type == "category" and n_distinct > MAX_CODES:
        many = Sentence("{n:,} texts, at most {most} can be told apart", n=n_distinct, most=MAX_CODES)
        return Why.TOO_MANY_CATEGORIES, many
    return None


def is_identifier(column: Column) -> bool:
    """Tell whether every row has a text or whole number of its own.

    Amounts may happen to be all different too, but then they are hardly all whole.
    """
    if column.feature is None or column.feature.type == "bool" or column.n_known < 20:
        return False
    values = column.encoded[~np.isnan(column.encoded)]
    unique = len(np.unique(values)) == len(values) == len(column.encoded)
    return unique and bool((values == np.floor(values)).all())


def duplicates(columns: Sequence[Column]) -> Iterator[Dropped]:
    """Yield the columns that say what an earlier one says already."""
    nearly = nearly_in_line([column for column in columns if _is_number(column)])
    kept: set[str] = set()
    told_apart: dict[tuple[bytes, bytes], Column] = {}
    for column in columns:
        if _is_number(column):
            others = (other for other in nearly[column.name] if other.name in kept)
            evidence = next((note for other in others if (note := _in_line(other, column))), None)
        else:
            first = told_apart.setdefault(_partition(column), column)
            same = Sentence("tells the same customers apart as {name}", name=first.name)
            evidence = None if first is column else same
        if evidence:
            yield Dropped(Why.DUPLICATE_COLUMN, evidence, column=column.name)
        else:
            kept.add(column.name)


def _is_number(column: Column) -> bool:
    return column.feature is not None and column.feature.type == "number"


def nearly_in_line(numbers: Sequence[Column]) -> dict[str, list[Column]]:
    """Return for each number the earlier ones that are worth a closer look: known in the same rows, and all but
    proportional. One product of matrices judges all pairs.
    """
    known: dict[bytes, list[Column]] = {}
    for column in numbers:
        known.setdefault(np.isnan(column.encoded).tobytes(), []).append(column)
    found: dict[str, list[Column]] = {column.name: [] for column in numbers}
    for group in known.values():
        for first, second in _candidates(group):
            found[group[second].name].append(group[first])
    return found


def _candidates(group: Sequence[Column]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places with a correlation of about `SAME_LINE`, those of each second column in their order."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        standard = np.array([_standardised(column.encoded) for column in group])
    standard[~np.isfinite(standard).all(axis=1)] = 0.0  # does not vary, or too much for a float: never in line
    for start in range(0, len(group), BLOCK):
        line = np.abs(standard[start : start + BLOCK] @ standard[: start + BLOCK].T)
        for second, first in np.argwhere(line >= SAME_LINE - ROUNDING):
            if first < second + start:
                yield int(first), int(second) + start


def _standardised(x: FloatArray) -> FloatArray:
    values = x[~np.isnan(x)]
    centred = values - values.mean() if values.size else values
    length: FloatArray = centred / np.sqrt(centred @ centred)
    return length


def _in_line(first: Column, second: Column) -> Sentence | None:
    known = ~np.isnan(first.encoded)
    x, y = first.encoded[known], second.encoded[known]
    line = correlation(x, y) if x.size > 2 else 0.0
    same = Sentence("is {name} in another unit or rounding, correlation {line:.7f}", name=first.name, line=line)
    return same if abs(line) >= SAME_LINE else None


def _partition(column: Column) -> tuple[bytes, bytes]:
    """Return what two columns share if they tell the same customers apart: where they are known, and who is alike."""
    missing = np.isnan(column.encoded)
    return missing.tobytes(), first_seen(column.encoded[~missing]).tobytes()


def correlation(x: FloatArray, y: FloatArray) -> float:
    """Return Pearson's correlation, 0 where one does not vary."""
    spread = x.std() * y.std()
    return float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 0 else 0.0


def first_seen(codes: FloatArray) -> IntArray:
    """Number codes by first appearance, so that two namings of one partition become equal.

    Examples
    --------
    >>> first_seen(np.array([7.0, 3.0, 7.0])).tolist()
    [0, 1, 0]
    """
    _, first, where = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[where]


def row_codes(rows: FloatArray) -> IntArray:
    """Return for each row a code that equal rows share, shape (n_rows,); missing equals missing."""
    as_bytes = np.ascontiguousarray(np.where(np.isnan(rows), np.inf, rows) + 0.0)
    whole: npt.NDArray[np.void] = as_bytes.view(np.dtype((np.void, as_bytes.shape[1] * 8))).ravel()
    _, codes = np.unique(whole, return_inverse=True)
    return codes.astype(np.int64)
