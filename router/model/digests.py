"""Lists of what falls due that a person is told once: which there are, and what stands in one. Values only."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class DigestKind(StrEnum):
    """What a list is about. The names are the names of timers, and stand in the log."""

    DAY = "day"
    """As a working day begins: what of one's own falls due that day, or is overdue."""
    HOLIDAYS = "holidays"
    """On the last working day before a long closed time: what falls due in it, of one's own and of one's people."""
    TOMORROW = "tomorrow"
    """In the afternoon of a working day, to managers: what of their people's will be late by the end of the next."""


class DigestEntry(NamedTuple):
    """What falls due.

    Parameters
    ----------
    stage
        The one that the deadline is of; empty: of the whole process, or a next date.
    deadline
        Empty: it is a next date.
    due_ms
        In milliseconds since 1970.
    """

    item_id: str
    stage: str
    deadline: str
    due_ms: int


class MadeDigest(NamedTuple):
    """A list as it is made: whose it is, and when it fell due, in milliseconds since 1970.

    Parameters
    ----------
    total
        How many entries there would be: of more than may stand in one the first are there.
    """

    rep: str
    kind: DigestKind
    due_ms: int
    total: int
    entries: tuple[DigestEntry, ...]


class DigestBook(NamedTuple):
    """Which lists a tenant's log has.

    Parameters
    ----------
    due_ms
        By rep and kind: when the last one fell due, in milliseconds since 1970.
    last
        By rep, the event of their last one; and by ``ALL_REPS`` that of the last of all.
    """

    due_ms: dict[tuple[str, DigestKind], int]
    last: dict[str, int]


ALL_REPS = "*"
"""Stands for all reps; none can be called that."""
