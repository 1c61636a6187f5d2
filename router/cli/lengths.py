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


def lengths_of(text: str) -> timedelta | None:
    """Read lengths that add up, parted by spaces; None: they are none.

    Examples
    --------
    >>> lengths_of("41h 25m"), lengths_of("41h25"), lengths_of("")
    (datetime.timedelta(days=1, seconds=62700), None, None)
    """
    lengths = [length_of(each) for each in text.split()]
    known = [each for each in lengths if each is not None]
    return sum(known, timedelta()) if known and len(known) == len(lengths) else None


def length_text(milliseconds: int) -> str:
    """Write a length as ``lengths_of`` reads it, but for what is no whole second.

    Examples
    --------
    >>> length_text(149_100_000), length_text(60_500), length_text(0)
    ('41h 25m', '1m 500ms', '0s')
    """
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    amounts = ((hours, "h"), (minutes, "m"), (seconds, "s"), (rest, "ms"))
    return " ".join(f"{amount}{unit}" for amount, unit in amounts if amount) or "0s"
