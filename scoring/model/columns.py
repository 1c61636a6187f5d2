"""Columns of a file or a frame, encoded as `scoring.model.encoding` encodes single values: the same bits, by column.

Numbers are cast, everything else goes through the encoder of single values once per distinct value, so that there is
one reading of ``"1e3"``, ``" Yes"`` and ``NA`` and not two.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scoring.model.encoding import FeatureEncoder, FlagKind, TotalEncoder
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature, FeatureSchema

FLAG_KINDS: tuple[FlagKind | None, ...] = (None, *FlagKind)
"""What the flag codes of `encode_column` stand for."""

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"


def encode_columns(
    schema: FeatureSchema, columns: Mapping[str, pa.Array | pa.ChunkedArray], n_rows: int
) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Encode many customers.

    Parameters
    ----------
    schema
        The features and their order.
    columns
        Arrow arrays of equal length by name; a feature without its column is missing in every row.
    n_rows
        Their length.

    Returns
    -------
    rows : ndarray of shape (n_rows, n_features), column-major
        Encoded values, NaN where missing or unknown.
    flags : ndarray of shape (n_rows, n_features), column-major
        Codes of `FLAG_KINDS`, 0 where there is nothing to remark.

    Examples
    --------
    >>> vip, age = Feature(name="vip", type="bool"), Feature(name="age", type="number", high=99.0)
    >>> schema = FeatureSchema(features=(vip, age))
    >>> rows, flags = encode_columns(schema, {"vip": pa.array(["true", "maybe"]), "age": pa.array([40, 200])}, 2)
    >>> rows.tolist(), [str(FLAG_KINDS[code]) for code in flags[1]]
    ([[1.0, 40.0], [nan, 200.0]], ['UNKNOWN_CATEGORY', 'OUT_OF_RANGE'])
    """
    rows = np.empty((len(schema.features), n_rows))
    flags = np.empty((len(schema.features), n_rows), np.int8)
    for j, feature in enumerate(schema.features):
        column = columns.get(feature.name)
        if feature.total_of:
            rows[j], flags[j] = _total(TotalEncoder(feature), columns, n_rows)
        elif column is None:
            rows[j], flags[j] = np.nan, FLAG_KINDS.index(FlagKind.MISSING)
        else:
            rows[j], flags[j] = encode_column(feature, column)
    return rows.T, flags.T


def _total(
    encode: TotalEncoder, columns: Mapping[str, pa.Array | pa.ChunkedArray], n_rows: int
) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Add up the parts as `TotalEncoder` does; what is wrong with the first part that is wrong is what is flagged."""
    total, wrong = np.zeros(n_rows), np.zeros(n_rows, np.int8)
    for part in encode.parts:
        column = columns.get(part.feature.name, pa.nulls(n_rows, pa.float64()))
        numbers, flags = encode_column(part.feature, column)
        with np.errstate(over="ignore", invalid="ignore"):  # an infinite total is unreadable, as for one row
            total += numbers
        wrong = np.where(wrong, wrong, flags)
    total, flags = _numbers(encode.whole, pa.array(total))
    return total, np.where(wrong, wrong, flags)


def encode_column(feature: Feature, column: pa.Array | pa.ChunkedArray) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Encode one feature of many customers: values and flag codes, each of shape (n_rows,)."""
    encode = FeatureEncoder(feature)
    if feature.type == "number":
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            return _numbers(encode, pc.cast(column, pa.float64(), safe=False))
        if pa.types.is_string(column.type) and _all_plain(column):
            return _numbers(encode, pc.cast(column, pa.float64()))
    return _by_distinct_value(encode, column)


def _all_plain(column: pa.Array | pa.ChunkedArray) -> bool:
    """Tell whether every text is a number as Arrow and Python read it alike, to the bit."""
    return pc.all(pc.match_substring_regex(column, _PLAIN_NUMBER)).as_py() is not False


def _numbers(encode: FeatureEncoder, column: pa.Array | pa.ChunkedArray) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    values = column.to_numpy(zero_copy_only=False)
    unreadable, missing = np.isinf(values), np.isnan(values)
    if encode.missing_numbers:
        missing |= np.isin(values, list(encode.missing_numbers))
    flags = np.zeros(len(values), np.int8)
    flags[(values < encode.low) | (values > encode.high)] = FLAG_KINDS.index(FlagKind.OUT_OF_RANGE)
    flags[missing], flags[unreadable] = FLAG_KINDS.index(FlagKind.MISSING), FLAG_KINDS.index(FlagKind.UNREADABLE)
    unknown = missing | unreadable
    return np.where(unknown, np.nan, values) if unknown.any() else values, flags


def _by_distinct_value(
    encode: FeatureEncoder, column: pa.Array | pa.ChunkedArray
) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    encoded = [encode(value) for value in array.dictionary.to_pylist()] + [encode(None)]
    places = pc.fill_null(array.indices, pa.scalar(len(encoded) - 1, array.indices.type)).to_numpy(zero_copy_only=False)
    codes = np.array([FLAG_KINDS.index(kind) for _, kind in encoded], np.int8)
    return np.array([number for number, _ in encoded])[places], codes[places]
