"""What the calls of every service share: the connection, whose resources they are about, and how values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.connection import Connection
from fairlead.v1 import decisions_pb2 as decisions

MAX_BATCH = 1000
PAGE = 1000
Attributes = Mapping[str, str | float | bool | Sequence[str] | None]


class Calls:
    """The calls of a service.

    Parameters
    ----------
    connection
        How the service is reached.
    parent
        ``tenants/{tenant}``: whose resources they are about.
    """

    def __init__(self, connection: Connection, parent: str) -> None:
        self._connection = connection
        self.parent = parent

    def _name(self, collection: str, name: str) -> str:
        """Return a name in full."""
        return name if name.startswith("tenants/") else f"{self.parent}/{collection}/{name}"


def new_id() -> str:
    """Return a request id that nobody else has."""
    return str(uuid4())


def stamp(at: datetime) -> Timestamp:
    """Write an instant as messages have it.

    Raises
    ------
    ValueError
        If it has no zone, or is before the year 1 or behind 9999 in UTC.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} is no instant: it has no zone")
    written = Timestamp()
    try:
        written.FromDatetime(at)
    except (OverflowError, ValueError):
        raise ValueError(f"{at.isoformat()}: not within the years 1 to 9999 of UTC") from None
    return written


def plain(value: Any) -> Any:
    """Return a value as a Struct takes it."""
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def number(enum: Any, prefix: str, name: str) -> Any:
    """Return the number of an enum's value.

    Parameters
    ----------
    name
        The value's, without the prefix that all values of the enum have.

    Raises
    ------
    ValueError
        If there is none, naming those there are.
    """
    names = [value.removeprefix(f"{prefix}_") for value in enum.keys()[1:]]
    if name not in names:
        raise ValueError(f"{prefix.lower()} is {name!r}; allowed are {', '.join(names)}")
    return enum.Value(f"{prefix}_{name}")


def view(full: bool) -> decisions.DecisionView:
    """Return how much of a decision is asked for."""
    return decisions.DECISION_VIEW_FULL if full else decisions.DECISION_VIEW_BASIC
