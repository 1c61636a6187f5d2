"""Guesses what a column means: number, yes or no, or one of a few texts; and what stands for "not known" in it.

The guess is written down as a feature schema, to be read, corrected and handed in again. It never guesses a direction
(monotonic) or that something can be changed (actionable): those are statements about the world, not about the data.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from missing_words import is_missing
from scoring.model.columns import FLAG_KINDS, encode_column
from scoring.model.encoding import FlagKind, category_text
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from training.data.rows import IntArray

YES_NO = (("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("0", "1"))
"""Pairs of texts for false and true, in lower case."""

NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
DATE = re.compile(
    r"((19|20)\d\d[-/.年]\s?\d{1,2}([-/.月]\s?\d{1,2}日?)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)"
    r"|\d{1,2}[- ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-, ]+\d{2,4}"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4})($|[ T,])",
    re.IGNORECASE,
)
"""How texts begin that are dates."""

ERRORS = ("#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
"""What a spreadsheet writes where a formula failed: not understood in any column, and never a category."""

ODD, FEW, MOST = 0.01, 3, 0.1
"""A column may hold this share of values that it is not, or fewer than so many, but never more than the last."""

MANY_NUMBERS = 30
"""Different numbers from which a column is no set of codes."""

NOT_UNDERSTOOD = [FLAG_KINDS.index(kind) for kind in (FlagKind.UNREADABLE, FlagKind.UNKNOWN_CATEGORY)]

_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")


@dataclass(frozen=True, eq=False)
class Column:
    """A column as it was read, with what it was taken for.

    Parameters
    ----------
    feature
        Its meaning; None if it is empty, a moment in time or mixed, which no feature is.
    encoded
        Encoded values, shape (n_rows,), NaN where not known; of a moment, its microseconds.
    odd
        Places of the values that were not understood, rising.
    is_moment
        Whether it holds points in time.
    is_mixed
        Whether it holds numbers, but too many other values to be one.
    """

    name: str
    values: pa.ChunkedArray
    feature: Feature | None
    encoded: FloatArray
    odd: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    is_moment: bool = False
    is_mixed: bool = False

    @property
    def n_known(self) -> int:
        """How many rows have a value."""
        return int((~np.isnan(self.encoded)).sum())

    @property
    def n_distinct(self) -> int:
        """How many different values it has."""
        return len(np.unique(self.encoded[~np.isnan(self.encoded)]))

    @property
    def example(self) -> str:
        """The first value that was not understood, shortened to 64 characters; there must be one."""
        return str(self.values[int(self.odd[0])].as_py())[:64]


def read_column(name: str, values: pa.ChunkedArray, feature: Feature | None = None) -> Column:
    """Encode a column by its feature, guessed if there is none.

    Examples
    --------
    >>> read_column("tenure", pa.chunked_array([["1", " ", "34"]])).encoded.tolist()
    [1.0, nan, 34.0]
    >>> read_column("Partner", pa.chunked_array([["Yes", "No"]])).feature.categories
    ('No', 'Yes')
    """
    if feature is not None:
        return _encoded(name, _plain(values), feature)
    kind, plain = kind_of(values)
    if kind is ColumnType.MOMENT:
        return Column(name, plain, None, _microseconds(plain), is_moment=True)
    meaning = _guess(name, plain, kind)
    if meaning is None:
        return Column(name, plain, None, np.full(len(plain), np.nan))
    column = _encoded(name, plain, meaning)
    return replace(column, feature=None, is_mixed=True) if kind is ColumnType.MIXED else column


def _encoded(name: str, values: pa.ChunkedArray, meaning: Feature) -> Column:
    encoded, flags = encode_column(meaning, values)
    odd = np.flatnonzero(np.isin(flags, NOT_UNDERSTOOD)).astype(np.int64)
    return Column(name, values, described(meaning, encoded), encoded, odd)


def is_temporal(kind: pa.DataType) -> bool:
    """Tell whether an arrow type is a date or a timestamp."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _microseconds(values: pa.ChunkedArray) -> FloatArray:
    """Return a moment's microseconds; of texts that are dates in whatever form, numbers that tell them apart."""
    if not is_temporal(values.type):
        codes = values.combine_chunks().dictionary_encode().indices
        numbers: FloatArray = pc.cast(codes, pa.float64()).to_numpy(zero_copy_only=False)
        return numbers
    moments = values.cast(pa.timestamp("us")).cast(pa.int64())
    result: FloatArray = pc.cast(moments, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return result


class ColumnType(StrEnum):
    """What a column is: of what nearly all of it is."""

    MOMENT = "moment"
    NUMBER = "number"
    TEXT = "text"
    MIXED = "mixed"


def kind_of(values: pa.ChunkedArray) -> tuple[ColumnType, pa.ChunkedArray]:
    """Tell what an Arrow column is, and return it plain: no dictionary, decimal or, where it can be told, date as text.

    A column of texts is one of numbers if nearly all that is known are (`nearly_all`), and mixed if most of it is
    numbers, many different ones: then it is neither, because as categories it would learn figures by heart. One with a
    numeric type is never one of categories. Dates are never categories either.

    Examples
    --------
    >>> kind_of(pa.chunked_array([["7", "8.5", "#DIV/0!"]]))[0]
    <ColumnType.TEXT: 'text'>
    >>> kind_of(pa.chunked_array([[1.5, 2.5, float("inf")]]))[0]
    <ColumnType.MIXED: 'mixed'>
    >>> kind_of(pa.chunked_array([["#DIV/0!", *map(str, range(60))]]))[0]
    <ColumnType.NUMBER: 'number'>
    """
    plain = _plain(values)
    if is_temporal(plain.type):
        return ColumnType.MOMENT, plain
    counts = _counts(plain)
    n_known = sum(counts.values())
    numbers = {text: n for text, n in counts.items() if _is_number(text)}
    n_odd = n_known - sum(numbers.values())
    typed = pa.types.is_integer(plain.type) or pa.types.is_floating(plain.type)
    if nearly_all(n_odd, n_known):
        return ColumnType.NUMBER, plain
    if typed or (len(numbers) > MANY_NUMBERS and n_odd <= MOST * n_known):
        return ColumnType.MIXED, plain
    if nearly_all(n_known - sum(n for text, n in counts.items() if DATE.match(text)), n_known):
        return ColumnType.MOMENT, _as_moments(plain)
    return ColumnType.TEXT, plain


def nearly_all(n_odd: int, n_known: int) -> bool:
    """Tell whether a column is what its other values are: at most 1 % differ, or two, but never more than a tenth."""
    return n_odd <= MOST * n_known and (n_odd < FEW or n_odd <= ODD * n_known)


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(values.type) or pa.types.is_large_string(values.type):
        return values.cast(pa.string())
    return values.cast(pa.float64()) if pa.types.is_decimal(values.type) else values


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    """Return how often each text stands in a column, without those that mean "not known" among numbers."""
    counted = pc.value_counts(values)
    counts: dict[str, int] = {}
    for value, n in zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True):
        if value is not None and value == value and (text := category_text(value)) and not is_missing(text):
            counts[text] = counts.get(text, 0) + n
    return counts


def _is_number(text: str) -> bool:
    return bool(re.match(NUMBER, text)) and math.isfinite(float(text))


def _as_moments(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ISO 8601 texts as moments, others as they are."""
    try:
        return values.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return values


def _guess(name: str, values: pa.ChunkedArray, kind: ColumnType) -> Feature | None:
    distinct = [value for value in pc.unique(values).to_pylist() if value is not None and value == value]
    texts = sorted({category_text(value) for value in distinct})
    present = set(texts)
    words = [text for text in texts if not is_missing(text) and text not in ERRORS]
    if not words:
        return None
    if (categories := _yes_no(words)) is not None:
        return Feature(name=name, type="bool", categories=categories, missing=_markers(present))
    if kind is not ColumnType.TEXT:
        return Feature(name=name, type="number", unit=_unit(name), missing=_markers(present))
    if len(words) > MAX_TEXTS or any(len(text) > 256 for text in words):
        return Feature(
            name=name,
            type="category",
            categories=tuple(_shortened(words)),
            missing=_markers(present),
        )
    return Feature(name=name, type="category", categories=tuple(words), missing=_markers(present))


MAX_TEXTS = 10_000


def _shortened(texts: list[str]) -> list[str]:
    """Return the first texts a schema can hold: enough to see that the column is an identifier, and to drop it."""
    return [text for text in texts if len(text) <= 256][:MAX_TEXTS] or ["(texts too long)"]


def _yes_no(known: list[str]) -> tuple[str, ...] | None:
    """Return the two texts in the order false, true; empty where the encoder knows them anyway; None if it is no
    bool.
    """
    lowered = {text.lower(): text for text in known}
    if len(known) != 2 or len(lowered) != 2:
        return None
    for no, yes in YES_NO:
        if lowered.keys() == {no, yes}:
            return () if no in ("false", "0") else (lowered[no], lowered[yes])
    return None


def _markers(present: set[str]) -> tuple[str, ...]:
    """Return the words for "not known" that stand in a column: a schema names them, whatever the list is later."""
    return tuple(sorted(text for text in present if text and is_missing(text)))


def _unit(name: str) -> str:
    words = re.split(r"[^a-z]+", name.lower())
    return next((unit for unit in _UNITS if unit in words), "")


def described(feature: Feature, encoded: FloatArray) -> Feature:
    """Add what the data show, range and typical value, where the schema does not say."""
    values = encoded[~np.isnan(encoded)]
    if not values.size:
        return feature
    seen: dict[str, object] = {"low": float(values.min()), "high": float(values.max())}
    if feature.type == "number":
        seen["typical"] = float(np.quantile(values, 0.5, method="lower"))
    else:
        most_frequent = int(np.bincount(values.astype(np.int64)).argmax())
        seen = {"typical": bool(most_frequent) if feature.type == "bool" else feature.categories[most_frequent]}
    return feature.model_copy(update={name: value for name, value in seen.items() if getattr(feature, name) is None})
