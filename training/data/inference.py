"""Guesses what a column means: number, yes or no, or one of a few texts; and what stands for "not known" in it.

The guess is written down as a feature schema, to be read, corrected and handed in again. It never guesses a direction
(monotonic) or that something can be changed (actionable): those are statements about the world, not about the data.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from datetime import UTC

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from missing_words import is_missing
from scoring.model.columns import FLAG_KINDS, encode_column
from scoring.model.encoding import FlagKind, category_text
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from tables.cells import are_errors
from tables.dates import n_vague, read_dates
from tables.forms import NEARLY_ALL, ColumnForm, ColumnKind, Survey
from tables.numbers import POINT, n_of_ledger, read_numbers
from tables.options import ReadOptions
from tables.parquet import is_text, plain
from tables.report import FEWEST_UNREADABLE
from tables.tidying import without_missing
from training.data.dated_numbers import moments_of
from training.data.rows import IntArray

YES_NO = (("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("0", "1"))
"""Pairs of texts for false and true, in lower case."""

ODD = ReadOptions().allow_unreadable
"""Share of values that a column may hold and is not; fewer than three are never too many, but for a tenth of it."""

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
        Encoded values, shape (n_rows,), NaN where not known; of a moment, its microseconds, or codes where no instant
        can be told.
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

    What texts are and how they are read ``tables`` tells, and has told where they come from a file. Only what becomes
    of a column that is not quite what it seems is another matter here. A file with more than 1 % of something else
    among numbers is refused, because whoever sent it can mend it; here such a column is left out (mixed), because as
    categories it would learn figures by heart, unless few numbers differ: then they are codes. And dates are left out
    in whatever form they are, also those of which no instant can be told, that are texts to everybody else.

    Raises
    ------
    UnreadableTable
        If texts are numbers that can be read in two ways.

    Examples
    --------
    >>> read_column("tenure", pa.chunked_array([["1", " ", "34"]])).encoded.tolist()
    [1.0, nan, 34.0]
    >>> read_column("Partner", pa.chunked_array([["Yes", "No"]])).feature.categories
    ('No', 'Yes')
    >>> read_column("spend", pa.chunked_array([[1.5, 2.5, float("inf")]])).is_mixed
    True
    """
    values = _plain(values)
    if feature is not None:
        return _encoded(name, values, feature)
    return _of_texts(name, values) if pa.types.is_string(values.type) else _of_type(name, values)


def _of_type(name: str, values: pa.ChunkedArray) -> Column:
    if is_temporal(values.type):
        return Column(name, values, None, _microseconds(values), is_moment=True)
    if not pa.types.is_boolean(values.type) and (moments := moments_of(name, values)) is not None:
        return Column(name, values, None, moments, is_moment=True)
    return _of_categories(name, values) if pa.types.is_boolean(values.type) else _of_numbers(name, values, values)


def _of_texts(name: str, texts: pa.ChunkedArray) -> Column:
    known = without_missing(texts.combine_chunks())
    survey = Survey(name)
    survey.see(known.dictionary_encode())
    kind, n_known = survey.likeliest, survey.n_values
    if kind is ColumnKind.NUMBER:
        numbers = survey.form(ReadOptions()).read(known)
        if (moments := moments_of(name, numbers)) is not None:
            return Column(name, texts, None, moments, is_moment=True)
        n_odd = numbers.null_count - known.null_count
        if nearly_all(n_odd, n_known) or pc.count_distinct(numbers).as_py() > MANY_NUMBERS:
            odd = pc.and_(known.is_valid(), numbers.is_null())
            return _of_numbers(name, texts, pc.if_else(odd, math.inf, numbers))
    if kind is ColumnKind.DATE and (order := survey.dates.order()):
        return Column(name, texts, None, _microseconds(read_dates(known, order, UTC)), is_moment=True)
    if n_known and nearly_all(n_known - survey.dates.n_dates - n_vague(known), n_known):
        return Column(name, texts, None, _codes(known), is_moment=True)
    return _half_numbers(name, texts, known, survey) or _of_categories(name, texts)


def _half_numbers(name: str, texts: pa.ChunkedArray, known: pa.Array, survey: Survey) -> Column | None:
    """Return a column of which half and more are numbers, too many to be codes, or that has a ledger's CR and DR."""
    n_numbers, n_known = survey.decimals.n_numbers, survey.n_values
    is_half = n_known / 2 < n_numbers < n_known
    if not is_half and (not n_known or n_of_ledger(known) < NEARLY_ALL * n_known):
        return None
    numbers = read_numbers(known, survey.decimals.decimal() or POINT)
    if is_half and pc.count_distinct(numbers).as_py() <= MANY_NUMBERS:
        return None
    odd = np.flatnonzero(pc.and_(known.is_valid(), numbers.is_null()).to_numpy(zero_copy_only=False)).astype(np.int64)
    return Column(name, texts, None, numbers.to_numpy(zero_copy_only=False), odd, is_mixed=True)


def _of_numbers(name: str, values: pa.ChunkedArray, numbers: pa.Array | pa.ChunkedArray) -> Column:
    """Encode a column of numbers; infinite ones were not understood."""
    meaning = _guess(name, values, is_number=True)
    if meaning is None:
        return _empty(name, values)
    column = replace(_encoded(name, numbers if meaning.type == "number" else values, meaning), values=values)
    if nearly_all(column.odd.size, column.n_known + column.odd.size):
        return column
    return replace(column, feature=None, is_mixed=True)


def _of_categories(name: str, values: pa.ChunkedArray) -> Column:
    meaning = _guess(name, values, is_number=False)
    return _empty(name, values) if meaning is None else _encoded(name, values, meaning)


def _empty(name: str, values: pa.ChunkedArray) -> Column:
    return Column(name, values, None, np.full(len(values), np.nan))


def _encoded(name: str, values: pa.ChunkedArray, meaning: Feature) -> Column:
    encoded, flags = encode_column(meaning, values)
    odd = np.flatnonzero(np.isin(flags, NOT_UNDERSTOOD)).astype(np.int64)
    return Column(name, values, described(meaning, encoded), encoded, odd)


def is_temporal(kind: pa.DataType) -> bool:
    """Tell whether an arrow type is a date or a timestamp."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _microseconds(moments: pa.Array | pa.ChunkedArray) -> FloatArray:
    numbers = moments.cast(pa.timestamp("us", tz=getattr(moments.type, "tz", None))).cast(pa.int64())
    result: FloatArray = pc.cast(numbers, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return result


def _codes(texts: pa.Array) -> FloatArray:
    """Return numbers that tell texts apart, NaN where there is none."""
    codes: FloatArray = pc.cast(texts.dictionary_encode().indices, pa.float64()).to_numpy(zero_copy_only=False)
    return codes


def nearly_all(n_odd: int, n_known: int) -> bool:
    """Tell whether a column is what its other values are: at most 1 % differ, or two, but never more than a tenth."""
    return n_known - n_odd >= NEARLY_ALL * n_known and (n_odd < FEWEST_UNREADABLE or n_odd <= ODD * n_known)


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts as strings, a list as the text that it would be in a file, and decimals and lengths as numbers."""
    kind = values.type
    if pa.types.is_dictionary(kind) or is_text(kind):
        return values.cast(pa.string())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.chunked_array([ColumnForm(ColumnKind.TEXT).read(values.combine_chunks())], pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_duration(kind):
        return pa.chunked_array([plain(values.combine_chunks())])
    return values


def _guess(name: str, values: pa.ChunkedArray, *, is_number: bool) -> Feature | None:
    distinct = [value for value in pc.unique(values).to_pylist() if value is not None and value == value]
    texts = sorted({category_text(value) for value in distinct})
    present = set(texts)
    words = [text for text, error in zip(texts, are_errors(texts), strict=True) if not (error or is_missing(text))]
    if not words:
        return None
    if (categories := _yes_no(words)) is not None:
        return Feature(name=name, type="bool", categories=categories, missing=_markers(present))
    if is_number:
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
