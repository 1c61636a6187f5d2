"""Guesses what a column means: number, yes or no, or one of a few texts; and what stands for "not known" in it.

The guess is written down as a feature schema, to be read, corrected and handed in again. It never guesses a direction
(monotonic) or that something can be changed (actionable): those are statements about the world, not about the data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoring.model.columns import encode_column
from scoring.model.encoding import category_text
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature

MISSING_TEXTS = ("", "#N/A", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null")
"""Texts that mean "not known" in any column."""

MISSING_NUMBERS = (*MISSING_TEXTS, "-", "?", "None", "none", "unknown")
"""Texts that mean "not known" among numbers; among texts they may be a category of their own."""

YES_NO = (("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("0", "1"))
"""Pairs of texts for false and true, in lower case."""

_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")


@dataclass(frozen=True, eq=False)
class Column:
    """A column as it was read, with what it was taken for.

    Parameters
    ----------
    feature
        Its meaning; None if it is empty or a moment in time, which no feature is.
    encoded
        Encoded values, shape (n_rows,), NaN where not known; of a moment, its microseconds.
    """

    name: str
    values: pa.ChunkedArray
    feature: Feature | None
    encoded: FloatArray

    @property
    def n_known(self) -> int:
        """How many rows have a value."""
        return int((~np.isnan(self.encoded)).sum())

    @property
    def n_distinct(self) -> int:
        """How many different values it has."""
        return len(np.unique(self.encoded[~np.isnan(self.encoded)]))

    @property
    def is_moment(self) -> bool:
        """Whether it holds points in time."""
        return is_temporal(self.values.type)


def read_column(name: str, values: pa.ChunkedArray, feature: Feature | None = None) -> Column:
    """Encode a column by its feature, guessed if there is none.

    Examples
    --------
    >>> read_column("tenure", pa.chunked_array([["1", " ", "34"]])).encoded.tolist()
    [1.0, nan, 34.0]
    >>> read_column("Partner", pa.chunked_array([["Yes", "No"]])).feature.categories
    ('No', 'Yes')
    """
    if feature is None and is_temporal(values.type):
        return Column(name, values, None, _microseconds(values))
    plain = (
        values.cast(pa.string())
        if pa.types.is_dictionary(values.type) or pa.types.is_large_string(values.type)
        else values
    )
    if pa.types.is_decimal(plain.type):
        plain = plain.cast(pa.float64())
    meaning = feature or _guess(name, plain)
    if meaning is None:
        return Column(name, plain, None, np.full(len(plain), np.nan))
    encoded, _ = encode_column(meaning, plain)
    return Column(name, plain, described(meaning, encoded), encoded)


def is_temporal(kind: pa.DataType) -> bool:
    """Tell whether an arrow type is a date or a timestamp."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _microseconds(values: pa.ChunkedArray) -> FloatArray:
    moments = values.cast(pa.timestamp("us")).cast(pa.int64())
    result: FloatArray = pc.cast(moments, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return result


def _guess(name: str, values: pa.ChunkedArray) -> Feature | None:
    distinct = [value for value in pc.unique(values).to_pylist() if value is not None and value == value]
    texts = sorted({category_text(value) for value in distinct})
    present = set(texts)
    words = [text for text in texts if text not in MISSING_TEXTS]
    if not words:
        return None
    if (categories := _yes_no(words)) is not None:
        return Feature(name=name, type="bool", categories=categories, missing=_markers(present, MISSING_TEXTS))
    if all(text in MISSING_NUMBERS or re.match(_NUMBER, text) for text in words):
        return Feature(name=name, type="number", unit=_unit(name), missing=_markers(present, MISSING_NUMBERS))
    if len(words) > MAX_TEXTS or any(len(text) > 256 for text in words):
        return Feature(
            name=name,
            type="category",
            categories=tuple(_shortened(words)),
            missing=_markers(present, MISSING_TEXTS),
        )
    return Feature(name=name, type="category", categories=tuple(words), missing=_markers(present, MISSING_TEXTS))


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


def _markers(present: set[str], candidates: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in candidates if text and text in present)


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
