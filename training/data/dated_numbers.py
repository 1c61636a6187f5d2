"""Numbers that are points in time: 20240501, and where a name says so, Excel's days and seconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoring.model.logistic import FloatArray
from tables.forms import NEARLY_ALL

_DAY_US = 86_400e6
_EXCEL_1970 = 25_569
_COUNTS: tuple[tuple[float, float, Callable[[FloatArray], FloatArray]], ...] = (
    (10_000, 80_000, lambda days: (days - _EXCEL_1970) * _DAY_US),
    (1e8, 4e9, lambda seconds: seconds * 1e6),
    (1e11, 4e12, lambda milliseconds: milliseconds * 1e3),
)
"""Least and most, and how they become microseconds since 1970: 1927 to 2119, and 1973 to 2096."""
_NAMED = re.compile(r"(?:^|[\W_])(?:datum|dt|timestamp)(?:$|[\W_])|date(?:$|[\W_])|_(?:at|on|since)$|日期|时间")
_IN_CAMELS = re.compile(r"[a-z](?:Date|At|On|Since|Timestamp)$")


def moments_of(name: str, numbers: pa.Array | pa.ChunkedArray) -> FloatArray | None:
    """Return numbers as microseconds since 1970, NaN where not known; None if they are no points in time.

    Digits alone tell year, month and day: of other numbers as long, one in thirty would be such a day. What may as well
    be an amount, the column's name has to tell.

    Examples
    --------
    >>> moments_of("joined", pa.array([20240501, None])).tolist(), moments_of("spend", pa.array([45413]))
    ([1714521600000000.0, nan], None)
    >>> moments_of("signup_date", pa.array([45413.0])).tolist()
    [1714521600000000.0]
    """
    values: FloatArray = pc.cast(numbers, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    known = np.isfinite(values)
    if not known.any():
        return None
    days = known & _is_day(values)
    if days.sum() >= NEARLY_ALL * known.sum():
        return _of_days(np.where(days, values, np.nan))
    if not (_NAMED.search(name.lower()) or _IN_CAMELS.search(name)):
        return None
    for least, most, to_moments in _COUNTS:
        within = known & (least <= values) & (values <= most)
        if within.sum() >= NEARLY_ALL * known.sum():
            return to_moments(np.where(within, values, np.nan))
    return None


def _is_day(values: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    with np.errstate(invalid="ignore"):
        month, day = values // 100 % 100, values % 100
        span = (values >= 19_000_101) & (values <= 21_001_231)
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            span & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (day % 1 == 0)
        )
    return found


def _of_days(values: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    moments = np.full(len(values), np.nan)
    whole = values[known].astype(np.int64)
    months = (whole // 10_000 - 1970) * 12 + whole // 100 % 100 - 1
    moments[known] = (
        months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + whole % 100 - 1
    ) * _DAY_US
    return moments
