"""A customer's features as health reads them: numbers, or nothing."""

from __future__ import annotations

import math


def number(value: object) -> float | None:
    """Return a value as a finite number; a bool is 0 or 1, a text is read; None if it is none.

    Examples
    --------
    >>> number(True), number(" 3.5 "), number("n.a."), number(None)
    (1.0, 3.5, None, None)
    """
    if not isinstance(value, int | float | str):
        return None
    try:
        parsed = float(value)
    except (ValueError, OverflowError):
        return None
    return parsed if math.isfinite(parsed) else None
