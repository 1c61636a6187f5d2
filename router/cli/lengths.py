"""How long something lasted, as people write it: 45s, 3m, 1h."""

from __future__ import annotations

import re
from datetime import timedelta

LENGTH_ALLOWED = "how long, such as 45s, 3m or 1h,"
_LENGTH = re.compile(r"([1-9][0-9]{0,4})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def length_of(text: str) -> timedelta | None:
    """Read a length; None: it is none.

    Examples
    --------
    >>> length_of("3m"), length_of("3 minutes")
    (datetime.timedelta(seconds=180), None)
    """
    found = _LENGTH.fullmatch(text)
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]]) if found else None
