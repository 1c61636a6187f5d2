"""How an instant is written where a fault, or a difference, names one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(at_ms: int) -> str:
    """Write an instant, in milliseconds since 1970, in UTC as the contract's JSON does [1]_: without a part of a second
    where it has none.

    References
    ----------
    .. [1] Protocol Buffers, "ProtoJSON Format", Timestamp.

    Examples
    --------
    >>> written(0)
    '1970-01-01T00:00:00Z'
    >>> written(1_500)
    '1970-01-01T00:00:01.500Z'
    """
    digits = "milliseconds" if at_ms % 1000 else "seconds"
    return (_EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec=digits).replace("+00:00", "Z")
