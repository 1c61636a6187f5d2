"""Caps in a cell of a file, or on a command line: ``daily:COUNT 20 DAY``, several apart by ``;``.

Behind the id stand words in any order, in any case: a measure, a limit, and if need be a window, ``POOL``, ``EVEN`` and
kinds of work, as they also stand where a change is shown. Whether a cap means something, the service says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fairlead.v1 import caps_pb2 as caps
from resource_names import check_id
from router.model.caps import CapMeasure, CapPace, CapScope, CapWindow
from router.model.workitem import Kind
from tables.words import entries

ALLOWED = (
    "ID:MEASURE LIMIT, such as open:OPEN 10, and for what is given WINDOW, such as daily:COUNT 20 DAY; "
    f"MEASURE {', '.join(CapMeasure)}; WINDOW HOUR, DAY, WEEK, MONTH, ROLLING 24h or 90m; "
    f"and if need be POOL, EVEN, {', '.join(Kind)}"
)
_WORDS = {
    **{str(word): ("measure", f"MEASURE_{word}") for word in CapMeasure},
    **{str(word): ("window", f"WINDOW_{word}") for word in CapWindow if word is not CapWindow.NONE},
    **{str(word): ("scope", f"SCOPE_{word}") for word in CapScope},
    **{str(word): ("pace", f"PACE_{word}") for word in CapPace},
}
"""The field and value that a word says."""
_LENGTH = re.compile(r"([0-9]{1,7})([HM])", re.ASCII)
_LIMIT = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_APART = re.compile(r"[\s,]+")
_MINUTES = {"H": 60, "M": 1}


def caps_of(cell: str) -> list[caps.Cap]:
    """Read a cell; an empty one means none.

    Raises
    ------
    ValueError
        Naming the cap that is none.

    Examples
    --------
    >>> daily, rolling = caps_of("daily:COUNT 20 DAY POOL EVEN; r:value 2.5 rolling 36h lead")
    >>> caps.Cap.Window.Name(daily.window), daily.limit, rolling.rolling_duration.seconds, list(rolling.kinds)
    ('WINDOW_DAY', 20.0, 129600, ['LEAD'])
    """
    return [_cap(entry.replace("：", ":")) for entry in entries(cell)]


def _cap(entry: str) -> caps.Cap:
    cap_id, _, text = entry.partition(":")
    cap = caps.Cap(id=cap_id.strip())
    for word in filter(None, _APART.split(text.upper())):
        if not _said(cap, word):
            raise ValueError(f"{word!r} in {entry!r}")
    if check_id(cap.id) or not cap.measure or not cap.HasField("limit"):
        raise ValueError(repr(entry))
    return cap


def _said(cap: caps.Cap, word: str) -> bool:
    """Take up what a word says; say whether it says anything, and something new."""
    if word in _WORDS:
        field, value = _WORDS[word]
        is_new = not getattr(cap, field)
        setattr(cap, field, value)
        return is_new
    if word in list(Kind):
        cap.kinds.append(word)
        return True
    if length := _LENGTH.fullmatch(word):
        is_new = not cap.HasField("rolling_duration")
        cap.rolling_duration.FromSeconds(int(length[1]) * _MINUTES[length[2]] * 60)
        return is_new
    is_limit = _LIMIT.fullmatch(word) is not None and not cap.HasField("limit")
    if is_limit:
        cap.limit = float(word)
    return is_limit


def cell_of(listed: Iterable[caps.Cap]) -> str:
    """Write a cell.

    Examples
    --------
    >>> cell_of(caps_of("daily:even pool 20 count day; r:VALUE 2.5 ROLLING 90m LEAD"))
    'daily:COUNT 20 DAY POOL EVEN;r:VALUE 2.5 ROLLING 90m LEAD'
    """
    return ";".join(f"{cap.id}:{words_of(cap)}" for cap in listed)


def words_of(cap: caps.Cap) -> str:
    """Say all that a cap is but its id."""
    length = [_length(cap.rolling_duration.seconds // 60)] if cap.HasField("rolling_duration") else []
    window = _word(caps.Cap.Window, cap.window) if cap.window else []
    scope = ["POOL"] if cap.scope == caps.Cap.SCOPE_POOL else []
    pace = ["EVEN"] if cap.pace == caps.Cap.PACE_EVEN else []
    limit = f"{cap.limit:.6f}".rstrip("0").rstrip(".")  # of values the store keeps six places
    return " ".join([*_word(caps.Cap.Measure, cap.measure), limit, *window, *length, *scope, *cap.kinds, *pace])


def _word(of: type[caps.Cap.Window] | type[caps.Cap.Measure], number: int) -> Sequence[str]:
    return [of.Name(number).partition("_")[2]]


def _length(minutes: int) -> str:
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"
