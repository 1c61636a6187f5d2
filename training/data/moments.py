"""Reads the columns that say whose a row is and when it was taken."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.data.inference import is_temporal
from training.data.rows import IntArray
from training.errors import InvalidInput


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
