"""Reads the columns that say what became of a row, whose it is and when it was taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoring.model.encoding import category_text
from scoring.model.logistic import FloatArray
from training.data.inference import MISSING_TEXTS, YES_NO, is_temporal
from training.data.rows import IntArray
from training.errors import InvalidInput


def read_outcome(values: pa.ChunkedArray, name: str, positive: str = "") -> FloatArray:
    """Return 1.0 where the customer left, 0.0 where not, NaN where it is not known, shape (n_rows,).

    Examples
    --------
    >>> read_outcome(pa.chunked_array([["Yes", "No", ""]]), "Churn").tolist()
    [1.0, 0.0, nan]
    """
    array = values.combine_chunks().dictionary_encode()
    texts = [category_text(value) for value in array.dictionary.to_pylist()]
    words = sorted({text for text in texts if text not in MISSING_TEXTS})
    left = category_text(positive) if positive else _yes_of(words)
    if left not in words or len(words) < 2:
        problem = (
            f"{left!r} is not among its values"
            if left
            else "say with --positive which value means that the customer left"
        )
        raise InvalidInput.of(name, f"{problem}; found are {', '.join(words[:10]) or 'none'}")
    meaning = np.array([np.nan if text in MISSING_TEXTS else float(text == left) for text in texts] + [np.nan])
    codes: IntArray = pc.fill_null(array.indices, len(texts)).to_numpy(zero_copy_only=False)
    return meaning[codes]


def _yes_of(known: Sequence[str]) -> str:
    pairs = [
        [text for text in known if text.lower() == yes] for no, yes in YES_NO if {t.lower() for t in known} == {no, yes}
    ]
    return pairs[0][0] if pairs else ""


def codes_of(values: pa.ChunkedArray) -> IntArray:
    """Return a code per different value, shape (n_rows,)."""
    encoded = values.combine_chunks().dictionary_encode(null_encoding="encode")
    codes: IntArray = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def counts_moments(values: pa.ChunkedArray) -> bool:
    """Tell whether a column of times holds dates or timestamps, and not whole numbers."""
    return not pa.types.is_integer(_time_type(values))


def _time_type(values: pa.ChunkedArray) -> pa.DataType:
    if is_temporal(values.type) or pa.types.is_integer(values.type):
        return values.type
    numbers = all(
        text is None or text.strip().lstrip("+-").isdigit() for text in pc.unique(values.cast(pa.string())).to_pylist()
    )
    return pa.int64() if numbers else pa.timestamp("us")


def without_time(values: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which rows have no time, shape (n_rows,)."""
    blank = pc.equal(pc.utf8_trim_whitespace(values), "") if pa.types.is_string(values.type) else pc.is_null(values)
    empty: np.ndarray[tuple[int], np.dtype[np.bool_]] = pc.fill_null(blank, True).to_numpy(zero_copy_only=False)
    return empty


def times_of(values: pa.ChunkedArray, name: str) -> IntArray:
    """Return moments in microseconds, or whole numbers as they are."""
    kind = _time_type(values)
    try:
        moments = values.cast(pa.timestamp("us")) if not pa.types.is_integer(kind) else values.cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise InvalidInput.of(name, f"is neither ISO 8601 nor whole numbers: {str(error).splitlines()[0]}") from error
    result: IntArray = moments.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return result
